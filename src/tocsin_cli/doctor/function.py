"""Looks at the function: whether it runs, is fed, is set as it was made, and what it complained of."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tocsin_cli.doctor.finding import Finding
from tocsin_cli.doctor.mending import put_right, renewed
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.function_log import Line, lines
from tocsin_cli.stack.functions import variables
from tocsin_cli.wiring.queues import queue

# The last days of security patches: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
_ENDS = {
    "python3.8": datetime.date(2024, 10, 14),
    "python3.9": datetime.date(2025, 12, 15),
    "python3.10": datetime.date(2026, 10, 31),
    "python3.11": datetime.date(2027, 6, 30),
    "python3.12": datetime.date(2028, 10, 31),
    "python3.13": datetime.date(2029, 6, 30),
    "python3.14": datetime.date(2029, 6, 30),
}
_SOON = datetime.timedelta(days=180)
_DAY = 86_400_000
_WORDS = ("ERROR", "Task timed out")


def runs(scene: Scene) -> Iterator[Finding]:
    """The function is there, ready, and may be started."""
    name, client = scene.stack.outputs["FunctionName"], scene.cloud.client("lambda")
    found = client.get_function_configuration(FunctionName=name)
    reserved = client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
    yield from judged(scene, found, reserved)


def judged(scene: Scene, found: Mapping[str, Any], reserved: int | None) -> Iterator[Finding]:
    """What GetFunctionConfiguration and GetFunctionConcurrency say of it."""
    name = scene.stack.outputs["FunctionName"]
    trouble = found.get("StateReason") or found.get("LastUpdateStatusReason") or "AWS gives no reason"
    if found.get("State") in ("Failed", "Inactive") or found.get("LastUpdateStatus") == "Failed":
        yield Finding(
            "broken", f"the function {name} cannot run: {trouble}", "alarms wait in the queue", put_right(scene)
        )
    if reserved == 0:
        yield Finding(
            "broken",
            f"the function {name} is throttled to nothing (reserved concurrency 0)",
            "it is never started: alarms wait in the queue for four days, and are then lost",
            scene.aws("lambda", "delete-function-concurrency", "--function-name", name),
            lambda: scene.cloud.client("lambda").delete_function_concurrency(FunctionName=name),
        )


def runtime(scene: Scene) -> Iterator[Finding]:
    """The function's Python is one that AWS maintains."""
    found = scene.cloud.client("lambda").get_function_configuration(FunctionName=scene.stack.outputs["FunctionName"])
    yield from ending(scene, found.get("Runtime", ""))


def ending(scene: Scene, name: str) -> Iterator[Finding]:
    """How long a runtime, by its name, is maintained; nothing where that is not known."""
    end, today = _ENDS.get(name), datetime.datetime.fromtimestamp(scene.now / 1000, datetime.UTC).date()
    if end is None or end - today > _SOON:
        return
    means = "functions go on running there, unpatched, until AWS ends that too"
    mend = renewed(scene)
    if end < today:
        yield Finding("risk", f"the runtime {name} has had no security patches since {end}", means, mend)
    else:
        yield Finding("note", f"the runtime {name} gets security patches until {end}", means, mend)


def fed(scene: Scene) -> Iterator[Finding]:
    """The function takes from the queue, and gives back what it could not process."""
    found = scene.cloud.client("lambda").list_event_source_mappings(FunctionName=scene.stack.outputs["FunctionName"])
    arn = queue(scene.cloud, scene.stack).arn
    yield from mapped(scene, arn, [each for each in found["EventSourceMappings"] if each["EventSourceArn"] == arn])


