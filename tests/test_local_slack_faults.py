"""What goes wrong on purpose: rules F26-F28, each over a real socket."""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest

from plain_http import post_json, request
from tocsin_local.slack import LocalSlack, VirtualClock, faults

HTML = b"<!DOCTYPE html>"


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(VirtualClock()) as running:
        yield running


def shown(slack: LocalSlack) -> list[str]:
    return [message.text for message in slack.messages()]


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (faults.rollup_error(), 500, b"rollup_error"),
        (faults.reply(502), 502, b""),
        (faults.reply(504), 504, b""),
        (faults.not_ok(b"<html>hello"), 200, b"<html>hello"),
        (faults.redirect("https://evil.example/"), 302, b""),
    ],
)
def test_an_answer_can_be_replaced(slack: LocalSlack, fault: faults.Fault, status: int, body: bytes) -> None:
    """Instead of Slack's answer the client gets this one, and nothing is shown (F26, F28)."""
    slack.inject(fault)
    reply = post_json(slack.webhook_url, {"text": "a"})
    assert (reply.status, reply.body, shown(slack)) == (status, body, [])
    assert (slack.received[0].fault, slack.received[0].status) == (fault.name, status)
    assert post_json(slack.webhook_url, {"text": "b"}).body == b"ok"


def test_an_outage_is_a_page_of_html(slack: LocalSlack) -> None:
    """503 comes with a page for humans, as Slack's own outages do (F26)."""
    slack.inject(faults.outage())
    reply = post_json(slack.webhook_url, {"text": "a"})
    assert reply.status == 503 and reply.body.startswith(HTML)


def test_a_redirect_names_its_goal(slack: LocalSlack) -> None:
    """The Location leads to another host: a client must not follow (F28)."""
    slack.inject(faults.redirect("https://evil.example/"))
    assert post_json(slack.webhook_url, {"text": "a"}).headers["location"] == "https://evil.example/"


@pytest.mark.parametrize("after", [None, "1.5", "Wed, 21 Oct 2026 07:28:00 GMT", "86400", "soon"])
def test_retry_after_can_be_anything(slack: LocalSlack, after: str | None) -> None:
    """429 comes with any Retry-After, or without it, and nothing is shown (F28)."""
    slack.inject(faults.rate_limited(after))
    reply = post_json(slack.webhook_url, {"text": "a"})
    assert (reply.status, reply.headers.get("retry-after"), shown(slack)) == (429, after, [])


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("fault", [faults.hang_up, faults.reset])
def test_a_connection_ends_without_an_answer(
    slack: LocalSlack, fault: Callable[..., faults.Fault], stored: bool
) -> None:
    """The client sees no answer, whether the message was shown or not: it cannot know (F27)."""
    slack.inject(fault(stored=stored))
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        post_json(slack.webhook_url, {"text": "a"})
    assert shown(slack) == (["a"] if stored else [])
    assert (slack.received[0].status, slack.received[0].verdict) == (0, "ok" if stored else "not stored")


def test_reset_is_a_reset(slack: LocalSlack) -> None:
    """A reset is seen as such, not as an orderly end (F28)."""
    slack.inject(faults.reset())
    with pytest.raises(ConnectionResetError):
        post_json(slack.webhook_url, {"text": "a"})
    assert shown(slack) == []


def test_a_stall_outlasts_the_client_and_the_message_is_shown(slack: LocalSlack) -> None:
    """Stored, then silence until the client gives up: the message is there all the same (F27)."""
    slack.inject(faults.stall())
    with pytest.raises(TimeoutError):
        request(slack.webhook_url, b'{"text": "a"}', {"Content-Type": "application/json"}, timeout=0.1)
    assert shown(slack) == ["a"]


def test_a_short_stall_only_delays_the_answer(slack: LocalSlack) -> None:
    """A client with more patience than the stall gets the true answer (F27)."""
    slack.inject(faults.stall(seconds=0.05))
    assert post_json(slack.webhook_url, {"text": "a"}).body == b"ok"


def test_stopping_ends_a_stall() -> None:
    """A stalled connection never keeps the server from stopping: no thread is left."""
    before = threading.active_count()
    with LocalSlack(VirtualClock()) as slack:
        slack.inject(faults.stall())
        with socket.create_connection(("127.0.0.1", int(slack.origin.rpartition(":")[2]))) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            slack.wait_for_request(lambda received: received.fault == "stall")
            slack.stop()
            assert client.recv(10) == b""
    assert threading.active_count() == before


