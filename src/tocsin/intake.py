"""Takes in a signal, or that time has passed: one atomic change of an incident and of the messages that show it."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.decide import Policy, decide, due, tick, told_by
from tocsin.grouping import event_key, incident_key, message_id, message_key, whole_key
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
    key, event, whole = incident_key(signal), event_key(signal), whole_key(signal)
    taken = Taken("none-duplicate", ())

    def how(rows: Rows) -> tuple[Put, ...] | Need:
        nonlocal taken
        incident = _incident(rows[key], key)
        step = decide(incident, signal, policy, seen=_seen(rows.get(event), now))
        taken = Taken(step.reason, tuple(message_id(show.view) for show in step.shows))
        puts = _puts(rows, incident, step, destinations, policy, now)
        if isinstance(puts, Need):
            return puts
        if signal.sort == "happening" and puts:
            return (*puts, Put(event, Seen(now), expires=now + REMEMBERED))
        if whole:
            before = _incident(rows[whole], whole)
            return puts + _changed(before, told_by(signal, before, policy), policy, now)
        return puts

    store.change([key, event] if signal.sort == "happening" else [key, whole] if whole else [key], how)
    return taken


def pass_time(store: Store, key: str, destinations: tuple[str, ...], policy: Policy, now: int) -> None:
    """Store what time alone changes about the incident under ``key``. Raises whatever the store raises."""

    def how(rows: Rows) -> tuple[Put, ...] | Need:
        incident = _incident(rows[key], key)
        return _puts(rows, incident, tick(incident, now, policy), destinations, policy, now)

    store.change([key], how)


def _puts(
    rows: Rows, before: Incident, step: Step, destinations: tuple[str, ...], policy: Policy, now: int
) -> tuple[Put, ...] | Need:
    """The incident, and what each message that shows it should now be."""
    shows = {message_key(name, message_id(show.view)): (name, show) for show in step.shows for name in destinations}
    unread = tuple(one for one in shows if one not in rows)
    if unread:
        return Need(unread)
    messages = tuple(wanted(one, rows[one], name, show, now) for one, (name, show) in shows.items())
    return _changed(before, step.incident, policy, now) + messages


def _changed(before: Incident, incident: Incident, policy: Policy, now: int) -> tuple[Put, ...]:
    if incident == before:
        return ()
    expires = None if incident.phase == "open" else now + FORGOTTEN
    return (Put(incident.key, incident, due=due(incident, policy), of=message_id(incident), expires=expires),)


def _incident(row: Row | None, key: str) -> Incident:
    return row.content if row and isinstance(row.content, Incident) else Incident(key)


def _seen(row: Row | None, now: int) -> bool:
    return row is not None and isinstance(row.content, Seen) and now - row.content.at < REMEMBERED
