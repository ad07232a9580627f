"""What runs (pipelines, stacks, tasks, databases, instances): one story is one incident, and no secret is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from tocsin.decide import Policy, decide
from tocsin.envelope import unwrap
from tocsin.grouping import incident_key
from tocsin.kinds import read
from tocsin.model import Incident, Signal
from tocsin.reading import outcomes
from tocsin.words import plain

EVENTS = Path(__file__).parent / "events"


def one(name: str) -> Signal:
    (signal,) = (found for part in unwrap(load(name)) for found in read(part))
    return signal


def load(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


def changed(name: str, **detail: object) -> Signal:
    event = load(name)
    event["detail"] = {**event["detail"], **detail}
    (signal,) = read(unwrap(event)[0])
    return signal


def reasons(*signals: Signal) -> list[str]:
    """Why each signal changed the incident that the first one belongs to, as they follow one another."""
    incident = Incident(incident_key(signals[0]))
    told: list[str] = []
    for minute, signal in enumerate(signals):
        assert incident_key(signal) == incident.key
        step = decide(incident, replace(signal, at=1_772_424_000_000 + minute * 60_000), Policy())
        incident, told = step.incident, [*told, step.reason]
    return told


def test_an_execution_is_one_message_that_turns_green_or_red() -> None:
    """A start opens a message, its end resolves it, and a failure after a start is said again, not only painted."""
    started, fine = one("codepipeline/started"), one("codepipeline/succeeded")
    failed, stage = one("codepipeline/action-failed"), one("codepipeline/stage-started")
    assert reasons(started, fine) == ["first", "resolved"]
    assert reasons(started, failed) == ["first", "worse"]
    assert reasons(fine) == ["told"]
    assert reasons(stage) == ["none-fine"]


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        ("codedeploy/started", {"state": "SUCCESS"}),
        ("cloudformation/stack-started", {"status-details": {"status": "UPDATE_COMPLETE"}}),
        ("ecs/deployment-started", {"eventName": "SERVICE_DEPLOYMENT_COMPLETED"}),
        ("amplify/started", {"jobStatus": "SUCCEED"}),
        ("codebuild/started", {"build-status": "SUCCEEDED"}),
    ],
)
def test_the_end_of_what_began_is_told_in_its_message(begun: str, ended: dict[str, object]) -> None:
    """Deployments, stacks, services and builds open and resolve one incident each."""
    assert reasons(one(begun), changed(begun, **ended)) == ["first", "resolved"]


def test_a_failover_is_one_story_by_either_road() -> None:
    """Its start opens and its end resolves, whether RDS tells by EventBridge or by an event subscription."""
    started = one("rds/failover-started")
    assert reasons(started, one("rds/failover-completed")) == ["first", "resolved"]
    by_sns = one("database_notice/rds-failed-over")
    assert by_sns.subject == one("rds/failover-completed").subject
    assert reasons(started, by_sns) == ["first", "resolved"]


def test_a_notification_rule_tells_the_same_story_as_the_event() -> None:
    """A build's failure has one subject by both roads."""
    assert one("codestar_notification/build-failed").subject == one("codebuild/failed").subject
    assert one("codestar_notification/pipeline-failed").subject == one("codepipeline/succeeded").subject


def test_a_crash_loop_counts_in_one_message() -> None:
    """Tasks of one service that stop alike share a story; another way to stop is another story."""
    first, again = one("ecs/task-crashed"), changed("ecs/task-crashed", taskArn="arn:aws:ecs:us-east-1:1:task/shop/2")
    assert first.sort == "happening" and first.story == again.story and first.subject != again.subject
    assert one("ecs/task-cannot-pull").story != first.story


@pytest.mark.parametrize(
    ("change", "key", "severity"),
    [
        ({"stopCode": "EssentialContainerExited"}, "ecs.crashed", "high"),
        ({"stopCode": None}, "ecs.crashed", "high"),
        ({"stopCode": "ServiceSchedulerInitiated"}, "ecs.stopped", "info"),
        ({"stopCode": "UserInitiated"}, "ecs.stopped", "info"),
        ({"stopCode": "SpotInterruption"}, "ecs.stopped", "low"),
        ({"containers": [{"name": "job", "exitCode": 0}]}, "ecs.stopped", "info"),
        ({"containers": []}, "ecs.crashed", "high"),
    ],
)
def test_only_a_task_that_ends_badly_is_loud(change: dict[str, object], key: str, severity: str) -> None:
    """What the scheduler or a user stops, and a job that is done, are no errors."""
    signal = changed("ecs/task-crashed", **change)
    assert (signal.title.key, signal.severity) == (key, severity)


