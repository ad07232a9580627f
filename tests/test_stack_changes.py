"""Changing the stack when things go wrong: half-made, stuck, busy, refused; and what people are told meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from stack_template import template
from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.changes import Change, Changes, Plan, Step
from tocsin_cli.stack.deployment import Wish, options
from tocsin_cli.stack.home import Home
from tocsin_cli.stack.plain_words import done, planned
from tocsin_cli.stack.spokes import Spoke, carry_out, plan_spokes
from tocsin_cli.stack.standing import Stack, find, made


class Refused(Exception):
    """As boto3's ClientError says it."""


@dataclass
class CloudFormation:
    """One stack, as CloudFormation shows it: ``comes`` are the statuses that follow, one for each look."""

    status: str = ""
    comes: list[str] = field(default_factory=list)
    fails: str = ""  # why a change set cannot be made
    denies: str = ""  # the call that is refused
    validation: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)
    # what becomes of the stack after each call
    after: dict[str, list[str]] = field(default_factory=dict)
    exceptions: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(ClientError=Refused))
    knows: tuple[str, ...] = ("DescribeEvents",)

    @property
    def meta(self) -> SimpleNamespace:
        return SimpleNamespace(service_model=SimpleNamespace(operation_names=self.knows))

    def _called(self, name: str) -> None:
        if name == self.denies:
            raise Refused(f"{name} is denied")
        self.calls.append(name)
        self.comes += self.after.pop(name, [])

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        if self.comes:
            self.status = self.comes.pop(0)
        if not self.status:
            raise Refused("Stack with id tocsin does not exist")
        return {"Stacks": [{"StackStatus": self.status}]}

    def create_change_set(self, **wanted: Any) -> dict[str, str]:
        self._called(f"create {wanted['ChangeSetType']}")
        if not self.status:
            self.status = "REVIEW_IN_PROGRESS"
        return {"Id": "arn:change-set"}

    def describe_events(self, **_: Any) -> dict[str, Any]:
        self._called("why")
        return {"OperationEvents": self.validation}

    def describe_change_set(self, **_: Any) -> dict[str, Any]:
        if self.denies == "look":
            raise Refused("look is denied")
        change = {"Action": "Modify", "LogicalResourceId": "Table", "ResourceType": "AWS::DynamoDB::Table"}
        details = [{"Target": {"Name": "KeySchema"}}]
        changes = [{"ResourceChange": change | {"Replacement": "True", "Details": details}}]
        return {"Status": "FAILED" if self.fails else "CREATE_COMPLETE", "StatusReason": self.fails, "Changes": changes}

    def delete_change_set(self, **_: Any) -> None:
        self._called("discard")

    def execute_change_set(self, **_: Any) -> None:
        self._called("execute")

    def continue_update_rollback(self, **_: Any) -> None:
        self._called("continue")

    def delete_stack(self, **_: Any) -> None:
        if self.status == "UPDATE_IN_PROGRESS":
            raise Refused("cannot be deleted while in status UPDATE_IN_PROGRESS")
        self._called("delete")

    def get_paginator(self, _: str) -> CloudFormation:
        return self

    def paginate(self, StackName: str) -> Iterator[dict[str, Any]]:
        yield {"StackEvents": list(reversed(self.events))}

    def happened(self, status: str, reason: str) -> None:
        """An event about the function."""
        event = {"LogicalResourceId": "Function", "ResourceType": "AWS::Lambda::Function"}
        number = str(len(self.events))
        self.events.append(event | {"EventId": number, "ResourceStatus": status, "ResourceStatusReason": reason})


def _changes(aws: CloudFormation, told: list[Step] | None = None) -> Changes:
    heard: list[Step] = [] if told is None else told
    return Changes(Cloud("123456789012", "eu-north-1", lambda *_: aws), "tocsin", heard.append, sleep=lambda _: None)


