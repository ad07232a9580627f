"""The whole product on one screen: take in, then bring every destination up to date.

Taking in never talks to a destination; delivering never decides. Once a signal is stored its record has succeeded,
whatever a destination does: what is not shown yet is due.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from tocsin.decide import Policy, alone
from tocsin.delivery import Delivery, insisting
from tocsin.doors import Doors
from tocsin.enriching import Enriching
from tocsin.envelope import Envelope, unwrap
from tocsin.grouping import is_of, message_id
from tocsin.intake import Taken, take_in
from tocsin.kinds import read
from tocsin.logbook import note, trouble
from tocsin.model import Fact, Message, Phrase, Receipt, Signal
from tocsin.outbox import behind, shown
from tocsin.ports import Conflict, DeliveryError, Destination, Enricher, Store

MARGIN = 2.0  # seconds that must be left after a wait
RESERVE = 0.5  # seconds that an answer to Lambda may take


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event: how many signals it held, and for each record that must come again its id and why."""

    signals: int
    failed: tuple[tuple[str, str], ...] = ()


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
        enriching = Enriching(enrichers)
        self._delivery = None if store is None else Delivery(store, destinations, self._policy, enriching)
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
            return insisting(lambda: take_in(store, signal, self._names, self._policy, doors.clock()))
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
        if self._delivery is None:
            return
        try:
            self._delivery.run(doors)
        except Exception:
            trouble("delivery stopped", {"next": "with the next event"}, bug=True)


def _about(signal: Signal, envelope: Envelope) -> dict[str, object]:
    about = {"event": envelope.event_id, "via": envelope.road, "kind": signal.kind, "subject": signal.subject}
    return about | {"times": {"at": signal.at, **asdict(envelope.times)}}
