"""Incoming webhooks of the local Slack: rules F1-F7, F17, F18, F20, F46, and who may speak to it at all."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from plain_http import Reply, post_json, request
from tocsin_local.slack import HookState, LocalSlack, VirtualClock

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(VirtualClock()) as running:
        yield running


def told(reply: Reply) -> tuple[int, bytes]:
    return reply.status, reply.body


def test_success_is_two_letters_of_html(slack: LocalSlack) -> None:
    """A message that Slack takes is answered with 200 and "ok" as text/html: no JSON, no ts (F2)."""
    reply = post_json(slack.webhook_url, {"text": "hi"})
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"ok", "text/html")
    assert [message.text for message in slack.messages("#alarms")] == ["hi"]


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_post_is_answered(slack: LocalSlack, verb: str) -> None:
    """Any verb but POST is 405 (F1)."""
    reply = request(slack.webhook_url, verb=verb)
    assert (reply.status, reply.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("part", "wrong", "code"),
    [(2, "T0WRONG", b"no_team"), (3, "B0WRONG", b"no_service_id"), (4, "x" * 24, b"no_service")],
)
def test_a_wrong_address_is_404(slack: LocalSlack, part: int, wrong: str, code: bytes) -> None:
    """Each part of the address that is wrong has its own word (F1)."""
    origin, path = slack.origin, slack.webhook_url.removeprefix(slack.origin).split("/")
    path[part] = wrong
    assert told(post_json(origin + "/".join(path), {"text": "hi"})) == (404, code)
    assert slack.messages() == []


def test_a_trailing_path_is_404(slack: LocalSlack) -> None:
    """The address ends with its token (F1)."""
    assert told(post_json(slack.webhook_url + "/more", {"text": "hi"})) == (404, b"no_team")


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        ("disabled", 404, b"no_active_hooks"),
        ("removed", 404, b"no_service"),
        ("archived", 410, b"channel_is_archived"),
        ("channel_deleted", 404, b"channel_not_found"),
        ("prohibited", 403, b"action_prohibited"),
        ("general_denied", 403, b"posting_to_general_channel_denied"),
        ("team_disabled", 403, b"team_disabled"),
        ("invalid_token", 403, b"invalid_token"),
        ("active", 200, b"ok"),
    ],
)
def test_the_state_of_a_hook_can_be_switched(slack: LocalSlack, state: str, status: int, code: bytes) -> None:
    """Each state of a hook has its status and its word, and active brings it back (F6)."""
    slack.set_hook_state(HookState.REMOVED)
    slack.set_hook_state(state)
    assert told(post_json(slack.webhook_url, {"text": "hi"})) == (status, code)


def test_an_archived_channel_takes_no_webhook(slack: LocalSlack) -> None:
    """Archiving the channel itself is enough (F6)."""
    slack.archive()
    assert told(post_json(slack.webhook_url, {"text": "hi"})) == (410, b"channel_is_archived")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b'payload={"text": "hi"}', JSON, id="a form that says it is JSON"),
        pytest.param(b'{"text": "hi"}', {"Content-Type": "application/json; charset=latin-1"}, id="another charset"),
        pytest.param(b"", JSON, id="empty"),
        pytest.param(b'{"text": "hi"', JSON, id="broken"),
        pytest.param(b'["hi"]', JSON, id="a list"),
        pytest.param(b'{"text": "\xff"}', JSON, id="invalid UTF-8"),
        pytest.param(b'{"text": "hi", "a": NaN}', JSON, id="NaN"),
        pytest.param(b'{"text": "hi", "a": -Infinity}', JSON, id="Infinity"),
        pytest.param(b'{"text": "hi", "a": 1e999}', JSON, id="infinite by its exponent"),
        pytest.param(b'{"text": "hi", "a": ' + b"[" * 5000 + b"]" * 5000 + b"}", JSON, id="bottomless"),
        pytest.param(
            b'text={"text": "hi"}', {"Content-Type": "application/x-www-form-urlencoded"}, id="form without payload"
        ),
    ],
)
def test_what_is_no_payload_is_refused(slack: LocalSlack, body: bytes, headers: dict[str, str]) -> None:
    """Wrong charset, no JSON, no object: 400 invalid_payload, and nothing is shown (F4, F5)."""
    assert told(request(slack.webhook_url, body, headers)) == (400, b"invalid_payload")
    assert slack.messages() == [] and slack.received[0].reasons


def test_a_form_with_a_payload_is_taken(slack: LocalSlack) -> None:
    """The old way, a form field `payload`, still works (F4)."""
    body = urlencode({"payload": json.dumps({"text": "hé"})})
    assert told(request(slack.webhook_url, body, {"Content-Type": "application/x-www-form-urlencoded"})) == (200, b"ok")
    assert slack.messages()[0].text == "hé"


@pytest.mark.parametrize("kind", [{}, {"Content-Type": "text/html"}], ids=["none", "another"])
def test_json_is_taken_whatever_its_type(slack: LocalSlack, kind: dict[str, str]) -> None:
    """Slack reads a body that is JSON, whatever a client says that it is."""
    assert told(request(slack.webhook_url, b'{"text": "hi"}', kind)) == (200, b"ok")


def test_json_that_urllib_sends_as_a_form_is_taken(slack: LocalSlack) -> None:
    """AWS's blueprint and the tutorials name no type, and urllib then calls their JSON a form: it is taken."""
    line = {"text": "CPU is at 93.4% & rising: payload=1"}
    with urlopen(Request(slack.webhook_url, json.dumps(line).encode())) as answer:
        assert answer.read() == b"ok"
    assert slack.messages()[0].text == line["text"]