def mapped(scene: Scene, arn: str, mappings: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """What ListEventSourceMappings says of the queue."""
    client, name = scene.cloud.client("lambda"), scene.stack.outputs["FunctionName"]
    means = "alarms wait in the queue for four days, and are then lost"
    if not mappings:
        yield Finding(
            "broken",
            f"the function {name} does not take from its queue",
            means,
            scene.aws("lambda", "create-event-source-mapping", "--function-name", name, "--event-source-arn", arn,
                      "--function-response-types", "ReportBatchItemFailures"),
            lambda: client.create_event_source_mapping(
                FunctionName=name, EventSourceArn=arn, BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"],
                ScalingConfig={"MaximumConcurrency": 5},
            ),
        )  # fmt: skip
    for each in mappings:
        yield from _mapping(scene, each, means)


def _mapping(scene: Scene, found: Mapping[str, Any], means: str) -> Iterator[Finding]:
    uuid, client = found["UUID"], scene.cloud.client("lambda")
    update = ("lambda", "update-event-source-mapping", "--uuid", uuid)
    result = str(found.get("LastProcessingResult", ""))
    if found["State"] in ("Disabled", "Disabling"):
        yield Finding(
            "broken",
            "the function no longer takes from its queue: the connection is switched off",
            means,
            scene.aws(*update, "--enabled"),
            lambda: client.update_event_source_mapping(UUID=uuid, Enabled=True),
        )
    elif result.startswith("PROBLEM"):
        yield Finding("broken", f"Lambda cannot take from the queue: {result}", means, scene.tocsin("logs"))
    if "ReportBatchItemFailures" not in found.get("FunctionResponseTypes", ()):
        yield Finding(
            "risk",
            "the function cannot give back single events of a batch",
            "one that it cannot process takes up to nine good ones with it",
            scene.aws(*update, "--function-response-types", "ReportBatchItemFailures"),
            lambda: client.update_event_source_mapping(UUID=uuid, FunctionResponseTypes=["ReportBatchItemFailures"]),
        )


def loops(scene: Scene) -> Iterator[Finding]:
    """The function may wake itself."""
    client, name = scene.cloud.client("lambda"), scene.stack.outputs["FunctionName"]
    if client.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] != "Allow":
        yield Finding(
            "risk",
            f"Lambda stops {name} when it wakes itself through its queue",
            "after 16 tries a message that Slack did not take becomes a dead letter",
            scene.aws("lambda", "put-function-recursion-config", "--function-name", name, "--recursive-loop", "Allow"),
            lambda: client.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow"),
        )


def settings(scene: Scene) -> Iterator[Finding]:
    """The function's settings still name its own table, queue and secret."""
    client, outputs = scene.cloud.client("lambda"), scene.stack.outputs
    found = client.get_function_configuration(FunctionName=outputs["FunctionName"])
    there = variables(found)
    secret = "BOT_TOKEN" if scene.stack.parameters.get("SlackMode") == "bot" else "WEBHOOK"
    wanted = {
        "TOCSIN_STORE": f"dynamodb:{outputs['TableName']}",
        "TOCSIN_QUEUE_URL": outputs["QueueUrl"],
        f"TOCSIN_SLACK_{secret}_PARAMETER": outputs["SecretName"],
    }
    changed = {name: value for name, value in wanted.items() if _last(there.get(name, "")) != _last(value)}
    if changed:
        mended = {"Variables": {**there, **changed}}
        yield Finding(
            "broken",
            f"the function's settings were changed: {', '.join(changed)}",
            "it looks for its table, its queue or its secret where they are not",
            scene.aws("lambda", "update-function-configuration", "--function-name", outputs["FunctionName"],
                      "--environment", json.dumps(mended, separators=(",", ":"))),
            lambda: client.update_function_configuration(FunctionName=outputs["FunctionName"], Environment=mended),
        )  # fmt: skip


def _last(text: str) -> list[str]:
    """Of a queue's address account and name: by which host it is reached says nothing."""
    return text.rsplit("/", 2)[-2:] if "://" in text else [text]


def complaints(scene: Scene) -> Iterator[Finding]:
    """The function logged no error in the last day, and was not cut off."""
    group = scene.stack.outputs["LogGroupName"]
    found = [line for word in _WORDS for line in lines(scene.cloud, group, scene.now - _DAY, word) if _is_bad(line)]
    if found:
        last = max(found, key=lambda line: line.at)
        yield Finding(
            "risk",
            f"the function logged {len(found)} errors in a day, the last one: {_said(last)}",
            "something did not go as it should; the log says what became of it",
            scene.tocsin("logs", "--since", "1d"),
        )


def _is_bad(line: Line) -> bool:
    """Ours, the runtime's ("[ERROR] Runtime.ImportModuleError: …") or Lambda's about time that ran out."""
    return line.level in ("ERROR", "CRITICAL") or line.text.startswith("[ERROR]") or _WORDS[1] in line.text


def _said(line: Line) -> str:
    about = ", ".join(f"{key}={value}" for key, value in line.about.items() if value and key != "times")
    return (about or line.text.partition("\n")[0])[:200]
