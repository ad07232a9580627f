"""The one place where a socket is opened, over real sockets on loopback."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from raw_server import RawServer, Say, http
from tocsin.destinations import trust
from tocsin.destinations.http import BODY_CAP, IDLE, Connections, NoAnswer, Timeout, address
from tocsin.ports import ConfigError

USUAL = "/etc/ssl/cert.pem"
QUICK = Timeout(connect=0.3, read=0.3)


@pytest.fixture
def connections() -> Iterator[Connections]:
    made = Connections()
    yield made
    made.close()


def test_one_connection_serves_many_calls(connections: Connections) -> None:
    """A container pays for one handshake: what follows goes over the kept connection."""
    with RawServer(lambda _: http(200, b"ok")) as server:
        bodies = [connections.post_json(server.url, {"n": n}).body for n in range(3)]
    assert bodies == [b"ok"] * 3
    assert [heard.connection for heard in server.heard] == [1, 1, 1]


def test_a_request_is_plain_utf8_json_for_its_host(connections: Connections) -> None:
    """Slack asks for UTF-8 JSON with its charset; names go as they are, half a surrogate pair loses nothing else."""
    with RawServer(lambda _: http(200, b"ok", "X-Name: Value")) as server:
        answer = connections.post_json(server.url + "?a=b", {"text": "결제 🔴 \ud83d"}, {"Authorization": "Bearer x"})
    heard = server.heard[0]
    assert heard.head.startswith("POST /hook/SECRETPATH?a=b HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{server.port}\r\n" in heard.head
    assert "Content-Type: application/json; charset=utf-8" in heard.head
    assert "Authorization: Bearer x" in heard.head
    assert json.loads(heard.body) == {"text": "결제 🔴 ?"}
    assert (answer.status, answer.body, answer.headers["x-name"]) == (200, b"ok", "Value")


def test_what_json_has_no_word_for_is_never_sent(connections: Connections) -> None:
    """NaN is no JSON: it is refused here, not by Slack."""
    with RawServer(lambda _: http(200, b"ok")) as server, pytest.raises(ValueError, match="JSON"):
        connections.post_json(server.url, {"points": [float("nan")]})
    assert server.heard == []


def test_a_kept_connection_that_died_is_replaced_in_silence(connections: Connections) -> None:
    """The other side may close what is idle: the next call opens anew and is heard once."""
    with RawServer(lambda n: http(200, b"ok", then="close")) as server:
        for _ in range(3):
            assert connections.post_json(server.url, {}).body == b"ok"
            assert server.hung_up.acquire(timeout=30)
    assert [heard.connection for heard in server.heard] == [1, 2, 3]


def test_a_connection_that_was_idle_for_long_is_not_trusted() -> None:
    """Gateways drop silent connections without a word, and a call into the void would be ambiguous."""
    now = [1000.0]
    connections = Connections(clock=lambda: now[0])
    with RawServer(lambda _: http(200, b"ok")) as server:
        connections.post_json(server.url, {})
        now[0] += IDLE - 1
        connections.post_json(server.url, {})
        now[0] += IDLE
        connections.post_json(server.url, {})
        connections.close()
    assert [heard.connection for heard in server.heard] == [1, 1, 2]


def test_redirects_are_never_followed(connections: Connections) -> None:
    """A redirect would carry the secret elsewhere: it comes back as the answer that it is."""
    with (
        RawServer(lambda _: http(200, b"ok")) as other,
        RawServer(lambda _: http(307, b"", f"Location: {other.url}")) as it,
    ):
        answer = connections.post_json(it.url, {})
    assert answer.status == 307
    assert other.heard == []


def test_no_more_of_a_body_is_read_than_the_cap(connections: Connections) -> None:
    """An endless answer fills no memory, and its connection is not used again."""
    with RawServer(lambda n: http(200, b"x" * (BODY_CAP + 10) if n == 1 else b"ok")) as server:
        assert len(connections.post_json(server.url, {}).body) == BODY_CAP
        assert connections.post_json(server.url, {}).body == b"ok"
    assert [heard.connection for heard in server.heard] == [1, 2]


def test_a_chunked_answer_is_read_whole(connections: Connections) -> None:
    """Slack's edge answers in chunks too."""
    said = Say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n")
    with RawServer(lambda _: said) as server:
        assert [connections.post_json(server.url, {}).body for _ in range(2)] == [b"ok", b"ok"]
    assert [heard.connection for heard in server.heard] == [1, 1]


