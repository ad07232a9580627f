"""Watches a destination: what it took, what it refused, and a way to wait for either without polling."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tocsin.model import Incident, Message, Receipt
from tocsin.ports import DeliveryError, Destination

REMEMBERED = 1_000  # arrivals


@dataclass(frozen=True, slots=True)
class Arrival:
    """One call that the destination took: the message as it was asked to show it, and its receipt."""

    message: Message
    receipt: Receipt


@dataclass(slots=True)
class Arrivals:
    """A Destination that passes everything on and remembers what came of it. ``tell`` hears of each arrival."""

    inner: Destination
    tell: Callable[[Arrival], None]
    arrived: deque[Arrival] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    problem: str = ""
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    @property
    def name(self) -> str:
        return self.inner.name

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        try:
            receipt = self.inner.show(message, incidents, shown)
        except DeliveryError as error:
            with self._changed:
                self.problem = error.code
                self._changed.notify_all()
            raise
        arrival = Arrival(message, receipt)
        with self._changed:
            self.arrived.append(arrival)
            self.problem = ""
            self._changed.notify_all()
        self.tell(arrival)
        return receipt

    def wait_for(self, wanted: Callable[[Arrival], bool], timeout: float) -> Arrival | None:
        """The first arrival, past or to come, that is wanted; None after ``timeout`` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: any(map(wanted, self.arrived)), timeout)
            return next(filter(wanted, self.arrived), None)
