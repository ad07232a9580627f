"""CloudTrail's rules: what decides how bad a call is, what belongs to one story, and what is never shown."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.envelope import unwrap
from tocsin.kinds import read
from tocsin.kinds.cloudtrail import WORDS, parameters, policy
from tocsin.kinds.cloudtrail.rules import Rule
from tocsin.kinds.cloudtrail.verdict import RULES
from tocsin.model import Signal
from tocsin.words import LANGUAGES, plain

ACCOUNT = "123456789012"
USER = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/kim", "accountId": ACCOUNT, "userName": "kim"}
ROOT = {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
SSO = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/kim@example.com",
    "accountId": ACCOUNT,
}
SERVICE = {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}
EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def call(service: str, name: str, request: Any = None, who: Any = None, **more: Any) -> Signal:
    record = {
        "eventVersion": "1.09",
        "userIdentity": USER if who is None else who,
        "eventTime": "2026-03-02T09:14:27Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "requestParameters": request,
        "recipientAccountId": ACCOUNT,
        "eventID": "e-1",
        **more,
    }
    event = {"source": f"aws.{service}", "detail-type": "AWS API Call via CloudTrail", "id": "x", "detail": record}
    (signal,) = read(unwrap(event)[0])
    assert signal.kind == "cloudtrail"
    return signal


def sign_in(who: dict[str, str], result: str = "Success", mfa: str | None = "No") -> Signal:
    extra = None if mfa is None else {"MFAUsed": mfa}
    return call(
        "signin", "ConsoleLogin", None, who, responseElements={"ConsoleLogin": result}, additionalEventData=extra
    )


def shown(signal: Signal, language: str = "en") -> str:
    said = [signal.title, *filter(None, [signal.summary]), *signal.meaning, *signal.advice]
    facts = [value for fact in signal.facts for value in (fact.label, fact.value)]
    return "\n".join([*(plain(one, language, UTC) for one in (*said, *facts)), signal.quote, str(signal.labels)])


def rule(signal: Signal) -> str:
    return signal.labels["rule"]


@pytest.mark.parametrize(
    ("who", "result", "mfa", "name", "severity"),
    [
        (ROOT, "Success", "Yes", "root_in", "high"),
        (ROOT, "Success", "No", "root_in_no_mfa", "critical"),
        (ROOT, "Success", None, "root_in_no_mfa", "critical"),
        (ROOT, "Failure", "No", "root_failed", "high"),
        (USER, "Success", "Yes", "in", "info"),
        (USER, "Success", "No", "in_no_mfa", "high"),
        (USER, "Failure", "No", "sign_in_failed", "low"),
        (SSO, "Success", "No", "in", "info"),
        ({"type": "SAMLUser", "userName": "kim"}, "Success", "No", "in", "info"),
        ({"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/kim"}, "Success", None, "in", "info"),
    ],
)
def test_only_passwords_of_aws_itself_are_blamed_for_a_missing_second_factor(
    who: dict[str, str], result: str, mfa: str | None, name: str, severity: str
) -> None:
    """SSO and federated sign-ins are never "without MFA": their provider asks, and AWS's MFAUsed is No."""
    signal = sign_in(who, result, mfa)
    assert (rule(signal), signal.severity) == (name, severity)


