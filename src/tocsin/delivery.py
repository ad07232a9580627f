"""Brings every destination up to date with what is stored: one call for one message at a time, each recorded.

Delivering never decides. What cannot be shown now stays due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tocsin.decide import Policy
from tocsin.doors import Doors
from tocsin.enriching import BUDGET, Enriching
from tocsin.findings import as_known
from tocsin.intake import pass_time
from tocsin.logbook import note, trouble
from tocsin.model import Incident, Message
from tocsin.outbox import Later, asked, behind, claimed, postponed, recorded
from tocsin.ports import Conflict, DeliveryError, Destination, Put, Row, Rows, Store

_T = TypeVar("_T")

CALL = 9.0  # seconds that one call to a destination may take
CROWDED = 3  # how often a store may find a row too crowded before that is an error
REFUSALS = 2  # one message may be at fault by itself; if the next is refused too, it is the destination


@dataclass(slots=True)
class _Turn:
    """One run: how many messages each destination has refused in a row, and the rows that are ``over`` with for now."""

    doors: Doors
    refused: Counter[str] = field(default_factory=Counter)
    over: set[str] = field(default_factory=set)

    def has(self, row: Row) -> bool:
        """Whether this row may be looked at now."""
        if row.key in self.over or not isinstance(row.content, Incident | Message):
            return False
        return isinstance(row.content, Incident) or self.refused[row.content.destination] < REFUSALS


class Delivery:
    """From the rows of one store to its destinations. ``enriching`` is asked before a message is painted."""

    def __init__(
        self, store: Store, destinations: tuple[Destination, ...], policy: Policy, enriching: Enriching
    ) -> None:
        self._store = store
        self._destinations = destinations
        self._names = tuple(one.name for one in destinations)
        self._policy = policy
        self._enriching = enriching

    def run(self, doors: Doors) -> None:
        """Show what is due, the longest due first, until nothing is, or a destination refuses, or time runs out."""
        turn = _Turn(doors)
        while doors.left() > CALL:
            rows = [row for row in self._store.due(doors.clock(), 50) if turn.has(row)]
            if not rows:
                return
            for row in rows:
                if doors.left() <= CALL:
                    return
                if isinstance(row.content, Incident):
                    self._pass_time(row, turn)
                else:
                    self._bring_up(row, turn)

    def _pass_time(self, row: Row, turn: _Turn) -> None:
        """What time alone changes; one incident's trouble must not keep the others waiting."""
        turn.over.add(row.key)
        try:
            pass_time(self._store, row.key, self._names, self._policy, turn.doors.clock())
        except Exception:
            trouble("time not passed", {"incident": row.key, "next": "with the next event"}, bug=True)

    def _bring_up(self, row: Row, turn: _Turn) -> None:
        """One call for one message, by one worker; what came of it is recorded before the next."""
        if not isinstance(row.content, Message) or not turn.has(row):
            return
        doors, name = turn.doors, row.content.destination
        destination = next((one for one in self._destinations if one.name == name), None)
        if destination is None:  # its settings are gone: the row waits for their return, behind the others
            _postpone(self._store, row.key, None, row.content, doors)
            return
        message = _claim(self._store, row.key, doors)
        if message is None:  # somebody else is at it
            turn.over.add(row.key)
            return
        message = self._enriching.asked(message, doors.clock, in_time=doors.left() > CALL + BUDGET)
        if behind(message) and doors.left() > CALL:
            _show(self._store, row.key, message, destination, turn)
        elif behind(message):  # asking took all the time that was left
            _postpone(self._store, row.key, None, message, doors)
        else:
            _settle(self._store, row.key, message, lambda rows, mine: asked(rows, row.key, mine, doors.clock()))


def _show(store: Store, key: str, message: Message, destination: Destination, turn: _Turn) -> None:
    """One call for a message that is ours for a while, and what came of it."""
    view, doors = as_known(message), turn.doors
    try:
        receipt = destination.show(view, (view.incident,), view.receipt)
    except DeliveryError as error:
        # Who is told to wait asks for no other message either.
        turn.refused[message.destination] += REFUSALS if error.retry_after is not None else 1
        turn.over.add(key)
        about = {"message": message.id, "code": error.code, "permanent": error.permanent}
        trouble("not shown", about)
        _postpone(store, key, error, message, doors)
    except Exception:  # a bug of ours in one message: the others are still shown
        turn.over.add(key)
        trouble("not shown", {"message": message.id, "code": "internal_error"}, bug=True)
        _postpone(store, key, DeliveryError("internal_error", ambiguous=True), message, doors)
    else:
        del turn.refused[message.destination]
        _settle(store, key, message, lambda rows, mine: recorded(rows, key, receipt, mine, doors.clock()))
        about = {"message": message.id, "destination": message.destination, "version": receipt.painted}
        note("shown", about)


def _claim(store: Store, key: str, doors: Doors) -> Message | None:
    """The message as it is now, ours alone for a while; None if it is not to be had."""
    mine: list[Message] = []

    def how(rows: Rows) -> tuple[Put, ...]:
        puts = claimed(rows, key, doors.clock())
        mine[:] = [put.content for put in puts if isinstance(put.content, Message)]
        return puts

    try:
        store.change([key], how)
    except Conflict:  # so many want it that it will be shown without us
        return None
    return mine[0] if mine else None


def _postpone(store: Store, key: str, error: DeliveryError | None, message: Message, doors: Doors) -> None:
    later = Later(doors.clock(), doors.chance())
    _settle(store, key, message, lambda rows, mine: postponed(rows, key, error, mine, later))


def _settle(store: Store, key: str, message: Message, how: Callable[[Rows, Message], tuple[Put, ...]]) -> None:
    """Write what became of the message; without what was found, where its row has no room for that."""
    try:
        insisting(lambda: store.change([key], lambda rows: how(rows, message)))
    except ValueError:
        trouble("found too much", {"message": message.id})
        insisting(lambda: store.change([key], lambda rows: how(rows, replace(message, found=None))))


def insisting(change: Callable[[], _T]) -> _T:
    """However many want a row: what is not stored is told without memory, and what is shown and not written down is
    shown again."""
    for _ in range(CROWDED):
        with suppress(Conflict):
            return change()
    return change()
