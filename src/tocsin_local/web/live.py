"""News for open pages as server-sent events: what changed, not how it looks; a page asks for what it shows.

https://html.spec.whatwg.org/multipage/server-sent-events.html: a browser connects again by itself and says what it
had seen last.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

from tocsin_local.journal.board import Board
from tocsin_local.journal.records import News

ALIVE = 15.0  # seconds after which silence is broken, so that both sides notice a dead connection
TOGETHER = 0.05  # seconds that news is gathered before it is told


class Live:
    """The streams of one server. ``close`` ends them all, from whatever thread."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._closed = False
        self._wakers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def close(self) -> None:
        self._closed = True
        for loop, wake in tuple(self._wakers):
            with contextlib.suppress(RuntimeError):  # its loop may have ended by itself
                loop.call_soon_threadsafe(wake.set)

    async def stream(self, since: int) -> AsyncIterator[str]:
        """Events from revision ``since`` on: "news", a list of [sort, key]; "resync" where too much was missed."""
        loop, wake = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(wake.set)

        end = self._board.listen(tell)
        self._wakers.add((loop, wake))
        try:
            yield "retry: 1000\n\n"
            while not self._closed:
                wake.clear()
                news = self._board.since(since)
                if news is None:
                    since = self._board.rev
                    yield _event("resync", since, [])
                elif news:
                    since = news[-1].rev
                    yield _event("news", since, list(news))
                try:
                    await asyncio.wait_for(wake.wait(), ALIVE)
                    await asyncio.sleep(TOGETHER)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._wakers.discard((loop, wake))
            end()


def _event(name: str, rev: int, news: list[News]) -> str:
    return f"id: {rev}\nevent: {name}\ndata: {json.dumps([[one.sort, one.key] for one in news])}\n\n"