def test_nobody_listens() -> None:
    """A refused connection has taken nothing: trying again is safe."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NoAnswer) as failure:
        Connections().post_json(f"http://127.0.0.1:{port}/SECRETPATH", {})
    assert (failure.value.code, failure.value.sent) == ("connect_error", False)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Say(b"", "close"), "connection_lost"),
        (Say(b"", "reset"), "connection_lost"),
        (Say(b"", "hold"), "read_timeout"),
        (Say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", "hold"), "read_timeout"),
        (Say(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 100, drip=0.1), "read_timeout"),
        (Say(b"HTTP/1.1 100 Continue\r\n\r\n", "close"), "connection_lost"),
        (Say(b"SSH-2.0-OpenSSH\r\n", "close"), "bad_answer"),
        (Say(b"HTTP/1.1 abc\r\n\r\n", "close"), "bad_answer"),
        (Say(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", "close"), "bad_answer"),
        (Say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "close"), "bad_answer"),
    ],
)
def test_silence_after_sending_may_mean_that_it_was_taken(said: Say, code: str, connections: Connections) -> None:
    """Once the whole request has left, no failure says that it was not acted upon; dripping bytes buy no time."""
    with RawServer(lambda _: said) as server, pytest.raises(NoAnswer) as failure:
        connections.post_json(server.url, {}, timeout=QUICK if code == "read_timeout" else Timeout())
    assert (failure.value.code, failure.value.sent) == (code, True)
    assert len(server.heard) == 1


def test_an_answer_that_another_may_follow_ends_its_connection(connections: Connections) -> None:
    """After a 1xx the true answer may come late: the next call must not take it for its own."""
    with RawServer(lambda n: http(200, b"ok") if n > 1 else Say(b"HTTP/1.1 103 Early Hints\r\n\r\n")) as server:
        statuses = [connections.post_json(server.url, {}).status for _ in range(2)]
    assert statuses == [103, 200]
    assert [heard.connection for heard in server.heard] == [1, 2]


def test_no_time_left_means_no_call(connections: Connections) -> None:
    """Whoever has no time left sends nothing that it could not hear the answer of."""
    with RawServer(lambda _: http(200, b"ok")) as server, pytest.raises(NoAnswer) as failure:
        connections.post_json(server.url, {}, timeout=Timeout(total=0.0))
    assert (failure.value.code, failure.value.sent) == ("connect_timeout", False)
    assert server.heard == []


def test_the_time_left_cuts_the_wait_short(connections: Connections) -> None:
    """The deadline of the whole invocation is stronger than any timeout of ours."""
    with RawServer(lambda _: Say(b"", "hold")) as server, pytest.raises(NoAnswer) as failure:
        connections.post_json(server.url, {}, timeout=Timeout(read=60.0, total=0.2))
    assert failure.value.code == "read_timeout"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/SECRET",
        "http://127.0.0.1.evil.example/SECRET",
        "ftp://127.0.0.1/SECRET",
        "https:///SECRET",
        "https://user:SECRET@hooks.slack.com/x",
        "https://hooks.slack.com:SECRET/x",
        "https://hooks.slack.com/SECRET\r\nX-Forged: 1",
        "https://hooks.slack.com/SECRET x",
        "https://[SECRET/x",
        "hooks.slack.com/SECRET",
        "",
    ],
)
def test_only_https_or_this_machine_is_called(url: str) -> None:
    """Anything else is the human's to fix, and the error that says so does not quote what may be a secret."""
    with pytest.raises(ConfigError) as failure:
        address(url)
    assert "SECRET" not in f"{failure.value}{failure.value.hint}{failure.value!r}"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])
def test_this_machine_may_be_called_in_the_clear(host: str) -> None:
    """The local stand-in speaks plain HTTP on loopback."""
    assert address(f"http://{host}:8080/SECRET").tls is False


@pytest.mark.parametrize("host", ["a..b", f"{'a' * 64}.example", ".example"])
def test_a_name_that_no_host_can_have_is_not_found(connections: Connections, host: str) -> None:
    """A slip in an address is told as such, without anything sent."""
    with pytest.raises(NoAnswer) as failure:
        connections.post_json(f"https://{host}/SECRET", {}, timeout=QUICK)
    assert (failure.value.code, failure.value.sent) == ("dns_error", False)


