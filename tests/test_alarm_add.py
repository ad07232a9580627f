"""`tocsin alarm add` against a small AWS: what it finds, shows, puts and takes back."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import emulator
from denying_aws import denying
from json_page import asked
from tocsin.ports import ConfigError
from tocsin_cli.app import cli
from tocsin_cli.cloud import Cloud, cloud

REGION, ACCOUNT = "ap-northeast-2", "210987654321"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
RECIPE = 'about = "x"\n[[on]]\nsort = "metric"\nmeans = "M."\nadvice = "A."\nwhy = "W."\ngaps = "G."'
METRIC = '[on.alarm]\nNamespace = "N"\nMetricName = "M"'
STACK = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "home"}},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "home"}},
    },
    "Parameters": {"SlackMode": {"Type": "String", "Default": "webhook"}},
    "Outputs": {
        "TopicArn": {"Value": {"Ref": "Topic"}},
        "QueueUrl": {"Value": {"Ref": "Queue"}},
        "FunctionName": {"Value": "home"},
    },
}


@dataclass(frozen=True)
class Place:
    """An account with two instances and a function, and what its environment is."""

    cloud: Cloud
    busy: str
    idle: str
    environ: dict[str, str]

    def client(self, service: str) -> Any:
        return self.cloud.client(service)

    def alarm(self, name: str) -> Any:
        return next(iter(self.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]), None)


@pytest.fixture(scope="module")
def place(aws: str) -> Iterator[Place]:
    environ = emulator.environment(aws, REGION) | {"AWS_ACCESS_KEY_ID": ACCOUNT}
    with ExitStack() as closing:
        patch = closing.enter_context(pytest.MonkeyPatch.context())
        for name, value in environ.items():
            patch.setenv(name, value)
        here = closing.enter_context(cloud(None, None))
        busy, idle = _instance(here, "web-1"), _instance(here, "batch")
        _busy_for_25_minutes(here, busy)
        here.client("cloudformation").create_stack(StackName="home", TemplateBody=json.dumps(STACK))
        yield Place(here, busy, idle, environ)


def _instance(here: Cloud, name: str) -> str:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}]
    made = here.client("ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, TagSpecifications=tags)
    return str(made["Instances"][0]["InstanceId"])


def _busy_for_25_minutes(here: Cloud, instance: str) -> None:
    """Two hours of basic monitoring, a day ago: 5 datapoints in a row at 95 %, the others at 10 %."""
    noon = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    data = [
        {
            "MetricName": "CPUUtilization",
            "Dimensions": [{"Name": "InstanceId", "Value": instance}],
            "Timestamp": noon + timedelta(minutes=5 * place),
            "Value": 95.0 if 10 <= place < 15 else 10.0,
        }
        for place in range(24)
    ]
    here.client("cloudwatch").put_metric_data(Namespace="AWS/EC2", MetricData=data)


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["alarm", "add", *arguments])
    if done.exception is not None:
        raise done.exception
    return done.output


def test_the_recipes_are_listed(place: Place) -> None:
    """Without a recipe, each is named with what it is for; nothing is asked of AWS."""
    output = _run()

    assert "queue-age" in output and "cpu" in output and "(instance, database, container service)" in output


def test_a_plan_shows_the_alarm_and_its_last_two_weeks(place: Place) -> None:
    """JSON, reasons, and that it would have fired once; nothing is put."""
    output = _run("cpu", "web-1", "--topic", TOPIC, "--plan")
    name = f"cpu of instance web-1 ({place.busy})"

    assert '"MetricName": "CPUUtilization"' in output and f'"AlarmName": "{name}"' in output
    assert "Basic monitoring: one datapoint every 5 minutes" in output
    assert "Average > 80 in 3 of 3 × 300 s" in output and "15 min" in output
    assert place.alarm(name) is None


def test_json_tells_the_same_to_programs(place: Place) -> None:
    """One object: the alarm as put-metric-alarm takes it, what it would have done, and no question; or the recipes."""
    _, told = asked("alarm add", "cpu", place.busy, "--topic", TOPIC)
    _, listed = asked("alarm add")
    (one,) = told["alarms"]

    assert one["alarm"]["Period"] == 300 and one["alarm"]["AlarmActions"] == [TOPIC]
    assert one["lastTwoWeeks"]["alarms"] == 1 and one["lastTwoWeeks"]["samples"] == 24
    assert one["put"] is False and told["region"] == REGION
    assert {"cpu", "billing"} <= {each["recipe"] for each in listed["recipes"]}


def test_it_is_put_and_the_second_time_there_is_nothing_to_do(place: Place) -> None:
    """What was shown is what CloudWatch then holds; the undo command names it; again, nothing changes."""
    output = _run(
        "cpu", "batch", "--topic", TOPIC, "--yes", "--threshold", "70", "--runbook", "https://wiki.example/cpu"
    )
    name = f"cpu of instance batch ({place.idle})"
    held = place.alarm(name)

    assert (held["Threshold"], held["Period"], held["OKActions"]) == (70.0, 300, [TOPIC])
    assert "runbook: https://wiki.example/cpu\nseverity: medium" in held["AlarmDescription"]
    assert f"delete-alarms --alarm-names {shlex.quote(name)} --region {REGION}" in output
    assert "No datapoint in the last two weeks" in output
    again = _run("cpu", "batch", "--topic", TOPIC, "--threshold", "70", "--runbook", "https://wiki.example/cpu")
    assert "Is there already, just so" in again


def test_a_change_of_an_alarm_is_shown_and_can_be_undone(place: Place) -> None:
    """An alarm of the same name is never overwritten silently: before and after are told, and undo brings it back,
    without empty lists, which CloudWatch tells but may not take."""
    _run("status-check", "web-1", "--topic", TOPIC, "--yes")
    name = f"status-check of instance web-1 ({place.busy})"
    kept = _run("status-check", "web-1", "--topic", TOPIC, "--yes", "--datapoints", "4/5")
    as_before = place.alarm(name)["DatapointsToAlarm"]
    output = _run("status-check", "web-1", "--topic", TOPIC, "--yes", "--replace", "--datapoints", "4/5")
    undo = shlex.split(output.rsplit("  $ ", 1)[1].strip())
    before = json.loads(undo[undo.index("--cli-input-json") + 1])

    assert f"- {name}: left as it is (is there with another " in kept and as_before == 2 and [] not in before.values()
    assert "--replace changes it" in kept and "Is there with another DatapointsToAlarm: 2 → 4" in output
    assert place.alarm(name)["EvaluationPeriods"] == 5
    place.client("cloudwatch").put_metric_alarm(**before)
    assert place.alarm(name)["EvaluationPeriods"] == 3


def test_what_a_change_would_take_away_is_shown(place: Place) -> None:
    """An alarm of ours that somebody switched off, or gave another topic, is told to change in just that."""
    _run("status-check", "batch", "--topic", TOPIC, "--yes")
    name = f"status-check of instance batch ({place.idle})"
    place.client("cloudwatch").disable_alarm_actions(AlarmNames=[name])

    assert "Is there with another ActionsEnabled: false → null" in _run(
        "status-check", "batch", "--topic", TOPIC, "--plan"
    )


def test_other_alarms_on_the_metric_are_named(place: Place) -> None:
    """Whoever has an alarm on this metric already learns of it before there are two."""
    place.client("cloudwatch").put_metric_alarm(
        AlarmName="from the tutorial",
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Dimensions=[{"Name": "InstanceId", "Value": place.busy}],
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="GreaterThanThreshold",
    )

    assert "Watches the same metric already: from the tutorial" in _run("cpu", "web-1", "--topic", TOPIC, "--plan")


def test_all_is_one_alarm_for_each(place: Place) -> None:
    """--all needs no names; the stack's topic is the one that is told."""
    told = json.loads(_run("status-check", "--all", "--stack", "home", "--json"))
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:home"

    assert [each["alarm"]["AlarmActions"] for each in told["alarms"]] == [[topic], [topic]]


