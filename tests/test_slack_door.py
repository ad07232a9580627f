"""The Slack door: what Slack signed gets in, and nothing else does, whatever it looks like."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier
from slack_sdk.webhook import WebhookClient

from door_posts import by_url, shapes
from tocsin.config import read_door
from tocsin.destinations.slack.clicks import LARGEST, WINDOW, Door, Knock, Refused, heard, is_signed
from tocsin.handler import lambda_handler, slack_door
from tocsin_local.slack import LocalSlack, Message, VirtualClock
from tocsin_local.slack.clicks import signed

SECRET, NOW = "0123456789abcdef0123456789abcdef", 1_795_435_200
BLOCKS = [{"type": "actions", "elements": [{"type": "button", "action_id": "link-0",
           "text": {"type": "plain_text", "text": "Alarm"}, "url": "https://console.aws.amazon.com/"}]}]  # fmt: skip


def door(*secrets: str) -> Door:
    """One whose parameter holds these, each found when the one before did not fit."""
    return Door(lambda tried: next(iter(secrets[secrets.index(tried) + 1 if tried else 0 :]), ""))


def sealed(body: bytes, stamp: str) -> dict[str, str]:
    """Headers that sign exactly this body with exactly this time, whatever it is."""
    made = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}


def test_slacks_own_example_is_accepted() -> None:
    """The example of docs.slack.dev/authentication/verifying-requests-from-slack, by its secret and no other."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    knock = Knock("1531420618", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503", body)
    assert is_signed(knock, "8f742231b10e8888abcd99yyyzzz85a5")
    assert not is_signed(knock, SECRET)


@given(st.binary(max_size=300), st.floats(-WINDOW + 1, WINDOW - 1))
def test_what_slack_signed_gets_in_by_every_front_end(body: bytes, age: float) -> None:
    """Plain or base64, header names in any case, five minutes old or from a clock that is ahead."""
    posted = signed(body, SECRET, NOW - age)
    for event in shapes(posted.headers, body):
        assert door(SECRET).answer(event, NOW) == 200


@given(st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")), st.integers(10**8, 10**11).map(str))
def test_slacks_own_verifier_agrees(body: bytes, stamp: str) -> None:
    """The official client signs the same request in the same way."""
    theirs = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    assert theirs == sealed(body, stamp)["X-Slack-Signature"]
    assert is_signed(Knock(stamp, theirs, body), SECRET)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_a_changed_request_does_not_get_in(body: bytes, data: st.DataObject) -> None:
    """One bit of the body, another time or one digit of the signature, and it is not Slack's."""
    headers = sealed(body, str(NOW))
    place, bit = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 7))
    other = bytearray(body)
    other[place] ^= 1 << bit
    digit = data.draw(st.integers(3, 66))
    signature = headers["X-Slack-Signature"]
    changed = "0" if signature[digit] != "0" else "1"
    bent = {**headers, "X-Slack-Signature": signature[:digit] + changed + signature[digit + 1 :]}
    later = {**headers, "X-Slack-Request-Timestamp": str(NOW + 1)}
    for wrong in (*shapes(headers, bytes(other)), *shapes(bent, body), *shapes(later, body)):
        assert door(SECRET).answer(wrong, NOW) == 401


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(["headers", "body", "isBase64Encoded", "requestContext"]), json_values))
def test_no_request_makes_the_door_fail(event: dict[str, Any]) -> None:
    """Whatever is in it, the answer is 401 and no exception, by which a stranger could set off alarms."""
    assert door(SECRET).answer(event, NOW) == 401


@pytest.mark.parametrize(
    "stamp", ["", "abc", "1e9", "-1", " 1", "1\n", "1795435200.0", "１７９５４３５２００", "9" * 13, "9" * 5000]
)
def test_a_time_is_digits(stamp: str) -> None:
    """A time in any other spelling is refused, though the signature is over the very same text."""
    assert door(SECRET).answer(by_url(sealed(b"", stamp)), NOW) == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": sealed(b"", str(NOW))["X-Slack-Signature"]},
        {"X-Slack-Request-Timestamp": str(NOW)},
        {**sealed(b"", str(NOW)), "X-Slack-Signature": "v0=" + "é" * 64},
        {**sealed(b"", str(NOW)), "X-Slack-Signature": "v1=" + "0" * 64},
        sealed(b"", str(NOW - WINDOW - 1)),
        sealed(b"", str(NOW + WINDOW + 1)),
    ],
    ids=["nothing", "no time", "no signature", "not ASCII", "another version", "too old", "from the future"],
)
def test_what_cannot_be_slacks_costs_nothing(headers: dict[str, str]) -> None:
    """It is refused before anybody asks for the secret."""
    assert Door(_unasked).answer(by_url(headers), NOW) == 401


