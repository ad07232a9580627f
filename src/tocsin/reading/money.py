"""Writes amounts of money, and reads them where AWS wrote them into a text."""

from __future__ import annotations

import re

from tocsin.reading.fields import as_number
from tocsin.words import number

_WITHOUT_CENTS = ("JPY", "KRW")
_AMOUNT = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def written(amount: float, currency: str = "USD") -> str:
    """`1,234.50 USD`, `100 USD`; less than a cent keeps its digits."""
    whole = amount == int(amount) or currency in _WITHOUT_CENTS
    if abs(amount) >= 1e15 or (not whole and abs(amount) < 0.01):
        return f"{number(amount)} {currency}"
    return f"{amount:,.0f} {currency}" if whole else f"{amount:,.2f} {currency}"


def amount_in(text: str) -> float | None:
    """The first amount in a text: 1234.5 of "> $1,234.50", 82 of "82 GB"; None where there is none."""
    found = _AMOUNT.search(text)
    return as_number(found[0].replace(",", "")) if found else None