def test_an_address_keeps_its_secret() -> None:
    """The path of a webhook is its secret: no repr shows it."""
    assert "SECRET" not in repr(address("https://hooks.slack.com/services/SECRET"))


def test_a_line_break_in_a_header_is_refused_without_quoting_it(connections: Connections) -> None:
    """A token read from a file may end in a line break: it forges no header, and the error does not show it."""
    with pytest.raises(ConfigError) as failure:
        connections.post_json("http://127.0.0.1:1/", {}, {"Authorization": "Bearer SECRET\n"})
    assert "SECRET" not in f"{failure.value}{failure.value.hint}{failure.value!r}"


def test_who_speaks_no_tls_is_not_told_the_secret(connections: Connections) -> None:
    """A TLS failure comes before anything is sent."""
    with RawServer(lambda _: http(200, b"ok")) as server, pytest.raises(NoAnswer) as failure:
        connections.post_json(server.url.replace("http:", "https:"), {}, timeout=QUICK)
    assert (failure.value.code in ("tls_error", "connect_timeout"), failure.value.sent) == (True, False)
    assert server.heard == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1, made by openssl for this run alone."""
    openssl = shutil.which("openssl") or pytest.skip("needs openssl, which is not on this machine")
    made = tmp_path / "server.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", made, "-out", f"{made}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    made.write_bytes(made.read_bytes() + Path(f"{made}.crt").read_bytes())
    return made


def test_tls_is_spoken_kept_and_checked(certificate: Path) -> None:
    """Over TLS a connection is kept too, and a certificate that nobody vouches for ends the call before it is sent."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    trusting = Connections(trust=[lambda: ssl.create_default_context(cafile=str(certificate))])
    with RawServer(lambda _: http(200, b"ok"), tls=serving) as server:
        assert [trusting.post_json(server.url, {}).body for _ in range(2)] == [b"ok", b"ok"]
        trusting.close()
        with pytest.raises(NoAnswer) as failure:
            Connections().post_json(server.url, {})
    assert [heard.connection for heard in server.heard] == [1, 1]
    assert (failure.value.code, failure.value.sent) == ("tls_error", False)


def test_a_certificate_that_the_quick_way_does_not_know_is_looked_up_in_full(certificate: Path) -> None:
    """What lies in no folder by name costs one call; from the next on, all that the system trusts is read."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    ways = [ssl.create_default_context, lambda: ssl.create_default_context(cafile=str(certificate))]
    with RawServer(lambda _: http(200, b"ok"), tls=serving) as server, closing(Connections(trust=ways)) as connections:
        with pytest.raises(NoAnswer) as failure:
            connections.post_json(server.url, {})
        assert (failure.value.code, failure.value.sent) == ("tls_error", False)
        assert [connections.post_json(server.url, {}).body for _ in range(2)] == [b"ok", b"ok"]


def test_trust_is_read_by_name_from_a_folder(certificate: Path, tmp_path: Path) -> None:
    """A server is trusted whose certificate lies in the folder under its hash, and none is read before."""
    named = subprocess.run(
        ["openssl", "x509", "-hash", "-noout", "-in", f"{certificate}.crt"], check=True, capture_output=True, text=True
    )
    place = tmp_path / "trusted"
    place.mkdir()
    (place / f"{named.stdout.strip()}.0").write_bytes(Path(f"{certificate}.crt").read_bytes())
    found = trust.folder(None, USUAL, str(place))
    assert found == str(place)
    context = ssl.create_default_context(capath=found)
    assert context.get_ca_certs() == []
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    with (
        RawServer(lambda _: http(200, b"ok"), tls=serving) as server,
        closing(Connections(trust=[lambda: context])) as connections,
    ):
        assert connections.post_json(server.url, {}).body == b"ok"


def test_only_a_folder_by_name_takes_the_place_of_the_whole(tmp_path: Path) -> None:
    """A folder without hashes, one that is not there, and a file that somebody has named leave the usual way."""
    by_name, plain = tmp_path / "by-name", tmp_path / "plain"
    by_name.mkdir()
    plain.mkdir()
    (by_name / "0a1b2c3d.0").touch()
    (plain / "ca-bundle.crt").touch()
    known, missing = str(by_name), str(tmp_path / "missing")
    assert trust.folder(USUAL, USUAL, known) == known
    assert trust.folder(None, USUAL, None, missing, str(plain), known) == known
    assert trust.folder(USUAL, USUAL, str(plain), missing) is None
    assert trust.folder("/their/own.pem", USUAL, known) is None
