"""What a policy says, as far as a policy alone can tell."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_cli.policies import Asked, allows, extended, parsed, reduced, written
from tocsin_cli.wiring.queues import Queue, admitting, sources

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:eu-north-1:{ACCOUNT}:tocsin"
CLOUDWATCH = "cloudwatch.amazonaws.com"
ALARM = f"arn:aws:cloudwatch:eu-north-1:{ACCOUNT}:alarm:shop"
# The policy of a new topic: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
USUAL = {
    "Effect": "Allow", "Principal": {"AWS": "*"}, "Resource": TOPIC,
    "Action": ["SNS:GetTopicAttributes", "SNS:Subscribe", "SNS:Publish"],
    "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
}  # fmt: skip


def statement(**fields: Any) -> dict[str, Any]:
    """CloudWatch may publish."""
    return {
        "Effect": "Allow", "Principal": {"Service": CLOUDWATCH}, "Action": "sns:Publish", "Resource": TOPIC, **fields,
    }  # fmt: skip


def admitted(*statements: dict[str, Any], service: str = CLOUDWATCH, **known: str) -> bool:
    """Whether CloudWatch may publish for one alarm of the account."""
    context = {"aws:sourceaccount": ACCOUNT, "aws:sourcearn": ALARM, "aws:securetransport": "true", **known}
    return allows([{"Statement": list(statements)}], Asked("sns:Publish", TOPIC, service, context))


ADMITS: dict[str, list[dict[str, Any]]] = {
    "as the template has it": [statement(Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})],
    "one service of several": [statement(Principal={"Service": ["budgets.amazonaws.com", CLOUDWATCH]})],
    "everybody": [statement(Principal="*")],
    "any action": [statement(Action=["sqs:SendMessage", "SNS:*"])],
    "any resource": [statement(Resource="arn:aws:sns:*:*:toc?in")],
    "an alarm by its pattern": [
        statement(Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:*:{ACCOUNT}:alarm:*"}}),
    ],
    "what cannot be known here": [statement(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})],
    "all but another": [statement(Condition={"StringNotEquals": {"aws:SourceAccount": "210987654321"}})],
    "a denial of what is not encrypted": [
        statement(), statement(Effect="Deny", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
    ],
    "an account that is written as a number": [
        statement(Condition={"StringEquals": {"aws:SourceAccount": int(ACCOUNT)}}),
    ],
    "a denial of something else": [statement(), statement(Effect="Deny", NotAction="sns:Publish")],
}  # fmt: skip
REFUSES: dict[str, list[dict[str, Any]]] = {
    "nothing said": [],
    "another service": [statement(Principal={"Service": "budgets.amazonaws.com"})],
    "people only": [statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})],
    "another action": [statement(Action="sns:Subscribe")],
    "another topic": [statement(Resource=f"{TOPIC}-ops")],
    "another account": [statement(Condition={"StringEquals": {"aws:SourceAccount": "210987654321"}})],
    "another alarm": [statement(Condition={"ArnEquals": {"aws:SourceArn": f"{ALARM}-other"}})],
    "one of two conditions": [
        statement(Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": "arn:x*"}}),
    ],
    "denied after all": [statement(), statement(Effect="Deny", Principal="*")],
    "by exception": [statement(NotAction="sns:*", Action=[])],
}  # fmt: skip


@pytest.mark.parametrize("name", ADMITS)
def test_it_admits(name: str) -> None:
    """What AWS would let in; and what cannot be known counts as let in, so that no alarm is raised for nothing."""
    assert admitted(*ADMITS[name])


@pytest.mark.parametrize("name", REFUSES)
def test_it_refuses(name: str) -> None:
    """What AWS would certainly refuse."""
    assert not admitted(*REFUSES[name])


def test_a_new_topics_policy_admits_cloudwatch_alone() -> None:
    """By the owner that CloudWatch names, and other services do not."""
    owner = {"aws:sourceowner": ACCOUNT}

    assert admitted(USUAL, **owner)
    assert not admitted(USUAL, service="budgets.amazonaws.com", **{"aws:sourceowner": "another"})


def test_a_roles_own_policy_needs_no_principal() -> None:
    """It is about the role that it hangs on."""
    policy = {"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}

    assert allows([policy], Asked("sqs:ReceiveMessage", "arn:aws:sqs:eu-north-1:1:q"))
    assert not allows([policy], Asked("ssm:GetParameter", "arn:aws:sqs:eu-north-1:1:q"))


def test_whoever_was_let_in_is_read_out_of_any_policy() -> None:
    """A statement without a list around it, and one that somebody has put otherwise, end no command."""
    topics = {"Sid": "ConnectedTopics", "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}}}
    other = {**topics, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*"}}}
    queues = [Queue("u", {"QueueArn": "arn:q", "Policy": json.dumps({"Statement": each})}) for each in (topics, other)]

    assert [sources(each) for each in queues] == [(TOPIC,), ()]
    assert [each["Sid"] for each in admitting(queues[0], [ALARM.replace("cloudwatch", "sns")])["Statement"]] == [
        "ConnectedTopics"
    ]


_SIDS = st.text("abcdefghijABCDEFGHIJ", min_size=1, max_size=6)
_POLICIES = st.lists(_SIDS, unique=True, max_size=4).map(
    lambda sids: {"Version": "2012-10-17", "Statement": [statement(Sid=sid) for sid in sids]}
)


@given(_POLICIES, _SIDS)
def test_what_is_added_can_be_taken_back(policy: dict[str, Any], sid: str) -> None:
    """Adding twice is adding once; taking it back leaves all others as they were; and AWS's JSON is ours again."""
    once = extended(policy, statement(Sid=sid))
    others = [each for each in policy["Statement"] if each["Sid"] != sid]

    assert extended(once, statement(Sid=sid)) == once
    assert reduced(once, sid)["Statement"] == others
    assert json.loads(written(once)) == parsed(written(once)) == once
    assert (written(reduced(once, sid)) == "") == (others == [])
