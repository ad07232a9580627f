"""Other accounts on a small AWS: let in at home, each with a spoke, named, shut out again, and nothing left behind.

Its buses end at their own account: what goes from one to another is in tests/localstack.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

import aws_home
from aws_home import Answers, Home, run
from denying_aws import denying
from json_page import asked
from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud, cloud
from tocsin_cli.doctor import spokes as checks
from tocsin_cli.stack.accounts import Asked, Opening, admitted, opening
from tocsin_cli.stack.bus import let_in
from tocsin_cli.stack.changes import Changes
from tocsin_cli.stack.deployment import Wish, deployment
from tocsin_cli.stack.home import home_of
from tocsin_cli.stack.names import FEW, PAUSE, Names, found_names
from tocsin_cli.stack.spokes import Spokes, plan_spokes
from tocsin_cli.stack.standing import find
from tocsin_cli.stack.surroundings import look_around

STUDENT, OTHER = "111122223333", "012345678901"
ORGANIZATION = "o-a1b2c3d4e5"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with aws_home.deployed(tmp_path_factory.mktemp("aws")) as home:
        yield home


@contextmanager
def account(id: str) -> Iterator[Cloud]:
    """Somebody of another account; this AWS takes the number for a key id. Commands are run as that one meanwhile."""
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("AWS_ACCESS_KEY_ID", id)
        with cloud(None, None) as there:
            assert there.account == id
            yield there


def _deploy(home: Home, asked: Asked) -> Opening:
    """As `tocsin deploy` does it, without its proof."""
    guests = opening(home.cloud, "tocsin", home.stack, asked)
    ready = deployment(home.cloud, Changes(home.cloud, "tocsin", lambda step: None, sleep=lambda _: os.sched_yield()))
    ready.carry_out(ready.plan(Wish("webhook").parameters(home.stack) | guests.after.parameters()))
    guests.carry_out()
    return guests


def _statements(home: Home) -> dict[str, Any]:
    policy = json.loads(home.client("events").describe_event_bus().get("Policy", '{"Statement": []}'))
    return {each["Sid"]: each for each in policy["Statement"]}


def test_nobody_is_let_in_by_default(home: Home) -> None:
    """The bus has no policy until somebody is named."""
    assert _statements(home) == {} and admitted(home.stack) == let_in(home.cloud, "tocsin")


def test_a_plan_shows_who_comes_in_and_changes_nothing(home: Home, tmp_path: Path) -> None:
    """Accounts with their labels, regions and spokes are all in it; afterwards everything is as it was."""
    file = tmp_path / "class.csv"
    file.write_text(f"{STUDENT},student 12\n{OTHER}\n{home.cloud.account},teacher\n", "utf-8")
    options = ("--accounts-file", str(file), "--organization", ORGANIZATION, "--regions", "us-east-1")
    code, output = run("deploy", "--plan", *options)

    assert code == 0
    for line in (
        "permission AccountsMayHandOn",
        f"+ let in  alarms of account student 12 ({STUDENT})",
        f"+ let in  alarms of account {OTHER}",
        f"+ let in  alarms of organization {ORGANIZATION}",
        f"~ name    account {home.cloud.account}: teacher",
        "Stack tocsin-spoke in account 123456789012, us-east-1:",
        "+ make    queue DeadLetters",
    ):
        assert line in output
    assert _statements(home) == {} and Names(home.cloud, "tocsin").known() == {}
    assert find(home.cloud.elsewhere("us-east-1"), "tocsin-spoke") is None


def test_a_region_that_may_not_be_looked_at_keeps_no_others_dead_letters(home: Home) -> None:
    """`redrive` says so, and goes on with those that it can see."""
    home.client("ssm").put_parameter(Name="/tocsin/tocsin/spokes", Value="us-east-1", Type="StringList")
    with (
        denying(os.environ["AWS_ENDPOINT_URL"], {"GetQueueUrl": "AccessDenied"}.get) as address,
        pytest.MonkeyPatch.context() as environ,
    ):
        environ.setenv("AWS_ENDPOINT_URL", address)
        code, output = run("redrive")
    home.client("ssm").delete_parameters(Names=["/tocsin/tocsin/spokes"])

    assert code == 0 and output.endswith("Nothing waits to be brought back.\n")
    assert "✗ what lies in tocsin-spoke-dead in us-east-1 is not known: GetQueueUrl is refused (AccessDenied)" in output


def test_a_region_that_cannot_be_put_on_record_is_not_begun(home: Home) -> None:
    """`destroy` would not find it: the plan is forgotten, with the empty stack that it began."""
    with Answers(home, PutParameter="AccessDenied") as denied:
        around = Spokes(denied, "tocsin", lambda step: None)
        planned = around.plans(("us-east-1",))
        with pytest.raises(ClientError, match="PutParameter"):
            around.carry_out(planned)

    assert find(home.cloud.elsewhere("us-east-1"), "tocsin-spoke") is None and around.regions() == ()


def test_home_lets_in_alarms_of_those_who_are_named_and_nothing_else(home: Home) -> None:
    """The bus's policy says who, and for what; the account's own statements of others stay."""
    home.client("events").put_permission(StatementId="theirs", Action="events:PutEvents", Principal="444455556666")
    guests = _deploy(home, Asked({STUDENT: "student 12", OTHER: ""}, ORGANIZATION))
    statements = _statements(home)
    kinds = ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]
    alarms = {"events:source": "aws.cloudwatch", "events:detail-type": kinds}
    bus = "arn:aws:events:eu-north-1:123456789012:event-bus/default"

    assert guests.newcomers == (STUDENT, OTHER) and statements.keys() == {
        "theirs", "tocsin-accounts", "tocsin-organization",
    }  # fmt: skip
    assert statements["tocsin-accounts"] == {
        "Sid": "tocsin-accounts",
        "Effect": "Allow",
        "Principal": {"AWS": [STUDENT, OTHER]},
        "Action": "events:PutEvents",
        "Resource": bus,
        "Condition": {"ForAllValues:StringEquals": alarms},
    }
    assert statements["tocsin-organization"]["Condition"] == {
        "ForAllValues:StringEquals": alarms, "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION},
    }  # fmt: skip
    assert let_in(home.cloud, "tocsin") == admitted(home.stack)


def test_homes_rule_takes_alarms_of_other_accounts(home: Home) -> None:
    """Once they are on the bus, they go the way of home's own."""
    events = home.client("events")
    pattern = events.describe_rule(Name="tocsin-all-alarms")["EventPattern"]
    event = json.dumps(_event(STUDENT, "us-east-1", "cpu"))

    assert events.test_event_pattern(EventPattern=pattern, Event=event)["Result"]


