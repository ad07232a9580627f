"""What a rule about a call says: how bad it is, in which words, what it means and how to undo it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tocsin.kinds.cloudtrail.record import Record
from tocsin.model import Severity, Value


@dataclass(frozen=True, slots=True)
class Lesson:
    """Keys of sentences: what it means, and what undoes it (besides asking, and locking out, whoever did it)."""

    meaning: str
    undo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """``of``: the request's parameters that may name the call's object, the first one that is there. ``args`` fill the
    title's braces besides {target} and {who}. ``firm``: neither AWS as the actor nor a failure makes it milder.
    ``own``: a call that names nobody is about its own caller."""

    title: str
    severity: Severity
    lesson: Lesson | None = None
    of: tuple[str, ...] = ()
    args: Mapping[str, Value] = field(default_factory=dict)
    firm: bool = False
    own: bool = False


# Where the parameters decide, a function does; None: nothing worth a rule.
Row = Rule | Callable[[Record], Rule | None]
Rules = dict[str, Row]


def calls(service: str, names: str, row: Row) -> Rules:
    """One row for several calls of a service."""
    return {f"{service}:{name}": row for name in names.split()}
