"""What a check says: what is wrong, what that means for the alarms, and the exact way to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tocsin_cli.doctor.scene import Scene

# broken: alarms do not arrive. risk: some will not, or nobody hears of trouble. unseen: it could not be looked at.
# note: worth knowing. The gravest first.
Severity = Literal["broken", "risk", "unseen", "note"]
SEVERITIES: tuple[Severity, ...] = ("broken", "risk", "unseen", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """``mend``: a command to paste, or what to do by hand. ``fix``: mends it where that is safe, else None."""

    severity: Severity
    what: str
    means: str
    mend: str
    fix: Callable[[], object] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at. ``well``: what is said when nothing is wrong with it. ``look`` only reads."""

    name: str
    well: str
    look: Callable[[Scene], Iterable[Finding]]


def some(names: Sequence[str], most: int = 5) -> str:
    """The first of many names, and how many more there are."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