def test_an_update_keeps_who_is_let_in(home: Home) -> None:
    """A later deployment that names nobody changes nothing of it, and a name stays until there is another label."""
    again = opening(home.cloud, "tocsin", home.stack, Asked())
    renamed = opening(home.cloud, "tocsin", home.stack, Asked({STUDENT: "Min-jun"}))

    assert not again.is_news and not list(again.lines())
    assert not any(again.told().values()) and renamed.told()["names"] == {STUDENT: "Min-jun"}
    assert list(renamed.lines()) == [f"  ~ name    account {STUDENT}: Min-jun"]
    assert Wish("webhook").parameters(home.stack)["Accounts"] == f"{STUDENT},{OTHER}"


class Organization:
    """AWS Organizations where it may be asked, or, without ``names``, where it may not or does not answer."""

    def __init__(self, *names: tuple[str, str], refuses: Exception | None = None) -> None:
        self.names, self.refuses = names, refuses

    def get_paginator(self, operation: str) -> Organization:
        assert operation == "list_accounts"
        return self

    def paginate(self) -> Iterator[dict[str, Any]]:
        if self.refuses:
            raise self.refuses
        yield from ({"Accounts": [{"Id": id, "Name": name}]} for id, name in self.names)


def test_names_are_found_where_aws_knows_them(home: Home) -> None:
    """The organization's names for whoever is let in, and home's own; where it may not be asked, home's alias."""
    home.client("iam").create_account_alias(AccountAlias="school")
    knows = Organization((STUDENT, "Sandbox 12"), (OTHER, "Sandbox 13"), ("444455556666", "Stranger"))

    def found(organization: Organization, everyone: bool) -> dict[str, str]:
        def clients(service: str, region: str) -> Any:
            return organization if service == "organizations" else home.cloud.clients(service, region)

        return found_names(replace(home.cloud, clients=clients), (STUDENT,), everyone)

    assert found(knows, False) == {STUDENT: "Sandbox 12", home.cloud.account: "school"}
    assert found(knows, True).keys() == {STUDENT, OTHER, "444455556666", home.cloud.account}
    odd = Organization((STUDENT, "{{ssm:x}}"), (OTHER, "two\nlines"), ("444455556666", "long " * 20))
    assert found(odd, True) == {home.cloud.account: "school"}, "an account's own idea of a name stops nothing"
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListAccounts")
    for refusal in (denied, EndpointConnectionError(endpoint_url="https://organizations.example")):
        assert found(Organization(refuses=refusal), True) == {home.cloud.account: "school"}


