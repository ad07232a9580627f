"""Writes a metric's values with their unit, as people write them ("93.4 %", "10.7 GB", "120 USD")."""

from __future__ import annotations

from collections.abc import Callable

from tocsin.reading import money
from tocsin.words import number

_MARKS = {
    "Percent": " %",
    "Seconds": " s",
    "Milliseconds": " ms",
    "Microseconds": " µs",
    "Count/Second": " /s",
}
_THOUSANDS = ("", "k", "M", "G", "T", "P")
_SIZES = {
    f"{size}{of}": f"{mark}{per}"
    for size, mark in (("Bytes", "B"), ("Bits", "bit"))
    for of, per in (("", ""), ("/Second", "/s"))
}
_PREFIXES = {"Kilo": 1e3, "Mega": 1e6, "Giga": 1e9, "Tera": 1e12}

_PRECISIONS: tuple[Callable[[float], str], ...] = (number, "{:.6g}".format, repr)

# Most alarms leave the unit out. These are AWS's own metrics with one unit only, from each service's metrics page.
_KNOWN = {
    "CPUUtilization": "Percent",
    "MemoryUtilization": "Percent",
    "EngineCPUUtilization": "Percent",
    "DatabaseMemoryUsagePercentage": "Percent",
    "FreeableMemory": "Bytes",
    "FreeStorageSpace": "Bytes",
    "NetworkIn": "Bytes",
    "NetworkOut": "Bytes",
    "ApproximateAgeOfOldestMessage": "Seconds",
    "TargetResponseTime": "Seconds",
    "ReplicaLag": "Seconds",
}
# The same name, another unit: OpenSearch counts its disk in megabytes.
_OTHERWISE = {"AWS/ES": {"FreeStorageSpace": "Megabytes"}, "AWS/Lambda": {"Duration": "Milliseconds"}}


def unit_of(namespace: str, metric: str, statistic: str, told: str) -> str:
    """The unit of a metric's values: as told, else AWS's own for its metrics; a count of samples has none."""
    if statistic == "SampleCount":
        return ""
    if told or not namespace.startswith("AWS/"):
        return told
    return _OTHERWISE.get(namespace, {}).get(metric, "") or _KNOWN.get(metric, "")


def written(unit: str, *values: float) -> tuple[str, ...]:
    """The values with their unit. Values that differ never look alike, however near they are."""
    for show in _PRECISIONS:
        texts = tuple(_with_unit(value, unit, show) for value in values)
        if len(set(texts)) == len(set(values)):
            break
    return texts


def _with_unit(value: float, unit: str, say: Callable[[float], str]) -> str:
    if unit in _MARKS:
        return f"{say(value)}{_MARKS[unit]}"
    if len(unit) == 3 and unit.isalpha() and unit.isupper():
        # A currency, which AWS/Billing names in a dimension. Values that cents cannot tell apart get more digits.
        return money.written(value, unit) if say is number else f"{say(value)} {unit}"
    prefix = unit[:4]
    size = unit[4:5].upper() + unit[5:] if prefix in _PREFIXES else unit
    if size not in _SIZES:
        return say(value)
    left, place = value * _PREFIXES.get(prefix, 1), 0
    while abs(left) >= 1000 and place < len(_THOUSANDS) - 1:
        left, place = left / 1000, place + 1
    return f"{say(left)} {_THOUSANDS[place]}{_SIZES[size]}"
