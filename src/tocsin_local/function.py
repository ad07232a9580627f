"""A function as Lambda invokes it asynchronously: a queue before it, and two more tries after an error."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Self

log = logging.getLogger("tocsin.local")

# Lambda waits one minute, then two (docs: invocation-async-error-handling); nobody waits that long before a screen.
DELAYS = (1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event's way through the function: ``tries`` used, and the last error in a few words, empty if it worked."""

    event: Any
    tries: int
    error: str = ""
    answer: Any = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """An event that was taken, and may be queued. ``through`` is called when it needs no keeping any more."""

    event: Any
    through: Callable[[], None]
    done: Future[Invocation]


def keep_nothing(event: Any) -> Callable[[], None]:
    """For a queue that need not outlive its process."""
    return lambda: None


class Function:
    """Takes events in turn on a thread of its own; ``tell`` hears of each that is done. A context manager.

    ``keep`` is called with each event that is taken, before anything else happens, and answers what to call when it
    is through: so the queue can outlive a crash.
    """

    def __init__(
        self,
        invoke: Callable[[Any], Any],
        tell: Callable[[Invocation], None],
        delays: tuple[float, ...] = DELAYS,
        keep: Callable[[Any], Callable[[], None]] = keep_nothing,
    ) -> None:
        self._invoke = invoke
        self._tell = tell
        self._delays = delays
        self._keep = keep
        self._events: queue.Queue[Ticket | None] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="function", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Events that were taken already are finished first, without waiting between tries."""
        self._stopping.set()
        self._events.put(None)
        self._thread.join()

    def put(self, event: Any) -> Future[Invocation]:
        """Take an event and queue it."""
        return self.queue(self.take(event))

    def take(self, event: Any) -> Ticket:
        """Take an event as SNS does: from here on it is not lost. It runs once it is queued."""
        return Ticket(event, self._keep(event), Future())

    def queue(self, ticket: Ticket) -> Future[Invocation]:
        """Return at once; what becomes of it can be waited for."""
        self._events.put(ticket)
        return ticket.done

    def _work(self) -> None:
        while (ticket := self._events.get()) is not None:
            invocation = self._tried(ticket.event)
            self._tell(invocation)
            ticket.through()
            ticket.done.set_result(invocation)

    def _tried(self, event: Any) -> Invocation:
        error = ""
        for tries, delay in enumerate((*self._delays, 0.0), 1):
            try:
                return Invocation(event, tries, answer=self._invoke(event))
            except Exception as problem:  # whatever the function raises is what Lambda would count as its error
                error = f"{type(problem).__name__}: {problem}"
                log.warning("invocation failed: %s", error)
            self._stopping.wait(delay)
        return Invocation(event, len(self._delays) + 1, error)
