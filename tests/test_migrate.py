"""`tocsin migrate`: other functions are recognised without their secrets, and the steps leave no gap."""

from __future__ import annotations

import io
import json
import shlex
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import click
import pytest
from click.testing import CliRunner

import emulator
from json_page import asked
from tocsin.ports import ConfigError
from tocsin_cli.app import cli
from tocsin_cli.cloud import Cloud, cloud
from tocsin_cli.migration.known import AWS_TO_SLACK, BLUEPRINT, NOTIFY_SLACK, TUTORIAL, Known, Webhook, known
from tocsin_cli.migration.roads import Roads, Rule, Subscription
from tocsin_cli.migration.steps import Home, Move
from tocsin_cli.stack.functions import is_tocsin

REGION, ACCOUNT = "eu-west-2", "310987654321"
SECRET = "https://hooks.slack.com/services/T0/B0/" + "not-a-secret"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:old"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"


def _function(handler: str, **variables: str) -> dict[str, Any]:
    return {"FunctionName": "f", "Handler": handler, "Environment": {"Variables": variables}}


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (_function("notify_slack.lambda_handler", SLACK_WEBHOOK_URL=SECRET, SLACK_CHANNEL="#a"), NOTIFY_SLACK),
        (
            _function("mine.lambda_handler", SLACK_WEBHOOK_URL=SECRET, SLACK_USERNAME="x", LOG_EVENTS="True"),
            NOTIFY_SLACK,
        ),
        (_function("src/index.handler", SLACK_HOOK_URL=SECRET), AWS_TO_SLACK),
        (_function("lambda_function.lambda_handler", kmsEncryptedHookUrl="AQIC", slackChannel="a"), BLUEPRINT),
        (_function("lambda_function.lambda_handler", HOOK_URL=SECRET), TUTORIAL),
        (_function("index.handler", webhook=SECRET), TUTORIAL),
        (_function("index.handler", TABLE="orders", alertsGoHere=SECRET), TUTORIAL),
    ],
)
def test_known_functions_are_recognised(function: dict[str, Any], what: str) -> None:
    """By handler and names of variables, or by a webhook under any name; no value of one is kept."""
    found = known(function)

    assert found is not None and found.what == what
    assert "not-a-secret" not in repr(found) and found.webhook is not None


def test_others_are_left_alone() -> None:
    """tocsin itself, a function without any sign, one whose variables may not be read: none of them is taken."""
    assert known(_function("tocsin.handler.lambda_handler", HOOK_URL=SECRET)) is None
    assert known(_function("index.handler", TABLE="orders")) is None
    assert (
        known({"FunctionName": "f", "Handler": "index.handler", "Environment": {"Error": {"ErrorCode": "x"}}}) is None
    )
    assert known({"FunctionName": "image", "PackageType": "Image"}) is None


def test_a_webhook_in_the_code_is_a_sign() -> None:
    """Some tutorials write it there; what is said of it does not repeat it."""
    found = known(_function("index.handler"), f"const url = '{SECRET}'".encode())

    assert found == Known(TUTORIAL, ("a Slack webhook stands in its code",), None)
    assert known(_function("index.handler"), b"slack.com/api/chat.postMessage") is not None


def _move(what: str = TUTORIAL, roads: Roads | None = None, **home: Any) -> Move:
    leading = roads or Roads((Subscription(TOPIC, f"{TOPIC}:1"),), (), (), (), "checkout errors")
    place = Home(**{"region": REGION, "stack": "tocsin", "function": "", **home})
    return Move("old", ARN, Known(what, (), Webhook("HOOK_URL", True)), leading, place, frozenset({"AlarmName"}))


def _commands(move: Move) -> list[list[str]]:
    return [list(step.commands) for step in move.steps()]


