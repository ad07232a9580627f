"""The whole product on one screen: take in, then bring every destination up to date.

Taking in never talks to a destination; delivering never decides. Once a signal is stored its record has succeeded,
whatever a destination does: what is not shown yet is due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

from tocsin.decide import Policy, alone
from tocsin.enriching import BUDGET, Enriching
from tocsin.envelope import Envelope, unwrap
from tocsin.findings import as_known
from tocsin.grouping import is_of, message_id
from tocsin.intake import Taken, pass_time, take_in
from tocsin.kinds import read
from tocsin.logbook import note, trouble
from tocsin.model import Fact, Incident, Message, Phrase, Receipt, Signal
from tocsin.outbox import Later, asked, behind, claimed, postponed, recorded, shown
from tocsin.ports import Conflict, DeliveryError, Destination, Enricher, Put, Row, Rows, Store

_T = TypeVar("_T")

MARGIN = 2.0  # seconds that must be left after a wait
RESERVE = 0.5  # seconds that an answer to Lambda may take
CALL = 9.0  # seconds that one call to a destination may take
CROWDED = 3  # how often a store may find a row too crowded before that is an error
REFUSALS = 2  # one message may be at fault by itself; if the next is refused too, it is the destination


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event: how many signals it held, and for each record that must come again its id and why."""

    signals: int
    failed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Doors:
    """How time, waiting and chance come in: ``clock`` in ms, ``sleep`` in s, ``left``: seconds until we are cut off.

    ``chance`` gives a number in [0, 1).
    """

    clock: Callable[[], int]
    sleep: Callable[[float], None]
    left: Callable[[], float]
    chance: Callable[[], float]


class Pipeline:
    """One road from what was handed in to what people see. Without a store each change is told once, by itself."""

    def __init__(
        self,
        destinations: tuple[Destination, ...],
        store: Store | None = None,
        policy: Policy | None = None,
        canary: str = "",
        enrichers: tuple[Enricher, ...] = (),
    ) -> None:
        """``canary``: the ARN of the alarm that is changed only to see that alarms arrive. ``enrichers`` are asked only
        where there is a store, which keeps what they found."""
        self._destinations = destinations
        self._names = tuple(one.name for one in destinations)
        self._store = store
        self._policy = policy or Policy()
        self._canary = canary
        self._enriching = Enriching(enrichers)
        self._told: set[tuple[str, str | None, int | None]] = set()

    def run(self, event: object, doors: Doors, *, http: bool = False) -> Outcome:
        """Handle every record; a record that fails never hurts its neighbours.

        ``http``: SNS over HTTP is peeled too; only for callers that are no public door.
        """
        failed: list[tuple[str, str]] = []
        count, slowest = 0, 0.0
        for envelope in unwrap(event, http=http):
            left = doors.left()
            if slowest and left < slowest + RESERVE:  # cut off in the middle, those before it would come again too
                trouble("not begun", {"event": envelope.event_id, "next": "when it comes again"})
                failed.append((envelope.record, "no_time"))
                continue
            signals = read(envelope)
            count += len(signals)
            problem = self._take_in(envelope, signals, doors)
            if problem:
                failed.append((envelope.record, problem))
            slowest = max(slowest, left - doors.left())
        self.catch_up(doors)
        return Outcome(count, tuple(failed))

    def _take_in(self, envelope: Envelope, signals: tuple[Signal, ...], doors: Doors) -> str:
        """Empty if every signal of this record is safe, else why it must come again."""
        problem = ""
        for signal in signals:
            stamped = signal if signal.at is not None else replace(signal, at=envelope.times.received or doors.clock())
            if self._canary and is_of(self._canary, signal):
                stamped = replace(stamped, drill=True, muted=False)
            try:
                if self._store is None or stamped.test:
                    taken = self.tell(stamped, doors)
                else:
                    taken = self._keep(self._store, stamped, doors)
                about = {"reason": taken.reason, "messages": taken.messages}
                note("taken in", _about(stamped, envelope) | about)
            except DeliveryError as error:
                problem = error.code
                trouble("failed", _about(stamped, envelope) | {"code": problem})
            except Exception:  # a bug of ours: its record comes again, its neighbours are still handled
                problem = "internal_error"
                trouble("failed", _about(stamped, envelope) | {"code": problem}, bug=True)
        return problem

    def _keep(self, store: Store, signal: Signal, doors: Doors) -> Taken:
        """Store what the signal changes; if the store cannot, people see it plainly and the record comes again."""
        try:
            return _insisting(lambda: take_in(store, signal, self._names, self._policy, doors.clock()))
        except Exception as error:  # whatever a store may raise: silence is the one wrong answer
            code = "store_conflict" if isinstance(error, Conflict) else "store_unreachable"
            trouble("store failed", {"code": code}, bug=True)
            self._tell_once(signal, doors)
            raise DeliveryError(code) from error

    def _tell_once(self, signal: Signal, doors: Doors) -> None:
        seen = (signal.subject, signal.state, signal.at)
        if seen not in self._told:
            warning = Fact(Phrase("words.store"), Phrase("words.store_down"))
            self.tell(replace(signal, facts=(warning, *signal.facts)), doors)
            self._told.add(seen)

    def tell(self, signal: Signal, doors: Doors) -> Taken:
        """Without memory: show this one change now, or raise DeliveryError."""
        step = alone(signal)
        for destination in self._destinations:
            for show in step.shows:
                message = Message(destination.name, message_id(show.view), show.view, notices=show.notices)
                while behind(message):
                    message = shown(message, self._patiently(destination, message, doors))
        return Taken(step.reason, tuple(message_id(show.view) for show in step.shows))

    def _patiently(self, destination: Destination, message: Message, doors: Doors) -> Receipt:
        """Wait as long as the destination asks, if that fits into what is left."""
        while True:
            try:
                return destination.show(message, (message.incident,), message.receipt)
            except DeliveryError as error:
                if error.retry_after is None or error.retry_after + MARGIN > doors.left():
                    raise
                message = replace(message, doubt=message.doubt or error.ambiguous)
                doors.sleep(error.retry_after)

    def catch_up(self, doors: Doors) -> None:
        """Show what is due. What is stored has succeeded: trouble leaves it due, and never fails a record."""
        if self._store is None:
            return
        try:
            self._deliver(self._store, doors)
        except Exception:
            trouble("delivery stopped", {"next": "with the next event"}, bug=True)

    def _deliver(self, store: Store, doors: Doors) -> None:
        """Show what is due, the longest due first, until nothing is, or a destination refuses, or time runs out."""
        refused: Counter[str] = Counter()
        while doors.left() > CALL:
            rows = [row for row in store.due(doors.clock(), 50) if _asks(row, refused)]
            if not rows:
                return
            for row in rows:
                if isinstance(row.content, Incident):
                    self._pass_time(store, row, doors, refused)
                else:
                    self._bring_up(store, row, doors, refused)

    def _pass_time(self, store: Store, row: Row, doors: Doors, refused: Counter[str]) -> None:
        """What time alone changes; one incident's trouble must not keep the others waiting."""
        try:
            pass_time(store, row.key, self._names, self._policy, doors.clock())
        except Exception:
            refused[row.key] = REFUSALS
            trouble("time not passed", {"incident": row.key, "next": "with the next event"}, bug=True)

    def _bring_up(self, store: Store, row: Row, doors: Doors, refused: Counter[str]) -> None:
        """One call for one message, by one worker; what came of it is recorded before the next."""
        if not isinstance(row.content, Message) or doors.left() <= CALL:
            return
        name = row.content.destination
        destination = next((one for one in self._destinations if one.name == name), None)
        if destination is None:  # its settings are gone: the row waits for their return, behind the others
            _postpone(store, row.key, None, row.content, doors)
        if destination is None or refused[name] >= REFUSALS:
            return
        message = _claim(store, row.key, doors)
        if message is None:  # somebody else is at it
            refused[row.key] = REFUSALS
            return
        message = self._enriching.asked(message, doors.clock, in_time=doors.left() > CALL + BUDGET)
        if behind(message) and doors.left() > CALL:
            _show(store, row.key, message, destination, doors, refused)
        elif behind(message):  # asking took all the time that was left
            _postpone(store, row.key, None, message, doors)
        else:
            _settle(store, row.key, message, lambda rows, mine: asked(rows, row.key, mine, doors.clock()))