def test_the_names_of_a_whole_class_are_written_without_haste(home: Home) -> None:
    """The first few at once, then three in a second, which Parameter Store takes; all are there, and all go again."""
    pauses: list[float] = []
    names = Names(home.cloud, "class", pauses.append)
    wanted = {f"{number:012}": f"student {number}" for number in range(FEW + 25)}
    names.keep(wanted)
    kept = names.known()
    names.forget(wanted)

    assert kept == wanted and pauses == [PAUSE] * 25 and names.known() == {}


def test_a_spoke_in_another_account(home: Home) -> None:
    """Planned, made by its own credentials and home's number alone; the rule hands on its account's own alarms."""
    at = ("spoke", "add", "--home", home_of(home.cloud, "tocsin").where)
    with account(STUDENT) as there:
        code, planned = asked("spoke add", *at[2:], "--plan")
        (stack,) = planned["stacks"]
        assert code == 0 and not planned["up_to_date"] and find(there, "tocsin-spoke") is None
        assert (stack["account"], stack["action"]) == (STUDENT, "CREATE")
        assert {"Add AWS::Events::Rule", "Add AWS::SQS::Queue"} <= {
            f"{each['action']} {each['type']}" for each in stack["changes"]
        }
        code, output = run(*at, "--yes", "--regions", "eu-north-1,us-east-1")
        assert code == 0 and f"tocsin deploy --accounts {STUDENT}" in output
        events = there.elsewhere("us-east-1").client("events")
        rule, (target,) = (
            events.describe_rule(Name="tocsin-spoke"),
            events.list_targets_by_rule(Rule="tocsin-spoke")["Targets"],
        )
        _, again = run(*at, "--yes", "--regions", "eu-north-1,us-east-1")
    pattern = json.loads(rule["EventPattern"])

    assert (pattern["account"], pattern["region"]) == ([STUDENT], ["us-east-1"])
    assert target["Arn"] == "arn:aws:events:eu-north-1:123456789012:event-bus/default"
    assert target["DeadLetterConfig"]["Arn"] == f"arn:aws:sqs:us-east-1:{STUDENT}:tocsin-spoke-dead"
    assert again.count("nothing to change") == 2


def test_two_homes_of_one_name_do_not_take_each_others_spokes(home: Home) -> None:
    """The second is told whose the spoke is, and what to do; the first keeps it. Nothing is left of the attempt."""
    with account(STUDENT) as there:
        with pytest.raises(ConfigError, match=r"to another tocsin, of account 123456789012 in eu-north-1") as caught:
            run("spoke", "add", "--home", f"{OTHER}:eu-west-1", "--regions", "ap-south-1,us-east-1", "--yes")
        assert find(there.elsewhere("ap-south-1"), "tocsin-spoke") is None
    assert "--stack" in caught.value.hint

    elsewhere = home.cloud.elsewhere("eu-west-1")
    ours = Spokes(home.cloud, "tocsin", lambda step: None)
    ours.carry_out(ours.plans(("us-west-2",)))
    with pytest.raises(ConfigError, match="of account 123456789012 in eu-north-1"):
        Spokes(elsewhere, "tocsin", lambda step: None).plans(("us-west-2",))
    ours.carry_out(ours.plans(without=("us-west-2",)))


