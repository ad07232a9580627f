"""The Slack door in a small AWS: what opens and closes it, what the doctor finds there; its secret is not shown.

The whole of `tocsin deploy` ends with a test alarm, which this AWS does not carry out: tests/localstack has that.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aws_home import REGION, Answers, Home, deployed, obey, run, understood
from door_posts import by_url
from raw_server import RawServer, http
from tocsin.destinations.slack.clicks import Knock, is_signed
from tocsin.ports import ConfigError
from tocsin_cli.doctor.checks import CHECKS
from tocsin_cli.doctor.door import open_to_all
from tocsin_cli.doctor.examine import examine
from tocsin_cli.doctor.finding import Finding
from tocsin_cli.stack.changes import Changes
from tocsin_cli.stack.deployment import Wish, deployment
from tocsin_cli.stack.slack_secret import CLOSED, OPENED, Vault
from tocsin_local.slack.clicks import signed

SECRET = "0123456789abcdef0123456789abcdef"
PARAMETER = "/tocsin/tocsin/slack-signing-secret"
DOOR = [check for check in CHECKS if check.name in ("signing-secret", "door")]
RIGHTS = [check for check in CHECKS if check.name == "rights"]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A healthy stack without buttons."""
    with deployed(tmp_path_factory.mktemp("aws")) as there:
        yield there


@pytest.fixture(scope="module")
def home(closed: Home) -> Home:
    """The same with its door opened."""
    Vault(closed.cloud, "tocsin", "signing").fill(SECRET)
    deploy(closed, OPENED)
    return closed


def deploy(home: Home, *settings: str) -> None:
    """As `tocsin deploy --set` does, up to its proof."""
    ready = deployment(home.cloud, Changes(home.cloud, "tocsin", lambda step: None, sleep=lambda _: os.sched_yield()))
    ready.carry_out(ready.plan(Wish("webhook", settings=settings).parameters(home.stack)))


def findings(home: Home, **kept: Any) -> list[Finding]:
    """What the doctor finds at the door, with what this AWS cannot show left out."""
    results = examine(home.scene(**kept), DOOR)
    return [each for result in results for each in result.findings if "could not be reached" not in each.what]


def test_a_closed_door_is_nothing_to_find(closed: Home) -> None:
    """Without a public address nothing is looked for, and no secret is asked for."""
    with Answers(closed, GetParameter="AccessDeniedException") as cloud:
        assert findings(closed, cloud=cloud) == []
    assert "Slack door" not in run("status")[1]


def test_a_plan_shows_the_door_and_keeps_nothing(closed: Home, tmp_path: Path) -> None:
    """What a signing secret would open is shown; neither the secret nor the address is there afterwards."""
    file = tmp_path / "signing"
    file.write_text(f"{SECRET}\n")
    code, output = run("deploy", "--plan", "--slack-signing-secret-file", str(file))

    assert code == 0 and "public address Door" in output
    assert SECRET not in output
    assert "DoorUrl" not in closed.stack.outputs and not Vault(closed.cloud, "tocsin", "signing").is_filled()


def test_the_secret_opens_the_door_and_lies_where_the_function_looks(home: Home) -> None:
    """As a SecureString of the name that the function knows, and that its role may read: and nowhere else."""
    kept = home.client("ssm").get_parameter(Name=PARAMETER, WithDecryption=True)["Parameter"]
    function = home.client("lambda").get_function_configuration(FunctionName="tocsin")
    template = home.client("cloudformation").get_template(StackName="tocsin")["TemplateBody"]
    told = json.dumps([home.stack.outputs, dict(home.stack.parameters), function["Environment"], template], default=str)

    assert (kept["Type"], kept["Value"]) == ("SecureString", SECRET)
    assert function["Environment"]["Variables"]["TOCSIN_SLACK_SIGNING_SECRET_PARAMETER"] == PARAMETER
    assert [result.findings for result in examine(home.scene(), RIGHTS)] == [()]
    assert SECRET not in told