def test_billing_is_looked_for_in_us_east_1(place: Place) -> None:
    """The bill's metric lives there alone: the alarm goes there, and so must its topic be; a connected one is found,
    and none that a queue of the same name reads in another region."""
    with pytest.raises(ConfigError, match="can only live in us-east-1, and tocsin reads no topic there"):
        _run("billing", "--threshold", "50", "--stack", "home")
    there = place.cloud.elsewhere("us-east-1")
    topic = there.client("sns").create_topic(Name="bills")["TopicArn"]
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:home"
    namesake = there.client("sns").create_topic(Name="anothers-bills")["TopicArn"]
    there.client("sns").subscribe(TopicArn=namesake, Protocol="sqs", Endpoint=queue.replace(REGION, "us-west-2"))
    with pytest.raises(ConfigError, match="tocsin reads no topic there") as refused:
        _run("billing", "--threshold", "50", "--stack", "home")
    there.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    told = json.loads(_run("billing", "--threshold", "50", "--stack", "home", "--json", "--yes"))
    (held,) = there.client("cloudwatch").describe_alarms(AlarmNames=["billing"])["MetricAlarms"]

    assert f"then tocsin connect --region {REGION} --stack home with the ARN" in refused.value.hint
    assert told["region"] == "us-east-1" and told["alarms"][0]["put"] is True
    assert (held["Threshold"], held["AlarmActions"], held["Period"]) == (50.0, [topic], 21600)
    assert any("Receive CloudWatch billing alerts" in each for each in told["alarms"][0]["why"])


