"""The pipe that a function's standard output goes through, with a way to know that all of it has been read."""

from __future__ import annotations

import os
import queue
import threading
import uuid


class LogPipe:
    """Give ``writer`` to a process as its output. `taken` is exact: it waits for no clock and misses no line.

    After the process has answered, a mark is written behind what it wrote: whoever reads the mark has read all.
    """

    def __init__(self) -> None:
        reader, self.writer = os.pipe()
        self._mark = f"\0{uuid.uuid4().hex}\n".encode()
        self._batches: queue.Queue[tuple[str, ...]] = queue.Queue()
        self._closing = threading.Event()
        self._reading = threading.Thread(target=self._read, args=(reader,), daemon=True)
        self._reading.start()

    def taken(self) -> tuple[str, ...]:
        """The log events written so far and not taken yet, without their line ends."""
        os.write(self.writer, self._mark)
        return self._batches.get()

    def close(self) -> tuple[str, ...]:
        """The last log events; ends even where a stray child still holds the other end."""
        self._closing.set()
        rest = self.taken()
        self._reading.join()
        os.close(self.writer)
        return rest

    def _read(self, reader: int) -> None:
        events: list[str] = []
        with open(reader, "rb") as stream:
            for line in stream:
                text = line.removesuffix(self._mark)
                if text:
                    events.append(_event(text))
                if text != line:
                    self._batches.put(tuple(events))
                    events = []
                    if self._closing.is_set():
                        return


def _event(line: bytes) -> str:
    """The runtime client joins the lines of one event, a traceback, with carriage returns."""
    return line.decode("utf-8", "replace").rstrip("\r\n").replace("\r", "\n")
