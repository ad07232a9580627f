"""What each answer of Slack means, over real sockets; the table is delivery's, written here a second time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raw_server import RawServer, http
from tocsin.destinations.http import Answer, Connections
from tocsin.destinations.slack.answers import classify, retry_after
from tocsin.destinations.slack.api import Bot, Webhook
from tocsin.ports import ConfigError
from tocsin_local.slack import LocalSlack, faults

NOW = 1_800_000_000.0
LEFT = 5.0


@pytest.fixture
def connections() -> Iterator[Connections]:
    made = Connections()
    yield made
    made.close()


WEBHOOK_ANSWERS = [
    (200, "ok", "ok", "ok"),
    (400, "invalid_payload", "degrade", "invalid_payload"),
    (400, "invalid_blocks", "degrade", "invalid_blocks"),
    (400, "invalid_blocks_format", "degrade", "invalid_blocks_format"),
    (400, "invalid_attachments", "degrade", "invalid_attachments"),
    (400, "no_text", "degrade", "no_text"),
    (400, "too_many_attachments", "degrade", "too_many_attachments"),
    (500, "missing_text_or_fallback_or_attachments", "degrade", "missing_text_or_fallback_or_attachments"),
    (400, "user_not_found", "broken", "user_not_found"),
    (403, "action_prohibited", "broken", "action_prohibited"),
    (403, "invalid_token", "broken", "invalid_token"),
    (403, "posting_to_general_channel_denied", "broken", "posting_to_general_channel_denied"),
    (404, "channel_not_found", "broken", "channel_not_found"),
    (404, "no_service", "broken", "no_service"),
    (404, "no_service_id", "broken", "no_service_id"),
    (404, "no_team", "broken", "no_team"),
    (404, "no_active_hooks", "broken", "no_active_hooks"),
    (410, "channel_is_archived", "broken", "channel_is_archived"),
    (403, "team_disabled", "broken", "team_disabled"),
    (429, "", "wait", "http_429"),
    (429, "rate_limited", "wait", "rate_limited"),
    (500, "rollup_error", "retry", "rollup_error"),
    (503, "<!DOCTYPE html><title>Server Error | Slack</title>", "retry", "http_503"),
    # a proxy may change the status, and has words of its own
    (200, "rollup_error", "retry", "rollup_error"),
    (502, "no_service", "broken", "no_service"),
    (200, "ratelimited", "wait", "ratelimited"),
    (200, "", "ambiguous", "http_200"),
    (200, "OK", "ambiguous", "http_200"),
    (200, "<html>welcome to the hotel</html>", "ambiguous", "http_200"),
    (200, "some_new_word", "ambiguous", "some_new_word"),
    (202, '{"ok":true}', "ambiguous", "http_202"),
    (500, "ok", "retry", "http_500"),
    (500, "internal_error", "ambiguous", "internal_error"),
    (400, "some_new_word", "degrade", "some_new_word"),
    (413, "<html>too large</html>", "degrade", "http_413"),
    (400, '{"ok":false,"error":"invalid_blocks"}', "degrade", "invalid_blocks"),
    (404, "message_not_found", "broken", "message_not_found"),
    (302, "ok", "broken", "http_302"),
]

API_WORDS = {
    "wait": "ratelimited rate_limited",
    "retry": "service_unavailable team_added_to_org",
    "ambiguous": "internal_error fatal_error request_timeout",
    "degrade": "invalid_blocks invalid_blocks_format msg_too_long msg_blocks_too_long no_text too_many_attachments",
    "broken": """not_in_channel is_archived is_inactive account_inactive not_authed invalid_auth token_revoked
        token_expired missing_scope restricted_action restricted_action_read_only_channel channel_not_found""",
    "forget": "message_not_found cant_update_message edit_window_closed",
    "other": "a_word_nobody_knows",
}
API_ANSWERS: list[tuple[dict[str, object], str]] = [
    *(({"ok": False, "error": word}, kind) for kind, words in API_WORDS.items() for word in words.split()),
    ({"ok": True, "ts": "1.2"}, "ok"),
    ({"ok": False, "error": "No Code!"}, "other"),
    ({"ok": False, "error": {"odd": 1}}, "other"),
    ({"ok": "true"}, "ambiguous"),
    ({}, "ambiguous"),
]


@pytest.mark.parametrize(("status", "body", "kind", "code"), WEBHOOK_ANSWERS)
def test_each_answer_of_a_webhook_has_its_meaning(
    status: int, body: str, kind: str, code: str, connections: Connections
) -> None:
    """The code word counts first, the status second; only "ok" is success."""
    with RawServer(lambda _: http(status, body.encode())) as server:
        verdict = Webhook(server.url, connections).send({"text": "a"}, LEFT)
    assert (verdict.kind, verdict.code) == (kind, code)


@pytest.mark.parametrize(("body", "kind"), API_ANSWERS)
def test_each_answer_of_the_web_api_has_its_meaning(
    body: dict[str, object], kind: str, connections: Connections
) -> None:
    """The Web API always says 200: its word decides."""
    with RawServer(lambda _: http(200, json.dumps(body).encode())) as server:
        verdict = Bot("xoxb-1", "#a", connections, server.url).call("chat.postMessage", {"text": "a"}, LEFT)
    assert verdict.kind == kind
    assert server.heard[0].head.startswith("POST /hook/SECRETPATH/chat.postMessage HTTP/1.1\r\n")
    assert "\r\nAuthorization: Bearer xoxb-1" in server.heard[0].head


def meaning(status: int) -> str:
    """What a status alone means."""
    if status < 300:
        return "ambiguous"
    if status < 400 or status in (401, 403, 404, 410):
        return "broken"
    if status in (400, 413):
        return "degrade"
    return "wait" if status == 429 else "retry" if status >= 500 else "other"


def test_every_status_from_100_to_599_has_a_meaning(connections: Connections) -> None:
    """Whatever stands between us and Slack may answer, none of its answers is success, and none stays without one."""
    with RawServer(lambda n: http(99 + n, then="close" if n <= 100 else "keep")) as server:
        hook = Webhook(server.url, connections)
        kinds = {status: hook.send({"text": "a"}, LEFT).kind for status in range(100, 600)}
    assert kinds == {status: meaning(status) for status in range(100, 600)}
    assert len(server.heard) == 500


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2.0),
        ("2.5", 2.5),
        (" 7 ", 7.0),
        ("0", 1.0),
        (None, 30.0),
        ("", 30.0),
        ("soon", 30.0),
        ("-5", 30.0),
        ("nan", 30.0),
        ("1e3", 30.0),
        ("900", 900.0),
        ("86400", 900.0),
        ("9" * 400, 900.0),
        (format_datetime(datetime.fromtimestamp(NOW + 90, UTC), usegmt=True), 90.0),
        (format_datetime(datetime.fromtimestamp(NOW - 90, UTC), usegmt=True), 1.0),
        (format_datetime(datetime.fromtimestamp(NOW + 86400, UTC), usegmt=True), 900.0),
    ],
)
def test_retry_after_is_read_leniently(value: str | None, seconds: float) -> None:
    """A number, whole or not, or a date; 30 s where it says nothing, from one second to 15 minutes."""
    headers = {} if value is None else {"retry-after": value}
    verdict = classify(Answer(429, headers, b""), "webhook", NOW)
    assert (verdict.kind, verdict.retry_after) == ("wait", seconds)


@given(st.text() | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d\d:\d\d:\d\d \S+"))
def test_no_retry_after_is_too_odd(value: str) -> None:
    """Whatever stands in the header, it is a wait between a second and 15 minutes."""
    assert 1.0 <= retry_after(value, NOW) <= 900.0


@given(
    st.integers(100, 599), st.binary(max_size=64) | st.sampled_from([b"[]", b"1", b"null", b"[" * 5000, b"\xff\xfe"])
)
def test_no_answer_is_too_odd(status: int, body: bytes) -> None:
    """Any status with any body has a meaning, and its code is a short word of letters, or its status."""
    for road in ("webhook", "web api"):
        verdict = classify(Answer(status, {}, body), road, NOW)
        assert verdict.code.replace("_", "").isalnum() and len(verdict.code) <= 64
        assert (verdict.retry_after is not None) == (verdict.kind == "wait")


def test_what_json_cannot_say_is_sent_plainer(connections: Connections) -> None:
    """A chart with NaN is refused before Slack sees it, as Slack would: the next plainer rendering has no chart."""
    verdict = Webhook("http://127.0.0.1:9/x", connections).send({"points": [float("nan")]}, LEFT)
    assert (verdict.kind, verdict.code) == ("degrade", "invalid_payload")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("disabled", "no_active_hooks"),
        ("removed", "no_service"),
        ("archived", "channel_is_archived"),
        ("channel_deleted", "channel_not_found"),
        ("prohibited", "action_prohibited"),
        ("general_denied", "posting_to_general_channel_denied"),
        ("team_disabled", "team_disabled"),
        ("invalid_token", "invalid_token"),
    ],
)
def test_a_dead_webhook_is_a_broken_destination(state: str, code: str, connections: Connections) -> None:
    """Whatever became of the hook, a human must know of it, by its name."""
    with LocalSlack() as slack:
        slack.set_hook_state(state)
        verdict = Webhook(slack.webhook_url, connections).send({"text": "a"}, LEFT)
    assert (verdict.kind, verdict.code) == ("broken", code)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.rollup_error(), "retry"),
        (faults.outage(), "retry"),
        (faults.reply(502), "retry"),
        (faults.reply(504), "retry"),
        (faults.hang_up(stored=True), "ambiguous"),
        (faults.reset(stored=True), "ambiguous"),
        (faults.stall(), "ambiguous"),
        (faults.trickle(), "ambiguous"),
        (faults.not_ok(), "ambiguous"),
        (faults.raw(b"220 smtp ready\r\n"), "ambiguous"),
        (faults.redirect("http://127.0.0.1:9/elsewhere"), "broken"),
        (faults.rate_limited("1.5"), "wait"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_each_fault_on_the_road_has_its_meaning(fault: faults.Fault, kind: str, connections: Connections) -> None:
    """What Slack or a proxy does to a request is known as taken, not taken, or perhaps taken (F26-F28)."""
    with LocalSlack() as slack:
        slack.inject(fault)
        assert Webhook(slack.webhook_url, connections).send({"text": "a"}, 0.4).kind == kind


@pytest.mark.parametrize("token", ["", "xoxb-SECRET\n", "xoxb SECRET", "xoxb-SECRET\x7f"])
def test_a_token_that_no_header_can_carry_is_refused_unquoted(token: str) -> None:
    """A token with a line break at its end is the human's to fix; the error does not show it."""
    with pytest.raises(ConfigError) as failure:
        Bot(token, "#alarms", Connections())
    assert "SECRET" not in f"{failure.value!r}{failure.value.hint}"
