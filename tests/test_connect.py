"""Connecting what an account already has, on a small AWS: seen before it is done, done once, undone to the letter."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from aws_home import REGION, Home, deployed, obey, run
from denying_aws import denying
from json_page import asked
from tocsin.ports import ConfigError
from tocsin_cli.app import cli
from tocsin_cli.doctor.checks import CHECKS
from tocsin_cli.doctor.examine import examine
from tocsin_cli.wiring.doing import carry_out
from tocsin_cli.wiring.plan import Change, Plan, Wiring

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:tocsin"
QUEUE_POLICY = [check for check in CHECKS if check.name == "queue-policy"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One stack; each test removes what it made."""
    with deployed(tmp_path_factory.mktemp("aws")) as there:
        yield there


@pytest.fixture
def orders(home: Home) -> Iterator[str]:
    """A topic that was there before."""
    sns = home.client("sns")
    arn = str(sns.create_topic(Name="orders")["TopicArn"])
    yield arn
    sns.delete_topic(TopicArn=arn)


@pytest.fixture
def shop(home: Home) -> Iterator[dict[str, Any]]:
    """An alarm with everything that an alarm can have, as it was before."""
    home.client("cloudwatch").put_metric_alarm(
        AlarmName="shop: 주문 | errors",
        AlarmDescription="Orders fail.",
        Namespace="Shop",
        MetricName="Errors",
        Dimensions=[{"Name": "Shop", "Value": "eu"}, {"Name": "Stage", "Value": "live"}],
        ExtendedStatistic="p99.9",
        Period=300,
        Unit="Count",
        EvaluationPeriods=4,
        DatapointsToAlarm=3,
        Threshold=0.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="breaching",
        AlarmActions=[f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"],
        InsufficientDataActions=[f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"],
    )
    yield alarm(home, "shop: 주문 | errors")
    home.client("cloudwatch").delete_alarms(AlarmNames=["shop: 주문 | errors"])


def alarm(home: Home, name: str) -> dict[str, Any]:
    """Its definition as it stands, but for when it was written."""
    found = home.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    one: dict[str, Any] = [*found["MetricAlarms"], *found["CompositeAlarms"]][0]
    return {key: value for key, value in one.items() if "Timestamp" not in key and value}


def policies(home: Home) -> list[Any]:
    """What both queues let in."""
    sqs, urls = home.client("sqs"), [home.stack.outputs[name] for name in ("QueueUrl", "DeadLettersUrl")]
    answers = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"] for url in urls]
    return [json.loads(each["Policy"]) for each in answers]


def subscribed(home: Home, topic: str, region: str = REGION) -> list[str]:
    """Who reads a topic."""
    found = home.client("sns", region).list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return [each["Endpoint"] for each in found]


def test_a_topic_that_is_there_is_connected_and_taken_off_again(home: Home, orders: str) -> None:
    """What is published there reaches Slack; twice is once; afterwards policies and subscriptions are as before."""
    before = policies(home)
    _, planned = run("connect", orders, "--plan")
    _, told = asked("connect", orders, "--plan")
    assert [each["about"] for each in told["changes"]] == ["", orders] and told["notes"] == []
    assert "would be: topic" in planned and policies(home) == before and subscribed(home, orders) == []
    code, output = run("connect", orders, "--yes")
    assert code == 0 and f"✓ topic {orders}" in output
    home.client("sns").publish(TopicArn=orders, Message="an order was lost")
    home.slack.wait_for(lambda message: "an order was lost" in str(message), timeout=60)
    assert [result for result in examine(home.scene(), CHECKS[:-1]) if result.findings] == []

    assert run("connect", orders, "--yes") == (0, "Nothing to change.\n")
    assert len(subscribed(home, orders)) == 1
    _, output = run("disconnect", orders, "--yes")
    assert "no longer subscribed" in output
    assert (policies(home), subscribed(home, orders)) == (before, [])
    assert run("disconnect", orders, "--yes") == (0, "Nothing to change.\n")


def test_a_topic_of_another_region_is_connected(home: Home) -> None:
    """As for billing alarms, which live in us-east-1 alone. Where an update wrote the queue's policy anew, which keeps
    it out, the doctor misses it; --all finds it again to take it off."""
    before, sns = policies(home), home.client("sns", "us-east-1")
    billing = str(sns.create_topic(Name="billing")["TopicArn"])
    run("connect", billing, "--yes")
    assert len(subscribed(home, billing, "us-east-1")) == 1 and policies(home)[1] == before[1]
    home.client("sqs").set_queue_attributes(
        QueueUrl=home.stack.outputs["QueueUrl"], Attributes={"Policy": json.dumps(before[0])}
    )
    missed = [finding.what for result in examine(home.scene(), QUEUE_POLICY) for finding in result.findings]
    run("disconnect", "--all", "--yes")

    assert len(missed) == 1 and billing in missed[0]
    assert (policies(home), subscribed(home, billing, "us-east-1")) == (before, [])
    sns.delete_topic(TopicArn=billing)


def test_what_an_update_shut_out_is_let_in_again(home: Home, orders: str) -> None:
    """A new version of the template writes the queue's policy anew: the doctor lets every connected topic in again, of
    whatever region, as `tocsin deploy` does in its end; so do the commands that it prints, one after the other."""
    before, sns = policies(home), home.client("sns", "us-east-1")
    billing = str(sns.create_topic(Name="billing")["TopicArn"])
    run("connect", orders, billing, "--yes")
    connected = policies(home)
    home.client("sqs").set_queue_attributes(
        QueueUrl=home.stack.outputs["QueueUrl"], Attributes={"Policy": json.dumps(before[0])}
    )
    commands = [finding.mend for result in examine(home.scene(), QUEUE_POLICY) for finding in result.findings]
    for command in commands:
        obey(home.cloud, command)
    obeyed = policies(home)
    home.client("sqs").set_queue_attributes(
        QueueUrl=home.stack.outputs["QueueUrl"], Attributes={"Policy": json.dumps(before[0])}
    )
    run("doctor", "queue-policy", "--fix", "--yes")
    mended = policies(home)
    run("disconnect", "--all", "--yes")
    sns.delete_topic(TopicArn=billing)

    assert len(commands) == 2 and obeyed == mended == connected != before and policies(home) == before


def test_many_topics_fit_into_the_queues_policy(home: Home) -> None:
    """A queue's policy has at most 20 statements: all topics are in one, each can be taken out of it, and nothing of it
    is left in the end."""
    before, sns = policies(home), home.client("sns")
    arns = [str(sns.create_topic(Name=f"team-{number}")["TopicArn"]) for number in range(30)]
    run("connect", *arns, "--yes")
    both = policies(home)
    _, undone = run("disconnect", arns[3], "--yes")
    one_less = home.client("sqs").get_queue_attributes(
        QueueUrl=home.stack.outputs["QueueUrl"], AttributeNames=["Policy"]
    )["Attributes"]["Policy"]
    run("disconnect", "--all", "--yes")
    for arn in arns:
        sns.delete_topic(TopicArn=arn)

    assert [len(each["Statement"]) for each in both] == [len(each["Statement"]) + 1 for each in before]
    assert all(arn in json.dumps(policy) for arn in arns for policy in both) and len(json.dumps(both[0])) < 8192
    assert "✓ topic" in undone and f'"{arns[3]}"' not in one_less and f'"{arns[29]}"' in one_less
    assert policies(home) == before


def test_an_alarm_keeps_all_that_it_had(home: Home, shop: dict[str, Any]) -> None:
    """It acts on the topic too, when it fires and when it is over; nothing else of it changes, and it can be undone."""
    name = shop["AlarmName"]
    code, output = run("connect", name, "--yes")
    acting = alarm(home, name)

    assert code == 0 and f"✓ alarm {name}: AlarmActions and OKActions get {TOPIC}" in output
    assert acting == {**shop, "AlarmActions": [*shop["AlarmActions"], TOPIC], "OKActions": [TOPIC]}
    assert run("connect", shop["AlarmArn"], "--yes") == (0, "Nothing to change.\n")
    run("disconnect", name, "--yes")
    assert alarm(home, name) == shop


def test_a_composite_alarm_keeps_its_rule(home: Home, shop: dict[str, Any]) -> None:
    """It is another call of AWS's, and comes back the same."""
    cloudwatch = home.client("cloudwatch")
    rule = f'ALARM("{shop["AlarmName"]}")'
    cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule=rule, AlarmDescription="d")
    before = alarm(home, "both")
    run("connect", "both", "--yes")
    between = alarm(home, "both")
    run("disconnect", "both", "--yes")
    after = alarm(home, "both")
    cloudwatch.delete_alarms(AlarmNames=["both"])

    assert between["AlarmActions"] == between["OKActions"] == [TOPIC] and between["AlarmRule"] == rule
    assert after == before


def test_all_means_what_does_not_reach_tocsin_yet(home: Home, orders: str, shop: dict[str, Any]) -> None:
    """Neither the stack's own alarms, nor those that only steer machines, nor those whose topic is connected."""
    cloudwatch = home.client("cloudwatch")
    like = {key: shop[key] for key in ("Namespace", "MetricName", "Period", "EvaluationPeriods", "ComparisonOperator")}
    for name, actions in (("TargetTracking-a-AlarmHigh", list[str]()), ("heard", [orders])):
        cloudwatch.put_metric_alarm(AlarmName=name, AlarmActions=actions, Statistic="Sum", Threshold=1, **like)
    run("connect", orders, "--yes")
    _, output = run("connect", "--all", "--yes")
    _, undone = run("disconnect", "--all", "--yes")
    cloudwatch.delete_alarms(AlarmNames=["TargetTracking-a-AlarmHigh", "heard"])

    assert output.count("✓ alarm") == 1 and shop["AlarmName"] in output
    assert undone.count("✓") == 3 and alarm(home, shop["AlarmName"]) == shop
    assert TOPIC in alarm(home, "tocsin-canary")["AlarmActions"]


def test_a_full_alarm_is_left_alone(home: Home, shop: dict[str, Any]) -> None:
    """CloudWatch takes five actions: nothing is pushed out for ours, and the way round is said."""
    five = [f"arn:aws:sns:{REGION}:{ACCOUNT}:t{number}" for number in range(5)]
    kept = {key: value for key, value in shop.items() if key not in ("AlarmArn", "StateValue", "StateReason")}
    home.client("cloudwatch").put_metric_alarm(**{**kept, "AlarmActions": five})
    with pytest.raises(ConfigError, match="has 5 AlarmActions already") as refused:
        run("connect", shop["AlarmName"], "--yes")

    assert refused.value.hint.endswith("tocsin connect TOPIC_ARN")
    assert alarm(home, shop["AlarmName"])["AlarmActions"] == five


def plain(name: str, **fields: Any) -> dict[str, Any]:
    """An alarm as PutMetricAlarm takes it."""
    return {
        "AlarmName": name, "Namespace": "Shop", "MetricName": "Errors", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold", **fields,
    }  # fmt: skip


def test_an_alarm_of_the_same_name_elsewhere_is_not_meant(home: Home, shop: dict[str, Any]) -> None:
    """Whoever names an alarm by its ARN means that one: a namesake of this region stays as it is."""
    elsewhere = shop["AlarmArn"].replace(REGION, "us-east-1")
    for command in ("connect", "disconnect"):
        with pytest.raises(ConfigError, match="topics of its own region only") as refused:
            run(command, elsewhere, "--yes")
        assert refused.value.hint == "tocsin deploy --regions us-east-1"
    assert alarm(home, shop["AlarmName"]) == shop


def test_many_alarms_are_connected_and_full_ones_left_out(home: Home) -> None:
    """All pages of them; one that has no place for another action does not keep the others from it, and is named."""
    cloudwatch = home.client("cloudwatch")
    names = [f"many {number:03} 🔥" for number in range(130)]
    five = [f"arn:aws:sns:{REGION}:{ACCOUNT}:t{number}" for number in range(5)]
    for name in names:
        cloudwatch.put_metric_alarm(**plain(name, AlarmActions=five if name == names[7] else []))
    _, output = run("connect", "--all", "--yes")
    again = run("connect", "--all", "--yes")
    acting = [alarm(home, name).get("AlarmActions") for name in (names[0], names[7], names[-1])]
    run("disconnect", "--all", "--yes")
    after = [alarm(home, name).get("AlarmActions") for name in (names[0], names[7], names[-1])]
    for start in range(0, len(names), 100):
        cloudwatch.delete_alarms(AlarmNames=names[start : start + 100])

    assert output.count("✓ alarm many") == 129
    left = f"  ! left out: alarm {names[7]} (5 AlarmActions already)\n"
    assert left in output and again == (0, f"{left}Nothing to change.\n")
    assert acting == [[TOPIC], five, [TOPIC]] and after == [None, five, None]


def test_what_changed_since_the_look_stays_changed(home: Home, shop: dict[str, Any]) -> None:
    """Between the plan and the yes somebody gives the alarm another threshold: it keeps that one."""
    kept = {key: value for key, value in shop.items() if key not in ("AlarmArn", "StateValue", "StateReason")}
    wiring = Wiring(home.cloud, home.stack)
    for plan, before, after in ((wiring.connecting, [], [TOPIC]), (wiring.disconnecting, [TOPIC], None)):
        (change,) = plan([shop["AlarmName"]], False).changes
        threshold = alarm(home, shop["AlarmName"]).get("Threshold", 0.0) + 7.0
        home.client("cloudwatch").put_metric_alarm(**kept | {"Threshold": threshold, "OKActions": before})
        change.do()
        now = alarm(home, shop["AlarmName"])
        assert now["Threshold"] == threshold and now.get("OKActions") == after


def test_a_subscription_that_was_there_is_completed(home: Home, orders: str) -> None:
    """SNS refuses to subscribe again with other attributes: the queue lets the topic in, dead letters are set, the
    filter that somebody gave it stays and is told, with the command that takes it away."""
    sns, queue = home.client("sns"), f"arn:aws:sqs:{REGION}:{ACCOUNT}:tocsin"
    filtering = {"FilterPolicy": '{"team":["shop"]}'}
    made = sns.subscribe(
        TopicArn=orders, Protocol="sqs", Endpoint=queue, Attributes=filtering, ReturnSubscriptionArn=True
    )
    _, output = run("connect", orders, "--yes")
    has = sns.get_subscription_attributes(SubscriptionArn=made["SubscriptionArn"])["Attributes"]
    _, again = run("connect", orders, "--yes")
    obey(home.cloud, again.splitlines()[1].strip(" $"))
    _, healed = run("connect", orders, "--yes")
    run("disconnect", orders, "--yes")

    assert "throws alarms away" in output and f"✓ topic {orders}" in output
    assert has["FilterPolicy"] == filtering["FilterPolicy"] and "tocsin-dead" in has["RedrivePolicy"]
    assert again.endswith("Nothing to change.\n") and healed == "Nothing to change.\n"


def test_an_alarm_that_tells_nobody_is_said_to(home: Home) -> None:
    """Connected, but its actions are switched off: that is told with the way out; so is an alarm that acts on nothing
    after it was taken off."""
    home.client("cloudwatch").put_metric_alarm(**plain("quiet", ActionsEnabled=False))
    _, output = run("connect", "quiet", "--yes")
    switched_off = alarm(home, "quiet").get("ActionsEnabled", False)
    obey(home.cloud, output.splitlines()[1].strip(" $"))
    _, undone = run("disconnect", "quiet", "--yes")
    on = alarm(home, "quiet")["ActionsEnabled"]
    home.client("cloudwatch").delete_alarms(AlarmNames=["quiet"])

    assert "its actions are switched off" in output and switched_off is False and on is True
    assert f"✓ alarm quiet: AlarmActions and OKActions lose {TOPIC}; it acts on nothing then" in undone


def test_what_connect_did_not_do_is_not_undone(home: Home) -> None:
    """Somebody wants to be told of missing data too, by the same topic: that stays, and is said."""
    home.client("cloudwatch").put_metric_alarm(**plain("gaps", InsufficientDataActions=[TOPIC]))
    before = alarm(home, "gaps")
    run("connect", "gaps", "--yes")
    _, undone = run("disconnect", "gaps", "--yes")
    after = alarm(home, "gaps")
    again = run("disconnect", "gaps", "--yes")
    home.client("cloudwatch").delete_alarms(AlarmNames=["gaps"])

    assert f"lose {TOPIC}; InsufficientDataActions, which connect never fills, keep it" in undone
    assert after == before and again == (0, "Nothing to change.\n")


def test_what_was_done_before_it_stopped_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """AWS refuses the second of three: the first is done and said so, and the same command does the rest."""

    def refuse() -> None:
        raise ConfigError("AWS refused it")

    done: list[str] = []
    changes = (Change("first", lambda: done.append("first")), Change("second", refuse), Change("third", refuse))
    with pytest.raises(ConfigError):
        carry_out(Plan(changes), False, True)

    assert done == ["first"]
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "  ✓ first",
        "  ✗ second",
        "1 of 3 done. The same command does the rest.",
    ]


