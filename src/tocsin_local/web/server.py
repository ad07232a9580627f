"""Runs the stage's web application in a thread, on loopback, and tells other commands where."""

from __future__ import annotations

import json
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

import uvicorn

from tocsin.ports import ConfigError
from tocsin_local.web.app import app
from tocsin_local.web.desk import Desk
from tocsin_local.web.live import Live


class Server:
    """Listens on 127.0.0.1, at ``port`` or a free one, and writes its address to a file. A context manager.

    ``told``: whether the file could be written, and other commands find us. ConfigError where the port is taken.
    """

    def __init__(self, desk: Desk, address_file: Path | None = None, port: int = 0) -> None:
        self._socket = _listening(port)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._file = address_file
        self._address = json.dumps({"url": self.url, "pid": os.getpid()})
        self.told = False
        self._live = Live(desk.journal.board)
        config = uvicorn.Config(
            app(desk, self._live), log_config=None, lifespan="off", access_log=False, timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="web", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if self._file:
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.write_text(self._address, "utf-8")
                self.told = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._file and self.told:
            with suppress(OSError):
                if self._file.read_text("utf-8") == self._address:  # else a later stage's
                    self._file.unlink()
        self._server.should_exit = True
        self._live.close()
        self._thread.join()
        self._socket.close()


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)  # from here on nobody is refused, however long the thread takes to start
    except OSError as error:
        listener.close()
        raise ConfigError(f"port {port} cannot be used: {error.strerror}", "name another with --port") from None
    return listener