def _show(
    store: Store, key: str, message: Message, destination: Destination, doors: Doors, refused: Counter[str]
) -> None:
    """One call for a message that is ours for a while, and what came of it."""
    view = as_known(message)
    try:
        receipt = destination.show(view, (view.incident,), view.receipt)
    except DeliveryError as error:
        # Who is told to wait asks for no other message either.
        refused[message.destination] += REFUSALS if error.retry_after is not None else 1
        refused[key] = REFUSALS
        about = {"message": message.id, "code": error.code, "permanent": error.permanent}
        trouble("not shown", about)
        _postpone(store, key, error, message, doors)
    except Exception:  # a bug of ours in one message: the others are still shown
        trouble("not shown", {"message": message.id, "code": "internal_error"}, bug=True)
        _postpone(store, key, None, message, doors)
    else:
        del refused[message.destination]
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
        _insisting(lambda: store.change([key], lambda rows: how(rows, message)))
    except ValueError:
        trouble("found too much", {"message": message.id})
        _insisting(lambda: store.change([key], lambda rows: how(rows, replace(message, found=None))))


def _insisting(change: Callable[[], _T]) -> _T:
    """However many want a row: what is not stored is told without memory, and what is shown and not written down is
    shown again."""
    for _ in range(CROWDED):
        with suppress(Conflict):
            return change()
    return change()


def _asks(row: Row, refused: Counter[str]) -> bool:
    if refused[row.key] >= REFUSALS or not isinstance(row.content, Incident | Message):
        return False
    return isinstance(row.content, Incident) or refused[row.content.destination] < REFUSALS


def _about(signal: Signal, envelope: Envelope) -> dict[str, object]:
    about = {"event": envelope.event_id, "via": envelope.road, "kind": signal.kind, "subject": signal.subject}
    return about | {"times": {"at": signal.at, **asdict(envelope.times)}}