def test_what_is_denied_in_the_middle_is_done_by_the_next_run(home: Home, orders: str) -> None:
    """IAM denies the second alarm and, before, CloudWatch asks to go slower: what was done is said; run again, it does
    the rest; disconnecting leaves nothing of either."""
    names, before = ["one", "two", "three"], policies(home)
    for name in names:
        home.client("cloudwatch").put_metric_alarm(**plain(name))
    answers = {"PutMetricAlarm": ["Throttling", "", "AccessDenied"]}

    def refuses(operation: str) -> str:
        waiting = answers.get(operation)
        return waiting.pop(0) if waiting else ""

    with denying(os.environ["AWS_ENDPOINT_URL"], refuses) as address, pytest.MonkeyPatch.context() as environ:
        environ.setenv("AWS_ENDPOINT_URL", address)
        stopped = CliRunner().invoke(cli, ["connect", orders, *names, "--yes"])
        acting = [alarm(home, name).get("AlarmActions") for name in names]
        code, rest = run("connect", orders, *names, "--yes")
    run("disconnect", orders, *names, "--yes")
    after = [alarm(home, name).get("AlarmActions") for name in names]
    home.client("cloudwatch").delete_alarms(AlarmNames=names)

    assert isinstance(stopped.exception, ConfigError) and "AccessDenied" in str(stopped.exception)
    assert stopped.output.splitlines()[-2:] == [
        f"  ✗ alarm two: AlarmActions and OKActions get {TOPIC}",
        "3 of 5 done. The same command does the rest.",
    ]
    assert acting == [[TOPIC], None, None] and (code, rest.count("✓")) == (0, 2)
    assert after == [None] * 3 and policies(home) == before and subscribed(home, orders) == []


