"""Looks at the Slack door, where it is open: whether Slack gets in, by what it signs, and nobody gets in beside it.

Which rights its public address needs: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from tocsin.destinations.http import NoAnswer, Timeout
from tocsin.destinations.slack.clicks import signature
from tocsin.ports import ConfigError
from tocsin_cli.doctor.finding import Finding
from tocsin_cli.doctor.mending import made_again
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.policies import Asked, Policy, allows, parsed, statements
from tocsin_cli.stack.functions import variables
from tocsin_cli.stack.slack_secret import is_signing_secret

_PATIENCE = 10.0
_LOOK = b"ssl_check=1"  # what Slack itself sends to see whether the address lives
_MEANS = "whoever clicks on a button in Slack sees a warning; links open all the same, and alarms arrive"
# By what Slack's request is known once it has come through the address
_RIGHTS: Mapping[str, tuple[Mapping[str, str], tuple[str, ...], Mapping[str, Any]]] = {
    "lambda:InvokeFunctionUrl": (
        {"lambda:functionurlauthtype": "NONE"},
        ("--function-url-auth-type", "NONE"),
        {"FunctionUrlAuthType": "NONE"},
    ),
    "lambda:InvokeFunction": (
        {"lambda:invokedviafunctionurl": "true"},
        ("--invoked-via-function-url",),
        {"InvokedViaFunctionUrl": True},
    ),
}


def secret(scene: Scene) -> Iterator[Finding]:
    """The signing secret is there, and can be one."""
    name = _parameter(scene)
    if not name:
        return
    value = scene.parameter(name)
    if not value:
        means = f"nothing can be told to be from Slack, so that everybody is turned away: {_MEANS}"
        yield Finding(
            "risk", f"the Slack door is open, but its parameter {name} is missing or empty", means, _told(scene)
        )
    elif not is_signing_secret(value):
        what = f"what the parameter {name} holds is no signing secret: one has 32 letters and digits"
        yield Finding("risk", what, _MEANS, _told(scene))


def way(scene: Scene) -> Iterator[Finding]:
    """The public address is there where the door is open, lets Slack in, and nobody past the door."""
    name, client = scene.stack.outputs["FunctionName"], scene.cloud.client("lambda")
    try:
        policy = parsed(client.get_policy(FunctionName=name)["Policy"])
    except client.exceptions.ResourceNotFoundException:
        policy = {}
    yield from open_to_all(scene, policy)
    if not (parameter := _parameter(scene)):
        return
    try:
        found = client.get_function_url_config(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        anew = f"{scene.tocsin('deploy', '--set', 'SlackButtons=no')} && {_told(scene)}"
        mend = anew if scene.stack.maker == "CloudFormation" else made_again(scene)
        yield Finding("risk", "the Slack door's public address is gone", _MEANS, mend)
        return
    shut = [*_shut(scene, found), *lacking(scene, policy)]
    yield from shut
    if not shut and is_signing_secret(value := scene.parameter(parameter)):
        yield from _knocked(scene, found["FunctionUrl"], value)


def open_to_all(scene: Scene, policy: Policy) -> Iterator[Finding]:
    """Statements that let anybody hand the function events, past the door."""
    name, client = scene.stack.outputs["FunctionName"], scene.cloud.client("lambda")
    for each in statements(policy):
        actions = each["Action"] if isinstance(each["Action"], list) else [each["Action"]]
        everybody = each["Effect"] == "Allow" and each.get("Principal") in ("*", {"AWS": "*"})
        if everybody and not each.get("Condition") and {"lambda:InvokeFunction", "lambda:*", "*"} & set(actions):
            yield Finding(
                "risk",
                f"anybody with an AWS account may hand {name} events (statement {each.get('Sid')})",
                "false alarms, and false all-clears, would be shown as yours",
                scene.aws(
                    "lambda", "remove-permission", "--function-name", name, "--statement-id", str(each.get("Sid"))
                ),
                partial(client.remove_permission, FunctionName=name, StatementId=str(each.get("Sid"))),
            )


def lacking(scene: Scene, policy: Policy) -> Iterator[Finding]:
    """The two rights that the public address needs, as far as they are not there."""
    name, client = scene.stack.outputs["FunctionName"], scene.cloud.client("lambda")
    arn = f"arn:{scene.partition}:lambda:{scene.cloud.region}:{scene.cloud.account}:function:{name}"
    for action, (context, options, given) in _RIGHTS.items():
        if allows([policy], Asked(action, arn, "*", context)):
            continue
        sid = f"tocsin-mended-{action.removeprefix('lambda:')}"
        add = ("lambda", "add-permission", "--function-name", name, "--statement-id", sid, "--principal", "*")
        yield Finding(
            "risk",
            f"the Slack door's public address lacks the right {action}",
            f"AWS answers Slack with 403: {_MEANS}",
            scene.aws(*add, "--action", action, *options),
            partial(client.add_permission, FunctionName=name, StatementId=sid, Principal="*", Action=action, **given),
        )


def _shut(scene: Scene, found: Mapping[str, Any]) -> Iterator[Finding]:
    if found["AuthType"] != "NONE":
        name, client = scene.stack.outputs["FunctionName"], scene.cloud.client("lambda")
        yield Finding(
            "risk",
            f"the Slack door's public address asks for AWS credentials ({found['AuthType']}), which Slack has not",
            f"AWS answers Slack with 403: {_MEANS}",
            scene.aws("lambda", "update-function-url-config", "--function-name", name, "--auth-type", "NONE"),
            partial(client.update_function_url_config, FunctionName=name, AuthType="NONE"),
        )


def _knocked(scene: Scene, url: str, value: str) -> Iterator[Finding]:
    """What it answers to a request that is signed as Slack would, and asks for nothing."""
    stamp = str(scene.now // 1000)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(stamp, _LOOK, value),
    }
    try:
        status = scene.connections.post(url, _LOOK, headers, Timeout(total=_PATIENCE)).status
    except (NoAnswer, ConfigError) as error:
        what = f"the Slack door could not be reached from this machine: {error}"
        yield Finding("unseen", what, "whether Slack gets in is not known", scene.tocsin("doctor"))
        return
    if status != 200:
        means = (
            "its log says why" if status != 401 else "it knows another signing secret; a new one is read in a minute"
        )
        what = f"the Slack door answers {status} to what is signed as Slack would"
        yield Finding("risk", what, f"{means}; {_MEANS}", scene.tocsin("logs", "--since", "1h"))


def _parameter(scene: Scene) -> str:
    """Where the signing secret lies, "" where the door is not open."""
    found = scene.cloud.client("lambda").get_function_configuration(FunctionName=scene.stack.outputs["FunctionName"])
    return str(variables(found).get("TOCSIN_SLACK_SIGNING_SECRET_PARAMETER", ""))


def _told(scene: Scene) -> str:
    """The way in which a signing secret is handed over: never on the command line."""
    if scene.stack.maker == "Terraform":
        return scene.aws("ssm", "put-parameter", "--name", _parameter(scene), "--type", "SecureString", "--overwrite",
                         "--value", "file://signing-secret.txt")  # fmt: skip
    return scene.tocsin("deploy", "--slack-signing-secret-file", "-")
