"""Where things lie on a chart's axes, and how its numbers are written: pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

_TICKS = 4
_LEAST = 1e-280  # what is nearer to zero is zero: its steps could not be told apart
_LARGE = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "K"))


@dataclass(frozen=True, slots=True)
class Scale:
    """A vertical axis of `height` units from `low` at the bottom to `high` at the top, with a line at each step."""

    low: float
    high: float
    step: float
    height: float

    def y(self, value: float) -> float:
        """Units from the top, to a hundredth."""
        return round(self.height * (1 - (value - self.low) / (self.high - self.low)), 2)

    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [self.low + self.step * index for index in range(count + 1)]


def scale(values: list[float], height: float) -> Scale:
    """The axis on which `values` fit, from zero where they are not far from it."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    if low > 0 and (low < (high - low) * 2 or low == high):
        low = 0.0
    if high < 0 and -high < (high - low) * 2:
        high = 0.0
    if max(-low, high) < _LEAST:
        low, high = 0.0, 1.0
    elif high - low <= abs(high) * 1e-9:
        low, high = (0.0, high) if high > 0 else (low, 0.0)
    step = _round(min(high / _TICKS - low / _TICKS, 1e300))
    return Scale(floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, step, height)


def written(value: float) -> str:
    """A number as short as an axis needs it: 1.5K, 12, 0.25."""
    for size, mark in _LARGE:
        if abs(value) >= size * 10 or (abs(value) >= size and value % (size / 10) == 0 and size > 1e3):
            return f"{value / size:.4g}{mark}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value else "0"


def _round(rough: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    size = 10.0 ** floor(log10(max(rough, 1e-300)))
    return next((size * nice for nice in (1, 2, 2.5, 5, 10) if size * nice >= rough * 0.999), size * 10)
