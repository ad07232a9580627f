"""Lambda's queue of asynchronous invocations: what SNS and EventBridge hand to a function is tried three times.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from tocsin_local.lambda_runtime.result import Result, Stopped

DELAYS = (60.0, 120.0)  # seconds before the second and the third attempt


@dataclass(frozen=True, slots=True, order=True)
class _Try:
    due: float
    order: int
    event: Any = field(compare=False)
    attempt: int = field(compare=False)


class AsyncInvokes:
    """`put` an event; one thread invokes, and tries again after ``delays`` (seconds) what failed.

    ``gave_up`` is told, in that thread, of an event whose last attempt failed, as an on-failure destination would be.
    Events are invoked in turn, but one that waits for its next attempt holds up no other.
    """

    def __init__(
        self,
        invoke: Callable[[Any], Result],
        gave_up: Callable[[Any, Result], None],
        delays: Sequence[float] = DELAYS,
    ) -> None:
        self._invoke, self._gave_up, self._delays = invoke, gave_up, tuple(delays)
        self._order = itertools.count()
        self._tries: list[_Try] = []
        self._unsettled = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, event: Any) -> None:
        """Take the event and return at once, as Lambda does with 202."""
        with self._changed:
            self._unsettled += 1
            self._push(event, attempt=0, seconds=0.0)

    def settle(self, seconds: float) -> bool:
        """Wait until every event has succeeded or was given up; False if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._unsettled == 0, seconds)

    def close(self) -> None:
        """Let the running invocation end and forget the rest. To cut it short, stop the environment first."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while (due := self._next()) is not None:
            try:
                result = self._invoke(due.event)
            except Stopped:
                return
            again = not result.ok and due.attempt < len(self._delays)
            if not (result.ok or again):
                self._gave_up(due.event, result)
            with self._changed:
                if again:
                    self._push(due.event, due.attempt + 1, self._delays[due.attempt])
                else:
                    self._unsettled -= 1
                    self._changed.notify_all()

    def _next(self) -> _Try | None:
        with self._changed:
            while not self._closed:
                left = self._tries[0].due - time.monotonic() if self._tries else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._tries)
                self._changed.wait(left)
        return None

    def _push(self, event: Any, attempt: int, seconds: float) -> None:
        heapq.heappush(self._tries, _Try(time.monotonic() + seconds, next(self._order), event, attempt))
        self._changed.notify_all()