def test_what_is_denied_between_the_two_queues_is_made_up_for(home: Home, orders: str) -> None:
    """A topic comes into two queues, and out of both: where the second is refused, the same command still does it."""
    before = policies(home)

    def stopped_then_done(command: str) -> list[Any]:
        answers = ["", "AccessDenied"]

        def refuses(operation: str) -> str:
            return answers.pop(0) if operation == "SetQueueAttributes" and answers else ""

        with denying(os.environ["AWS_ENDPOINT_URL"], refuses) as address, pytest.MonkeyPatch.context() as environ:
            environ.setenv("AWS_ENDPOINT_URL", address)
            stopped = CliRunner().invoke(cli, [command, orders, "--yes"])
        assert isinstance(stopped.exception, ConfigError) and "SetQueueAttributes" in str(stopped.exception)
        assert run(command, orders, "--yes")[0] == 0
        return policies(home)

    connected = stopped_then_done("connect")
    disconnected = stopped_then_done("disconnect")

    assert all(orders in json.dumps(each) for each in connected) and disconnected == before


def test_whoever_may_not_look_at_alarms_may_still_destroy(home: Home) -> None:
    """What points at the stack is only good to know: that it may not be looked at is told. Then the name is asked."""
    with (
        denying(os.environ["AWS_ENDPOINT_URL"], {"DescribeAlarms": "AccessDenied"}.get) as address,
        pytest.MonkeyPatch.context() as environ,
    ):
        environ.setenv("AWS_ENDPOINT_URL", address)
        done = CliRunner().invoke(cli, ["destroy"], input="no\n")

    assert "✗ which alarms act on the topic is not known: DescribeAlarms is refused (AccessDenied)" in done.output
    assert str(done.exception) == "that is not its name; nothing was removed"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (f"arn:aws:sns:{REGION}:{ACCOUNT}:nowhere", "there is no topic"),
        (f"arn:aws:sns:{REGION}:210987654321:theirs", "belongs to the account 210987654321"),
        (f"{TOPIC}-ops", "tells of tocsin's own trouble"),
        ("tocsin-heartbeat", "is tocsin's own"),
        ("arn:aws:sns:short", "is no topic's ARN"),
        ("no such alarm", "there is no alarm no such alarm in account 123456789012"),
        (f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:gone", "there is no alarm gone"),
        (f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:bill", "is in account 123456789012, us-east-1"),
        (f"arn:aws:cloudwatch:{REGION}:210987654321:alarm:theirs", "is in account 210987654321"),
    ],
)
def test_what_cannot_be_connected_is_one_line(home: Home, name: str, said: str) -> None:
    """Nothing is changed, and the way out is named."""
    before = policies(home)
    with pytest.raises(ConfigError, match=said) as refused:
        run("connect", name, "--yes")

    assert refused.value.hint and policies(home) == before


