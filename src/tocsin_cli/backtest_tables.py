"""A backtest in the terminal: the summary, the episodes, and the variants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tocsin_local.alarms import telling
from tocsin_local.alarms.history import History

SHOWN = 20  # episodes


def told(history: History, tried: Sequence[History], samples: int) -> RenderableType:
    """All of it: ``tried`` is ranked, and holds ``history`` itself; it is empty where there was nothing to try."""
    return Group(*_parts(history, tried, samples))


def _parts(history: History, tried: Sequence[History], samples: int) -> Iterator[RenderableType]:
    alarm, span = history.alarm, history.span
    yield Text(alarm.name, style="bold")
    yield Text(f"{telling.condition(alarm)}, {telling.GAPS[alarm.treatment]}")
    yield Text(f"{telling.instant(span.start)} to {telling.instant(span.end)} UTC, {samples:,} samples\n")
    yield _grid(history)
    if history.episodes:
        yield Text()
        yield _episodes(history)
    if tried:
        yield Text()
        yield _variants(history, tried)


def _grid(history: History) -> Table:
    grid = Table.grid(padding=(0, 2))
    for word, told in telling.summary(history):
        grid.add_row(Text(word, style="dim"), Text(told, style="bold"))
    return grid


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="right", header_style="dim", no_wrap=True)
    table.columns[0].justify = "left"
    table.columns[0].no_wrap = False
    return table


def _episodes(history: History) -> Table:
    episodes = history.episodes
    table = _table("Episodes", "from (UTC)", "to", "lasted")
    for one in episodes[:SHOWN]:
        ended = telling.instant(one.end) if one.over else "still in ALARM"
        table.add_row(telling.instant(one.start), ended, telling.lasted(one.length))
    if len(episodes) > SHOWN:
        table.caption = f"… and {len(episodes) - SHOWN:,} more: --json lists them all."
        table.caption_justify = "left"
    return table


def _variants(history: History, tried: Sequence[History]) -> Table:
    table = _table("What if (the fewest alarms first)", "condition", "alarms", "minutes", "share", "longest", "")
    for one in tried:
        own = one is history
        table.add_row(
            telling.condition(one.alarm),
            f"{len(one.episodes):,}",
            telling.minutes(one.time_in("ALARM")),
            telling.percent(one.share_of("ALARM")),
            telling.lasted(one.longest) if one.episodes else "–",
            "← now" if own else "",
            style="bold" if own else "",
        )
    return table