def test_the_old_function_is_disconnected_after_the_new_one_is_joined() -> None:
    """Made, proven, joined, compared; only then is the old one cut off, and removed last."""
    make, prove, join, compare, part, remove = _commands(_move())

    assert make[0] == f"tocsin deploy --region {REGION} --plan"
    assert make[1].endswith(f"| tocsin deploy --region {REGION} --yes --slack-webhook-url-file -")
    assert """--query 'Environment.Variables."HOOK_URL"' --output text""" in make[1]
    assert prove == [f"tocsin test --region {REGION}"] and join == [f"tocsin connect --region {REGION} {TOPIC}"]
    assert shlex.split(compare[0])[2:7] == ["set-alarm-state", "--region", REGION, "--alarm-name", "checkout errors"]
    assert part == [f"aws sns unsubscribe --region {REGION} --subscription-arn {TOPIC}:1"]
    assert remove == [f"aws lambda delete-function --region {REGION} --function-name old"]


def test_the_way_back_is_told() -> None:
    """Beside the command that disconnects stands the one that connects again."""
    (back,) = _move().steps()[4].undo

    assert back.startswith(f"aws sns subscribe --region {REGION} --topic-arn {TOPIC} --protocol lambda") and ARN in back


def test_the_profile_is_named_in_every_command() -> None:
    """Whoever looked with another profile is not led into the usual one's account."""
    for command in (each for step in _commands(_move(profile="work")) for each in step):
        assert all("--profile work" in part for part in command.split(" | "))


def test_a_topic_is_not_lost_with_what_made_it() -> None:
    """Terraform's module takes the topic out of its state first; a stack that made the topic stays."""
    module, stack, alone = (
        _move(NOTIFY_SLACK).steps()[5],
        _move(AWS_TO_SLACK, made_by="slack", kept=(TOPIC,)).steps()[5],
        _move(AWS_TO_SLACK, made_by="slack").steps()[5],
    )

    assert module.commands[1] == "terraform state rm 'module.NAME.aws_sns_topic.this[0]'"
    assert stack.commands == () and "keep the stack" in stack.why
    assert alone.commands == (f"aws cloudformation delete-stack --region {REGION} --stack-name slack",)


def test_an_encrypted_webhook_is_asked_for() -> None:
    """Where its value is no URL, it cannot be handed over: deploy asks, and the step says where it is found."""
    move = Move("old", ARN, Known(BLUEPRINT, (), Webhook("kmsEncryptedHookUrl", False)), _move().roads, _move().home)
    make = move.steps()[0]

    assert make.commands == (f"tocsin deploy --region {REGION}",) and "Incoming Webhooks" in make.why