def test_too_large_a_body_is_refused(slack: LocalSlack) -> None:
    """More than 1 MB is no payload (F5)."""
    assert told(post_json(slack.webhook_url, {"text": "a" * 1_100_000})) == (413, b"invalid_payload")


def test_a_refusal_is_one_word_and_the_reason_stays_inside(slack: LocalSlack) -> None:
    """The wire carries only the code; the pointer and the wording are the inspector's (F3, F10, F46)."""
    reply = post_json(slack.webhook_url, {"text": "a", "blocks": [{"type": "nope"}]})
    assert (reply.status, reply.body, reply.headers["content-type"]) == (400, b"invalid_blocks", "text/html")
    assert slack.received[0].verdict == "invalid_blocks"
    assert slack.received[0].reasons == ("unsupported type: nope [json-pointer:/blocks/0/type]",)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, b"no_text"),
        ({"text": "a", "blocks": "x"}, b"invalid_blocks_format"),
        ({"attachments": [{"blocks": [{"type": "nope"}]}]}, b"invalid_attachments"),
        ({"attachments": [{"text": "a"}] * 101}, b"too_many_attachments"),
        ({"text": "a", "blocks": [{"type": "markdown", "text": "a" * 6001}] * 2}, b"invalid_blocks"),
        (
            {
                "text": "a",
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "a" * 2500}} for _ in range(5)],
            },
            b"invalid_blocks",
        ),
    ],
)
def test_bad_messages_are_400(slack: LocalSlack, payload: dict[str, object], code: bytes) -> None:
    """Every fault of a message is a 400 with its word; too much text is invalid_blocks here (F8-F15)."""
    assert told(post_json(slack.webhook_url, payload)) == (400, code)


def test_channel_name_and_icon_are_the_hooks_own(slack: LocalSlack) -> None:
    """What a payload says of channel, username and icon is taken and ignored (F7)."""
    other = slack.add_channel("#other")
    payload = {"text": "hi", "channel": other.id, "username": "evil", "icon_emoji": ":x:"}
    assert told(post_json(slack.webhook_url, payload)) == (200, b"ok")
    assert [(message.channel_name, message.username) for message in slack.messages()] == [("alarms", "")]


def test_every_hook_posts_to_its_own_channel(slack: LocalSlack) -> None:
    """A second channel has its own hook, which outlives the first."""
    other = slack.add_hook(slack.add_channel("#other"))
    slack.set_hook_state("removed")
    assert told(post_json(slack.url_of(other), {"text": "hi"})) == (200, b"ok")
    assert len(slack.messages("#other")) == 1 and slack.messages("#alarms") == []


def test_images_fail_unless_they_are_allowed(slack: LocalSlack) -> None:
    """An image that Slack cannot download takes its whole message down (F17)."""
    payload = {"text": "a", "blocks": [{"type": "image", "image_url": "https://x/y.png", "alt_text": "a"}]}
    refused = post_json(slack.webhook_url, payload)
    slack.allow_image("https://x/y.png")
    assert [told(refused), told(post_json(slack.webhook_url, payload))] == [(400, b"invalid_blocks"), (200, b"ok")]


def test_long_text_is_cut_in_what_people_see(slack: LocalSlack) -> None:
    """Over 40 000 characters the text is cut, not refused (F18)."""
    assert told(post_json(slack.webhook_url, {"text": "a" * 41_000})) == (200, b"ok")
    assert len(slack.messages()[0].text) == 40_000


