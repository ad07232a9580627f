"""`tocsin alarm`: alarms, tried here or added to an account. `check` shows each change of state over a recording."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path

import click
from rich.text import Text

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.alarm_choice import PATH, chosen, instant
from tocsin_cli.commands.alarm_add import add
from tocsin_cli.commands.alarm_backtest import backtest
from tocsin_local.alarms import recording
from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.evaluate import STATES, State
from tocsin_local.alarms.spelling import iso_date
from tocsin_local.alarms.watch import Look, Setup, Watch, look_once, replay

COLOURS = {"OK": "green", "ALARM": "red", "INSUFFICIENT_DATA": "yellow"}


def _phase(ctx: click.Context, param: click.Parameter, given: float) -> int:
    if isnan(given):  # which click's range lets pass
        raise click.BadParameter("nan is no time.")
    return round(given * 1000)


@click.group()
def alarm() -> None:
    """Alarms: tried on this machine as CloudWatch would evaluate them, and good ones for your account."""


alarm.add_command(add)
alarm.add_command(backtest)


@alarm.command(short_help="each change of an alarm's state over recorded data")
@click.argument("file", type=PATH)
@click.option("--data", type=PATH, required=True, metavar="FILE", help="Recorded datapoints: CSV or JSON lines.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@click.option("--state", type=click.Choice(STATES), default="INSUFFICIENT_DATA", show_default=True, help="Before it.")
@click.option(
    "--evaluation-range",
    type=click.IntRange(1, 100_000),
    metavar="N",
    help="Datapoints that an evaluation fetches; default: EvaluationPeriods + 2, or × 3 for periods under 60 s.",
)
@click.option(
    "--phase",
    type=click.FloatRange(0, 3600, max_open=True),
    default=0.0,
    callback=_phase,
    metavar="SECONDS",
    help="The alarm's own second within the evaluation interval.",
)
@click.option("--from", "start", callback=instant, metavar="T", help="First instant; default: the first sample.")
@click.option("--to", "end", callback=instant, metavar="T", help="Last instant; default: one range after the last.")
@click.option("--at", callback=instant, metavar="T", help="One evaluation at this instant, from --state.")
@click.option("--alarm", "name", metavar="NAME", help="Which alarm, where FILE defines several.")
def check(
    file: Path,
    data: Path,
    as_json: bool,
    state: State,
    evaluation_range: int | None,
    phase: int,
    start: int | None,
    end: int | None,
    at: int | None,
    name: str | None,
) -> None:
    """Run the alarm in FILE over recorded datapoints and print each change of its state.

    FILE is JSON as `aws cloudwatch put-metric-alarm --cli-input-json` takes it (or a list, or what describe-alarms
    answers), or TOML with the same fields in [[alarm]] tables. The data are rows of timestamp,value and, where it
    differs, available_at: when the value was published. A row is a sample at its instant.

    \b
    Exit codes:
      0  done, with or without a change
      2  wrong usage, or a file that must be mended first
    """
    if at is not None and (start is not None or end is not None):
        raise click.UsageError("--at is one instant: leave --from and --to out.")
    _, watched = chosen(file, name)
    # Missing data is an answer too, but for the question when it begins and ends.
    samples = recording.read(data, may_be_empty=at is not None or None not in (start, end))
    watch = Watch(watched, Setup(state, evaluation_range, phase))
    if watch.slots < watched.periods:
        raise click.BadParameter(f"at least EvaluationPeriods, {watched.periods}.", param_hint="--evaluation-range")
    if at is None and watch.schedule.phase_ms >= watch.schedule.interval * 1000:
        raise click.BadParameter(
            f"this alarm is evaluated every {watch.schedule.interval} s, its phase is less.", param_hint="--phase"
        )
    looks = _looks(watch, samples, start, end) if at is None else [look_once(watch, samples, at)]
    _show_json(watched, looks) if as_json else _show_lines(watched, looks)


def _looks(watch: Watch, samples: tuple[Sample, ...], start: int | None, end: int | None) -> list[Look]:
    times = [sample.at for sample in samples]
    first = min(times) if start is None else start
    last = max(times) + watch.slots * watch.alarm.period * 1000 if end is None else end
    if last < first:
        raise ConfigError(f"--from is {iso_date(first)}, after --to, {iso_date(last)}", "Turn them round.")
    return list(replay(watch, samples, first, last))


def _show_json(watched: MetricAlarm, looks: list[Look]) -> None:
    for look in looks:
        shown = {
            "alarm": watched.name,
            "at": iso_date(look.at),
            "from": look.before,
            "to": look.after,
            "reason": look.reason,
            "reasonData": look.reason_data,
        }
        ui.line(json.dumps(shown, ensure_ascii=False))


def _show_lines(watched: MetricAlarm, looks: list[Look]) -> None:
    if not looks:
        ui.line(f"{watched.name}: no change of state.")
    for look in looks:
        ui.show(Text.assemble(f"{iso_date(look.at)}  {look.before} → ", (look.after, COLOURS[look.after])))
        ui.line(f"    {look.reason or 'The datapoints call for no state, so it stays.'}")