def test_rules_and_alarms_move_too() -> None:
    """A rule gets tocsin's function as a target before the old one goes; an alarm keeps all but that one action."""
    rule = Rule("a.rule", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/a.rule", ("1",))
    other = f"{ARN}-of-others"
    alarm = {"AlarmName": "cpu", "StateValue": "OK", "AlarmActions": [ARN, other], "OKActions": [f"{ARN}:live"]}
    _, _, join, _, part, _ = _commands(_move(roads=Roads((), (), (rule,), (alarm,), ""), function="arn:new"))
    allow, target = join[1:]

    assert join[0] == f"tocsin connect --region {REGION} cpu"
    assert "--statement-id a-rule-too" in allow and target.endswith("--targets Id=tocsin,Arn=arn:new")
    assert part[0] == f"aws events remove-targets --region {REGION} --rule a.rule --ids 1"
    assert json.loads(shlex.split(part[1])[-1]) == {
        "AlarmName": "cpu",
        "AlarmActions": [other, f"arn:aws:sns:{REGION}:{ACCOUNT}:tocsin"],
        "OKActions": [f"arn:aws:sns:{REGION}:{ACCOUNT}:tocsin"],
        "InsufficientDataActions": [],
    }


def test_what_connect_gave_an_alarm_is_not_taken_again() -> None:
    """The definition may be older than `tocsin connect`, or newer: tocsin's topic is in what is written, once; a full
    alarm gets it in the old function's place alone; a composite alarm is written as one."""
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:mine"
    full = {"AlarmName": "full", "AlarmActions": [ARN, *(f"arn:aws:sns:{REGION}:{ACCOUNT}:{one}" for one in "abcd")]}
    joined = {"AlarmName": "joined", "AlarmActions": [ARN, topic], "OKActions": [topic]}
    composite = {"AlarmName": "both", "AlarmRule": "ALARM(cpu)", "AlarmActions": [ARN]}
    move = _move(roads=Roads((), (), (), (full, joined, composite), ""), stack="mine")
    _, _, join, _, part, _ = _commands(move)
    written = [json.loads(shlex.split(command)[-1]) for command in part]

    assert shlex.split(join[0])[-2:] == ["joined", "both"]
    assert [one["AlarmActions"].count(topic) for one in written] == [1, 1, 1] and len(written[0]["AlarmActions"]) == 5
    assert [shlex.split(each)[2] for each in part] == ["put-metric-alarm", "put-metric-alarm", "put-composite-alarm"]
    assert "run `tocsin migrate` anew before" in move.steps()[4].why


def test_a_queue_that_the_old_function_reads_is_left_in_time() -> None:
    """It stops to read before it is removed, which can be undone; what leads into its queue goes last."""
    roads = Roads((), (Subscription(TOPIC, f"{TOPIC}:1"),), (), (), "", ("an-id",))
    move = _move(roads=roads)
    _, _, join, _, part, remove = _commands(move)

    assert join == [f"tocsin connect --region {REGION} {TOPIC}"]
    assert part == [f"aws lambda update-event-source-mapping --region {REGION} --uuid an-id --no-enabled"]
    assert move.steps()[4].undo == (part[0].replace("--no-enabled", "--enabled"),)
    assert [shlex.split(each)[2] for each in remove] == [
        "unsubscribe",
        "delete-event-source-mapping",
        "delete-function",
    ]


def test_every_command_is_one_for_a_shell() -> None:
    """Whatever names are, a shell reads each command as it was meant, and runs nothing else."""
    roads = Roads((Subscription(TOPIC, f"{TOPIC}:1"),), (), (), (), "it's $(touch /tmp/x); `x`")
    for command in (each for step in _commands(_move(roads=roads)) for each in step):
        assert subprocess.run(["sh", "-n", "-c", command], capture_output=True, timeout=60).returncode == 0, command
    compare = _commands(_move(roads=roads))[3][0]
    assert shlex.split(compare)[6] == "it's $(touch /tmp/x); `x`"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An account with a tutorial's function behind a topic, one with its webhook in the code, and one of neither."""
    with ExitStack() as closing:
        # Its own, as the shared one gives addresses of code without a port.
        aws = closing.enter_context(emulator.running(tmp_path_factory.mktemp("aws"), emulator.free_port()))
        patch = closing.enter_context(pytest.MonkeyPatch.context())
        for name, value in (emulator.environment(aws, REGION) | {"AWS_ACCESS_KEY_ID": ACCOUNT}).items():
            patch.setenv(name, value)
        here = closing.enter_context(cloud(None, None))
        topic = here.client("sns").create_topic(Name="alarms")["TopicArn"]
        tutorial = _made(here, "cloudwatch-to-slack", "", HOOK_URL=SECRET)
        written = _made(here, "written-in", f"URL = '{SECRET}'")
        _made(here, "orders", "print('orders')")
        for endpoint in (tutorial, written):
            here.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=endpoint)
        yield here


def _made(here: Cloud, name: str, text: str, **variables: str) -> str:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("lambda_function.py", text)
    made = here.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT}:role/x",
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": package.getvalue()},
        Environment={"Variables": variables},
    )
    return str(made["FunctionArn"])


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["migrate", *arguments])
    if done.exception is not None:
        raise done.exception
    return done.output


def test_the_functions_of_an_account_are_found(account: Cloud) -> None:
    """The one by its variable, the other by its code; the third is not spoken of, and no secret is shown."""
    output = _run()

    assert "cloudwatch-to-slack is a tutorial's function: it has the variable HOOK_URL." in output
    assert "written-in is a tutorial's function: a Slack webhook stands in its code." in output
    assert f"topic {TOPIC} leads to it" in output and "orders" not in output
    assert "not-a-secret" not in output and f"tocsin connect --region {REGION} {TOPIC}" in output


