"""Writing: chat.postMessage, chat.update, chat.postEphemeral, reactions.add (https://docs.slack.dev/reference/methods)."""

import re
from dataclasses import replace
from typing import Any

from tocsin_local.slack.calls import Call, Done, Refused
from tocsin_local.slack.mentions import notified
from tocsin_local.slack.records import Channel, Message
from tocsin_local.slack.shape import as_slack
from tocsin_local.slack.validation import Content, Verdict, judge
from tocsin_local.slack.workspace import BOT_USER, Draft, UnknownParent

UPDATE_TEXT_MAX = 4_000
MARKDOWN_MAX = 12_000
_TS = re.compile(r"\d{10}\.\d{6}")
_EMOJI = re.compile(r"[\w+'-]+(::skin-tone-[2-6])?")


def post_message(call: Call) -> Done:
    channel = call.channel(by_name=True)
    _may_write(call, channel)
    verdict = _judged(call, _markdown(call))
    wait = call.workspace.limits.post(channel.id)
    if wait:
        raise Refused("ratelimited", retry_after=wait)
    message, warnings = _post(call, channel, _draft(call, verdict.content))
    body = {"channel": channel.id, "ts": message.ts, "message": as_slack(message)}
    return Done(body, verdict.reasons(), verdict.warnings + warnings, message.ts)


def update(call: Call) -> Done:
    channel, ts = call.channel(), call.text("ts")
    if channel.archived:
        raise Refused("is_inactive")
    message = call.workspace.find(channel.id, ts)
    if message is None or message.seen_by:
        raise Refused("message_not_found")
    if message.author != BOT_USER:
        raise Refused("cant_update_message")
    if len(call.maybe("text") or "") > UPDATE_TEXT_MAX:
        raise Refused("msg_too_long")
    verdict, kept = _judged(call, _merged(call, message)), _kept(call, message)
    content = verdict.content
    told = notified(content.text, content.blocks, content.attachments, _link_names(call))
    shown = replace(
        message,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        metadata=content.metadata,
        mrkdwn=content.mrkdwn,
        broadcast=message.broadcast or (call.flag("reply_broadcast") and message.thread_ts is not None),
        edited=message.edited or not content.blocks,
        versions=message.versions + 1,
        notified=tuple(dict.fromkeys(message.notified + told)),
    )
    call.workspace.put(shown)
    body = {"channel": channel.id, "ts": ts, "text": shown.text, "message": as_slack(shown)}
    return Done(body, verdict.reasons(), verdict.warnings + kept, ts)


def post_ephemeral(call: Call) -> Done:
    channel, user = call.channel(by_name=True), call.text("user")
    _may_write(call, channel)
    if user not in channel.users:
        raise Refused("user_not_in_channel")
    verdict = _judged(call, call.arguments)
    if any("blocks" in attachment for attachment in verdict.content.attachments):
        raise Refused("invalid_attachments", ("attachments that contain blocks are not valid",))
    message, warnings = _post(call, channel, replace(_draft(call, verdict.content), seen_by=user))
    return Done({"message_ts": message.ts}, verdict.reasons(), verdict.warnings + warnings, message.ts)


def add_reaction(call: Call) -> Done:
    channel, ts, name = call.channel(), call.text("timestamp"), call.text("name")
    if not _TS.fullmatch(ts):
        raise Refused("bad_timestamp")
    if not _EMOJI.fullmatch(name):
        raise Refused("invalid_name")
    if channel.archived:
        raise Refused("is_archived")
    message = call.workspace.find(channel.id, ts)
    if message is None or message.seen_by:
        raise Refused("message_not_found")
    users = message.reactions.get(name, ())
    if BOT_USER in users:
        raise Refused("already_reacted")
    call.workspace.put(replace(message, reactions={**message.reactions, name: (*users, BOT_USER)}))
    return Done(ts=ts)


def _may_write(call: Call, channel: Channel) -> None:
    if channel.archived:
        raise Refused("is_archived")
    if not channel.member and (channel.private or "chat:write.public" not in call.workspace.settings.scopes):
        raise Refused("not_in_channel")


def _markdown(call: Call) -> dict[str, Any]:
    """`markdown_text` is one markdown block, and stands alone."""
    markdown = call.maybe("markdown_text")
    if markdown is None:
        return call.arguments
    if call.maybe("text") or call.arguments.get("blocks"):
        raise Refused("markdown_text_conflict")
    if len(markdown) > MARKDOWN_MAX:
        raise Refused("msg_too_long")
    return {**call.arguments, "blocks": [{"type": "markdown", "text": markdown}]}


def _judged(call: Call, payload: dict[str, Any]) -> Verdict:
    settings = call.workspace.settings
    verdict = judge(payload, settings.images, settings.strict)
    if verdict.code is not None:
        code = "invalid_arguments" if verdict.code == "invalid_payload" else verdict.code
        raise Refused(code, verdict.reasons(), {"errors": list(verdict.reasons())})
    return verdict


def _draft(call: Call, content: Content) -> Draft:
    return Draft(
        content,
        BOT_USER,
        "bot",
        call.maybe("thread_ts"),
        call.flag("reply_broadcast"),
        _link_names(call),
        username=_username(call),
    )


def _post(call: Call, channel: Channel, draft: Draft) -> tuple[Message, tuple[str, ...]]:
    try:
        return call.workspace.post(channel, draft)
    except UnknownParent as error:
        raise Refused("invalid_thread_ts") from error


def _link_names(call: Call) -> bool:
    return call.flag("link_names") or call.maybe("parse") == "full"


def _username(call: Call) -> str:
    """Another name than the app's own needs a scope of its own; without it Slack ignores it."""
    may = "chat:write.customize" in call.workspace.settings.scopes
    return (call.maybe("username") or "") if may else ""


def _merged(call: Call, message: Message) -> dict[str, Any]:
    """What the message would hold: new text without blocks drops the old blocks, what is not named stays."""
    given = {name: value for name, value in call.arguments.items() if value is not None}
    if not given.keys() & {"text", "blocks", "attachments", "metadata"}:
        raise Refused("no_text")
    old_blocks = [] if "text" in given else message.blocks
    metadata = given.get("metadata", message.metadata)
    return {
        "text": given.get("text", message.text),
        "blocks": given.get("blocks", old_blocks),
        "attachments": given.get("attachments", message.attachments),
        "metadata": metadata,
    }


def _kept(call: Call, message: Message) -> tuple[str, ...]:
    if message.attachments and call.arguments.get("attachments") is None:
        return ("attachments not named: kept, which Slack does not document",)
    return ()
