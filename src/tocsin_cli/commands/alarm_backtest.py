"""`tocsin alarm backtest`: when an alarm, or variants of it, would have fired over recorded datapoints."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import click

from tocsin.ports import ConfigError
from tocsin_cli import backtest_tables, ui
from tocsin_cli.alarm_choice import PATH, chosen, instant, m_of_n, number
from tocsin_local import cpu, host_recording
from tocsin_local.alarms import backtest as backtests
from tocsin_local.alarms import page, recording, telling
from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.history import History, Span
from tocsin_local.alarms.reporting import report
from tocsin_local.alarms.spelling import iso_date
from tocsin_local.metrics import Sampler, look_here

MOST = 1000  # variants
INSTALL = 'Install it with: pip install "tocsin[backtest]"'

T = TypeVar("T")
Draw = Callable[[History, Sequence[Sample]], bytes]


def _several(read: Callable[[str], T], allowed: str) -> Callable[..., tuple[T, ...]]:
    """The callback of an option that takes a list with commas, and may be repeated."""

    def callback(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[T, ...]:
        found = []
        for text in (part.strip() for one in given for part in one.split(",")):
            try:
                found.append(read(text))
            except ValueError:
                raise click.BadParameter(f"{text!r} is not {allowed}.") from None
        return tuple(dict.fromkeys(found))

    return callback


@click.command(short_help="when an alarm would have fired, also with other settings")
@click.argument("file", type=PATH)
@click.option("--data", type=PATH, metavar="FILE", help="Recorded datapoints: CSV or JSON lines.")
@click.option("--host", is_flag=True, help="Record the alarm's metric on this host instead.")
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=2, max=604_800),
    metavar="S",
    help="With --host: seconds to record, one sample each; Ctrl-C ends it sooner.  [default: 300]",
)
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="A,B",
    callback=_several(number, "a number"),
    help="What if the threshold were one of these.",
)
@click.option(
    "--period",
    "periods",
    multiple=True,
    metavar="S,S",
    callback=_several(int, "a whole number of seconds"),
    help="What if the period (seconds) were one of these.",
)
@click.option(
    "--datapoints",
    multiple=True,
    metavar="M/N,M/N",
    callback=_several(m_of_n, "M/N, such as 3/5"),
    help="What if M datapoints out of N had to breach.",
)
@click.option("--alarm", "name", metavar="NAME", help="Which alarm, where FILE defines several.")
@click.option("--from", "start", callback=instant, metavar="T", help="First instant; default: the first sample.")
@click.option("--to", "end", callback=instant, metavar="T", help="Last instant; default: when the last sample counts.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--html", type=PATH, metavar="OUT", help="Write a page with a picture, complete in one file.")
@click.option("--png", type=PATH, metavar="OUT", help="Write a picture (needs matplotlib).")
def backtest(
    file: Path,
    data: Path | None,
    host: bool,
    seconds: float | None,
    thresholds: tuple[float, ...],
    periods: tuple[int, ...],
    datapoints: tuple[tuple[int, int], ...],
    name: str | None,
    start: int | None,
    end: int | None,
    as_json: bool,
    html: Path | None,
    png: Path | None,
) -> None:
    """Tell when the alarm in FILE would have fired, and what other settings would have done.

    FILE and the data are as for `tocsin alarm check`, which also tells the reasons. --threshold, --period and
    --datapoints may be combined: each combination is tried over the same time, and the fewest alarms come first. A row
    is a sample at its instant: averages that were recorded over a minute stay averages, whatever the statistic.

    \b
    Exit codes:
      0  done, with or without an alarm
      2  wrong usage, or a file that must be mended first
    """
    if host == (data is not None):
        raise click.UsageError("Give either --data or --host.")
    if seconds is not None and not host:
        raise click.UsageError("--for is how long --host records.")
    choices = backtests.Choices(thresholds, periods, datapoints)
    if choices.count > MOST:
        raise click.UsageError(f"{choices.count:,} combinations are more than {MOST:,}.")
    draw = _drawer(png)
    entry, own = chosen(file, name)
    alarms = (own, *backtests.variants(own, entry, choices))
    samples = recording.read(data) if data else _recorded(own, seconds or 300.0)
    histories = backtests.run(alarms, samples, _span(alarms, samples, start, end))
    tried = backtests.ranked(histories) if len(histories) > 1 else ()
    if html:
        _write(html, page.page(histories[0], tried, samples).encode())
    if png and draw:
        _write(png, draw(histories[0], samples))
    if as_json:
        ui.line(json.dumps(report(histories[0], tried, len(samples)), ensure_ascii=False))
    else:
        ui.show(backtest_tables.told(histories[0], tried, len(samples)))


def _drawer(png: Path | None) -> Draw | None:
    """What draws, asked for before any work is done. Raises ConfigError where matplotlib is not installed."""
    if png is None:
        return None
    try:
        from tocsin_local.alarms.png import png as draw
    except ImportError:
        raise ConfigError("--png needs matplotlib, which is not installed", f"{INSTALL}, or use --html.") from None
    return draw


def _recorded(alarm: MetricAlarm, seconds: float) -> tuple[Sample, ...]:
    host_recording.check(alarm)
    sampler = Sampler(socket.gethostname(), look_here(cpu.allowance()))
    with ui.progress(f"Recording {alarm.metric} for {telling.lasted(round(seconds * 1000))}", seconds) as show:
        return host_recording.record(alarm, sampler, _instants(seconds, show))


def _instants(seconds: float, show: Callable[[float], None]) -> Iterator[int]:
    """Now, once a second, until the time is over or Ctrl-C."""
    started = time.monotonic()
    try:
        while (gone := time.monotonic() - started) <= seconds:
            show(gone)
            yield time.time_ns() // 1_000_000
            time.sleep(max(0.0, int(gone) + 1 - (time.monotonic() - started)))
    except KeyboardInterrupt:
        return


def _span(alarms: Sequence[MetricAlarm], samples: Sequence[Sample], start: int | None, end: int | None) -> Span:
    usual = backtests.usual_span(alarms, samples)
    span = Span(usual.start if start is None else start, usual.end if end is None else end)
    if span.end < span.start:
        raise ConfigError(f"--from is {iso_date(span.start)}, after --to, {iso_date(span.end)}", "Turn them round.")
    return span


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as problem:
        raise ConfigError(f"{path} cannot be written: {problem.strerror}", "Choose another place.") from None