def test_what_is_missing_is_said_in_one_line(place: Place) -> None:
    """Unknown recipe or thing, a topic elsewhere, nothing to watch, nobody to ask: one line and the way out."""
    for arguments, message in (
        (("cpus",), "there is no recipe cpus"),
        (("cpu", "web-9", "--topic", TOPIC), "web-9 is not among the things"),
        (("cpu", "--topic", TOPIC), "2 things that cpu fits, and nobody can be asked which"),
        (("cpu", "web-1", "--topic", TOPIC), "nobody can be asked here"),
        (("cpu", "--topic", "arn:aws:sns:eu-west-1:1:a"), "the topic is in eu-west-1, the alarm in ap-northeast-2"),
        (("cpu", "--topic", "alarms"), "alarms is no topic's ARN"),
        (("queue-age", "--topic", TOPIC, "--region", "eu-west-3"), "the topic is in"),
        (("memory", "--topic", TOPIC), "there is no instance with agent or container service here"),
        (("billing", "--topic", "arn:aws:sns:us-east-1:1:a"), "a number is missing"),
        (("cpu", "web-1"), "there is no stack tocsin"),
    ):
        with pytest.raises(ConfigError, match=message):
            _run(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cpu", "--topic", TOPIC), "there are 2 things that cpu fits$"),
        (("billing", "--topic", TOPIC.replace(REGION, "us-east-1")), "a number is missing$"),
    ],
)
def test_programs_are_never_asked(place: Place, arguments: tuple[str, ...], message: str) -> None:
    """Where a choice or a number is missing, that is the answer: nothing is listed on standard output before it."""
    done = CliRunner().invoke(cli, ["alarm", "add", *arguments, "--json"])

    assert done.stdout == "" and isinstance(done.exception, ConfigError)
    assert re.search(message, str(done.exception)) and "--" in done.exception.hint


def test_dead_letters_are_looked_for_in_dead_letter_queues_alone(place: Place) -> None:
    """A queue that works hands on to one, or its name says what it is for: work that waits is no dead letter, and a
    dead letter is no work that waits. tocsin's own queues have their alarms."""
    region = "eu-west-1"
    with cloud(None, region) as here:
        sqs = here.client("sqs")
        for name in ("left-overs", "jobs-DLQ", "tocsin", "tocsin-dead", "tocsin-failed"):
            sqs.create_queue(QueueName=name)
        policy = {"deadLetterTargetArn": f"arn:aws:sqs:{region}:{ACCOUNT}:left-overs", "maxReceiveCount": 3}
        sqs.create_queue(QueueName="jobs", Attributes={"RedrivePolicy": json.dumps(policy)})
    topic = TOPIC.replace(REGION, region)
    found = {
        each: [one["alarm"]["Dimensions"][0]["Value"] for one in json.loads(
            _run(each, "--all", "--topic", topic, "--region", region, "--json"))["alarms"]]
        for each in ("dead-letters", "queue-age")
    }  # fmt: skip

    assert found == {"dead-letters": ["jobs-DLQ", "left-overs"], "queue-age": ["jobs"]}


def test_many_are_one_line_each(place: Place) -> None:
    """The first in full, then what each would have done; the sum is asked for, and said where nobody can be asked."""
    with cloud(None, "eu-west-2") as here:
        for number in range(8):
            here.client("sqs").create_queue(QueueName=f"work-{number}")
    arguments = ("queue-age", "--all", "--topic", TOPIC.replace(REGION, "eu-west-2"), "--region", "eu-west-2")
    planned = _run(*arguments, "--plan")
    put = _run(*arguments, "--yes")
    again = _run(*arguments, "--yes")

    assert planned.count('"AlarmName"') == 1 and "That was the first of 8" in planned
    assert "  queue-age of queue work-7: no datapoint in two weeks\n" in planned
    assert "Price: about 0.10 USD a month" in planned
    assert put.count("✓ queue-age of queue work-") == 8
    assert again.count("is there already, just so") == 8 and "✓" not in again


def test_what_is_denied_in_the_middle_is_put_by_the_next_run(place: Place) -> None:
    """The first alarm is put and said so, with the way back; run again, the others follow. --json tells it too."""
    with cloud(None, "eu-central-1") as here:
        for number in range(3):
            here.client("sqs").create_queue(QueueName=f"jobs-{number}")
    topic = TOPIC.replace(REGION, "eu-central-1")
    command = ["queue-age", "--all", "--topic", topic, "--region", "eu-central-1", "--yes"]
    answers = ["", "AccessDenied", "AccessDenied"]

    def refuses(operation: str) -> str:
        return answers.pop(0) if operation == "PutMetricAlarm" and answers else ""

    with denying(os.environ["AWS_ENDPOINT_URL"], refuses) as address, pytest.MonkeyPatch.context() as environ:
        environ.setenv("AWS_ENDPOINT_URL", address)
        stopped, told = (CliRunner().invoke(cli, ["alarm", "add", *command, *more]) for more in ((), ("--json",)))
        rest = _run(*command)

    for done in (stopped, told):
        assert isinstance(done.exception, ConfigError) and "AWS refused PutMetricAlarm" in str(done.exception)
    assert "✓ queue-age of queue jobs-0" in stopped.output and "  $ aws cloudwatch delete-alarms" in stopped.output
    assert stopped.output.endswith("✗ queue-age of queue jobs-1. 1 of 3 are put; the same command puts the rest.\n")
    assert [each["put"] for each in json.loads(told.stdout)["alarms"]] == [False, False, False]
    assert rest.count("✓ queue-age") == 2