def test_a_plan_that_fails_takes_those_before_it_away(home: Home) -> None:
    """Of two regions, the second of which is refused, none keeps a change set or an empty stack."""

    class Refusing:
        """CloudFormation where it plans nothing."""

        def __init__(self, real: Any) -> None:
            self.real = real

        def __getattr__(self, name: str) -> Any:
            if name == "create_change_set":
                raise ConfigError("refused")
            return getattr(self.real, name)

    def clients(service: str, region: str) -> Any:
        real = home.cloud.clients(service, region)
        return Refusing(real) if (service, region) == ("cloudformation", "sa-east-1") else real

    here = replace(home.cloud, clients=clients)
    places = [here.elsewhere("ca-central-1"), here.elsewhere("sa-east-1")]
    with pytest.raises(ConfigError, match="refused"):
        plan_spokes(home_of(here, "tocsin"), places, lambda step: None)
    assert find(home.cloud.elsewhere("ca-central-1"), "tocsin-spoke") is None


@pytest.mark.parametrize("where", [("--regions", "eu-north-1"), ()])
def test_a_spoke_of_homes_own_account_is_homes(home: Home, where: tuple[str, ...]) -> None:
    """`tocsin spoke` leaves the regions of home's account to `tocsin deploy`, and says so."""
    with pytest.raises(ConfigError, match="is home's own account") as caught:
        run("spoke", "add", "--home", home_of(home.cloud, "tocsin").where, *where)
    assert caught.value.hint == "tocsin deploy --regions LIST --region eu-north-1"


def test_a_spoke_that_home_has_made_is_taken_away_by_home(home: Home) -> None:
    """`tocsin spoke remove` would leave home believing in it: it names the command that does it."""
    ours = Spokes(home.cloud, "tocsin", lambda step: None)
    ours.carry_out(ours.plans(("ap-east-1",)))
    with pytest.raises(ConfigError, match="is in the same account") as caught:
        run("spoke", "remove", "--yes", "--regions", "ap-east-1")
    ours.carry_out(ours.plans(without=("ap-east-1",)))

    assert caught.value.hint == "tocsin deploy --without ap-east-1 --region eu-north-1"


def test_what_a_spoke_could_not_hand_on_is_seen_and_brought_back(home: Home) -> None:
    """It lies in the spoke's queue as EventBridge leaves it; `status` and `doctor` say so, `redrive` brings it back."""
    ours = Spokes(home.cloud, "tocsin", lambda step: None)
    ours.carry_out(ours.plans(("us-west-1",)))
    there = home.cloud.elsewhere("us-west-1")
    sqs, url = there.client("sqs"), there.client("sqs").get_queue_url(QueueName="tocsin-spoke-dead")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(_event(home.cloud.account, "us-west-1", "left behind")))
    seen = [each for each in look_around(home.cloud, home.stack) if each.trouble]
    (finding,) = checks.spokes(home.scene())
    code, output = run("redrive", "--yes")
    message = home.slack.wait_for(lambda each: "left behind" in each.text, timeout=60)

    assert [each.what for each in seen] == ["dead letters of us-west-1: 1"]
    assert finding.what == "1 events of us-west-1 did not come here: tocsin-spoke-dead"
    assert finding.mend == "tocsin redrive --region eu-north-1"
    assert (
        code == 0 and "tocsin-spoke-dead in us-west-1: 1 that did not come here" in output and "left behind" in output
    )
    assert "us-west-1" in message.text and not list(checks.spokes(home.scene()))


def test_a_spoke_that_was_switched_off_or_led_astray_is_found(home: Home) -> None:
    """The doctor says which, and mends what is safe."""
    events = home.cloud.elsewhere("us-west-1").client("events")
    events.disable_rule(Name="tocsin-spoke")
    (off,) = checks.spokes(home.scene())
    assert off.fix is not None
    off.fix()
    (target,) = events.list_targets_by_rule(Rule="tocsin-spoke")["Targets"]
    events.put_targets(Rule="tocsin-spoke", Targets=[{"Id": "home", "Arn": target["DeadLetterConfig"]["Arn"]}])
    (astray,) = checks.spokes(home.scene())
    events.put_targets(Rule="tocsin-spoke", Targets=[target])
    events.delete_rule(Name="tocsin-spoke")

    assert off.mend == "aws events enable-rule --name tocsin-spoke --region us-west-1"
    assert astray.what == "the rule tocsin-spoke in us-west-1 does not lead here"
    assert [each.what for each in checks.spokes(home.scene())] == ["the rule tocsin-spoke in us-west-1 is gone"]


