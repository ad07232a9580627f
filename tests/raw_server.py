"""A server that says exactly the bytes it is told to: for answers that no well-behaved server gives."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Semaphore, Thread
from typing import Self


@dataclass(frozen=True, slots=True)
class Say:
    """Bytes, and what becomes of the connection then: "keep", "close", "reset" or "hold" (silent until the end).

    ``drip`` is the pause in seconds before each byte.
    """

    data: bytes
    then: str = "keep"
    drip: float = 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One request: the number of its connection (from 1), its head and its body."""

    connection: int
    head: str
    body: bytes


def http(status: int, body: bytes = b"", *headers: str, then: str = "keep") -> Say:
    """A whole answer, its length given."""
    lines = (f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers, "", "")
    return Say("\r\n".join(lines).encode() + body, then)


class RawServer:
    """Answers each request with what ``answer`` says to its number (from 1); one connection at a time."""

    def __init__(self, answer: Callable[[int], Say], tls: ssl.SSLContext | None = None) -> None:
        self.heard: list[Heard] = []
        self._answer = answer
        self._tls = tls
        self._over = Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.02)
        self.port: int = self._listening.getsockname()[1]
        self.connections = 0
        self.hung_up = Semaphore(0)
        self._thread = Thread(target=self._serve)

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/hook/SECRETPATH"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                sock, _ = self._listening.accept()
            except TimeoutError:
                continue
            self.connections += 1
            try:
                sock.settimeout(0.5)
                sock = self._tls.wrap_socket(sock, server_side=True) if self._tls else sock
                self._talk(sock)
            except OSError:
                pass
            finally:
                sock.close()
                self.hung_up.release()

    def _talk(self, sock: socket.socket) -> None:
        sock.settimeout(0.02)
        while (heard := self._listen(sock)) is not None:
            self.heard.append(heard)
            said = self._answer(len(self.heard))
            if said.drip:
                for byte in said.data:
                    if self._over.wait(said.drip):
                        return
                    sock.sendall(bytes([byte]))
            else:
                sock.settimeout(10)  # much to send, on a busy machine
                sock.sendall(said.data)
                sock.settimeout(0.02)
            if said.then == "hold":
                self._over.wait()
            if said.then == "reset":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if said.then != "keep":
                return

    def _listen(self, sock: socket.socket) -> Heard | None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = self._more(sock)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:"))
        while len(body) < length:
            body += self._more(sock)
        return Heard(self.connections, head.decode(), body)

    def _more(self, sock: socket.socket) -> bytes:
        while not self._over.is_set():
            try:
                return sock.recv(65536)
            except TimeoutError:
                continue
        return b""