def test_a_recipe_of_ones_own_is_a_file(place: Place, tmp_path: Path) -> None:
    """Whatever publishes a metric can be watched: the page about recipes shows one that works as it stands."""
    page = (Path(__file__).parents[1] / "docs" / "add-a-recipe.md").read_text("utf-8")
    (tmp_path / "tables.toml").write_text(page.split("```toml\n")[1].split("```")[0], "utf-8")
    for dimensions in ({"TableName": "orders"}, {"TableName": "orders", "Operation": "PutItem"}, {}):
        named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        datum = {"MetricName": "WriteThrottleEvents", "Dimensions": named, "Value": 3.0}
        place.client("cloudwatch").put_metric_data(Namespace="AWS/DynamoDB", MetricData=[datum])
    told = json.loads(_run(str(tmp_path / "tables.toml"), "--all", "--topic", TOPIC, "--json"))

    (one,) = (each["alarm"] for each in told["alarms"])
    assert one["AlarmName"] == "tables of orders"
    assert one["Dimensions"] == [{"Name": "TableName", "Value": "orders"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("about = ", "is no TOML"),
        ('about = "x"', "is no recipe: it lacks 'on'"),
        ('about = "x"\n[[on]]\n[on.alarm]\nNamespace = "Shop"', "is no recipe: it lacks 'MetricName'"),
        ('about = "x"\n[[on]]\nmeans = 5\n[on.alarm]', "is no recipe: means is no text"),
        (
            'about="x"\n[[on]]\n[on.alarm]\nNamespace="Shop"\nMetricName="m"\n[on.share]\nof="x"\npart="most"',
            "is no recipe: could not convert",
        ),
        ('about = "x"\n[[on]]\nsort = "queue"\nnonsense = 1', "is no recipe: nonsense is no text"),
        ('about = "x"\n[[on]]\nmeens = "y"', "has no key meens"),
        ('about = "x"\non = "queue"', "is no recipe: on is no table"),
        ('about = "x"\non = []', "is no recipe: it lacks 'on'"),
        (f"{RECIPE}\nseverity = 'bad'\n{METRIC}", "is no recipe: severity is bad, and not one of critical, high"),
        (f"{RECIPE}\n{METRIC}", "is no recipe: it lacks 'severity'"),
        (f"{RECIPE}\nseverity = 'low'\n{METRIC}\nThreshold = 'high'", "is no recipe: Threshold is no number"),
        (f"{RECIPE}\nseverity = 'low'\ndimensions = 'Q'\n{METRIC}", "is no recipe: dimensions is no list"),
        (f"{RECIPE}\nseverity = 'high'\n{METRIC}".replace("metric", "moon"), "moon is no sort of thing"),
    ],
)
def test_a_recipe_that_is_none_is_one_line(place: Place, tmp_path: Path, text: str, said: str) -> None:
    """Nothing is asked of AWS that it could not use, and the page that shows one is named."""
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=said):
        _run(str(tmp_path / "mine.toml"), "--topic", TOPIC)
    with pytest.raises(ConfigError, match="cannot be read"):
        _run(str(tmp_path / "nowhere.toml"), "--topic", TOPIC)


def test_it_asks_in_a_terminal(place: Place) -> None:
    """In a terminal the things are listed, one is chosen by its number, and the alarm is put after a yes."""
    for name in ("orders", "invoices"):
        place.client("sqs").create_queue(QueueName=name)
    master, slave = pty.openpty()
    command = [sys.executable, "-c", "from tocsin_cli.app import main; main()"]
    arguments = ["alarm", "add", "queue-age", "--topic", TOPIC]
    os.write(master, b"3\ny\n")
    done = subprocess.run(
        [*command, *arguments],
        stdin=slave,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | place.environ,
    )
    os.close(slave)
    os.close(master)

    assert done.returncode == 0, done.stderr
    assert "   2  queue invoices" in done.stdout and "   3  queue orders" in done.stdout
    assert place.alarm("queue-age of queue orders")["Threshold"] == 600.0
    assert place.alarm("queue-age of queue invoices") is None
