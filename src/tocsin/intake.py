"""Takes in a signal, or that time has passed: one atomic change of an incident and of the messages that show it."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.decide import Policy, decide, due, tick
from tocsin.grouping import event_key, incident_key, message_id, message_key
from tocsin.model import Incident, Reason, Seen, Signal, Step
from tocsin.outbox import KEPT, wanted
from tocsin.ports import Need, Put, Row, Rows, Store

FORGOTTEN = 2 * KEPT  # ms after which nothing is known of what is over: its messages must be gone before
REMEMBERED = 86_400_000  # ms for which a happening's event id makes it a duplicate


@dataclass(frozen=True, slots=True)
class Taken:
    """Why a signal changed what it changed, and the ids of the messages that now want to show it."""

    reason: Reason
    messages: tuple[str, ...]


def take_in(store: Store, signal: Signal, destinations: tuple[str, ...], policy: Policy, now: int) -> Taken:
    """Store what ``signal`` means. Raises whatever the store raises: then nothing is stored."""
    key, event = incident_key(signal), event_key(signal)
    taken = Taken("none-duplicate", ())

    def how(rows: Rows) -> tuple[Put, ...] | Need:
        nonlocal taken
        incident = _incident(rows[key], key)
        step = decide(incident, signal, policy, seen=_seen(rows.get(event), now))
        taken = Taken(step.reason, tuple(message_id(show.view) for show in step.shows))
        if step.incident == incident and not step.shows:
            return ()
        puts = _puts(rows, step, destinations, policy, now)
        if signal.sort == "happening" and not isinstance(puts, Need):
            return (*puts, Put(event, Seen(now), expires=now + REMEMBERED))
        return puts

    store.change([key, event] if signal.sort == "happening" else [key], how)
    return taken


def pass_time(store: Store, key: str, destinations: tuple[str, ...], policy: Policy, now: int) -> None:
    """Store what time alone changes about the incident under ``key``. Raises whatever the store raises."""

    def how(rows: Rows) -> tuple[Put, ...] | Need:
        step = tick(_incident(rows[key], key), now, policy)
        return _puts(rows, step, destinations, policy, now)

    store.change([key], how)


def _puts(rows: Rows, step: Step, destinations: tuple[str, ...], policy: Policy, now: int) -> tuple[Put, ...] | Need:
    """The incident, and what each message that shows it should now be."""
    shows = {message_key(name, message_id(show.view)): (name, show) for show in step.shows for name in destinations}
    unread = tuple(one for one in shows if one not in rows)
    if unread:
        return Need(unread)
    incident = step.incident
    expires = None if incident.phase == "open" else now + FORGOTTEN
    row = Put(incident.key, incident, due=due(incident, policy), of=message_id(incident), expires=expires)
    return (row, *(wanted(one, rows[one], name, show, now) for one, (name, show) in shows.items()))


def _incident(row: Row | None, key: str) -> Incident:
    return row.content if row and isinstance(row.content, Incident) else Incident(key)


def _seen(row: Row | None, now: int) -> bool:
    return row is not None and isinstance(row.content, Seen) and now - row.content.at < REMEMBERED
