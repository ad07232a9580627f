"""Incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.

One word in plain text, never JSON, never a ts; why a message was refused stays in the inspector.
"""

import secrets
from typing import Any
from urllib.parse import parse_qs

from tocsin_local.slack.answers import Answer
from tocsin_local.slack.parsing import strict_json
from tocsin_local.slack.records import Hook, HookState
from tocsin_local.slack.validation import Verdict, judge
from tocsin_local.slack.wire import Request, Response, text_response
from tocsin_local.slack.workspace import TEAM, Draft, UnknownParent, Workspace

LARGEST_BODY = 1024 * 1024
_STATES = {
    HookState.DISABLED: (404, "no_active_hooks"),
    HookState.REMOVED: (404, "no_service"),
    HookState.ARCHIVED: (410, "channel_is_archived"),
    HookState.CHANNEL_DELETED: (404, "channel_not_found"),
    HookState.PROHIBITED: (403, "action_prohibited"),
    HookState.GENERAL_DENIED: (403, "posting_to_general_channel_denied"),
    HookState.TEAM_DISABLED: (403, "team_disabled"),
    HookState.INVALID_TOKEN: (403, "invalid_token"),
}


class _Refused(Exception):
    def __init__(self, status: int, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.reason = status, code, reason


def answer_webhook(workspace: Workspace, request: Request) -> Answer:
    """Answers POST /services/T…/B…/…"""
    if request.verb != "POST":
        headers = (("Content-Type", "text/html"), ("Allow", "POST"))
        return Answer(Response(405, b"", headers), "method_not_allowed")
    try:
        hook = _hook(workspace, request.path)
        payload = _payload(request)
    except _Refused as refused:
        return _refusal(refused.status, refused.code, reasons=(refused.reason,) if refused.reason else ())
    return _post(workspace, hook, payload)


def _hook(workspace: Workspace, path: str) -> Hook:
    match path.split("/"):
        case ["", "services", team, hook_id, token] if team == TEAM:
            hook = workspace.hooks.get(hook_id)
        case _:
            raise _Refused(404, "no_team")
    if hook is None:
        raise _Refused(404, "no_service_id")
    if not secrets.compare_digest(token.encode(), hook.token.encode()):
        raise _Refused(404, "no_service")
    if hook.state in _STATES:
        raise _Refused(*_STATES[hook.state])
    if workspace.channels[hook.channel].archived:
        raise _Refused(*_STATES[HookState.ARCHIVED])
    return hook


def _payload(request: Request) -> dict[str, Any]:
    if len(request.body) > LARGEST_BODY:
        raise _Refused(413, "invalid_payload", "more than 1 MB")
    try:
        payload = strict_json(_written(request))
    except ValueError as error:
        raise _Refused(400, "invalid_payload", str(error)) from error
    if not isinstance(payload, dict):
        raise _Refused(400, "invalid_payload", "not an object")
    return payload


def _written(request: Request) -> bytes | str:
    """A form's field ``payload``, else the body: Slack takes JSON whatever its type, as functions that name none send
    it as a form (seen in https://github.com/mattermost/mattermost/issues/2972)."""
    kind, charset = request.content_type()
    if charset not in ("", "utf-8", "utf8"):
        raise ValueError(f"charset {charset!r}")
    if kind != "application/x-www-form-urlencoded" or request.body.lstrip().startswith(b"{"):
        return request.body
    return parse_qs(request.body.decode("utf-8"), errors="strict").get("payload", [""])[0]


def _post(workspace: Workspace, hook: Hook, payload: dict[str, Any]) -> Answer:
    verdict = judge(payload, workspace.settings.images, workspace.settings.strict)
    if verdict.code is not None:
        code = "invalid_blocks" if verdict.code == "msg_blocks_too_long" else verdict.code
        return _refusal(400, code, verdict)
    wait = workspace.limits.post(hook.channel)
    if wait:
        return Answer(Response(429, b"", (("Retry-After", str(wait)),)), "rate_limited")
    try:
        message, warnings = workspace.post(workspace.channels[hook.channel], _draft(hook, payload, verdict))
    except UnknownParent:
        return _refusal(400, "invalid_thread_ts", verdict)
    return Answer(text_response(200, "ok"), "ok", verdict.reasons(), verdict.warnings + warnings, message.ts)


def _draft(hook: Hook, payload: dict[str, Any], verdict: Verdict) -> Draft:
    """The channel, the name and the icon are the hook's own, whatever the payload says."""
    thread_ts = payload.get("thread_ts")
    return Draft(
        verdict.content,
        hook.id,
        "webhook",
        str(thread_ts) if thread_ts else None,
        payload.get("reply_broadcast") is True,
        bool(payload.get("link_names")) or payload.get("parse") == "full",
    )


def _refusal(status: int, code: str, verdict: Verdict | None = None, reasons: tuple[str, ...] = ()) -> Answer:
    told = verdict.reasons() if verdict else reasons
    return Answer(text_response(status, code), code, told, verdict.warnings if verdict else ())