@pytest.mark.parametrize(
    ("status", "state", "severity"),
    [
        ("CREATE_IN_PROGRESS", "unknown", "info"),
        ("CREATE_COMPLETE", "ok", "info"),
        ("CREATE_FAILED", "firing", "high"),
        ("ROLLBACK_IN_PROGRESS", "firing", "high"),
        ("ROLLBACK_COMPLETE", "firing", "high"),
        ("UPDATE_ROLLBACK_COMPLETE", "firing", "high"),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "firing", "high"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "unknown", "info"),
        ("UPDATE_COMPLETE", "ok", "info"),
        ("DELETE_FAILED", "firing", "high"),
        ("DELETE_COMPLETE", "ok", "low"),
        ("IMPORT_ROLLBACK_FAILED", "firing", "high"),
        ("REVIEW_IN_PROGRESS", "unknown", "info"),
    ],
)
def test_a_rolled_back_stack_is_not_well(status: str, state: str, severity: str) -> None:
    """"ROLLBACK_COMPLETE" ends in COMPLETE and means that the change has failed."""
    signal = changed("cloudformation/stack-started", **{"status-details": {"status": status}})
    assert (signal.state, signal.severity) == (state, severity)


@pytest.mark.parametrize(
    ("now", "state", "severity"),
    [("Ok", "ok", "info"), ("Warning", "firing", "medium"), ("Degraded", "firing", "high"),
     ("Severe", "firing", "critical"), ("No Data", "unknown", "info")],
)  # fmt: skip
def test_an_environments_health_is_a_condition(now: str, state: str, severity: str) -> None:
    """Each grade of Elastic Beanstalk's health has its state and severity."""
    signal = changed("beanstalk/eventbridge-health", Message=f"Environment health has transitioned from Info to {now}.")
    assert (signal.state, signal.severity) == (state, severity)


def test_a_stopped_instance_is_over_when_it_starts_or_is_gone() -> None:
    """Stopped is a condition; starting again and being terminated both end it."""
    stopped = one("ec2/instance-stopped")
    assert reasons(stopped, one("ec2/instance-running")) == ["first", "resolved"]
    assert reasons(stopped, one("ec2/instance-terminated")) == ["first", "resolved"]


@pytest.mark.parametrize(
    "name",
    ["codebuild/failed", "codestar_notification/build-failed", "batch/failed", "ecs/task-crashed",
     "cloudformation/sns-resource-failed", "autoscaling/sns-lifecycle", "autoscaling/terminate-hook-of-nulls",
     "codepipeline/approval-sns"],
)  # fmt: skip
def test_no_secret_is_shown(name: str) -> None:
    """Environments, commands, properties, tokens and credentials in addresses stay out of what is understood."""
    assert "SECRET" in json.dumps(load(name))
    assert "SECRET" not in repr(one(name))


@pytest.mark.parametrize(
    ("word", "name"),
    [("FAILED", "failed"), ("Timed-out", "failed"), ("SUCCEED", "succeeded"), ("In Progress", "started"),
     ("canceled", "stopped"), ("odd", "changed")],
)  # fmt: skip
def test_words_for_states_mean_the_same_in_any_case(word: str, name: str) -> None:
    """Services write a state in capitals, in camel case, with spaces or hyphens; an unknown word is told as it is."""
    assert outcomes.of(word).name == name
    assert outcomes.of("odd").tell


def test_a_part_that_goes_well_says_nothing() -> None:
    """Of stages, phases and resources only a failure deserves a first word."""
    assert outcomes.quietly(outcomes.SUCCEEDED) == outcomes.SUCCEEDED._replace(tell=False)
    assert outcomes.quietly(outcomes.STARTED).state == "ok"
    assert outcomes.quietly(outcomes.FAILED) is outcomes.FAILED


def test_a_message_of_several_events_is_several_signals() -> None:
    """ElastiCache's fields and a CodeCommit trigger's branches are each said, under an id of their own."""
    for name in ("elasticache/two-and-a-null", "codecommit/trigger-two-branches"):
        signals = read(unwrap(load(name))[0])
        assert len({signal.event_id for signal in signals}) == len(signals) == 2


def test_a_build_names_the_phase_that_failed_and_why() -> None:
    """The phase and CodeBuild's own reason stand in the message, not only the word FAILED."""
    signal = one("codebuild/failed")
    assert "BUILD" in plain(signal.title, "en", UTC)
    assert "npm test" in signal.quote
