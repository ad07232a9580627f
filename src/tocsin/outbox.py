"""The bookkeeping of a message row: what it should show, what it is known to show, and when to look again. Pure."""

from __future__ import annotations

from dataclasses import replace

from tocsin.grouping import OPEN, message_id
from tocsin.model import Message, Receipt, Show
from tocsin.ports import DeliveryError, Put, Row, Rows

KEPT = 30 * 86_400_000  # how long a message that is over may still be looked at
SLOWEST = 60_000  # a destination that is down is asked at least this often
EDIT = 60_000  # while it flaps, a message is edited at most this often


def wanted(key: str, row: Row | None, name: str, show: Show, now: int) -> Put:
    """The message as it should now be: newer by one version, its new lines numbered behind the old ones."""
    old = row.content if row and isinstance(row.content, Message) else None
    said = 0
    if old is not None:
        said = max([old.receipt.said if old.receipt else 0, *(one.n for one in old.notices)])
    lines = tuple(replace(notice, n=said + index) for index, notice in enumerate(show.notices, 1))
    if old is None:
        message = Message(name, message_id(show.view), show.view, notices=lines, opened_at=now)
    else:
        message = replace(old, incident=show.view, want=old.want + 1, notices=old.notices + lines)
    # While a destination is failing, more news is no reason to ask it sooner.
    held = row.due if row and row.due and message.tries else None
    return _put(key, message, held or _next(message, now), now)


def recorded(rows: Rows, key: str, receipt: Receipt, now: int) -> tuple[Put, ...]:
    """What is shown has caught up with the version that was painted; newer wishes keep the row due."""
    row = rows[key]
    if row is None or not isinstance(row.content, Message):
        return ()
    message = replace(shown(row.content, receipt), tries=0, doubt=False, painted_at=now)
    return (_put(key, message, _next(message, now) if behind(message) else None, now),)


def postponed(rows: Rows, key: str, error: DeliveryError | None, now: int, jitter: float) -> tuple[Put, ...]:
    """It was not taken: look again later. ``jitter`` is a number in [0, 1)."""
    row = rows[key]
    if row is None or not isinstance(row.content, Message):
        return ()
    due = now + _wait(error, row.content.tries, jitter)
    doubt = row.content.doubt or (error is not None and error.ambiguous)
    return (_put(key, replace(row.content, tries=row.content.tries + 1, doubt=doubt), due, now),)


def shown(message: Message, receipt: Receipt) -> Message:
    """The message with what is still to be said."""
    return replace(message, receipt=receipt, notices=tuple(one for one in message.notices if one.n > receipt.said))


def behind(message: Message) -> bool:
    """Whether the destination owes this message another call."""
    return message.receipt is None or message.receipt.painted < message.want or bool(message.notices)


def _next(message: Message, now: int) -> int:
    """When to call for a message that is behind: at once, unless it flaps and nothing has to be said."""
    if message.incident.flapping and message.receipt and not message.notices:
        return max(now, message.painted_at + EDIT)
    return now


def _put(key: str, message: Message, due: int | None, now: int) -> Put:
    over = message.incident.phase == "closed"
    return Put(key, message, due=due, of=None if over else OPEN, expires=now + KEPT if over else None)


def _wait(error: DeliveryError | None, tries: int, jitter: float) -> int:
    """Milliseconds before the next try: what was asked for, else 1, 2, 4 … 60 s, a little less by jitter."""
    if error is not None and error.retry_after is not None:
        return int(error.retry_after * 1000)
    return int(min(SLOWEST, 1000 * 2 ** min(tries, 6)) * (1 - 0.2 * jitter))
