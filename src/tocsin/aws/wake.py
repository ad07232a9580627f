"""Calls the function again for what is due sooner than the next tick: a delayed message to its own queue.

Lambda takes a function that writes to its own queue for a loop, and stops it after some sixteen rounds unless the
stack allows it (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html): so the bound is ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from tocsin.aws.calls import SEND_MESSAGE
from tocsin.aws.client import Client
from tocsin.logbook import trouble
from tocsin.model import Seen
from tocsin.ports import Put, Row, Rows, Store
from tocsin.summons import WAKE

_TICK = 60_000
_RING, _PACE = "v1:W#ring", "v1:W#pace"
_CLOSE = 5_000
# At most 200 in any hour, for all containers together: 20 at once, and one more every 20 s.
_EACH, _AT_ONCE = 20_000, 20
_KEPT = 86_400_000


@dataclass(frozen=True, slots=True)
class Waker:
    """Its two rows in the store hold when the last wake rings, and how many have been used (a GCRA's arrival time)."""

    client: Client
    queue_url: str
    store: Store

    def arrange(self, now: int, *, behind: bool) -> None:
        """See that what is due before the next tick is looked at in time. ``behind``: what is due already was not all
        looked at. Raises nothing: a wake that cannot be sent costs at most a minute."""
        try:
            wanted = self._wanted(now, behind)
            if wanted is not None and self._is_granted(wanted, now):
                self._send(wanted, now)
        except Exception:
            trouble("no wake", {"next": "with the tick"}, bug=True)

    def _wanted(self, now: int, behind: bool) -> int | None:
        waiting = [row.due for row in self.store.due(now + _TICK, 50) if row.due is not None]
        if behind and any(due <= now for due in waiting):
            return now
        return min((due for due in waiting if due > now), default=None)

    def _is_granted(self, wanted: int, now: int) -> bool:
        granted = False

        def how(rows: Rows) -> tuple[Put, ...]:
            nonlocal granted
            ring, pace = _at(rows[_RING]), max(_at(rows[_PACE]), now)
            in_flight = now < ring <= wanted + _CLOSE
            granted = not in_flight and pace - now < _EACH * _AT_ONCE
            if not granted:
                return ()
            expires = now + _KEPT
            return Put(_RING, Seen(max(wanted, now + 1)), expires=expires), Put(
                _PACE, Seen(pace + _EACH), expires=expires
            )

        self.store.change([_RING, _PACE], how)
        return granted

    def _send(self, wanted: int, now: int) -> None:
        seconds = -(-(wanted - now) // 1000)
        body = json.dumps({"tocsin": WAKE, "for": wanted})
        self.client.call(SEND_MESSAGE, {"QueueUrl": self.queue_url, "MessageBody": body, "DelaySeconds": seconds})


def _at(row: Row | None) -> int:
    return row.content.at if row is not None and isinstance(row.content, Seen) else 0
