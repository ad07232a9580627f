"""The bookkeeping of a message row: what it should show, what it is known to show, and when to look again. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tocsin.findings import as_known, is_due_again
from tocsin.grouping import OPEN, message_id
from tocsin.model import Message, Notice, Receipt, Show
from tocsin.ports import DeliveryError, Put, Row, Rows

KEPT = 30 * 86_400_000  # how long a message that is over may still be looked at
SLOWEST = 60_000  # a destination that is down is asked at least this often
EDIT = 60_000  # while it flaps, a message is edited at most this often
WAITING = 100  # lines that may wait to be said; a row has an end, and so has what people read
# What a later line of the same message counts, or tells the outcome of.
PASSING = frozenset({"repeated", "reopen", "resolved", "flap-start", "flap-end"})
# An asking, a call, a function's whole life and a bit: after this, no call of an earlier worker can still land.
LEASE = 45_000


@dataclass(frozen=True, slots=True)
class Later:
    """From when a wait counts (ms), and by which part of it ([0, 1)) rivals are parted."""

    now: int
    jitter: float


def wanted(key: str, row: Row | None, name: str, show: Show, now: int) -> Put:
    """The message as it should now be: newer by one version, its new lines numbered behind the old ones."""
    old = row.content if row and isinstance(row.content, Message) else None
    said = 0 if old is None else max([_said(old), *(one.n for one in old.notices)])
    lines = tuple(replace(notice, n=said + index) for index, notice in enumerate(show.notices, 1))
    if old is None:
        message = Message(name, message_id(show.view), show.view, notices=lines, opened_at=now)
    else:
        message = replace(old, incident=show.view, want=old.want + 1, notices=_kept(old.notices + lines))
    # While a destination is failing, or somebody is calling it, more news is no reason to ask it sooner.
    held = row.due if row and row.due and (message.tries or message.leased_until > now) else None
    return _put(key, message, held or _next(message, now), now)


def claimed(rows: Rows, key: str, now: int) -> tuple[Put, ...]:
    """Taken up by one worker alone, to be painted or only asked about again; nothing where another is at it, or there
    is nothing to do any more.

    A lease that ran out was not given back: what its holder did is not known, so the next call may be a repeat.
    """
    message = _message(rows, key)
    if message is None or message.leased_until > now or not (behind(message) or is_due_again(message, now)):
        return ()
    doubt = message.doubt or message.leased_until > 0
    mine = replace(message, epoch=message.epoch + 1, leased_until=now + LEASE, doubt=doubt)
    return (_put(key, mine, mine.leased_until, now),)


def recorded(rows: Rows, key: str, receipt: Receipt, mine: Message, now: int) -> tuple[Put, ...]:
    """What is shown has caught up with the version that was painted; newer wishes keep the row due.

    ``mine``: the message as it was claimed, with what was found since. Nothing, if somebody else has taken the message
    up since: then they owe it the next call.
    """
    current = _message(rows, key)
    if current is None or current.epoch != mine.epoch:
        return ()
    found = mine.found
    if found and not receipt.ts:  # what cannot be edited is not asked about again
        found = replace(found, again_at=None)
    # An edit tells nothing of a line that may have been said before it.
    doubt = current.doubt and receipt.said == _said(current) and any(one.n > receipt.said for one in current.notices)
    message = replace(shown(current, receipt), tries=0, doubt=doubt, painted_at=now, leased_until=0, found=found)
    return (_put(key, message, _due(message, now), now),)


def postponed(rows: Rows, key: str, error: DeliveryError | None, mine: Message, after: Later) -> tuple[Put, ...]:
    """It was not taken: look again later. Nothing, as in ``recorded``, if somebody else has it now."""
    current = _message(rows, key)
    if current is None or current.epoch != mine.epoch:
        return ()
    due = after.now + _wait(error, current.tries, after.jitter)
    doubt = current.doubt or (error is not None and error.ambiguous)
    message = replace(current, tries=current.tries + 1, doubt=doubt, leased_until=0, found=mine.found)
    return (_put(key, message, due, after.now),)


def asked(rows: Rows, key: str, mine: Message, now: int) -> tuple[Put, ...]:
    """It was only asked about again: what is new of that is worth a painting. Nothing, as in ``recorded``, if somebody
    else has it now."""
    current = _message(rows, key)
    if current is None or current.epoch != mine.epoch:
        return ()
    message = replace(current, found=mine.found, leased_until=0)
    if as_known(message).incident != as_known(current).incident:
        message = replace(message, want=message.want + 1)
    return (_put(key, message, _due(message, now), now),)


def shown(message: Message, receipt: Receipt) -> Message:
    """The message with what is still to be said."""
    return replace(message, receipt=receipt, notices=tuple(one for one in message.notices if one.n > receipt.said))


def behind(message: Message) -> bool:
    """Whether the destination owes this message another call."""
    return message.receipt is None or message.receipt.painted < message.want or bool(message.notices)


def _said(message: Message) -> int:
    """The number of the last line that is known to be said."""
    return message.receipt.said if message.receipt else 0


def _kept(lines: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """The lines, but for the oldest of those that pass, where too many wait."""
    gone = [one.n for one in lines if one.reason in PASSING][: max(0, len(lines) - WAITING)]
    return tuple(one for one in lines if one.n not in gone)


def _message(rows: Rows, key: str) -> Message | None:
    row = rows[key]
    return row.content if row is not None and isinstance(row.content, Message) else None


def _due(message: Message, now: int) -> int | None:
    """When to look at a message that nobody holds."""
    if behind(message):
        return _next(message, now)
    return message.found.again_at if message.found else None


def _next(message: Message, now: int) -> int:
    """When to call for a message that is behind: at once, unless it flaps and nothing has to be said."""
    if message.incident.flapping and message.receipt and not message.notices:
        return max(now, message.painted_at + EDIT)
    return now


def _put(key: str, message: Message, due: int | None, now: int) -> Put:
    # Nobody tells when a resolved episode can no longer reopen: if it does, the row is put again.
    over = message.incident.phase != "open"
    return Put(key, message, due=due, of=None if over else OPEN, expires=now + KEPT if over else None)


def _wait(error: DeliveryError | None, tries: int, jitter: float) -> int:
    """Milliseconds before the next try: what was asked for, else 1, 2, 4 … 60 s, a little less by jitter."""
    if error is not None and error.retry_after is not None:
        return int(error.retry_after * 1000)
    return int(min(SLOWEST, 1000 * 2 ** min(tries, 6)) * (1 - 0.2 * jitter))