def test_nothing_is_done_unasked(home: Home, orders: str) -> None:
    """Where nobody can be asked it is refused; without a name there is nothing to do."""
    with pytest.raises(ConfigError, match="nobody can be asked"):
        run("connect", orders)
    for command in ("connect", "disconnect"):
        with pytest.raises(ConfigError, match="nothing is named"):
            run(command)
    assert subscribed(home, orders) == []


def test_destroy_says_what_stays_connected(home: Home, orders: str) -> None:
    """A topic, of whatever region, would keep its subscription to a queue that is gone; an alarm that acts on nothing
    else would tell nobody; typing another name removes nothing."""
    sns = home.client("sns", "us-east-1")
    billing = str(sns.create_topic(Name="billing")["TopicArn"])
    run("connect", orders, billing, "--yes")
    cloudwatch = home.client("cloudwatch")
    for name, actions in {"lone": [TOPIC], "heard": [TOPIC, orders]}.items():
        cloudwatch.put_metric_alarm(**plain(name, AlarmActions=actions))
    done = CliRunner().invoke(cli, ["destroy"], input="no\n")
    run("disconnect", orders, billing, "--yes")
    sns.delete_topic(TopicArn=billing)
    cloudwatch.delete_alarms(AlarmNames=["lone", "heard"])

    assert f"Topic {orders} keeps its subscription" in done.output and isinstance(done.exception, ConfigError)
    assert f"Topic {billing} keeps its subscription" in done.output
    assert "Alarm lone acts on the topic: afterwards it tells nobody." in done.output
    assert "Alarm heard acts on the topic: afterwards that leads nowhere." in done.output
    assert home.stack.is_made
