"""Runs the stage's web application in a thread, on loopback, and tells other commands where."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path
from typing import Self

import uvicorn

from tocsin_local.web.app import HandIn, app


class Server:
    """Listens on 127.0.0.1, at ``port`` or a free one, and writes its address to a file. A context manager."""

    def __init__(self, hand_in: HandIn, address_file: Path | None = None, port: int = 0) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._file = address_file
        config = uvicorn.Config(app(hand_in), log_config=None, lifespan="off", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="web", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps({"url": self.url, "pid": os.getpid()}), "utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.unlink(missing_ok=True)
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
