"""Asks about a change before it is painted what its own message does not say: in bounded time, at most a few times.

Nobody waits for an answer that does not come: the message is painted without it, and asked about again a little later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tocsin.findings import is_about, is_to_be_asked, learned
from tocsin.logbook import trouble
from tocsin.model import Found, Message, Signal
from tocsin.ports import Enricher

BUDGET = 0.7  # seconds that all enrichers together may take before one painting
AGAIN = (15_000, 60_000)  # ms after which what was not answered is asked again; then no more
SLOW = 350  # ms; who takes longer and still does not answer is left alone
PAUSE = 10_000  # ms for which then nobody is asked


class Enriching:
    """The enrichers, in the order in which they are asked, and how patient this container is with them."""

    def __init__(self, enrichers: tuple[Enricher, ...]) -> None:
        self._enrichers = enrichers
        self._silent_until = 0

    def asked(self, message: Message, clock: Callable[[], int], *, in_time: bool) -> Message:
        """``message`` with what was found about its newest change, or as it was where that is known. Raises nothing.

        ``clock`` is in ms. Not ``in_time``: nobody can be asked now, but later.
        """
        said, now = message.incident.said, clock()
        if said is None or not is_to_be_asked(message, now):
            return message
        if not self._enrichers:
            return replace(message, found=message.found and replace(message.found, again_at=None))
        more, whole = self._ask(said, clock) if in_time and now >= self._silent_until else (said, False)
        if whole:
            return replace(message, found=learned(said, more))
        return replace(message, found=_again(learned(said, more, message.found), message, clock()))

    def _ask(self, signal: Signal, clock: Callable[[], int]) -> tuple[Signal, bool]:
        """The signal with all that was answered in time, and whether that is everything."""
        start, whole = clock(), True
        for enricher in self._enrichers:
            left = min(BUDGET, BUDGET - (clock() - start) / 1000)
            if left <= 0:
                whole = False
                break
            try:
                more = enricher.more(signal, left)
            except Exception:  # whatever it is: it costs only what would have been added
                trouble("not enriched", {"subject": signal.subject, "next": "asked again a little later"}, bug=True)
                whole = False
            else:
                signal, whole = more.signal, whole and more.whole
        if not whole and clock() - start > SLOW:
            self._silent_until = clock() + PAUSE
        return signal, whole


def _again(found: Found, message: Message, now: int) -> Found:
    said, known = message.incident.said, message.found
    tries = known.tries if known and said and is_about(known, said) else 0
    return replace(found, tries=tries + 1, again_at=now + AGAIN[tries] if tries < len(AGAIN) else None)
