"""Takes a signal in: one atomic change of its incident and of the messages that show it."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.decide import Policy, decide
from tocsin.grouping import event_key, incident_key, message_id, message_key
from tocsin.model import Incident, Reason, Seen, Signal
from tocsin.outbox import wanted
from tocsin.ports import Need, Put, Row, Rows, Store

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
        shows = {message_key(name, message_id(show.view)): (name, show) for show in step.shows for name in destinations}
        unread = tuple(one for one in shows if one not in rows)
        if unread:
            return Need(unread)
        taken = Taken(step.reason, tuple(message_id(show.view) for show in step.shows))
        if step.incident == incident and not shows:
            return ()
        puts = [Put(key, step.incident, of=message_id(step.incident))]
        if signal.sort == "happening":
            puts.append(Put(event, Seen(now), expires=now + REMEMBERED))
        puts += [wanted(one, rows[one], name, show, now) for one, (name, show) in shows.items()]
        return tuple(puts)

    store.change([key, event] if signal.sort == "happening" else [key], how)
    return taken


def _incident(row: Row | None, key: str) -> Incident:
    return row.content if row and isinstance(row.content, Incident) else Incident(key)


def _seen(row: Row | None, now: int) -> bool:
    return row is not None and isinstance(row.content, Seen) and now - row.content.at < REMEMBERED
