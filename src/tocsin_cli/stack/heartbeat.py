"""Whether the function lives, by the beats that it logs, and whether CloudWatch has noticed."""

from __future__ import annotations

from tocsin_cli.cloud import Cloud
from tocsin_cli.function_log import lines
from tocsin_cli.stack.standing import Stack

SILENCE = 15  # minutes, as the heartbeat's alarm has it


def beats(cloud: Cloud, stack: Stack, since: int) -> bool:
    """Whether there was one since then (ms). Errors as boto3 raises them."""
    return any(line.did == "beat" for line in lines(cloud, stack.outputs["LogGroupName"], since, "beat"))


def lives(cloud: Cloud, stack: Stack, now: int) -> bool:
    """Whether there was one in the last quarter of an hour before ``now`` (ms). Errors as boto3 raises them."""
    return beats(cloud, stack, now - SILENCE * 60_000)


def is_unread(cloud: Cloud, stack: Stack, now: int) -> bool:
    """Whether the log has beats of which CloudWatch has made no metric yet: its alarm takes that for silence.

    So it is for some minutes after the stack was made, and always where a small AWS makes no metrics of logs.
    """
    asked = {"Namespace": f"tocsin/{stack.name}", "MetricName": "Heartbeat"}
    return not cloud.client("cloudwatch").list_metrics(**asked)["Metrics"] and lives(cloud, stack, now)
