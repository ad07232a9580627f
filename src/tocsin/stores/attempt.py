"""How any store brings a change about: ask once what to write, and ask again when somebody was faster."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tocsin.ports import Conflict, How, Need, Put, Row

TRIES = 5
_ROUNDS = 8
_FIRST_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Answer:
    """What one asking came to: every key read, with its row or None, and what is to be written."""

    rows: dict[str, Row | None]
    puts: tuple[Put, ...]

    def after(self) -> dict[str, Row]:
        """The rows that exist, as they stand once the puts are written."""
        written = {put.key: Row(put.key, put.content, self.version(put), put.due, put.of) for put in self.puts}
        return {key: row for key, row in (self.rows | written).items() if row is not None}

    def version(self, put: Put) -> int:
        """The version that ``put`` gives its row."""
        old = self.rows[put.key]
        return 1 if old is None else old.version + 1


def ask(keys: Sequence[str], how: How, read: Callable[[Sequence[str]], Mapping[str, Row]]) -> Answer:
    """Read, ask ``how``, and read more while it answers ``Need``. ``read`` gives the rows that exist.

    ValueError is a bug in ``how``: it put a row that it has not read (such a write cannot be conditional), put one
    twice, or its needs have no end.
    """
    rows: dict[str, Row | None] = {}
    missing = tuple(keys)
    for _ in range(_ROUNDS):
        found = read(missing)
        rows.update((key, found.get(key)) for key in missing)
        answer = how(dict(rows))
        if not isinstance(answer, Need):
            return Answer(rows, _checked(answer, rows))
        missing = tuple(key for key in dict.fromkeys(answer.keys) if key not in rows)
    raise ValueError(f"a change still needs more keys after {_ROUNDS} rounds")


def insist(once: Callable[[], Answer | None], sleep: Callable[[float], None], chance: Callable[[], float]) -> Answer:
    """The first answer of ``once`` that held; None means that a row moved meanwhile. Conflict after 5 of those.

    The pauses between tries double (20 ms at most, 40, 80, 160), each a random part of that, so that rivals part.
    """
    for tried in range(TRIES):
        if tried:
            sleep(chance() * _FIRST_PAUSE * 2 ** (tried - 1))
        answer = once()
        if answer is not None:
            return answer
    raise Conflict(f"a row moved under each of {TRIES} tries to change it")


def chance() -> float:
    """A random part of one. (The module ``random`` costs a cold start more than all else here.)"""
    return int.from_bytes(os.urandom(2), "big") / 0x10000


def _checked(puts: tuple[Put, ...], rows: Mapping[str, Row | None]) -> tuple[Put, ...]:
    written = [put.key for put in puts]
    if not rows.keys() >= set(written):
        raise ValueError("a change puts a row that it has not read")
    if len(set(written)) != len(written):
        raise ValueError("a change puts one row twice")
    return puts
