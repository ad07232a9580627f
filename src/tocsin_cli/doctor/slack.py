"""Looks at Slack without posting: whether the webhook lives, the bot is let in, and what it may do."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.destinations.slack.answers import Verdict
from tocsin.destinations.slack.api import Bot, Webhook
from tocsin.ports import ConfigError
from tocsin_cli.doctor.finding import Finding
from tocsin_cli.doctor.mending import told_the_secret
from tocsin_cli.doctor.scene import Scene

_PATIENCE = 10.0
# What a place that lives says to a message with nothing in it.
_ALIVE = ("no_text", "invalid_payload", "missing_text_or_fallback_or_attachments")
_LOST = "nothing is shown in Slack; alarms wait until it can be"
_MEANS = {
    "no_service": "the webhook was removed",
    "no_service_id": "the webhook was removed",
    "no_team": "the workspace is gone, or the URL is not a webhook's",
    "no_active_hooks": "the webhook was switched off",
    "channel_is_archived": "its channel is archived",
    "is_archived": "its channel is archived",
    "channel_not_found": "its channel is gone, or the bot is not in it",
    "action_prohibited": "an admin of the workspace forbids it",
    "posting_to_general_channel_denied": "only some may post to the workspace's general channel",
    "team_disabled": "the workspace is switched off",
    "invalid_token": "the URL is not complete",
    "invalid_auth": "the token is wrong, or was revoked",
    "not_authed": "the token is empty",
    "token_revoked": "the token was revoked",
    "token_expired": "the token has expired",
    "account_inactive": "the bot was removed from the workspace",
    "not_in_channel": "the bot is not in its channel",
    "missing_scope": "the bot lacks the scope chat:write",
}


def secret(scene: Scene) -> Iterator[Finding]:
    """The Slack secret is there."""
    if not _secret(scene):
        yield Finding(
            "broken",
            f"the parameter {scene.stack.outputs['SecretName']} is missing or empty",
            "alarms are stored and wait for it; then all are shown",
            told_the_secret(scene),
        )


def lives(scene: Scene) -> Iterator[Finding]:
    """Slack would take a message. What is sent to find out is an empty one, which Slack always refuses."""
    if not (value := _secret(scene)):
        return
    try:
        verdict = _knock(scene, value)
    except ConfigError as problem:
        yield Finding("broken", f"the Slack secret cannot be right: {problem}", _LOST, told_the_secret(scene))
        return
    if verdict.kind == "ok" or verdict.code in _ALIVE:
        return
    if verdict.kind != "broken":
        what = f"Slack could not be asked from this machine: {verdict.code}"
        yield Finding("unseen", what, "whether it takes messages is not known", scene.tocsin("doctor"))
        return
    why = _MEANS.get(verdict.code, verdict.code)
    yield Finding("broken", f"Slack takes no message: {why} ({verdict.code})", _LOST, _mended(scene, verdict.code))


def scopes(scene: Scene) -> Iterator[Finding]:
    """A bot may read its channel, by which it finds its own messages again."""
    if not _is_bot(scene) or not (value := _secret(scene)):
        return
    bot = _bot(scene, value)
    verdict = bot.call("conversations.history", {"channel": bot.channel, "limit": 1}, _PATIENCE)
    means = "after a crash in the middle of a message it may be posted twice"
    if verdict.code == "missing_scope":
        needed = str(verdict.body.get("needed") or "channels:history, groups:history")
        mend = _scope_added(scene)
        yield Finding("risk", f"the bot lacks the scope {needed}", means, mend)
    elif verdict.code in ("not_in_channel", "channel_not_found"):
        mend = "/invite @tocsin, typed in that channel"
        yield Finding("risk", f"the bot is not in its channel {bot.channel} ({verdict.code})", means, mend)


def _knock(scene: Scene, value: str) -> Verdict:
    if not _is_bot(scene):
        return Webhook(value, scene.connections).send({}, _PATIENCE)
    bot = _bot(scene, value)
    known = bot.call("auth.test", {}, _PATIENCE)
    return known if known.kind != "ok" else bot.call("chat.postMessage", {"channel": bot.channel}, _PATIENCE)


def _mended(scene: Scene, code: str) -> str:
    if code in ("not_in_channel", "channel_not_found") and _is_bot(scene):
        return "/invite @tocsin, typed in that channel"
    if code in ("channel_is_archived", "is_archived"):
        return f"unarchive the channel, or make a webhook for another one, then {told_the_secret(scene)}"
    if code == "missing_scope":
        return _scope_added(scene)
    return told_the_secret(scene)


def _scope_added(scene: Scene) -> str:
    again = told_the_secret(scene)
    return f"add the scope under OAuth & Permissions of your Slack app and install it again, then {again}"


def _is_bot(scene: Scene) -> bool:
    return scene.stack.parameters.get("SlackMode") == "bot"


def _bot(scene: Scene, token: str) -> Bot:
    return Bot(token, scene.stack.parameters["SlackChannel"], scene.connections, scene.slack_api)


def _secret(scene: Scene) -> str:
    return scene.parameter(scene.stack.outputs["SecretName"])
