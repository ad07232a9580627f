"""One bounded load of the CPU at a time, started and stopped from elsewhere."""

from __future__ import annotations

import threading
from typing import Self

from tocsin_local.load import Load

LONGEST = 120.0  # seconds: what a web page may ask for


class Loading:
    """``workers`` processes when it is on. A context manager: nothing outlives it."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._load: Load | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def on(self) -> bool:
        with self._lock:
            return self._load is not None and bool(self._load.pids)

    def start(self, seconds: float) -> None:
        """Load for so long, at most LONGEST; a load that is on already is replaced. ValueError for no length."""
        with self._lock:
            self._end()
            self._load = Load(self._workers, min(seconds, LONGEST)).__enter__()

    def stop(self) -> None:
        """Harmless when nothing is on."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._load is not None:
            self._load.stop()
            self._load = None