def test_a_stack_that_is_not_there_is_made() -> None:
    """The first plan makes it; dropping the plan leaves no empty stack behind."""
    aws = CloudFormation()
    changes = _changes(aws)
    plan = changes.plan("{}", {})
    changes.drop(plan)

    assert plan.makes and aws.calls == ["create CREATE", "discard", "delete"]


@pytest.mark.parametrize(
    "aws", [CloudFormation(fails="Template error"), CloudFormation(denies="look"), CloudFormation(denies="execute")]
)
def test_what_cannot_be_begun_leaves_nothing(aws: CloudFormation) -> None:
    """A plan that comes to nothing, however, is forgotten with the empty stack that it began; its reason is told."""
    with pytest.raises((ConfigError, Refused), match=aws.fails or f"{aws.denies} is denied"):
        _changes(aws).carry_out(_changes(aws).plan("{}", {}))

    assert aws.calls == ["create CREATE", "discard", "delete"]


def test_ctrl_c_while_a_change_set_is_being_made_stays_ctrl_c() -> None:
    """CloudFormation deletes none before it is made: that refusal hides nothing, and the empty stack goes."""
    aws = CloudFormation(denies="discard")

    def interrupted(**_: Any) -> dict[str, Any]:
        raise KeyboardInterrupt

    aws.describe_change_set = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        _changes(aws).plan("{}", {})

    assert aws.calls == ["create CREATE", "delete"]


def test_a_stack_that_somebody_else_has_made_since_stays() -> None:
    """Two people plan it at once and one of them carries it out: the other's no forgets the other's plan alone."""
    aws = CloudFormation()
    plan = _changes(aws).plan("{}", {})
    aws.status = "CREATE_COMPLETE"
    _changes(aws).drop(plan)

    assert aws.calls == ["create CREATE", "discard"]


def test_a_name_that_is_taken_is_told_by_its_name() -> None:
    """CloudFormation validates before it makes anything, and its reason names the check alone; so it is asked on. Where
    that is not allowed, or boto3 is too old to ask, its own reason stands."""
    stated = "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]."
    found = {"ValidationStatusReason": "Resource of type 'AWS::SQS::Queue' with identifier 'tocsin' already exists."}
    taken = [{"EventId": "1"}, *({"LogicalResourceId": f"Queue{number}", **found} for number in range(5))]
    answers = (
        (CloudFormation(fails=stated, validation=taken), r"Queue0: Resource .* already exists\.; .*; and 2 more$"),
        (CloudFormation(fails=stated, denies="why"), r"ResourceExistenceCheck\]\.$"),
        (CloudFormation(fails=stated, knows=()), r"ResourceExistenceCheck\]\.$"),
    )

    for aws, said in answers:
        with pytest.raises(ConfigError, match=said):
            _changes(aws).plan("{}", {})


def test_a_stack_is_not_deleted_in_the_middle_of_an_update() -> None:
    """CloudFormation would refuse it: somebody's update is awaited first."""
    aws = CloudFormation("UPDATE_COMPLETE", ["UPDATE_IN_PROGRESS"] * 3 + ["UPDATE_COMPLETE"], after={"delete": [""]})
    _changes(aws).remove()

    assert aws.calls == ["delete"]


def test_a_rollback_that_stays_stuck_says_why() -> None:
    """It is tried once more, and then the part that is in the way is named."""
    aws = CloudFormation("UPDATE_ROLLBACK_FAILED")
    continues = aws.continue_update_rollback

    def stuck(**wanted: Any) -> None:
        continues(**wanted)
        aws.happened("UPDATE_FAILED", "the queue was deleted")

    aws.continue_update_rollback = stuck  # type: ignore[method-assign]
    with pytest.raises(ConfigError, match=r"the queue was deleted \(the stack is now UPDATE_ROLLBACK_FAILED\)"):
        _changes(aws).plan("{}", {})

    assert aws.calls == ["continue"]


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"])
def test_a_half_made_stack_is_removed_first(status: str) -> None:
    """CloudFormation can update none of these; nothing of them has ever worked, so they are made anew."""
    aws = CloudFormation(status, after={"delete": ["DELETE_IN_PROGRESS", ""]})

    assert _changes(aws).plan("{}", {}).makes
    assert aws.calls == ["delete", "create CREATE"]