@pytest.mark.parametrize(
    ("body", "is_packed"),
    [("a" * (LARGEST + 1), False), ("%%%", True), ("é", True), (["a"], False)],
    ids=["size", "no base64", "not ASCII", "no text"],
)
def test_a_body_that_cannot_be_slacks_costs_nothing(body: Any, is_packed: bool) -> None:
    """Too long, or not what it is said to be: refused before anybody asks for the secret."""
    event = {**by_url(sealed(b"", str(NOW))), "body": body, "isBase64Encoded": is_packed}
    with pytest.raises(Refused, match=r"size|body"):
        heard(event, NOW)
    assert Door(_unasked).answer(event, NOW) == 401


def test_without_a_secret_nobody_gets_in() -> None:
    """Not even who signs with nothing."""
    made = hmac.new(b"", f"v0:{NOW}:".encode(), hashlib.sha256).hexdigest()
    forged = {"X-Slack-Request-Timestamp": str(NOW), "X-Slack-Signature": f"v0={made}"}
    assert door().answer(by_url(forged), NOW) == door("").answer(by_url(forged), NOW) == 401


def test_a_rotated_secret_gets_in_at_once() -> None:
    """A signature that the known secret does not explain is tried with the one that the parameter holds by now."""
    assert door("f" * 32, SECRET).answer(by_url(sealed(b"", str(NOW))), NOW) == 200
    assert door("f" * 32, "e" * 32).answer(by_url(sealed(b"", str(NOW))), NOW) == 401


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(VirtualClock(NOW)) as running:
        yield running


def test_a_click_is_answered_and_named_in_the_log(slack: LocalSlack, caplog: pytest.LogCaptureFixture) -> None:
    """Slack posts clicks on link buttons too: 200 with nothing in it, so that nobody sees a warning."""
    caplog.set_level(logging.INFO)
    message = _posted(slack)
    posted = slack.click(message, "link-0")
    for event in shapes(posted.headers, posted.body):
        assert door(slack.signing_secret).answer(event, NOW) == 200
    assert {record.getMessage() for record in caplog.records} == {'{"did": "let in", "what": "block_actions"}'}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"ssl_check=1&token=abc", "ssl_check"),
        (b"payload=%7B%22type%22%3A%22view_closed%22%7D", "view_closed"),
        (b"payload=%7B%22type%22%3A%22<!channel>%22%7D", "other"),
        (b"payload=" + b"%5B" * 5000, "other"),
        (b"payload=1", "other"),
        (b"&" * 1000, "other"),
        (b"\xff", "other"),
        (b"", "other"),
    ],
)
def test_the_log_names_only_what_it_knows(body: bytes, what: str, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of a request stands in the log but Slack's own word for what it is."""
    caplog.set_level(logging.INFO)
    assert door(SECRET).answer(next(shapes(sealed(body, str(NOW)), body)), NOW) == 200
    assert json.loads(caplog.records[-1].getMessage()) == {"did": "let in", "what": what}


def test_a_stranger_leaves_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Who is turned away is counted with one word, without any of his text, and is no error of the function."""
    caplog.set_level(logging.DEBUG)
    headers = {**sealed(b"", str(NOW)), "User-Agent": "evil", "X-Forwarded-For": "evil"}
    assert door(SECRET).answer({**by_url(headers), "body": "evil", "rawPath": "/evil"}, NOW) == 401
    assert [(record.levelname, json.loads(record.getMessage())) for record in caplog.records] == [
        ("INFO", {"did": "turned away", "why": "signature"})
    ]


def test_a_click_on_a_button_that_is_not_there_is_none(slack: LocalSlack) -> None:
    """The local Slack posts only what somebody could have clicked on (F38)."""
    message = _posted(slack)
    with pytest.raises(LookupError):
        slack.click(message, "link-1")


def test_the_door_hangs_on_its_own_settings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that is set there opens it, though nothing says where alarms go; it is never shown."""
    monkeypatch.setenv("TOCSIN_SLACK_SIGNING_SECRET", f" {SECRET}\n")
    monkeypatch.setenv("TOCSIN_SLACK_SIGNING_SECRET_PARAMETER", "/not/read")
    posted = signed(b"ssl_check=1", SECRET, time.time())
    config = read_door({"TOCSIN_SLACK_SIGNING_SECRET": SECRET})
    assert lambda_handler(by_url(posted.headers) | {"body": "ssl_check=1"}, None) == {"statusCode": 200, "body": ""}
    assert SECRET not in repr(config) + repr(slack_door(config)) + repr(posted)


def _unasked(tried: str) -> str:
    raise AssertionError("the secret was asked for")


def _posted(slack: LocalSlack) -> Message:
    assert WebhookClient(slack.webhook_url).send(text="red", blocks=BLOCKS).status_code == 200
    (message,) = slack.messages()
    return message
