"""Reading back: conversations.history and conversations.replies (https://docs.slack.dev/reference/methods)."""

from typing import Any

from tocsin_local.slack.calls import Call, Done, Refused
from tocsin_local.slack.records import Channel, Message
from tocsin_local.slack.shape import as_slack

_PAGE = 100
_PAGE_MAX = 999


def history(call: Call) -> Done:
    """The channel's messages, newest first; of the replies only those that were broadcast."""
    channel = _readable(call)
    everything = list(call.workspace.messages(channel.id))
    shown = [m for m in everything if not m.seen_by and (m.thread_ts is None or m.broadcast) and _within(call, m.ts)]
    return _page(call, [_counted(call, m, everything) for m in reversed(shown)])


def replies(call: Call) -> Done:
    """One thread, its parent first, oldest first."""
    channel, ts = _readable(call), call.text("ts")
    everything = list(call.workspace.messages(channel.id))
    named = call.workspace.find(channel.id, ts)
    if named is None or named.seen_by:
        raise Refused("thread_not_found")
    root = named.thread_ts or ts
    answers = [m for m in everything if m.thread_ts == root and not m.seen_by and _within(call, m.ts)]
    thread = [*(m for m in everything if m.ts == root), *answers]
    return _page(call, [_counted(call, m, everything) for m in thread])


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.require("groups:history" if channel.private else "channels:history")
    if not channel.member:
        raise Refused("not_in_channel")
    return channel


def _within(call: Call, ts: str) -> bool:
    oldest, latest = call.maybe("oldest") or "0", call.maybe("latest") or "9999999999"
    try:
        at, first, last = float(ts), float(oldest), float(latest)
    except ValueError as error:
        raise Refused("invalid_ts_oldest") from error
    return first < at < last or (call.flag("inclusive") and at in (first, last))


def _counted(call: Call, message: Message, everything: list[Message]) -> dict[str, Any]:
    shown = as_slack(message, call.flag("include_all_metadata"))
    answers = [m.ts for m in everything if m.thread_ts == message.ts and not m.seen_by]
    if answers:
        shown |= {"thread_ts": message.ts, "reply_count": len(answers), "latest_reply": answers[-1]}
    return shown


def _page(call: Call, messages: list[dict[str, Any]]) -> Done:
    """The cursor is the number of messages seen so far."""
    start, size = call.number("cursor", 0), min(call.number("limit", _PAGE), _PAGE_MAX)
    body: dict[str, Any] = {"messages": messages[start : start + size], "has_more": start + size < len(messages)}
    if body["has_more"]:
        body["response_metadata"] = {"next_cursor": str(start + size)}
    return Done(body)