@pytest.mark.parametrize(
    ("service", "name", "request_", "expected", "severity"),
    [
        ("iam", "AttachUserPolicy", {"policyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}, "admin_given", "high"),
        ("iam", "AttachRolePolicy", {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, "policy_given", "medium"),
        ("iam", "AttachUserPolicy", {"policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2"},
         "quarantined", "critical"),
        ("iam", "PutRolePolicy", {"policyDocument": EVERYTHING}, "admin_given", "high"),
        ("iam", "CreatePolicy", {"policyDocument": "not a policy"}, "policy_written", "medium"),
        ("iam", "UpdateAccessKey", {"status": "Active"}, "key_on", "medium"),
        ("iam", "UpdateAccessKey", {"status": "Inactive"}, "key_off", "info"),
        ("guardduty", "UpdateDetector", {"enable": False}, "guardduty_off", "critical"),
        ("guardduty", "UpdateDetector", {"findingPublishingFrequency": "SIX_HOURS"}, "guardduty_bent", "medium"),
        ("guardduty", "CreateFilter", {"name": "f", "action": "ARCHIVE"}, "findings_hidden", "high"),
        ("guardduty", "CreateFilter", {"name": "f", "action": "NOOP"}, "guardduty:CreateFilter", "low"),
        ("ec2", "ModifyImageAttribute", {"launchPermission": {"add": {"items": [{"group": "all"}]}}},
         "copy_public", "critical"),
        ("ec2", "ModifySnapshotAttribute", {"createVolumePermission": {"add": {"items": [{"userId": "999988887777"}]}}},
         "copy_shared", "high"),
        ("ec2", "ModifySnapshotAttribute", {"createVolumePermission": {"remove": {"items": [{"group": "all"}]}}},
         "ec2:ModifySnapshotAttribute", "low"),
        ("rds", "ModifyDBClusterSnapshotAttribute", {"valuesToAdd": ["all"]}, "copy_public", "critical"),
        ("s3", "PutBucketAcl", {"AccessControlPolicy": {"AccessControlList": {"Grant": [
            {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}}]}}}, "resource_public", "high"),
        ("s3", "PutBucketAcl", {"x-amz-acl": ["private"]}, "s3:PutBucketAcl", "low"),
        ("s3", "PutBucketPolicy", {"bucketPolicy": {"Statement": [{"Effect": "Deny", "Principal": "*"}]}},
         "s3:PutBucketPolicy", "low"),
        ("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": "*"}, "resource_public", "high"),
        ("lambda", "AddPermission20150331v2", {"principal": "s3.amazonaws.com"}, "lambda:AddPermission", "low"),
        ("ec2", "RunInstances", {"instanceType": "t3.micro"}, "instance", "low"),
        ("ec2", "RunInstances", {"instanceType": "p5.48xlarge"}, "big_instance", "high"),
        ("ec2", "RunInstances", {"instanceType": "c7g.metal"}, "big_instance", "high"),
        ("ec2", "RunInstances", {"instanceType": "t3.micro", "instancesSet": {"items": [{"maxCount": 40}]}},
         "many_instances", "high"),
        ("ec2", "CreateFleet", {"CreateFleetRequest": {"LaunchTemplateConfigs": {"Overrides": [
            {"InstanceType": "g6.xlarge", "tag": 1}]}}}, "big_instance", "high"),
        ("ec2", "RequestSpotInstances", {"instanceCount": 20, "launchSpecification": {"instanceType": "m5.large"}},
         "many_instances", "high"),
        ("rds", "ModifyDBInstance", {"publiclyAccessible": True}, "database_public", "high"),
        ("rds", "ModifyDBInstance", {"publiclyAccessible": False}, "rds:ModifyDBInstance", "low"),
        ("config", "DescribeConfigRules", None, "config:DescribeConfigRules", "info"),
    ],
)  # fmt: skip
def test_the_parameters_decide_what_a_call_means(
    service: str, name: str, request_: Any, expected: str, severity: str
) -> None:
    """The same call is an alarm or housekeeping, by what it asks for."""
    signal = call(service, name, request_)
    assert (rule(signal), signal.severity) == (expected, severity)


@pytest.mark.parametrize(
    ("permissions", "ports"),
    [
        ({"items": [{"fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}, "22"),
        ({"items": [{"fromPort": 8000, "toPort": 9000, "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]}}]}, "8000-9000"),
        ({"items": [{"ipProtocol": "-1", "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}, "*"),
        ({"items": [{"fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}}]}, ""),
        ({"items": [{"fromPort": 22, "toPort": 22, "groups": {"items": [{"groupId": "sg-1"}]}, "ipRanges": {}}]}, ""),
    ],
)
def test_a_port_is_open_to_the_world_only_if_an_address_range_says_so(permissions: Any, ports: str) -> None:
    """0.0.0.0/0 and ::/0 count, in each form that EC2's calls have; private ranges and groups do not."""
    signal = call("ec2", "AuthorizeSecurityGroupIngress", {"groupId": "sg-9", "ipPermissions": permissions})
    title = plain(signal.title, "en", UTC)
    expected = (
        f"Open to the whole internet: port {ports} of sg-9" if ports else "EC2 AuthorizeSecurityGroupIngress: sg-9"
    )
    assert title == expected


def test_both_other_forms_of_a_security_group_rule_are_read() -> None:
    """The old form has the rule beside the group, ModifySecurityGroupRules has it under its own request."""
    old = {"groupId": "sg-9", "cidrIp": "0.0.0.0/0", "fromPort": 3306, "toPort": 3306, "ipProtocol": "tcp"}
    assert "port 3306 of sg-9" in plain(call("ec2", "AuthorizeSecurityGroupIngress", old).title, "en", UTC)
    inner = {"CidrIpv4": "0.0.0.0/0", "FromPort": 22, "ToPort": 22, "IpProtocol": "tcp"}
    asked = {"GroupId": "sg-9", "SecurityGroupRule": {"SecurityGroupRule": inner, "tag": 1}}
    new = {"ModifySecurityGroupRulesRequest": asked}
    assert "port 22 of sg-9" in plain(call("ec2", "ModifySecurityGroupRules", new).title, "en", UTC)


def test_a_refused_attempt_never_reads_as_done() -> None:
    """The title says that it was denied, the sentence that nothing changed, and the severity is a step milder."""
    done = call("cloudtrail", "StopLogging", {"name": "main"})
    denied = call("cloudtrail", "StopLogging", {"name": "main"}, errorCode="AccessDenied", errorMessage="no")
    assert (done.severity, denied.severity) == ("critical", "high")
    assert plain(denied.title, "en", UTC) == "Denied: CloudTrail StopLogging: main"
    assert denied.summary is not None and "nothing changed" in plain(denied.summary, "en", UTC)
    assert "Switch it on again" in shown(done) and "Switch it on again" not in shown(denied)
    failed = call("cloudtrail", "StopLogging", {"name": "main"}, errorCode="TrailNotFoundException")
    assert plain(failed.title, "en", UTC) == "Failed: CloudTrail StopLogging: main"


def test_root_makes_everything_worse_and_a_service_milder() -> None:
    """Root's calls stand out whatever they are; what AWS does by itself, or for root, is not root's."""
    assert call("iam", "CreateUser", {"userName": "x"}, ROOT).severity == "critical"
    assert call("iam", "CreateUser", {"userName": "x"}, SERVICE).severity == "medium"
    assert (rule(call("sqs", "CreateQueue", None, ROOT)), call("sqs", "CreateQueue", None, ROOT).severity) == (
        "root",
        "high",
    )
    by_service = {**ROOT, "invokedBy": "trustedadvisor.amazonaws.com"}
    assert call("sqs", "CreateQueue", None, by_service).labels["actortype"] == "service"


@pytest.mark.parametrize(
    ("who", "sort", "said"),
    [
        (ROOT, "root", "Root user"),
        (USER, "user", "IAM user kim"),
        ({"type": "IAMUser", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}, "unknown", "IAM user (AWS hides a name "),
        (SSO, "sso", "kim@example.com (SSO, Admin)"),
        ({"type": "AssumedRole", "principalId": "AROA1:build", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/build"},
         "role", "role ci (session build)"),
        ({"type": "AssumedRole", "principalId": "AROA1:i-0123456789abcdef0",
          "sessionContext": {"sessionIssuer": {"userName": "web"}}}, "instance",
         "role web (session i-0123456789abcdef0)"),
        ({"type": "WebIdentityUser", "userName": "repo:x", "identityProvider": "idp"}, "federated",
         "repo:x (signed in by idp)"),
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}, "sso", "u-1 (signed in by "),
        ({"type": "AWSAccount", "accountId": "111122223333"}, "account", "AWS account 111122223333"),
        ({"type": "AWSAccount", "accountId": "ANONYMOUS_PRINCIPAL"}, "unknown", "anonymous (no credentials)"),
        (SERVICE, "service", "AWS itself (autoscaling.amazonaws.com)"),
        ({}, "unknown", "somebody (not recorded)"),
        ({"type": None, "arn": 5, "userName": []}, "unknown", "somebody (not recorded)"),
    ],
)  # fmt: skip
def test_every_sort_of_identity_is_told_apart(who: Any, sort: str, said: str) -> None:
    """People read who it was; routes can match on the sort."""
    signal = call("sqs", "CreateQueue", None, who)
    assert signal.labels["actortype"] == sort
    (actor,) = (fact.value for fact in signal.facts if fact.label.key == "words.actor")
    assert plain(actor, "en", UTC).startswith(said)


def test_one_story_is_one_rule_by_one_actor_from_one_place() -> None:
    """The same rule by the same actor belongs together, whatever it was done to; a new address, region, actor or result
    is a new story, and so is another call. Sessions of one role are one actor."""

    def story(**more: Any) -> str:
        return call("iam", "CreateUser", {"userName": more.pop("user", "x")}, more.pop("who", None), **more).story

    role = {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/one"}
    assert story() == story(user="y")
    others = [story(sourceIPAddress="198.51.100.1"), story(awsRegion="eu-west-1"), story(who=SSO), story(who=role),
              story(errorCode="AccessDenied"), story(recipientAccountId="111122223333")]  # fmt: skip
    assert len({story(), *others}) == len(others) + 1
    assert story(who=role) == story(who={**role, "arn": role["arn"].replace("/one", "/two")})
    probes = {
        call(service, name, errorCode="AccessDenied").story for service, name in (("s3", "ListX"), ("ec2", "GetY"))
    }
    assert len(probes) == 1


SECRETS = {
    "password": "hunter2", "masterUserPassword": "hunter2", "newPassword": 86753091, "secretString": "hunter2",
    "SecretBinary": "hunter2", "userData": "hunter2", "environment": {"variables": {"A": "hunter2"}},
    "authToken": "hunter2", "clientSecret": "hunter2", "privateKey": ["hunter2"], "authenticationCode1": "hunter2",
    "parameters": [{"parameterKey": "DbPassword", "parameterValue": "hunter2"}], "value": "hunter2",
    "command": ["--password=hunter2"], "note": "export TOKEN=hunter2", "code": {"zipFile": "hunter2"},
    "defaultArguments": {"--key": "hunter2"}, "X-Amz-Security-Token": "hunter2", "apiKey": "hunter2",
}  # fmt: skip


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_in_a_request_are_never_shown(name: str) -> None:
    """Passwords, tokens, keys, user data, environments and parameters are hidden, wherever they stand."""
    for request in ({name: SECRETS[name]}, {"outer": [{"items": [{name: SECRETS[name]}]}]}):
        signal = call("any", "CreateThing", request, errorMessage="bad password=hunter2", errorCode="Invalid")
        for language in LANGUAGES:
            assert "hunter2" not in shown(signal, language) and "86753091" not in shown(signal, language)


@pytest.mark.parametrize(
    "request_",
    [{"secretId": "prod/db"}, {"minimumPasswordLength": 6}, {"httpTokens": "optional"}, {"passwordResetRequired": True},
     {"tagSet": {"items": [{"key": "team", "value": "checkout"}]}}, {"environmentName": "prod"}],
)  # fmt: skip
def test_what_only_sounds_like_a_secret_is_shown(request_: Any) -> None:
    """The name of a secret, a rule about passwords, a tag: without them nobody sees what changed."""
    (label, *_), (value, *_) = zip(*((fact.label, fact.value) for fact in parameters.facts(request_)), strict=True)
    assert plain(value, "en", UTC) not in ("", "(hidden)") and plain(label, "en", UTC)


@pytest.mark.parametrize(
    ("statement", "admin", "public", "strangers"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, True, False, []),
        ({"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}, False, False, []),
        ({"Effect": "Allow", "Action": ["s3:*"], "Resource": "*", "Principal": {"AWS": "*"}}, False, True, []),
        ({"Effect": "Allow", "Principal": "*", "Condition": {"Bool": {}}}, False, False, []),
        ({"Effect": "Allow", "Principal": {"AWS": ["999988887777", f"arn:aws:iam::{ACCOUNT}:root"]}}, False, False,
         ["999988887777"]),
        ({"Effect": 5, "Action": {}, "Principal": [None]}, False, False, []),
    ],
)  # fmt: skip
def test_policies_say_who_may_do_what(statement: Any, admin: bool, public: bool, strangers: list[str]) -> None:
    """Everything to oneself, something to everybody, something to another account: three different things."""
    read_ = policy.document({"Statement": [statement, "damaged", None]})
    assert read_ is not None
    assert (policy.is_admin(read_), policy.is_public(read_), policy.strangers(read_, ACCOUNT)) == (
        admin,
        public,
        strangers,
    )
    assert all(plain(one, language, UTC).strip() for one in policy.said(read_) for language in LANGUAGES)


TRICKY = st.sampled_from(["Statement", "Principal", "items", "ipRanges", "cidrIp", "instanceType"])
REQUESTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | TRICKY, inner, max_size=3),
    max_leaves=12,
)


@given(REQUESTS, st.sampled_from(sorted(RULES)))
def test_no_request_trips_a_rule(request_: Any, of: str) -> None:
    """Each rule reads any request there can be, and its sentences can be said in every language."""
    service, name = of.split(":")
    signal = call(service, name, request_)
    assert all(shown(signal, language) for language in LANGUAGES)


@pytest.mark.parametrize("of", sorted(RULES))
def test_every_rule_is_told_without_its_parameters(of: str) -> None:
    """A denied call often has no parameters: title and sentence still stand, without None or empty braces."""
    service, name = of.split(":")
    for more in ({}, {"errorCode": "AccessDenied"}):
        signal = call(service, name, None, **more)
        for language in LANGUAGES:
            text = plain(signal.title, language, UTC)
            assert text.strip() and not re.search(r"None|[{}]|: *$", text)


def test_each_sentence_belongs_to_one_theme_and_each_rule_names_a_known_one() -> None:
    """No two themes use one key for two sentences, and every rule's title and lesson exist."""
    fixed = [row for row in RULES.values() if isinstance(row, Rule)]
    named = {
        key for row in fixed for key in (row.title, *((row.lesson.meaning, *row.lesson.undo) if row.lesson else ()))
    }
    assert len(fixed) > 150
    assert {key.removeprefix("cloudtrail.") for key in named} <= set(WORDS["en"])


def test_a_record_is_the_same_by_every_road() -> None:
    """EventBridge, EventBridge by SNS, and the record by itself in a list give one identity, story and title."""
    record = {
        "eventVersion": "1.09",
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser",
        "eventID": "e-9",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "recipientAccountId": ACCOUNT,
        "userIdentity": USER,
        "eventTime": "2026-03-02T09:14:27Z",
        "requestParameters": {"userName": "x"},
    }
    bare = read(unwrap({"Records": [record]})[0])[0]
    event = {"source": "aws.iam", "detail-type": "AWS API Call via CloudTrail", "id": "z", "detail": record}
    bridged = read(unwrap(event)[0])[0]
    assert [[str(one.title), one.subject, one.story, one.event_id, one.at] for one in (bare,)] == [
        [str(one.title), one.subject, one.story, one.event_id, one.at] for one in (bridged,)
    ]
    assert bare.facts == bridged.facts
