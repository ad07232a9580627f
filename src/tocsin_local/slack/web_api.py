"""The door of the Web API: who calls, with which arguments, how often (https://docs.slack.dev/apis/web-api).

Always 200 with `ok`, but for 429. What each method does stands in the rooms that METHODS names.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tocsin_local.slack import chat, checks, files, history
from tocsin_local.slack.answers import Answer
from tocsin_local.slack.calls import Call, Done, Refused
from tocsin_local.slack.limits import TIER_3, TIER_4, Pace
from tocsin_local.slack.parsing import strict_json
from tocsin_local.slack.records import TokenState
from tocsin_local.slack.wire import Request, json_response
from tocsin_local.slack.workspace import Workspace

_CHARSETS = ("", "utf-8", "utf8", "iso-8859-1")
_TOKEN_STATES = {
    TokenState.REVOKED: "token_revoked",
    TokenState.EXPIRED: "token_expired",
    TokenState.ACCOUNT_INACTIVE: "account_inactive",
}


@dataclass(frozen=True, slots=True)
class Method:
    """`scope` is what a token needs ("" any), None: no token at all. `pace` None: not limited here."""

    run: Callable[[Call], Done]
    scope: str | None
    pace: Pace | None = None


METHODS = {
    "auth.test": Method(checks.auth_test, ""),
    "blocks.validate": Method(checks.blocks_validate, None),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.update": Method(chat.update, "chat:write", TIER_3),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write", TIER_4),
    "reactions.add": Method(chat.add_reaction, "reactions:write", TIER_3),
    "conversations.history": Method(history.history, "", TIER_3),
    "conversations.replies": Method(history.replies, "", TIER_3),
    "files.getUploadURLExternal": Method(files.announce, "files:write", TIER_4),
    "files.completeUploadExternal": Method(files.complete, "files:write", TIER_4),
}


def answer_call(workspace: Workspace, name: str, request: Request, origin: str) -> Answer:
    """Answers /api/{name}; `origin` is this server's own "http://host:port"."""
    try:
        method = METHODS.get(name)
        if method is None:
            raise Refused("unknown_method", reasons=(name,))
        arguments, warnings = _arguments(request)
        if method.scope is not None:
            _authorise(workspace, request, arguments, method.scope)
        wait = workspace.limits.call(name, method.pace) if method.pace else 0
        if wait:
            return rate_limited(wait)
        done = method.run(Call(workspace, arguments, request.content_type()[0], origin))
    except Refused as refused:
        if refused.retry_after:
            return rate_limited(refused.retry_after)
        return Answer(json_response(refused.body()), refused.code, refused.reasons)
    return _done(done, warnings)


def rate_limited(wait: int) -> Answer:
    body = {"ok": False, "error": "ratelimited"}
    return Answer(json_response(body, 429, ("Retry-After", str(wait))), "ratelimited")


def _done(done: Done, warnings: tuple[str, ...]) -> Answer:
    body: dict[str, Any] = {"ok": True, **done.body}
    if warnings:
        body |= {"warning": ",".join(warnings)}
        body["response_metadata"] = {**body.get("response_metadata", {}), "warnings": list(warnings)}
    return Answer(json_response(body), "ok", done.reasons, done.warnings + warnings, done.ts)


def _authorise(workspace: Workspace, request: Request, arguments: dict[str, Any], scope: str) -> None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    given = token.strip() if kind.lower() == "bearer" else str(arguments.get("token", ""))
    if not given:
        raise Refused("not_authed")
    if not secrets.compare_digest(given.encode(), workspace.bot_token.encode()):
        raise Refused("invalid_auth")
    if workspace.settings.token_state in _TOKEN_STATES:
        raise Refused(_TOKEN_STATES[workspace.settings.token_state])
    Call(workspace, arguments, "", "").require(scope)


def _arguments(request: Request) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The arguments and the warnings about how they came. Values of a form and of a query are strings."""
    kind, charset = request.content_type()
    if request.verb == "GET" or (not request.body and not kind):
        return dict(request.query), ()
    if not kind:
        raise Refused("missing_post_type")
    if kind not in ("application/json", "application/x-www-form-urlencoded"):
        raise Refused("invalid_post_type", reasons=(kind,))
    if charset not in _CHARSETS:
        raise Refused("invalid_charset", reasons=(charset,))
    if kind == "application/json":
        return request.query | _json(request.body), () if charset else ("missing_charset",)
    try:
        form = dict(parse_qsl(request.body.decode("utf-8"), keep_blank_values=True, errors="strict"))
    except ValueError as error:
        raise Refused("invalid_form_data", reasons=(str(error),)) from error
    return request.query | form, ()


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = strict_json(body or b"{}")
    except ValueError as error:
        raise Refused("invalid_json", reasons=(str(error),)) from error
    if not isinstance(value, dict):
        raise Refused("json_not_object")
    return value
