"""The words between inside and outside: what a store, a destination and an enricher promise, and may raise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tocsin.model import Incident, Message, Receipt, Seen, Signal

Content = Incident | Message | Seen


class ConfigError(Exception):
    """The human can fix it: what is wrong in one line, and a hint that says what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class DeliveryError(Exception):
    """A destination did not take it.

    ``permanent``: trying again unchanged cannot help. ``ambiguous``: it may have been taken all the same.
    ``retry_after``: seconds that the destination asked us to wait, None when it did not ask.
    ``code`` is a short word without any secret.
    """

    def __init__(
        self, code: str, *, permanent: bool = False, ambiguous: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.retry_after = retry_after


class Conflict(Exception):
    """A store's row moved under us more often than we were willing to decide again."""


@dataclass(frozen=True, slots=True)
class Row:
    """A stored row: ``version`` starts at 1; ``due`` (ms) is when to look at it; ``of`` is what it belongs to."""

    key: str
    content: Content
    version: int
    due: int | None = None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """A row to write. ``expires`` (ms) is when a store may clean it away; readers compare the time themselves."""

    key: str
    content: Content
    due: int | None = None
    of: str | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Answer of ``how`` instead of puts: read these keys too, then ask again."""

    keys: tuple[str, ...]


# What ``how`` is given: an entry for every key that was read, None where nothing is stored.
Rows = Mapping[str, Row | None]
How = Callable[[Rows], tuple[Put, ...] | Need]


class Store(Protocol):
    """Five methods. Versioned rows, written all or nothing."""

    def change(self, keys: Sequence[str], how: How) -> dict[str, Row]:
        """Read ``keys``, call the pure ``how`` with what is there, write all its puts if no row read has moved (absent
        stays absent), else again, at most 5 times with jitter, then raise Conflict. The rows as they now stand."""

    def read(self, keys: Sequence[str]) -> dict[str, Row]:
        """The rows that exist among ``keys``."""

    def due(self, now: int, limit: int) -> tuple[Row, ...]:
        """Rows of any sort with ``due`` <= now (ms), the longest due first."""

    def members(self, of: str, after: str, limit: int) -> tuple[Row, ...]:
        """Rows whose ``of`` is this and whose key sorts behind ``after``, in order of key."""

    def drop(self, keys: Sequence[str]) -> None:
        """Forget these rows; absent ones are no error."""


class Destination(Protocol):
    """Where messages are shown."""

    @property
    def name(self) -> str: ...

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        """Bring the destination one call nearer to ``message`` and say how far it is now. Raises only DeliveryError.

        One outside call at most, so that each is recorded before the next: the pipeline asks again while
        ``receipt.painted < message.want`` or a notice is unsaid.
        """


class More(NamedTuple):
    """What an enricher answers: the signal, richer or as it was.

    ``whole``: False if something was not answered now that may be a little later.
    """

    signal: Signal
    whole: bool = True


class Enricher(Protocol):
    """Knows what a signal's own message does not say. What the message says itself is never replaced."""

    def more(self, signal: Signal, seconds: float) -> More:
        """Asked before a change is first painted, and must answer within ``seconds``. What it raises costs only what it
        would have added: it is asked again a little later."""