def test_what_was_in_the_way_of_deleting_may_be_gone_at_the_second_try() -> None:
    """It is tried twice, and then said what stays."""
    aws = CloudFormation("CREATE_COMPLETE", after={"delete": ["DELETE_FAILED"]})
    with pytest.raises(ConfigError, match="the stack is now DELETE_FAILED"):
        _changes(aws).remove()

    assert aws.calls == ["delete", "delete"]


def test_a_rollback_that_got_stuck_is_finished() -> None:
    """Then the update is planned as any other."""
    stuck = ["UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    aws = CloudFormation("UPDATE_ROLLBACK_FAILED", after={"continue": stuck})

    assert not _changes(aws).plan("{}", {}).makes
    assert aws.calls == ["continue", "create UPDATE"]


def test_what_is_under_way_is_awaited() -> None:
    """Somebody else's update, or one of ours that was interrupted, is followed to its end first."""
    aws = CloudFormation(comes=["UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"])

    assert not _changes(aws).plan("{}", {}).makes
    assert aws.calls == ["create UPDATE"] and aws.status == "UPDATE_COMPLETE"


def test_a_spoke_that_fails_leaves_no_plan_of_the_others_behind() -> None:
    """What was done stays, what comes after the failure is forgotten: no change set waits, no empty stack stands."""
    makes, last = CloudFormation(after={"execute": ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]}), CloudFormation()
    fails = CloudFormation(after={"execute": ["CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE"]})
    there = [_changes(each) for each in (makes, fails, last)]
    spokes = [Spoke(each, each.plan("{}", {})) for each in there]

    with pytest.raises(ConfigError, match="ROLLBACK_COMPLETE"):
        carry_out(spokes)

    assert [each.calls for each in (makes, fails, last)] == [
        ["create CREATE", "execute"],
        ["create CREATE", "execute"],
        ["create CREATE", "discard", "delete"],
    ]


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"])
def test_a_plan_of_spokes_mends_none(status: str) -> None:
    """One that home did not let in yet is left half-made, and only goes once it is to be made again."""
    aws = CloudFormation(status)
    home, there = Home("123456789012", "eu-west-1", "tocsin"), [_changes(aws).cloud]

    with pytest.raises(ConfigError, match=f"is {status}: it has to be mended before") as refused:
        plan_spokes(home, there, lambda _: None, only_plan=True)
    assert aws.calls == [] and "without --plan" in refused.value.hint


def test_where_nothing_changes_there_is_nothing_to_do() -> None:
    """CloudFormation calls that a failure; it is none. Any other failure is told in its own words."""
    aws = CloudFormation("CREATE_COMPLETE", fails="The submitted information didn't contain changes.")
    other = CloudFormation("CREATE_COMPLETE", fails="Template error: no such thing")

    assert _changes(aws).plan("{}", {}) == Plan("tocsin", "", False, ())
    with pytest.raises(ConfigError, match="no such thing"):
        _changes(other).plan("{}", {})


def test_a_change_that_is_rolled_back_says_its_first_reason() -> None:
    """The first failure is the cause; what fell with it is not repeated. Each step was told as it happened."""
    aws = CloudFormation("CREATE_COMPLETE", after={"execute": ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]})
    aws.happened("CREATE_FAILED", "an older story")
    told: list[Step] = []
    changes = _changes(aws, told)
    plan = changes.plan("{}", {})
    execute = aws.execute_change_set

    def executed(**wanted: Any) -> None:
        execute(**wanted)
        aws.happened("UPDATE_FAILED", "no such role")
        aws.happened("UPDATE_FAILED", "cancelled")

    aws.execute_change_set = executed  # type: ignore[method-assign]
    with pytest.raises(ConfigError, match=r"Function: no such role \(the stack is now UPDATE_ROLLBACK_COMPLETE\)"):
        changes.carry_out(plan)

    assert [step.reason for step in told] == ["no such role", "cancelled"]