def test_a_door_that_somebody_shut_is_found(home: Home) -> None:
    """`doctor` and `status` name whom the bus turns away although home let them in, and the commands that mend it."""
    assert not list(checks.door(home.scene()))
    home.client("events").remove_permission(StatementId="tocsin-accounts")
    (finding,) = checks.door(home.scene())
    turned_away = [each.what for each in look_around(home.cloud, home.stack) if "turned away" in each.trouble]
    _deploy(home, Asked(without=(STUDENT, OTHER)))
    _deploy(home, Asked({STUDENT: "student 12", OTHER: ""}))

    assert finding.what == f"the bus turns away the alarms of student 12 ({STUDENT}), {OTHER}"
    assert finding.mend.startswith(
        f"tocsin deploy --without {STUDENT},{OTHER} --region eu-north-1 && tocsin deploy --acc"
    )
    assert aws_home.understood(finding.mend)
    assert turned_away == [f"alarms of account student 12 ({STUDENT})", f"alarms of account {OTHER}"]
    assert not list(checks.door(home.scene()))


def test_who_is_not_let_in_cannot_be_shut_out(home: Home) -> None:
    """A slip of the pen is said, not passed over; and there is a most."""
    with pytest.raises(ConfigError, match="444455556666 are not let in anyway"):
        opening(home.cloud, "tocsin", home.stack, Asked(without=("444455556666",)))
    with pytest.raises(ConfigError, match="more than a bus's policy holds"):
        opening(home.cloud, "tocsin", home.stack, Asked({f"{number:012}": "" for number in range(251)}))


def test_the_door_is_shut_again(home: Home) -> None:
    """The plan says who is shut out; with the last the statement goes, and with the account its name."""
    leaving = Asked(without=(STUDENT, OTHER, ORGANIZATION))
    planned = opening(home.cloud, "tocsin", home.stack, leaving)
    lines, told = list(planned.lines()), planned.told()
    _deploy(home, leaving)

    assert told == {"let_in": [], "shut_out": [STUDENT, OTHER, ORGANIZATION], "names": {}}
    assert f"  - shut out alarms of account student 12 ({STUDENT})" in lines
    assert f"  - shut out alarms of organization {ORGANIZATION}" in lines
    assert _statements(home).keys() == {"theirs"} and STUDENT not in Names(home.cloud, "tocsin").known()


def test_a_spoke_is_taken_away_with_all_that_it_had(home: Home) -> None:
    """By its own account, in each region that is named; what lies in its queue is mentioned. Twice it is not there."""
    with account(STUDENT) as there:
        url = there.client("sqs").get_queue_url(QueueName="tocsin-spoke-dead")["QueueUrl"]
        there.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
        _, again = run("spoke", "add", "--home", home_of(home.cloud, "tocsin").where)
        code, output = run("spoke", "remove", "--yes", "--regions", "eu-north-1,us-east-1")
        left = [there.client("sqs").list_queues().get("QueueUrls", []), there.client("events").list_rules()["Rules"]]
        left += [there.client("iam").list_roles()["Roles"], find(there.elsewhere("us-east-1"), "tocsin-spoke")]
        with pytest.raises(ConfigError, match="there is no tocsin-spoke"):
            run("spoke", "remove", "--yes")

    assert "✗ 1 events of eu-north-1 lie in tocsin-spoke-dead: home did not take them" in again
    assert code == 0 and "with the 1 events in its dead letters" in output and not any(left)


def test_destroy_takes_the_names_with_it(home: Home) -> None:
    """No parameter of the stack is left; spokes in other accounts are their own, and it says so."""
    _deploy(home, Asked({STUDENT: "student 12"}))
    code, output = run("destroy", "--yes")

    assert code == 0 and "tocsin-spoke in other accounts" in output and _statements(home).keys() == {"theirs"}
    assert home.client("ssm").describe_parameters()["Parameters"] == []
    assert home.client("iam").list_roles()["Roles"] == []


def _event(account: str, region: str, name: str) -> dict[str, Any]:
    """As CloudWatch sends it: …/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    reason = "Threshold Crossed: 1 datapoint [7.0 (24/11/26 11:59:00)] was greater than the threshold (5.0)."
    return {
        "version": "0",
        "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": account,
        "time": "2026-11-24T12:00:00Z",
        "region": region,
        "resources": [f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"],
        "detail": {
            "alarmName": name,
            "state": {"value": "ALARM", "reason": reason, "timestamp": "2026-11-24T12:00:00.123+0000"},
            "previousState": {"value": "OK"},
        },
    }
