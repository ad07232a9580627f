"""The one place where a socket is opened: posts over kept connections, and knows how far a failed call got.

No redirect is followed, no proxy asked, no request sent twice unless the first can only have arrived torn. Neither a
URL nor a header appears in an exception: both may be secrets.
"""

from __future__ import annotations

import io
import json
import re
import select
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from math import inf
from threading import Lock
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import urlsplit

from tocsin.destinations.trust import FEDORA, folder
from tocsin.ports import ConfigError

# Slack echoes the message in its answer, every Korean letter as six bytes: an answer cut short would look like none.
BODY_CAP = 262_144
# Servers and NAT gateways drop silent connections after a minute or so, some without a word to us.
IDLE = 45.0

_LOOPBACK = re.compile(r"localhost|127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|::1")
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_HEADER = re.compile(r"[\x20-\x7e]*")
_NONE: Mapping[str, str] = MappingProxyType({})

Tls = Callable[[], ssl.SSLContext]
Origin = tuple[bool, str, int]
Found = tuple[int, int, int, str, tuple[Any, ...]]  # as socket.getaddrinfo says it


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: names of headers in lower case, no more bytes of body than were asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswer(Exception):
    """No answer came. ``sent``: the whole request had left us, so it may have been acted upon."""

    def __init__(self, code: str, *, sent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Timeout:
    """Seconds: to connect (TLS included), from sending to the answer's last byte, and for the whole call."""

    connect: float = 3.0
    read: float = 5.0
    total: float = inf


@dataclass(frozen=True, slots=True)
class Address:
    """Where to knock. The path of a webhook is its secret."""

    tls: bool
    host: str
    port: int
    path: str = field(repr=False)

    @property
    def origin(self) -> Origin:
        return self.tls, self.host, self.port

    @property
    def authority(self) -> str:
        """The host as its header says it, with the port where that is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def address(url: str) -> Address:
    """Take a URL apart. Raises ConfigError, without quoting it, unless it is https://, or http:// on this machine."""
    problem = ConfigError("this is no address that tocsin may call", "it starts with https:// and has no spaces in it")
    if not _PRINTABLE.fullmatch(url):
        raise problem
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise problem from None
    tls = parts.scheme == "https"
    if not host or parts.username is not None or not (tls or (parts.scheme == "http" and _LOOPBACK.fullmatch(host))):
        raise problem
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(tls, host, port or (443 if tls else 80), path)


def by_name() -> ssl.SSLContext:
    """What the system trusts, each certificate read when it is asked for; all at once where that cannot be."""
    paths = ssl.get_default_verify_paths()
    return ssl.create_default_context(capath=folder(paths.cafile, paths.openssl_cafile, paths.capath, FEDORA))


class Connections:
    """Kept connections, one per host. Threads may share it: a call takes its connection out while it uses it.

    ``clock`` is in seconds and never goes back. ``trust``: ways to prepare TLS, at the first https:// call; where a
    certificate is not known to one, the next call goes the next.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        trust: Sequence[Tls] = (by_name, ssl.create_default_context),
    ) -> None:
        self._clock = clock
        self._trust = tuple(trust)
        self._tls: ssl.SSLContext | None = None
        self._kept: dict[Origin, tuple[socket.socket, float]] = {}
        self._lock = Lock()

    def post_json(
        self, url: str, payload: Mapping[str, object], headers: Mapping[str, str] = _NONE, timeout: Timeout = Timeout()
    ) -> Answer:
        """One POST. Raises what ``post`` raises, and ValueError if JSON has no word for the payload."""
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        body = text.encode("utf-8", "replace")  # half a surrogate pair, as AWS may quote it, has no UTF-8
        return self.post(url, body, {"Content-Type": "application/json; charset=utf-8", **headers}, timeout)

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], timeout: Timeout = Timeout(), cap: int = BODY_CAP
    ) -> Answer:
        """One POST of these bytes, which reads ``cap`` bytes of the answer. Raises NoAnswer, ConfigError (see
        ``address``)."""
        to = address(url)
        request = _request(to, body, headers)
        until = self._clock() + timeout.total
        sock = self._send(to, request, timeout, until)
        keep = False
        try:
            answer, keep = _receive(_Timed(sock, self._clock, min(until, self._clock() + timeout.read)), cap)
        finally:
            if keep:
                self._keep(to.origin, sock)
            else:
                sock.close()
        return answer

    def countdown(self, seconds: float) -> Callable[[], float]:
        """Starts now, and says how many of these seconds are left."""
        end = self._clock() + seconds
        return lambda: end - self._clock()

    def prepare(self) -> None:
        """Make TLS ready now, so that the first https:// call need not."""
        self._context()

    def close(self) -> None:
        """Hang up on everybody."""
        with self._lock:
            kept, self._kept = self._kept, {}
        for sock, _ in kept.values():
            sock.close()

    def _send(self, to: Address, request: bytes, timeout: Timeout, until: float) -> socket.socket:
        """A connection that the whole request has left by. What arrives torn is never acted upon, so a kept connection
        that dies while sending may be replaced in silence."""
        kept = self._take(to.origin)
        if kept and _sent(kept, request, min(timeout.read, until - self._clock())):
            return kept
        sock = self._open(to, timeout.connect, until)
        if _sent(sock, request, min(timeout.read, until - self._clock())):
            return sock
        raise NoAnswer("send_error", sent=False)

    def _open(self, to: Address, limit: float, until: float) -> socket.socket:
        code = "dns_error"
        for family, kind, protocol, _, where in _found(to):
            within = min(limit, until - self._clock())
            if within <= 0:
                raise NoAnswer("connect_timeout", sent=False)
            sock = socket.socket(family, kind, protocol)
            try:
                return self._connected(sock, where, to, within)
            except OSError as error:
                sock.close()
                code = _code(error)
        raise NoAnswer(code, sent=False)

    def _connected(self, sock: socket.socket, where: tuple[Any, ...], to: Address, within: float) -> socket.socket:
        started = self._clock()
        sock.settimeout(within)
        sock.connect(where)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not to.tls:
            return sock
        sock.settimeout(max(0.001, within - (self._clock() - started)))
        try:
            return self._context().wrap_socket(sock, server_hostname=to.host.encode("ascii"))
        except ssl.SSLCertVerificationError:
            self._ask_more()
            raise

    def _context(self) -> ssl.SSLContext:
        with self._lock:
            if self._tls is None:
                self._tls = self._trust[0]()
            return self._tls

    def _ask_more(self) -> None:
        with self._lock:
            if len(self._trust) > 1:
                self._trust, self._tls = self._trust[1:], None

    def _take(self, origin: Origin) -> socket.socket | None:
        with self._lock:
            sock, since = self._kept.pop(origin, (None, 0.0))
        if sock is None:
            return None
        if self._clock() - since < IDLE and _silent(sock):
            return sock
        sock.close()
        return None

    def _keep(self, origin: Origin, sock: socket.socket) -> None:
        with self._lock:
            other = self._kept.get(origin)
            self._kept[origin] = (sock, self._clock())
        if other:
            other[0].close()


def _silent(sock: socket.socket) -> bool:
    """An idle connection has nothing to say: what can be read from it is its end."""
    try:
        return not select.select([sock], [], [], 0)[0]
    except ValueError:  # more files are open than select can count
        return False


def _request(to: Address, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = {
        "Host": to.authority,
        "User-Agent": "tocsin",
        "Accept-Encoding": "identity",
        "Content-Length": str(len(body)),
        **headers,
    }
    if not all(_HEADER.fullmatch(value) for value in lines.values()):
        raise ConfigError("a header holds a character that HTTP cannot carry", "look for a line break in a token")
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {to.path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _found(to: Address) -> list[Found]:
    # As bytes, here and where TLS names it: Python would load its tables of all scripts to make them of a text.
    try:
        return list(socket.getaddrinfo(to.host.encode("ascii"), to.port, type=socket.SOCK_STREAM))
    except OSError:
        raise NoAnswer("dns_error", sent=False) from None


def _code(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "connect_timeout"
    return "tls_error" if isinstance(error, ssl.SSLError) else "connect_error"


def _sent(sock: socket.socket, request: bytes, within: float) -> bool:
    try:
        sock.settimeout(max(0.001, within))
        sock.sendall(request)
    except OSError:
        sock.close()
        return False
    return True


def _receive(wire: _Timed, cap: int) -> tuple[Answer, bool]:
    """The answer, and whether its connection may be used again."""
    response = HTTPResponse(cast(socket.socket, wire), method="POST")
    try:
        response.begin()
        body = response.read(cap)
        headers = {name.lower(): value for name, value in response.getheaders()}
        # after a 1xx the true answer may still be on its way: nobody else may read it
        whole = response.isclosed() and not response.will_close and response.status >= 200
        return Answer(response.status, headers, body), whole
    except TimeoutError:
        raise NoAnswer("read_timeout", sent=True) from None
    except OSError:
        raise NoAnswer("connection_lost", sent=True) from None
    except (HTTPException, ValueError):
        raise NoAnswer("bad_answer", sent=True) from None
    finally:
        response.close()


class _Timed:
    """A socket to be read until one instant, however slowly its bytes drip; the file that HTTPResponse asks for."""

    closed = False

    def __init__(self, sock: socket.socket, clock: Callable[[], float], until: float) -> None:
        self._sock = sock
        self._clock = clock
        self._until = until

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(cast(io.RawIOBase, self))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        left = self._until - self._clock()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._sock.recv_into(buffer)

    def flush(self) -> None:
        """Nothing is written through this file."""

    def close(self) -> None:
        """The socket outlives the answer."""
