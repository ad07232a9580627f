"""The CloudFormation template said in Terraform's words, so that the two can be compared part by part.

The logical name DeadLetters becomes dead_letters, the property BatchSize batch_size; where the provider has another
word or another shape, it stands in a table here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Values = dict[str, Any]

# Resource type -> its name in the provider, and the properties that have another name there
_SORTS: dict[str, tuple[str, dict[str, str]]] = {
    "AWS::CloudWatch::Alarm": ("aws_cloudwatch_metric_alarm", {"OKActions": "ok_actions"}),
    "AWS::DynamoDB::Table": (
        "aws_dynamodb_table",
        {
            "TableName": "name",
            "AttributeDefinitions": "attribute",
            "GlobalSecondaryIndexes": "global_secondary_index",
            "TimeToLiveSpecification": "ttl",
            "PointInTimeRecoverySpecification": "point_in_time_recovery",
        },
    ),
    "AWS::Events::Rule": ("aws_cloudwatch_event_rule", {}),
    "AWS::IAM::Policy": (
        "aws_iam_role_policy",
        {"PolicyName": "name", "Roles": "role", "PolicyDocument": "policy"},
    ),
    "AWS::IAM::Role": ("aws_iam_role", {"AssumeRolePolicyDocument": "assume_role_policy"}),
    "AWS::KMS::Key": ("aws_kms_key", {"KeyPolicy": "policy", "PendingWindowInDays": "deletion_window_in_days"}),
    "AWS::Lambda::EventInvokeConfig": ("aws_lambda_function_event_invoke_config", {}),
    "AWS::Lambda::EventSourceMapping": ("aws_lambda_event_source_mapping", {}),
    "AWS::Lambda::Function": ("aws_lambda_function", {}),
    "AWS::Lambda::Permission": ("aws_lambda_permission", {}),
    "AWS::Lambda::Url": (
        "aws_lambda_function_url",
        {"TargetFunctionArn": "function_name", "AuthType": "authorization_type"},
    ),
    "AWS::Logs::LogGroup": ("aws_cloudwatch_log_group", {"LogGroupName": "name"}),
    "AWS::SNS::Subscription": ("aws_sns_topic_subscription", {}),
    "AWS::SNS::Topic": ("aws_sns_topic", {"TopicName": "name"}),
    "AWS::SNS::TopicPolicy": ("aws_sns_topic_policy", {"Topics": "arn", "PolicyDocument": "policy"}),
    "AWS::SQS::Queue": (
        "aws_sqs_queue",
        {
            "QueueName": "name",
            "MessageRetentionPeriod": "message_retention_seconds",
            "VisibilityTimeout": "visibility_timeout_seconds",
        },
    ),
    "AWS::SQS::QueuePolicy": ("aws_sqs_queue_policy", {"Queues": "queue_url", "PolicyDocument": "policy"}),
}
# What !Ref gives, and the attributes of !GetAtt
_REF = {
    "AWS::CloudWatch::Alarm": "alarm_name",
    "AWS::DynamoDB::Table": "name",
    "AWS::Events::Rule": "name",
    "AWS::IAM::Role": "name",
    "AWS::KMS::Key": "key_id",
    "AWS::Lambda::Function": "function_name",
    "AWS::Logs::LogGroup": "name",
    "AWS::SNS::Topic": "arn",
    "AWS::SQS::Queue": "url",
}
_ATTRIBUTES = {"Arn": "arn", "QueueName": "name", "FunctionUrl": "function_url"}
_PSEUDO = {
    "AWS::StackName": "var.name",
    "AWS::AccountId": "local.account",
    "AWS::Partition": "local.partition",
    "AWS::Region": "local.region",
}
_CONDITIONS = {
    "IsBot": "local.is_bot",
    "HasKey": "var.encrypt_topics",
    "HasAccounts": "length(var.accounts) > 0",
    "HasOrganization": 'var.organization_id != ""',
    "HasDetails": "var.alarm_details",
    "HasButtons": "var.slack_buttons",
    "HasOpsEmail": 'var.ops_email != ""',
    "IsElsewhere": "local.is_elsewhere",
}
# What the provider has no resource for, or none that will do: the end of its own stack's name, and what that says.
_BY_CLOUDFORMATION = {
    "DoorMayInvoke": ("door", "The permission of ${var.name} that opens its public address to Slack"),
    "AccountsMayHandOn": ("accounts", "Lets the alarms of other accounts in to ${var.name}"),
    "OrganizationMayHandOn": ("organization", "Lets the alarms of an organization in to ${var.name}"),
}
# Handed on as they are, not as blocks: JSON documents, and a map whose names are ours
_DOCUMENTS = {"AssumeRolePolicyDocument", "EventPattern", "KeyPolicy", "PolicyDocument", "RedrivePolicy", "Variables"}


def snake(name: str) -> str:
    """DeadLetters -> dead_letters"""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@dataclass(frozen=True, slots=True)
class Twin:
    """The resources and outputs of a ``template`` in Terraform's words."""

    template: Mapping[str, Any]

    def resources(self) -> dict[str, Values]:
        """Address -> attributes, of everything that the template makes."""
        found: dict[str, Values] = {}
        for name, resource in self.template["Resources"].items():
            made = self._made(name, resource["Type"], self.said(resource.get("Properties", {})))
            if condition := resource.get("Condition"):
                made = {
                    address: {"count": f"${{{_CONDITIONS[condition]} ? 1 : 0}}"} | each
                    for address, each in made.items()
                }
            found |= made
        return found

    def outputs(self) -> dict[str, Any]:
        """Name -> value of the outputs that everybody gets."""
        return {
            snake(name): self.said(each["Value"])
            for name, each in self.template["Outputs"].items()
            if "Condition" not in each
        }

    def _made(self, name: str, sort: str, properties: Values) -> dict[str, Values]:
        """One resource of the template: one or two in Terraform."""
        if name in _BY_CLOUDFORMATION:
            return _by_cloudformation(name, sort, properties)
        match sort:
            case "AWS::Events::Rule":
                (target,) = properties.pop("Targets")
                target["TargetId"] = target.pop("Id")
                beside = {"aws_cloudwatch_event_target": {"rule": self._reference(name)} | _attributes(target)}
            case "AWS::Lambda::Function":
                looped = {"function_name": self._reference(name), "recursive_loop": properties.pop("RecursiveLoop")}
                beside = {"aws_lambda_function_recursion_config": looped}
                del properties["Code"], properties["Tags"]
            case "AWS::IAM::Role":
                (policy,) = properties.pop("Policies")
                beside = {
                    "aws_iam_role_policy": {
                        "name": policy["PolicyName"],
                        "role": self._reference(name),
                        "policy": policy["PolicyDocument"],
                    }
                }
            case _:
                beside = {}
        kind, names = _SORTS[sort]
        itself = {kind: _attributes(_shaped(sort, properties), names)}
        return {f"{each}.{snake(name)}": attributes for each, attributes in (itself | beside).items()}

    def said(self, value: Any) -> Any:
        """A value with CloudFormation's functions as Terraform's expressions."""
        if isinstance(value, list):
            return [self.said(each) for each in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": "AWS::NoValue"}:
                return "${null}"
            case {"Ref": name} | {"Fn::Split": [",", {"Ref": name}]}:  # what is a list there
                return self._reference(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._reference(name, attribute)
            case {"Fn::Sub": [text, names]}:
                return self._filled(text, self.said(names))
            case {"Fn::Sub": text}:
                return self._filled(text, {})
            case {"Fn::If": [condition, one, other]}:
                return f"${{{_CONDITIONS[condition]} ? {_bare(self.said(one))} : {_bare(self.said(other))}}}"
        return {name: self.said(inner) for name, inner in value.items()}

    def _filled(self, text: str, names: Values) -> str:
        def fill(found: re.Match[str]) -> str:
            name, _, attribute = found[1].partition(".")
            return str(names[name]) if name in names else self._reference(name, attribute)

        return re.sub(r"\$\{([^}]+)\}", fill, text)

    def _reference(self, name: str, attribute: str = "") -> str:
        if name in _PSEUDO:
            return f"${{{_PSEUDO[name]}}}"
        if name not in self.template["Resources"]:
            return f"${{var.{snake(name)}}}"
        resource = self.template["Resources"][name]
        one = "[0]" if "Condition" in resource else ""
        wanted = _ATTRIBUTES[attribute] if attribute else _REF[resource["Type"]]
        text = f"${{{_SORTS[resource['Type']][0]}.{snake(name)}{one}.{wanted}}}"
        # CloudFormation gives a log group's ARN with its streams, the provider without.
        return f"{text}:*" if (resource["Type"], wanted) == ("AWS::Logs::LogGroup", "arn") else text


def _by_cloudformation(name: str, sort: str, properties: Values) -> dict[str, Values]:
    """What the provider cannot say stays what it is, in a stack of its own."""
    ending, description = _BY_CLOUDFORMATION[name]
    body = {"Description": description, "Resources": {name: {"Type": sort, "Properties": properties}}}
    return {f"aws_cloudformation_stack.{snake(name)}": {"name": f"${{var.name}}-{ending}", "template_body": body}}


def _shaped(sort: str, properties: Values) -> Values:
    """With the provider's shapes where they are other than CloudFormation's."""
    match sort:
        case "AWS::SNS::TopicPolicy" | "AWS::SQS::QueuePolicy":
            (of,) = (properties.pop(name) for name in ("Topics", "Queues") if name in properties)
            return {**properties, "Topics" if sort == "AWS::SNS::TopicPolicy" else "Queues": of[0]}
        case "AWS::IAM::Policy":
            (role,) = properties.pop("Roles")
            return {**properties, "Roles": role}
        case "AWS::CloudWatch::Alarm" if "Dimensions" in properties:
            pairs = {each["Name"]: each["Value"] for each in properties["Dimensions"]}
            return {**properties, "Dimensions": _Map(pairs)}
        case "AWS::DynamoDB::Table":
            return _table(properties)
    return properties


def _table(properties: Values) -> Values:
    definitions = [
        {"Name": each["AttributeName"], "Type": each["AttributeType"]} for each in properties["AttributeDefinitions"]
    ]
    indexes = [
        {"Name": each["IndexName"], **_keys(each), "ProjectionType": each["Projection"]["ProjectionType"]}
        for each in properties["GlobalSecondaryIndexes"]
    ]
    recovery = {"Enabled": properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]}
    shaped = {**properties, **_keys(properties), "AttributeDefinitions": definitions}
    del shaped["KeySchema"]
    return {**shaped, "GlobalSecondaryIndexes": indexes, "PointInTimeRecoverySpecification": recovery}


def _keys(of: Values) -> Values:
    words = {"HASH": "HashKey", "RANGE": "RangeKey"}
    return {words[each["KeyType"]]: each["AttributeName"] for each in of["KeySchema"]}


class _Map(dict[str, Any]):
    """Names and values that are ours, not a block of the provider's."""


def _attributes(properties: Values, names: dict[str, str] | None = None) -> Values:
    return {
        (names or {}).get(name, snake(name)): value if name in _DOCUMENTS else _attribute(value)
        for name, value in properties.items()
    }


def _attribute(value: Any) -> Any:
    if isinstance(value, _Map):
        return dict(value)
    if isinstance(value, dict):
        return [_attributes(value)]
    if isinstance(value, list):
        return [_attributes(each) if isinstance(each, dict) else each for each in value]
    return value


def _bare(text: str) -> str:
    """Inside of an expression: a reference as it is, anything else in quotes."""
    inner = re.fullmatch(r"\$\{([^}]*)\}", text)
    return inner[1] if inner else f'"{text}"'
