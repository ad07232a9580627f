"""What MiniStack leaves out about buses, added to it while it starts: CloudFormation's AWS::Events::EventBusPolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html
"""

from __future__ import annotations

from typing import Any

Values = dict[str, Any]


def add() -> None:
    """Teach it, in its own process: each statement of its own, whatever else the bus's policy holds."""
    from ministack.services import eventbridge
    from ministack.services.cloudformation import provisioners

    def create(logical: str, properties: Values, stack: str) -> tuple[str, Values]:
        bus, sid = properties.get("EventBusName", "default"), properties["StatementId"]
        policies = eventbridge._event_bus_policies
        kept = [each for each in policies.get(bus, {}).get("Statement", ()) if each["Sid"] != sid]
        policies[bus] = {"Version": "2012-10-17", "Statement": [*kept, {"Sid": sid, **properties["Statement"]}]}
        return f"{bus}|{sid}", {}

    def update(physical: str, old: Values, new: Values, stack: str) -> tuple[str, Values]:
        return create("", new, stack)

    def delete(physical: str, properties: Values) -> None:
        bus, _, sid = physical.partition("|")
        eventbridge._remove_permission({"EventBusName": bus, "StatementId": sid})

    handlers = {"create": create, "update": update, "delete": delete}
    provisioners._RESOURCE_HANDLERS["AWS::Events::EventBusPolicy"] = handlers