def test_headers_can_come_byte_by_byte(slack: LocalSlack) -> None:
    """The true answer trickles in: each read of a patient client is short, the whole is long (F28)."""
    slack.inject(faults.trickle(seconds=0.001))
    assert post_json(slack.webhook_url, {"text": "a"}).body == b"ok"
    slack.inject(faults.trickle(seconds=0.2))
    with socket.create_connection(("127.0.0.1", int(slack.origin.rpartition(":")[2]))) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(100) == b"H"


def test_half_an_answer_and_no_http_at_all(slack: LocalSlack) -> None:
    """What comes back may stop halfway, or be something else altogether (F28)."""
    slack.inject(faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", stored=True))
    with pytest.raises(http.client.IncompleteRead):
        post_json(slack.webhook_url, {"text": "a"})
    slack.inject(faults.raw(b"SSH-2.0-OpenSSH_9.6\r\n"))
    with pytest.raises(http.client.BadStatusLine):
        post_json(slack.webhook_url, {"text": "b"})
    assert shown(slack) == ["a"]


def test_refusing_lasts_as_long_as_it_is_asked_for(slack: LocalSlack) -> None:
    """Connections are refused, open ones end, and afterwards the same port answers again (F28)."""
    kept = http.client.HTTPConnection("127.0.0.1", int(slack.origin.rpartition(":")[2]))
    kept.request("GET", "/")
    kept.getresponse().read()
    with slack.refusing():
        assert kept.sock is not None and kept.sock.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            post_json(slack.webhook_url, {"text": "a"})
    kept.close()
    assert post_json(slack.webhook_url, {"text": "b"}).body == b"ok"
    assert shown(slack) == ["b"]


def test_https_gets_a_tls_alert(slack: LocalSlack) -> None:
    """Whoever speaks TLS to it gets a TLS error, and the next plain request is answered (F28)."""
    port = int(slack.origin.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as plain, pytest.raises(ssl.SSLError):
        ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")
    assert post_json(slack.webhook_url, {"text": "a"}).body == b"ok"


def test_a_connection_is_kept_for_the_next_request_until_dropped(slack: LocalSlack) -> None:
    """HTTP/1.1 connections stay open between requests; dropping them is what a client's next one meets."""
    client = http.client.HTTPConnection("127.0.0.1", int(slack.origin.rpartition(":")[2]))
    path, headers = slack.webhook_url.removeprefix(slack.origin), {"Content-Type": "application/json"}
    for _ in range(2):
        client.request("POST", path, b'{"text": "a"}', headers)
        assert client.getresponse().read() == b"ok"
    first = client.sock
    assert first is not None
    slack.drop_connections()
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        client.request("POST", path, b'{"text": "b"}', headers)
        client.getresponse()
    client.close()
    assert shown(slack) == ["a", "a"]


def test_a_fault_waits_for_its_call_and_counts(slack: LocalSlack) -> None:
    """A fault hits only the call that it is meant for, as many times as asked, in order; the rest can be called off."""
    slack.inject(faults.reply(502), times=2, on="webhook")
    slack.inject(faults.reply(504), on="auth.test")
    statuses = [
        request(f"{slack.api_url}/auth.test").status,
        *(post_json(slack.webhook_url, {"text": "a"}).status for _ in range(3)),
    ]
    assert statuses == [504, 502, 502, 200]
    slack.inject(faults.reply(502), times=5)
    slack.clear_faults()
    assert post_json(slack.webhook_url, {"text": "a"}).status == 200


@pytest.mark.parametrize("status", [100, 101, 204, 299, 304, 418, 451, 599])
def test_any_status_can_be_answered(slack: LocalSlack, status: int) -> None:
    """Every status from 100 to 599 goes over the wire as well-formed HTTP (F28)."""
    slack.inject(faults.reply(status, b"x"))
    with socket.create_connection(("127.0.0.1", int(slack.origin.rpartition(":")[2]))) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with client.makefile("rb") as stream:
            answer = stream.read()
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.endswith(b"\r\n\r\n" if status < 200 or status in (204, 304) else b"\r\n\r\nx")


@pytest.mark.parametrize("junk", [b"hello\r\n\r\n", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"])
def test_junk_is_answered_and_harms_nobody(slack: LocalSlack, junk: bytes) -> None:
    """What is no HTTP request gets 400 and the end of its connection; others are still served."""
    with socket.create_connection(("127.0.0.1", int(slack.origin.rpartition(":")[2]))) as client:
        client.sendall(junk)
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")
    assert post_json(slack.webhook_url, {"text": "a"}).body == b"ok"