def test_a_plan_in_plain_words_warns_of_what_is_lost() -> None:
    """What would be replaced says that the old one goes, with what it holds; a change says what of."""
    aws = CloudFormation("CREATE_COMPLETE")
    (line,) = planned(_changes(aws).plan("{}", {}))

    assert line == "  ~ change  table Table: KeySchema (a new one; the old one goes, with what it holds)"
    assert list(planned(Plan("x", "1", True, (Change("Add", "Key", "AWS::KMS::Key"),)))) == ["  + make    key Key"]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Step("Queue", "AWS::SQS::Queue", "CREATE_COMPLETE", ""), "  ✓ made: queue Queue"),
        (Step("Queue", "AWS::SQS::Queue", "CREATE_IN_PROGRESS", ""), ""),
        (Step("Queue", "AWS::SQS::Queue", "CREATE_FAILED", "it exists"), "  ✗ queue Queue: it exists"),
        (Step("tocsin", "AWS::CloudFormation::Stack", "CREATE_COMPLETE", ""), ""),
        (Step("tocsin", "AWS::CloudFormation::Stack", "UPDATE_ROLLBACK_IN_PROGRESS", "x"), "  ↩ going back x"),
        (Step("New", "AWS::New::Thing", "DELETE_COMPLETE", ""), "  ✓ removed: AWS::New::Thing New"),
    ],
)
def test_each_step_is_told_as_a_colleague_would(step: Step, said: str) -> None:
    """What is done, what failed and why; what is only under way is not told."""
    assert done(step) == said


def test_a_half_made_stack_is_no_stack_to_work_with() -> None:
    """Commands that need the whole say what goes on and what removes it."""
    cloud = Cloud("123456789012", "eu-north-1", lambda *_: CloudFormation("ROLLBACK_COMPLETE"))
    with pytest.raises(ConfigError, match=r"half-made \(ROLLBACK_COMPLETE\)") as caught:
        made(cloud, "tocsin")

    assert "tocsin deploy" in caught.value.hint and "tocsin destroy" in caught.value.hint
    assert find(Cloud("1", "x", lambda *_: CloudFormation("DELETE_COMPLETE")), "tocsin") is None


def test_wishes_keep_what_was_wished_before() -> None:
    """Only what is named changes; a bot without a channel, a parameter and an address that are none are refused."""
    before = Stack("tocsin", "CREATE_COMPLETE", "", {}, {"OpsEmail": "a@example.com", "CodeKey": "x", "Language": "ko"})
    found = Wish("bot", channel="C1", settings=("LogRetentionDays=90",)).parameters(before)

    assert found == {
        "OpsEmail": "a@example.com",
        "Language": "ko",
        "SlackChannel": "C1",
        "SlackMode": "bot",
        "LogRetentionDays": "90",
    }
    with pytest.raises(ConfigError, match="needs the id of its channel"):
        Wish("bot").parameters(None)
    with pytest.raises(ConfigError, match="by its id, not by its name"):
        Wish("bot", channel="alarms").parameters(None)
    with pytest.raises(ConfigError, match="is no e-mail address"):
        Wish("webhook", email="ops").parameters(None)
    with pytest.raises(ConfigError, match="names no parameter"):
        Wish("webhook", settings=("CodeKey=mine",)).parameters(None)


def test_a_stack_can_be_asked_for_again_as_it_was() -> None:
    """The options say all that was wished, and nothing that is usual, by the template's own word."""
    parameters = template()["Parameters"]
    usual = {name: str(each["Default"]) for name, each in parameters.items() if "Default" in each}
    wished = {"SlackMode": "bot", "SlackChannel": "C0123456789", "Accounts": "111122223333", "EncryptTopics": "yes"}

    assert options(usual) == ()
    assert options(usual | wished) == (
        "--bot", "--channel", "C0123456789", "--set", "EncryptTopics=yes", "--accounts", "111122223333",
    )  # fmt: skip