def test_what_slack_signs_gets_in_and_nobody_else(home: Home) -> None:
    """The function as deployed: 200 for a signed request, 401 for the same with another signature."""
    posted = signed(b"ssl_check=1", SECRET, home.scene().now / 1000)
    forged = signed(b"ssl_check=1", "f" * 32, home.scene().now / 1000)
    answers = [_invoked(home, by_url(each.headers) | {"body": "ssl_check=1"}) for each in (posted, forged)]

    assert [each["statusCode"] for each in answers] == [200, 401]


def test_an_open_door_is_well(home: Home) -> None:
    """Both rights are there, and the secret; and what Slack would send is answered with 200."""
    assert findings(home) == []
    with RawServer(lambda n: http(200)) as server, _at(home, server) as cloud:
        assert findings(home, cloud=cloud) == []
    (heard,) = server.heard
    sent = dict(line.split(": ", 1) for line in heard.head.split("\r\n")[1:] if line)
    assert is_signed(Knock(sent["X-Slack-Request-Timestamp"], sent["X-Slack-Signature"], heard.body), SECRET)


@pytest.mark.parametrize(
    ("status", "says"), [(401, "another signing secret"), (403, "its log says why"), (502, "its log says why")]
)
def test_a_door_that_does_not_let_slack_in_is_found(home: Home, status: int, says: str) -> None:
    """Whatever it answers to Slack but 200 is told, with where to look."""
    with RawServer(lambda n: http(status)) as server, _at(home, server) as cloud:
        (found,) = findings(home, cloud=cloud)
    assert f"answers {status}" in found.what and says in found.means and understood(found.mend)


def no_right(action: str) -> Callable[[Home], None]:
    def plant(home: Home) -> None:
        client = home.client("lambda")
        for each in json.loads(client.get_policy(FunctionName="tocsin")["Policy"])["Statement"]:
            if each["Action"] == action and each["Principal"] == "*":
                client.remove_permission(FunctionName="tocsin", StatementId=each["Sid"])

    plant.__name__ = action
    return plant


def by_credentials(home: Home) -> None:
    home.client("lambda").update_function_url_config(FunctionName="tocsin", AuthType="AWS_IAM")


def past_the_door(home: Home) -> None:
    home.client("lambda").add_permission(
        FunctionName="tocsin", StatementId="everybody", Action="lambda:InvokeFunction", Principal="*"
    )


@pytest.mark.parametrize(
    ("plant", "says"),
    [
        (no_right("lambda:InvokeFunctionUrl"), "lacks the right lambda:InvokeFunctionUrl"),
        (no_right("lambda:InvokeFunction"), "lacks the right lambda:InvokeFunction"),
        (by_credentials, "asks for AWS credentials (AWS_IAM)"),
        (past_the_door, "anybody with an AWS account may hand tocsin events"),
    ],
)
def test_what_keeps_slack_out_or_lets_others_in_is_found_and_mended(
    home: Home, plant: Callable[[Home], None], says: str
) -> None:
    """One finding; its fix mends it, and so does the command that it names."""
    for mended in ("fix", "command"):
        plant(home)
        (found,) = findings(home)
        assert says in found.what and found.severity == "risk" and found.fix is not None
        _ = found.fix() if mended == "fix" else obey(home.cloud, found.mend)
        assert findings(home) == []


@pytest.mark.parametrize("value", ["xoxb-1-2-three", "a secret", "0" * 31])
def test_what_is_no_signing_secret_is_found_unseen(home: Home, value: str) -> None:
    """Another of Slack's secrets, or half of it: the finding does not repeat it."""
    vault = Vault(home.cloud, "tocsin", "signing")
    vault.fill(value)
    try:
        (found,) = findings(home)
    finally:
        vault.fill(SECRET)
    assert "is no signing secret" in found.what and value not in repr(found)
    assert understood(found.mend)


def test_a_missing_secret_is_found(home: Home) -> None:
    """Somebody deleted the parameter: everybody is turned away, and the finding says how to hand it over."""
    vault = Vault(home.cloud, "tocsin", "signing")
    vault.empty()
    try:
        (found,) = findings(home)
        _, status = run("status")
    finally:
        vault.fill(SECRET)
    assert "missing or empty" in found.what and "--slack-signing-secret-file" in found.mend
    assert f"✗ Slack door: {PARAMETER} is missing" in status and "$ tocsin doctor signing-secret" in status
    assert "✓ Slack door: open" in run("status")[1]