@pytest.mark.parametrize(
    ("what", "answer", "threads"),
    [
        ("keep", (200, b"ok"), ["1600000000.000001"]),
        ("top_level", (200, b"ok"), [None]),
        ("reject", (400, b"invalid_thread_ts"), []),
    ],
)
def test_a_reply_to_nothing(slack: LocalSlack, what: str, answer: tuple[int, bytes], threads: list[str | None]) -> None:
    """Slack does not say what becomes of a reply without a parent: each way can be tried, kept by default (F20)."""
    slack.set_unknown_thread(what)
    reply = post_json(slack.webhook_url, {"text": "a", "thread_ts": "1600000000.000001"})
    assert told(reply) == answer and [message.thread_ts for message in slack.messages()] == threads


def test_a_reply_to_nothing_is_kept_with_a_warning(slack: LocalSlack) -> None:
    """By default such a reply is kept as it was sent, and the inspector warns (F20)."""
    post_json(slack.webhook_url, {"text": "a", "thread_ts": "1600000000.000001"})
    assert any("thread_ts" in warning for warning in slack.received[0].warnings)


def test_everything_received_is_kept_but_no_secret(slack: LocalSlack) -> None:
    """The export holds each request verbatim with verdict and reason, one JSON object a line, without secrets (F46)."""
    body = {"text": "a", "token": slack.bot_token}
    post_json(slack.webhook_url, body, Authorization=f"Bearer {slack.bot_token}", X_Mine="1")
    post_json(f"{slack.api_url}/nope?token={slack.bot_token}", {}, Authorization=f"Bearer {slack.bot_token}")
    first, second = map(json.loads, slack.export().splitlines())
    assert json.loads(first["body"])["text"] == "a" and first["headers"]["x-mine"] == "1"
    assert (first["verdict"], first["ts"], second["verdict"]) == ("ok", slack.messages()[0].ts, "unknown_method")
    assert slack.bot_token not in slack.export() and slack.webhook_url.rpartition("/")[2] not in slack.export()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "127.0.0.1"}, 200),
        ({"Host": "localhost:8080"}, 200),
        ({"Host": "[::1]:80"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:80"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_no_web_page_may_drive_it(slack: LocalSlack, headers: dict[str, str], status: int) -> None:
    """Only loopback names are answered, and nothing that a browser sends for a page of another origin."""
    replies = [
        request(slack.webhook_url, b'{"text": "hi"}', {**JSON, **headers}),
        request(f"{slack.api_url}/blocks.validate", b"blocks=[]", {"Content-Type": "a/b", **headers}),
    ]
    assert [reply.status for reply in replies] == [status, status]
    assert len(slack.messages()) == (status == 200)


def test_an_unknown_path_is_404(slack: LocalSlack) -> None:
    """What is neither a hook, an upload nor a method is not there."""
    assert request(slack.origin + "/", verb="GET").status == 404


def test_a_listener_hears_of_each_version_and_one_can_wait() -> None:
    """Who subscribes hears of every message, and who waits gets it without polling."""
    heard: list[str] = []
    with LocalSlack(VirtualClock()) as slack:
        slack.subscribe(lambda message: heard.append(message.text))
        post_json(slack.webhook_url, {"text": "one"})
        assert slack.wait_for(lambda message: message.text == "one").ts == slack.messages()[0].ts
        assert slack.wait_for_request(lambda received: received.call == "webhook").verdict == "ok"
        with pytest.raises(TimeoutError):
            slack.wait_for(lambda message: message.text == "two", timeout=0.01)
    assert heard == ["one"]


def test_a_stopped_server_can_be_read_and_started_again() -> None:
    """Stopping keeps what was received and gives the port back; starting again uses the same port."""
    slack = LocalSlack(VirtualClock())
    with slack:
        url = slack.webhook_url
        post_json(url, {"text": "one"})
    with pytest.raises(ConnectionRefusedError):
        post_json(url, {"text": "two"})
    with slack:
        post_json(url, {"text": "three"})
    assert [message.text for message in slack.messages()] == ["one", "three"]


def test_text_without_markup_is_remembered_as_such(slack: LocalSlack) -> None:
    """`mrkdwn: false` says that the text is no markup; without it, it is."""
    post_json(slack.webhook_url, {"text": "*a*", "mrkdwn": False})
    post_json(slack.webhook_url, {"text": "*b*"})
    assert [message.mrkdwn for message in slack.messages("#alarms")] == [False, True]
