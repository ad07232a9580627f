"""The last word on a record that fails each time, before it goes to the dead-letter queue: said without the store."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tocsin.model import Phrase, Signal
from tocsin.reading import arns, fields
from tocsin.reading.content import cut

_QUOTED = 500
_EVERY = 60_000  # ms; what fails in masses is said once a minute


@dataclass(slots=True)
class Farewells:
    """``receives``: how often the queue hands a record out before it is a dead letter (0: nobody says)."""

    receives: int
    last: int = -_EVERY

    def of(self, event: object, failed: Collection[str], now: int) -> Signal | None:
        """What to say of the failed records (by messageId) that will not come again; None for nothing. ``now``: ms."""
        lost = [one for one in fields.items(event, "Records") if self._is_last(one, failed)]
        if not lost or now - self.last < _EVERY:
            return None
        self.last = now
        return _said(lost, now)

    def _is_last(self, record: object, failed: Collection[str]) -> bool:
        times = fields.whole(fields.mapping(record, "attributes"), "ApproximateReceiveCount") or 0
        return 0 < self.receives <= times and fields.text(record, "messageId") in failed


def _said(lost: list[object], now: int) -> Signal:
    first = lost[0]
    name = fields.text(first, "messageId")
    queue = arns.parse(fields.text(first, "eventSourceARN"))
    return Signal(
        kind="farewell",
        sort="happening",
        subject=f"farewell:{name}",
        title=Phrase("words.lost_one") if len(lost) == 1 else Phrase("words.lost", {"n": len(lost)}),
        at=now,
        event_id=name,
        severity="high",
        quote=cut(fields.text(first, "body").strip(), _QUOTED)[0],
        advice=(Phrase("words.lost_advice"),),
        partition=queue.partition if queue else "aws",
        account=queue.account if queue else "",
        region=queue.region if queue else "",
    )
