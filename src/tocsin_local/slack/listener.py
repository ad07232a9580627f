"""Holds the sockets: accepts, reads, answers, and breaks connections where a fault asks for it."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from io import BufferedReader

from tocsin_local.slack.faults import Fault, Way
from tocsin_local.slack.wire import NotHttp, Request, Response, read_request

_TLS_HANDSHAKE = b"\x16"
_TLS_ALERT = bytes.fromhex("15030300020228")
"""A fatal alert, "handshake failure": what an https client gets from this plain server."""

Handle = Callable[[Request], tuple[Response, Fault | None]]


class Listener:
    """A server on a free port of 127.0.0.1, with one thread per connection, all of them joined by `close`."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._socket: socket.socket | None = None
        self.port = 0
        self._accepting: threading.Thread | None = None
        self._refusing = threading.Event()

    def open(self) -> None:
        """Accept connections, from now on or again, on the same port as before."""
        if self._accepting is None:
            self._socket = self._socket or _bound(self.port)
            self.port = self._socket.getsockname()[1]
            self._socket.listen(128)
            self._refusing.clear()
            self._accepting = threading.Thread(target=self._accept, args=(self._socket,), daemon=True)
            self._accepting.start()

    def refuse(self) -> None:
        """Refuse new connections and drop the open ones; the port stays ours."""
        if self._accepting is not None and self._socket is not None:
            self._refusing.set()
            with contextlib.suppress(OSError):  # wakes the thread that accepts: closing its socket does not everywhere
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            self._accepting.join()
            self._accepting = None
            self._socket.close()
            self._socket = _bound(self.port)
        self.drop()

    def drop(self) -> None:
        """Close every open connection, as a server does with idle ones."""
        with self._lock:
            open_now, self._connections = self._connections, {}
        for connection, thread in open_now.items():
            _shut(connection)
            thread.join()

    def close(self) -> None:
        """Give the port back, with every thread joined."""
        self.refuse()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _accept(self, listening: socket.socket) -> None:
        while True:
            connection, _ = listening.accept()
            if self._refusing.is_set():
                connection.close()
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                alive = {held: served for held, served in self._connections.items() if served.is_alive()}
                self._connections = {**alive, connection: thread}
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError):
            try:
                if stream.peek(1)[:1] == _TLS_HANDSHAKE:
                    connection.sendall(_TLS_ALERT)
                    return
                while self._exchange(connection, stream):
                    pass
            except NotHttp:
                connection.sendall(Response(400).head(keep_alive=False))

    def _exchange(self, connection: socket.socket, stream: BufferedReader) -> bool:
        """One request and its answer; whether the connection may be used again."""
        request = read_request(stream)
        if request is None:
            return False
        response, fault = self._handle(request)
        if fault is None:
            connection.sendall(response.head(request.keep_alive) + _body(response))
            return request.keep_alive
        _break(connection, response, fault)
        return False


def _break(connection: socket.socket, response: Response, fault: Fault) -> None:
    answer = fault.reply or response
    head = answer.head(keep_alive=False)
    match fault.way:
        case Way.REPLY:
            connection.sendall(head + _body(answer))
        case Way.BYTES:
            connection.sendall(fault.data)
        case Way.RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        case Way.STALL if not _gone(connection, fault.seconds):
            connection.sendall(head + _body(answer))
        case Way.TRICKLE:
            for byte in head:
                connection.sendall(bytes([byte]))
                if _gone(connection, fault.seconds):
                    return
            connection.sendall(_body(answer))


def _gone(connection: socket.socket, seconds: float) -> bool:
    """Wait that long; True at once when the other side, or `drop`, closes the connection."""
    connection.settimeout(max(seconds, 0.001))
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    finally:
        connection.settimeout(None)


def _body(response: Response) -> bytes:
    return response.body if response.bears_body() else b""


def _bound(port: int) -> socket.socket:
    """Bound but not listening: the port is taken, and connecting to it is refused."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
