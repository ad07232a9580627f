"""The longer commands that mend: the stack by whatever made it, CloudFormation or Terraform; an alarm; a key."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tocsin_cli.alarms_there import Alarm
from tocsin_cli.doctor.keys import Key
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.stack.deployment import options
from tocsin_cli.stack.spokes import spoke_regions
from tocsin_cli.wiring import rewriting

_APPLY = "terraform apply"


def _is_terraforms(scene: Scene) -> bool:
    return scene.stack.maker == "Terraform"


def made_again(scene: Scene) -> str:
    """What was deleted by hand: Terraform misses it, CloudFormation does not. What was wished would be forgotten."""
    if _is_terraforms(scene):
        return _APPLY
    regions = ("--regions", ",".join(found)) if (found := _spokes(scene)) else ()
    return f"{scene.tocsin('destroy')} && {scene.tocsin('deploy', *options(scene.stack.parameters), *regions)}"


def _spokes(scene: Scene) -> tuple[str, ...]:
    """The regions that have one; none where we may not look: the rest of a command is needed all the same."""
    from botocore.exceptions import ClientError

    try:
        return spoke_regions(scene.cloud, scene.stack.name)
    except ClientError:
        return ()


def put_right(scene: Scene) -> str:
    """What CloudFormation or Terraform was in the middle of."""
    return _APPLY if _is_terraforms(scene) else scene.tocsin("deploy")


def renewed(scene: Scene) -> str:
    """A newer package."""
    if _is_terraforms(scene):
        return f"put the package of a newer tocsin in the place of the module's, then {_APPLY}"
    return f"pipx upgrade tocsin && {scene.tocsin('deploy')}"


def rewritten(scene: Scene, alarm: Alarm, actions: Mapping[str, list[str]]) -> str:
    """An alarm with these actions, and with all else that it has."""
    put = "put-composite-alarm" if alarm.is_composite else "put-metric-alarm"
    whole = json.dumps(rewriting.rewritten(scene.cloud, alarm, actions))
    return scene.aws("cloudwatch", put, "--cli-input-json", whole)


def enabled(scene: Scene, key: Key) -> str:
    """A key that is switched off, or waits to be deleted."""
    again = scene.aws("kms", "enable-key", "--key-id", key.id)
    if key.state == "PendingDeletion":
        return f"{scene.aws('kms', 'cancel-key-deletion', '--key-id', key.id)} && {again}"
    return again


def told_the_secret(scene: Scene) -> str:
    """Another Slack secret, typed unseen: it is in no argument, and in no shell's history."""
    if _is_terraforms(scene):
        what = "token" if scene.stack.parameters.get("SlackMode") == "bot" else "webhook"
        name, value = scene.stack.outputs["SecretName"], f"file://{what}.txt"
        return scene.aws("ssm", "put-parameter", "--name", name, "--type", "SecureString", "--overwrite",
                         "--value", value)  # fmt: skip
    return scene.tocsin("deploy", "--slack-webhook-url-file", "-")


def mailed(scene: Scene) -> str:
    """Somebody to tell when tocsin itself is in trouble."""
    if _is_terraforms(scene):
        return f'write ops_email = "YOU@EXAMPLE.COM" into the module, then {_APPLY}'
    return scene.tocsin("deploy", "--email", "YOU@EXAMPLE.COM")


def watched(scene: Scene, region: str) -> str:
    """Another region. CloudFormation does not see that somebody else took away what it has made there."""
    if _is_terraforms(scene):
        return f"apply the module deploy/terraform/spoke in {region}: docs/terraform.md"
    make = scene.tocsin("deploy", "--regions", region)
    return f"{scene.tocsin('deploy', '--without', region)} && {make}" if region in _spokes(scene) else make


def let_in_again(scene: Scene, option: str, whom: str) -> str:
    """Other accounts. CloudFormation does not see that somebody else changed the bus's policy."""
    if _is_terraforms(scene):
        return f"take {whom} out of the module, {_APPLY}, put it back, {_APPLY}"
    return f"{scene.tocsin('deploy', '--without', whom)} && {scene.tocsin('deploy', option, whom)}"
