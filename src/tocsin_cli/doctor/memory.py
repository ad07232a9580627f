"""Looks at the table: whether it is as the function needs it, cleans itself, and could be brought back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from tocsin.aws.table import BACKUPS, DUE_INDEX, OF_INDEX, TIME_TO_LIVE
from tocsin_cli.doctor.finding import Finding
from tocsin_cli.doctor.mending import made_again
from tocsin_cli.doctor.scene import Scene


def table(scene: Scene) -> Iterator[Finding]:
    """The table is there with its indexes, and forgets what is over."""
    name, dynamodb = scene.stack.outputs["TableName"], scene.cloud.client("dynamodb")
    found = dynamodb.describe_table(TableName=name)["Table"]
    means = "without its memory the function tells each change plainly, and several times"
    if found["TableStatus"] not in ("ACTIVE", "UPDATING"):
        yield Finding("broken", f"the table {name} is {found['TableStatus']}", means, made_again(scene))
    there = {each["IndexName"] for each in found.get("GlobalSecondaryIndexes", ())}
    if missing := {DUE_INDEX, OF_INDEX} - there:
        what = f"the table {name} lacks the index {' and '.join(sorted(missing))}"
        yield Finding("broken", what, f"what is due is not found: {means}", made_again(scene))
    lives = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if lives.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
        yield Finding(
            "note",
            f"the table {name} does not forget what is over",
            "it grows for ever, and costs a little more each month",
            scene.aws("dynamodb", "update-time-to-live", "--table-name", name, "--time-to-live-specification",
                      json.dumps(TIME_TO_LIVE)),
            partial(dynamodb.update_time_to_live, TableName=name, TimeToLiveSpecification=TIME_TO_LIVE),
        )  # fmt: skip
    yield from _backups(scene, name)


def _backups(scene: Scene, name: str) -> Iterator[Finding]:
    dynamodb = scene.cloud.client("dynamodb")
    kept = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    if kept.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
        yield Finding(
            "note",
            f"the table {name} has no point-in-time recovery",
            "what was spoilt in it cannot be brought back: which alarms fire, and what Slack shows of them",
            scene.aws("dynamodb", "update-continuous-backups", "--table-name", name,
                      "--point-in-time-recovery-specification", json.dumps(BACKUPS)),
            partial(dynamodb.update_continuous_backups, TableName=name, PointInTimeRecoverySpecification=BACKUPS),
        )  # fmt: skip
