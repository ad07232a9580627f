"""Reads recorded samples: CSV or JSON lines of timestamp, value and, if it differs, when the value was published."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from tocsin.ports import ConfigError
from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.spelling import milliseconds

COLUMNS = ("timestamp", "value", "available_at")
HINT = "A row is timestamp,value[,available_at] with ISO 8601 instants in UTC, as CSV or as JSON lines."


def read(path: Path, *, may_be_empty: bool = False) -> tuple[Sample, ...]:
    """The samples in the order of the file. A sample without ``available_at`` is known at its instant.

    Raises ConfigError, which names the line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as problem:
        raise ConfigError(f"{path} cannot be opened: {problem.strerror}", HINT) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is no text in UTF-8", HINT) from None
    rows = _json_rows(text, path) if text.lstrip()[:1] in ("{", "[") else _csv_rows(text, path)
    found = tuple(_sample(row, path, number) for number, row in rows)
    if not found and not may_be_empty:
        raise ConfigError(f"{path} holds no sample", HINT)
    return found


def _json_rows(text: str, path: Path) -> Iterator[tuple[int, Sequence[Any]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise _wrong(path, number, "is no JSON by itself") from None
        if isinstance(row, Mapping):
            row = [row.get(column) for column in COLUMNS]
        if not isinstance(row, list):
            raise _wrong(path, number, "is neither an object nor a list")
        yield number, row


def _csv_rows(text: str, path: Path) -> Iterator[tuple[int, Sequence[Any]]]:
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    # A spreadsheet writes semicolons where people write decimal commas.
    parted = next((mark for mark in ";\t" if mark in first and "," not in first), ",")
    reader = csv.reader(lines, delimiter=parted)
    order: list[int] | None = None
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if order is None:
                order = _order(cells)
                if order is not None:
                    continue
                order = list(range(len(COLUMNS)))
            if len(cells) > len(COLUMNS) and order == list(range(len(COLUMNS))):
                raise _wrong(path, reader.line_num, f"has {len(cells)} columns")
            yield reader.line_num, [cells[place] if place < len(cells) else None for place in order]
    except csv.Error as problem:
        raise _wrong(path, reader.line_num, f"is no CSV: {problem}") from None


def _order(cells: list[str]) -> list[int] | None:
    """Where the three columns stand if this row is a header, else None."""
    names = [cell.lower() for cell in cells]
    if "timestamp" in names and "value" in names:
        return [names.index(column) if column in names else len(names) for column in COLUMNS]
    words = len(cells) > 1 and not any(character.isdigit() for character in cells[0] + cells[1])
    return list(range(len(COLUMNS))) if words else None


def _sample(row: Sequence[Any], path: Path, number: int) -> Sample:
    cells = [*row, None, None, None]
    at = _instant(cells[0], "timestamp", path, number)
    known = at if cells[2] in (None, "") else _instant(cells[2], "available_at", path, number)
    return Sample(at, _number(cells[1], path, number), known)


def _instant(given: Any, column: str, path: Path, number: int) -> int:
    try:
        return milliseconds(given)
    except (TypeError, ValueError, OverflowError):
        raise _wrong(path, number, f"has no instant as {column}: {given!r:.60}") from None


def _number(given: Any, path: Path, number: int) -> float:
    try:
        value = float("" if isinstance(given, bool) else given)
    except (TypeError, ValueError):
        value = float("nan")
    if not isfinite(value):
        raise _wrong(path, number, f"has no number as value: {given!r:.60}")
    return value


def _wrong(path: Path, number: int, what: str) -> ConfigError:
    return ConfigError(f"{path}: line {number} {what}", HINT)
