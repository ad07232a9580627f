"""A backtest as a PNG picture, drawn by matplotlib (the extra "backtest")."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from io import BytesIO

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tocsin_local.alarms import chart
from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.history import History
from tocsin_local.alarms.telling import condition, exact, headline, instant, number

COLUMNS = 1600
COLOURS = {"OK": "#2a9d6f", "ALARM": "#c9184a", "INSUFFICIENT_DATA": "#9a9a9f"}
TALL = {"OK": 0.5, "ALARM": 1.0, "INSUFFICIENT_DATA": 0.2}
INK, RULE, LINE = "#616061", "#e4e4e6", "#1264a3"
FONTS = ("DejaVu Sans", "Noto Sans CJK KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo")  # for any name
LONGEST = 90
FEW = 120  # datapoints that are worth a dot each


def png(history: History, samples: Sequence[Sample]) -> bytes:
    """Datapoints, threshold, and the state at each time below them."""
    figure = Figure(figsize=(12, 5), dpi=120, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(14, 1))
    states = chart.bands(history, COLUMNS)
    _datapoints(above, history, samples, states)
    _states(below, states)
    ticks = chart.time_ticks(history.span)
    start, length = history.span.start, max(history.span.length, 1)
    below.set_xticks([(at - start) / length for at, _ in ticks], [label for _, label in ticks])
    below.set_xlabel(f"{instant(start)} – {instant(history.span.end)} UTC", color=INK)
    below.set_xlim(0, 1)
    made = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name in a script of no font here: boxes, not noise
        figure.savefig(made, format="png")
    return made.getvalue()


def _datapoints(axes: Axes, history: History, samples: Sequence[Sample], states: list[chart.Band]) -> None:
    alarm, start, length = history.alarm, history.span.start, max(history.span.length, 1)
    lines = chart.runs(alarm, samples, history.span, COLUMNS)
    scale = chart.scale(alarm, lines)
    for band in states:
        if band.state == "ALARM":
            axes.axvspan(band.left, band.right, color=COLOURS["ALARM"], alpha=0.14, linewidth=0)
    few = sum(map(len, lines)) <= FEW
    for line in lines:
        points = [(point.at, value) for point in line for value in dict.fromkeys((point.low, point.high))]
        across, values = zip(*(((at - start) / length, value) for at, value in points), strict=True)
        axes.plot(across, values, color=LINE, linewidth=0.9, marker="." if few or len(points) == 1 else None)
    axes.axhline(alarm.threshold, color=COLOURS["ALARM"], linewidth=1.2, linestyle=(0, (6, 4)))
    axes.set_ylim(scale.low, scale.high)
    axes.set_yticks(scale.ticks, [number(tick) for tick in scale.ticks])
    axes.grid(axis="y", color=RULE)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.tick_params(length=0, labelcolor=INK, labelbottom=False)
    name = alarm.name if len(alarm.name) <= LONGEST else f"{alarm.name[: LONGEST - 1]}…"
    told = f"{name}\n{condition(alarm)}: {headline(history)}"
    axes.set_title(told, loc="left", fontsize=11, parse_math=False, fontfamily=_fonts())
    axes.annotate(
        exact(alarm.threshold), (1, alarm.threshold), xytext=(4, 0), textcoords="offset points", va="center",
        color=COLOURS["ALARM"], annotation_clip=False,
    )  # fmt: skip


def _states(axes: Axes, states: list[chart.Band]) -> None:
    for band in states:
        axes.bar(band.left, TALL[band.state], band.right - band.left, align="edge", color=COLOURS[band.state])
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.tick_params(length=0, labelcolor=INK)


def _fonts() -> list[str]:
    known = set(font_manager.get_font_names())
    return [font for font in FONTS if font in known]