def test_a_door_that_is_gone_is_found(home: Home) -> None:
    """Somebody deleted the public address: it is made again by closing the door and opening it."""
    with Answers(home, GetFunctionUrlConfig="ResourceNotFoundException") as cloud:
        (found,) = findings(home, cloud=cloud)
    assert "address is gone" in found.what and "SlackButtons=no" in found.mend and understood(found.mend)


def test_only_what_is_for_everybody_is_open_to_all(home: Home) -> None:
    """A service, an account and the public address's own statements are no findings."""
    service = {"Service": "events.amazonaws.com"}
    fine = [
        {"Sid": "a", "Effect": "Allow", "Principal": service, "Action": "lambda:InvokeFunction"},
        {"Sid": "b", "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "lambda:InvokeFunction"},
        {"Sid": "c", "Effect": "Allow", "Principal": "*", "Action": "lambda:GetFunction"},
        {"Sid": "d", "Effect": "Deny", "Principal": "*", "Action": "lambda:InvokeFunction"},
        {"Sid": "e", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction",
         "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}},
    ]  # fmt: skip
    wide = {"Sid": "f", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["lambda:GetFunction", "lambda:*"]}
    (found,) = open_to_all(home.scene(), {"Statement": [*fine, wide]})
    assert "statement f" in found.what


def test_a_second_deployment_keeps_the_door(home: Home) -> None:
    """Without the secret at hand the door stays open, and the secret is what it was."""
    code, output = run("deploy", "--plan")

    assert code == 0 and "Door" not in output
    assert home.client("ssm").get_parameter(Name=PARAMETER, WithDecryption=True)["Parameter"]["Value"] == SECRET


def test_a_secret_and_a_closed_door_contradict_each_other(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is changed until it is clear which of the two is meant."""
    monkeypatch.setenv("TOCSIN_SLACK_SIGNING_SECRET", SECRET)
    with pytest.raises(ConfigError, match="closes it") as caught:
        run("deploy", "--yes", "--set", "SlackButtons=no")
    assert SECRET not in f"{caught.value} {caught.value.hint}" and "DoorUrl" in home.stack.outputs


def test_closing_the_door_leaves_nothing_of_it(home: Home) -> None:
    """Address, rights and setting are gone; a right that the doctor's command added stays, and opens nothing."""
    deploy(home, CLOSED)
    function = home.client("lambda").get_function_configuration(FunctionName="tocsin")
    policy = json.loads(home.client("lambda").get_policy(FunctionName="tocsin")["Policy"])

    assert "DoorUrl" not in home.stack.outputs
    assert "TOCSIN_SLACK_SIGNING_SECRET_PARAMETER" not in function["Environment"]["Variables"]
    left = [each for each in policy["Statement"] if each["Principal"] == "*" and each["Sid"][:13] != "tocsin-mended"]
    assert left == [] and all(each["Condition"] for each in policy["Statement"])


def test_a_door_without_a_secret_is_not_opened_unasked(home: Home) -> None:
    """Where nobody can be asked for it, --set SlackButtons=yes changes nothing and says how to hand it over."""
    Vault(home.cloud, "tocsin", "signing").empty()
    with pytest.raises(ConfigError, match="signing secret is missing") as caught:
        run("deploy", "--yes", "--set", "SlackButtons=yes")
    assert "--slack-signing-secret-file" in caught.value.hint and "DoorUrl" not in home.stack.outputs


def _at(home: Home, server: RawServer) -> Answers:
    """The cloud, but with the public address on this machine."""
    url, arn = (
        f"http://127.0.0.1:{server.port}/where-slack-hands-in-clicks/",
        f"arn:aws:lambda:{REGION}:123456789012:function:tocsin",
    )
    return Answers(
        home,
        GetFunctionUrlConfig={
            "FunctionUrl": url,
            "FunctionArn": arn,
            "AuthType": "NONE",
            "CreationTime": "a",
            "LastModifiedTime": "b",
        },
    )


def _invoked(home: Home, event: dict[str, Any]) -> dict[str, Any]:
    done = home.client("lambda", REGION).invoke(FunctionName="tocsin", Payload=json.dumps(event))
    answer: dict[str, Any] = json.loads(done["Payload"].read())
    return answer
