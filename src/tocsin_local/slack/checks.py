"""Methods that change nothing: auth.test and blocks.validate (https://docs.slack.dev/reference/methods)."""

from typing import Any

from tocsin_local.slack.calls import Call, Done, Refused
from tocsin_local.slack.parsing import strict_json
from tocsin_local.slack.schema import Finding
from tocsin_local.slack.validation import judge
from tocsin_local.slack.workspace import BOT, BOT_USER, TEAM


def auth_test(call: Call) -> Done:
    return Done(
        {
            "url": f"{call.origin}/",
            "team": "Local Slack",
            "user": "tocsin",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
        }
    )


def blocks_validate(call: Call) -> Done:
    """One of `blocks` and `message`, as JSON in a form. Views are not judged here."""
    given = [name for name in ("blocks", "message", "view") if call.maybe(name)]
    if call.content_type == "application/json" or len(given) != 1 or given == ["view"]:
        raise Refused("invalid_arguments")
    name = given[0]
    try:
        value = strict_json(call.text(name))
    except ValueError as error:
        raise Refused("invalid_arguments", (f"must provide JSON [json-pointer:/{name}]",)) from error
    payload = {"text": "-", "blocks": value} if name == "blocks" else value
    if not isinstance(payload, dict) or (name == "blocks" and not isinstance(value, list)):
        raise Refused("invalid_arguments", (f"must provide another type [json-pointer:/{name}]",))
    settings = call.workspace.settings
    findings = judge(payload, settings.images, settings.strict).findings
    if findings:
        start = "/blocks" if name == "blocks" else ""
        raise Refused(f"invalid_{name}", extra={"errors": [_error(finding, start) for finding in findings]})
    return Done()


def _error(finding: Finding, start: str) -> dict[str, Any]:
    error: dict[str, Any] = {
        "pointer": finding.pointer.removeprefix(start),
        "code": finding.code,
        "message": finding.message,
    }
    if finding.constraint:
        kind, expected, got = finding.constraint
        error["constraint"] = {"type": kind, "expected": expected, "got": got}
    if finding.field:
        error["field"] = finding.field
    return error
