"""A Step Functions execution changed its state. Its input and output are not shown: they hold anything, also secrets.

Shape: docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Fact, Lapse, Phrase, Signal, Strong, Value
from tocsin.reading import arns, console, fields, instants, outcomes, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "succeeded": "Workflow {name} succeeded",
        "failed": "Workflow {name} failed",
        "timed_out": "Workflow {name} ran out of time",
        "stopped": "Workflow {name} was stopped",
        "started": "Workflow {name} is running",
        "changed": "Workflow {name}: {status}",
        "execution": "Execution",
        "machine": "State machine",
        "error": "Error",
        "took": "Took",
        "began": "Began",
        "redrives": "Redrives",
        "open": "Open execution",
    },
    "ko": {
        "succeeded": "워크플로 {name} 성공",
        "failed": "워크플로 {name} 실패",
        "timed_out": "워크플로 {name} 시간 초과",
        "stopped": "워크플로 {name} 중지됨",
        "started": "워크플로 {name} 실행 중",
        "changed": "워크플로 {name}: {status}",
        "execution": "실행",
        "machine": "상태 머신",
        "error": "오류",
        "took": "걸린 시간",
        "began": "시작",
        "redrives": "재실행 횟수",
        "open": "실행 열기",
    },
}

_TITLES = {
    "SUCCEEDED": "step_functions.succeeded",
    "FAILED": "step_functions.failed",
    "TIMED_OUT": "step_functions.timed_out",
    "ABORTED": "step_functions.stopped",
    "RUNNING": "step_functions.started",
}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per execution. Raises ValueError when the event names neither it nor its state machine."""
    detail = plainly.detail(envelope)
    partition, account, region = plainly.origin(envelope)
    status = fields.text(detail, "status").upper()
    resources = [fields.clean(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    execution = fields.text(detail, "executionArn") or "".join(resources[:1]) or fields.text(detail, "stateMachineArn")
    if not execution:
        raise ValueError("an execution without an ARN")
    machine, name = _names(detail, execution)
    outcome = outcomes.of(status)
    outcome = outcome if outcome.name != "changed" else outcomes.PASSING
    page = console.page(partition, region, "states/home", f"#/v2/executions/details/{quote(execution, safe=':')}")
    shown: dict[str, Value] = {"name": Strong(machine or name), "status": status}
    return (
        Signal(
            kind="step_functions",
            sort="condition",
            state=outcome.state,
            tell=outcome.tell,
            subject=f"{partition}:{account}:{region}:{execution}",
            title=Phrase(_TITLES.get(status, "step_functions.changed"), shown),
            at=plainly.moment(envelope),
            severity=outcome.severity,
            quote=_cause(detail),
            facts=_facts(detail, machine, name, status),
            links=plainly.links(("step_functions.open", page)),
            labels={"state-machine": machine, "status": status},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _names(detail: fields.Json, execution: str) -> tuple[str, str]:
    """The state machine's name and the execution's, from the fields, else from the execution's ARN."""
    parsed = arns.parse(execution)
    parts = parsed.resource.split(":") if parsed else []
    machine = arns.name(fields.text(detail, "stateMachineArn")) or (parts[1] if len(parts) > 2 else "")
    return machine, fields.text(detail, "name") or (parts[-1] if parts else execution)


def _cause(detail: fields.Json) -> str:
    """Why it failed; a Lambda function's error comes as a text of JSON with the message inside."""
    cause = fields.text(detail, "cause")
    return cut(fields.text(fields.parsed(cause), "errorMessage", "message") or cause, 1000)[0]


def _facts(detail: fields.Json, machine: str, name: str, status: str) -> tuple[Fact, ...]:
    began, ended = (instants.epoch_ms(detail.get(name)) for name in ("startDate", "stopDate"))
    took = Lapse((ended - began) / 1000) if began and ended and ended >= began else None
    return plainly.facts(
        ("words.status", status),
        ("step_functions.machine", machine),
        ("step_functions.execution", name),
        ("step_functions.error", fields.text(detail, "error")),
        ("step_functions.took", took),
        ("step_functions.redrives", fields.whole(detail, "redriveCount")),
        details=(("step_functions.began", plainly.instant(began)),),
    )