def test_programs_are_told_the_same(account: Cloud) -> None:
    """Each function, what leads to it, and the commands as they are printed; no secret, and none of the others."""
    _, told = asked("migrate")
    there = {each["name"]: each for each in told["functions"]}
    commands = [command for step in there["cloudwatch-to-slack"]["steps"] for command in step["commands"]]

    assert there["cloudwatch-to-slack"]["topics"] == [TOPIC] and "orders" not in there
    assert f"tocsin connect --region {REGION} {TOPIC}" in commands and "not-a-secret" not in str(told)
    assert [(each["region"], each["refused"]) for each in told["regions"]] == [(REGION, "")]


def test_tocsin_itself_is_no_function_to_move_from() -> None:
    """Whoever names it learns that it is already there; nothing tells to disconnect it."""
    for handler in ("tocsin.handler.lambda_handler", "loader.lambda_handler"):
        assert is_tocsin(_function(handler, TOCSIN_STORE="dynamodb:tocsin"))
    assert not is_tocsin(_function("lambda_function.lambda_handler"))


def test_a_function_that_is_named_is_taken_as_it_is(account: Cloud) -> None:
    """Whatever it looks like; where there is none of that name, one line says so."""
    output = _run("--function", "orders")

    assert "orders is a function that tocsin does not know: you named it." in output
    assert "Nothing leads to it in this region" in output
    with pytest.raises(ConfigError, match="there is no function nobody"):
        _run("--function", "nobody")
    with pytest.raises(ConfigError, match="looks like one that posts to Slack"):
        _run("--region", "eu-west-3")


AWAY = "us-west-1"


def test_a_function_of_another_region_moves_to_the_same_home() -> None:
    """That region is watched too; its topics are connected from home; the old function is spoken to where it is."""
    topic = f"arn:aws:sns:{AWAY}:{ACCOUNT}:alarms"
    roads = Roads((Subscription(topic, f"{topic}:1"),), (), (), (), "")
    move = replace(_move(roads=roads), arn=ARN.replace(REGION, AWAY))
    make, prove, join, _, part, remove = _commands(move)

    assert make[0] == f"tocsin deploy --region {REGION} --regions {AWAY} --plan"
    assert f"get-function-configuration --region {AWAY}" in make[1] and prove == [f"tocsin test --region {REGION}"]
    assert join == [f"tocsin connect --region {REGION} {topic}"]
    assert part == [f"aws sns unsubscribe --region {AWAY} --subscription-arn {topic}:1"]
    assert remove == [f"aws lambda delete-function --region {AWAY} --function-name old"]


def test_rules_and_alarms_of_another_region_come_by_a_topic_there() -> None:
    """They reach what is in their region alone: a topic that they may publish to, and that tocsin reads."""
    near = f"arn:aws:sns:{AWAY}:{ACCOUNT}:tocsin"
    rule = Rule("a.rule", f"arn:aws:events:{AWAY}:{ACCOUNT}:rule/a.rule", ("1",))
    arn = ARN.replace(REGION, AWAY)
    alarm = {"AlarmName": "cpu", "StateValue": "OK", "AlarmActions": [arn]}
    _, _, join, _, part, _ = _commands(replace(_move(roads=Roads((), (), (rule,), (alarm,), "")), arn=arn))
    create, admit, connect, target = join
    policy = json.loads(shlex.split(admit)[-1])
    services = [each["Principal"].get("Service") for each in policy["Statement"] if "Condition" not in each]

    assert create == f"aws sns create-topic --region {AWAY} --name tocsin"
    assert services == [None, "events.amazonaws.com"]  # SNS knows nothing of a rule that a condition could name
    assert connect == f"tocsin connect --region {REGION} {near}"
    assert target == f"aws events put-targets --region {AWAY} --rule a.rule --targets Id=tocsin,Arn={near}"
    assert json.loads(shlex.split(part[1])[-1])["AlarmActions"] == [near]


