"""How the world comes in where nothing else may ask for it: time, waiting and chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doors:
    """How time, waiting and chance come in: ``clock`` in ms, ``sleep`` in s, ``left``: seconds until we are cut off.

    ``chance`` gives a number in [0, 1).
    """

    clock: Callable[[], int]
    sleep: Callable[[float], None]
    left: Callable[[], float]
    chance: Callable[[], float]