def test_a_stack_that_made_a_topic_is_kept(account: Cloud) -> None:
    """As well where a queue stands between them: without the topic, the alarms that act on it would tell nobody."""
    there = account.elsewhere(AWAY)
    made = {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "pages"}},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "pages"}},
    }
    formation = there.client("cloudformation")
    formation.create_stack(StackName="slack", TemplateBody=json.dumps({"Resources": made}))
    formation.get_waiter("stack_create_complete").wait(StackName="slack", WaiterConfig={"Delay": 1})
    topic, queue = (f"arn:aws:{service}:{AWAY}:{ACCOUNT}:pages" for service in ("sns", "sqs"))
    there.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    function = _made(there, "pages-to-slack", "", HOOK_URL=SECRET)
    there.client("lambda").tag_resource(Resource=function, Tags={"aws:cloudformation:stack-name": "slack"})
    there.client("lambda").create_event_source_mapping(FunctionName=function, EventSourceArn=queue)
    output = _run("--regions", AWAY, "--function", "pages-to-slack")
    there.client("lambda").delete_function(FunctionName="pages-to-slack")

    assert f"topic {topic} leads to it, through a queue" in output
    assert f"its stack slack made {topic} too" in output and "delete-stack" not in output


def test_several_regions_are_looked_into_at_once(account: Cloud) -> None:
    """Each says what was seen there; the functions of all of them move to the one home."""
    lambdas = account.elsewhere(AWAY).client("lambda")
    _made(account.elsewhere(AWAY), "far-away", "", HOOK_URL=SECRET)
    everywhere, two = _run("--regions", "all"), _run("--regions", f"{REGION},{AWAY}", "--region", "eu-west-3")
    alone = _run("--regions", AWAY, "--function", "far-away")
    lambdas.delete_function(FunctionName="far-away")

    assert f"{REGION}: 3 functions, 2 of which to move from\n" in everywhere
    assert f"{AWAY}: 1 function, 1 of which to move from\n" in everywhere
    assert "no function at all: " in everywhere and "eu-west-3" in everywhere
    assert f"tocsin deploy --region {REGION} --regions {AWAY}" in everywhere
    assert f"tocsin deploy --region eu-west-3 --regions {AWAY}" in two and "eu-west-3: " not in two
    assert alone.startswith("far-away is a tutorial's function")


def test_where_nothing_is_found_it_says_where_else_to_look(account: Cloud) -> None:
    """In one region, in all of them, and for what is no region."""
    for arguments, hint in (
        (("--region", "eu-west-3"), "--regions all"),
        (("--function", "nobody"), "--regions all"),
        (("--regions", "eu-west-3,eu-west-1"), "--function NAME"),
        (("--regions", "mars"), "--regions us-east-1"),
    ):
        with pytest.raises(ConfigError) as caught:
            _run(*arguments)
        assert hint in caught.value.hint


def test_the_old_functions_variable_reaches_deploy_by_a_pipe(account: Cloud) -> None:
    """The query of the printed command names the variable that the account holds: its value is the webhook."""
    output = _run("--function", "cloudwatch-to-slack")
    (query,) = {line.split("--query ", 1)[1].split(" --output")[0] for line in output.splitlines() if "--query" in line}
    held = account.client("lambda").get_function_configuration(FunctionName="cloudwatch-to-slack")

    assert shlex.split(query) == ['Environment.Variables."HOOK_URL"']
    assert held["Environment"]["Variables"]["HOOK_URL"] == SECRET


@pytest.mark.parametrize("what", [TUTORIAL, NOTIFY_SLACK])
def test_tocsins_own_commands_are_read_as_printed(what: str) -> None:
    """Each `tocsin …` among the steps, also behind a pipe, has only options and arguments that there are."""
    commands = [each.split("| ")[-1] for step in _commands(_move(what, stack="mine")) for each in step]
    for words in (shlex.split(each)[1:] for each in commands if each.startswith("tocsin ")):
        context = click.Context(cli, **cli.context_settings)
        command = cli.get_command(context, words[0])

        assert command is not None and command.make_context(words[0], words[1:], context).params["name"] == "mine"
