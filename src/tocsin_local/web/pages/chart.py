"""One alarm's chart as inline SVG: datapoints, threshold, and the bands of its states. Pure; colours are classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from tocsin_local.alarms.datapoints import Datapoint
from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.journal.records import Transition
from tocsin_local.web.pages.elements import Drawn, tag
from tocsin_local.web.pages.words import Say
from tocsin_local.web.render.scale import Scale, scale, written

WIDTH, HEIGHT = 520, 168
LEFT, RIGHT, TOP, BOTTOM = 40, 6, 12, 34
STRIP = 6  # height of the band of states below the axis
DOTS = 40  # more datapoints than these are a line alone


@dataclass(frozen=True, slots=True)
class Picture:
    """What a chart shows: the datapoints, oldest first; all changes of state that are known, newest first; ``now``.

    An alarm looks at a datapoint only some time after its end, so states reach further than datapoints.
    """

    alarm: MetricAlarm
    points: tuple[Datapoint, ...]
    state: str
    transitions: tuple[Transition, ...]
    now: int
    zone: tzinfo = UTC


def chart(picture: Picture, say: Say) -> Drawn:
    """The SVG, or a sentence where there is no datapoint yet."""
    known = [(point.start, point.value) for point in picture.points if point.value is not None]
    if not picture.points:
        return tag("p", say("no_points"), cls="quiet")
    values = [value for _, value in known]
    axis = scale([*values, picture.alarm.threshold], HEIGHT - TOP - BOTTOM)
    ended = picture.points[-1].start + picture.alarm.period * 1000
    across = _Across(picture.points[0].start, max(ended, picture.now))
    return tag(
        "svg",
        tag("title", _title(picture, values, say)),
        list(_bands(picture, across)),
        list(_grid(axis)),
        list(_line(picture, axis, across)),
        list(_threshold(picture, axis)),
        list(_ticks(picture, across)),
        cls="chart",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        preserveAspectRatio="xMidYMid meet",
    )


@dataclass(frozen=True, slots=True)
class _Across:
    """The time axis, from ``start`` to ``end`` (ms)."""

    start: int
    end: int

    def x(self, at: int) -> float:
        share = (min(max(at, self.start), self.end) - self.start) / (self.end - self.start)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def bands(picture: Picture, start: int, end: int) -> list[tuple[int, int, str]]:
    """Stretches of one state each, from ``start`` to ``end`` (ms), oldest first: when, until when, which."""
    found: list[tuple[int, int, str]] = []
    state, until = picture.state, end
    for moved in picture.transitions:
        if moved.at < until:
            found.append((max(moved.at, start), until, state))
            until = max(moved.at, start)
        state = moved.before
        if moved.at <= start:
            break
    if until > start:
        found.append((start, until, state))
    return [one for one in reversed(found) if one[1] > one[0]]


def _bands(picture: Picture, across: _Across) -> Iterator[Drawn]:
    for start, end, state in bands(picture, across.start, across.end):
        x, width = across.x(start), round(across.x(end) - across.x(start), 1)
        place: dict[str, float] = {"x": x, "width": max(width, 0.5)}
        yield tag("rect", cls=f"band {_class(state)}", y=TOP, height=HEIGHT - TOP - BOTTOM, **place)
        yield tag("rect", cls=f"strip {_class(state)}", y=HEIGHT - BOTTOM + 3, height=STRIP, **place)


def _grid(axis: Scale) -> Iterator[Drawn]:
    for value in axis.ticks():
        y = round(TOP + axis.y(value), 1)
        yield tag("line", cls="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y)
        yield tag("text", written(value), cls="tick", x=LEFT - 6, y=y + 3.5, text_anchor="end")


def _line(picture: Picture, axis: Scale, across: _Across) -> Iterator[Drawn]:
    """A gap in the data is a gap in the line. A datapoint stands where its period ends."""
    length = picture.alarm.period * 1000
    runs: list[list[tuple[float, float, float]]] = [[]]
    for point in picture.points:
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append((across.x(point.start + length), round(TOP + axis.y(point.value), 1), point.value))
    for run in runs:
        if len(run) > 1:
            yield tag("polyline", cls="values", points=" ".join(f"{x},{y}" for x, y, _ in run))
    dots = [dot for run in runs for dot in run]
    few = len(dots) <= DOTS
    for x, y, value in dots:
        breaching = picture.alarm.breaches(value)
        if few or breaching:
            yield tag("circle", cls="dot breach" if breaching else "dot", cx=x, cy=y, r=2.6 if breaching else 2)


def _threshold(picture: Picture, axis: Scale) -> Iterator[Drawn]:
    y = round(TOP + axis.y(picture.alarm.threshold), 1)
    yield tag("line", cls="threshold", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y)
    above = y > TOP + 12
    yield tag(
        "text", written(picture.alarm.threshold), cls="limit", x=LEFT + 4, y=y - 4 if above else y + 12,
    )  # fmt: skip


def _ticks(picture: Picture, across: _Across) -> Iterator[Drawn]:
    form = "%H:%M:%S" if across.end - across.start < 1_800_000 else "%H:%M"
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        at = round(across.start + share * (across.end - across.start))
        shown = datetime.fromtimestamp(at / 1000, picture.zone).strftime(form)
        yield tag(
            "text", shown, cls="tick time", x=across.x(at), y=HEIGHT - 8, text_anchor=anchor, data_ms=at,
            data_form="time_secs" if form == "%H:%M:%S" else "time",
        )  # fmt: skip


def _title(picture: Picture, values: list[float], say: Say) -> str:
    about: dict[str, object] = {
        "name": picture.alarm.name,
        "threshold": written(picture.alarm.threshold),
        "state": picture.state,
    }
    if not values:
        return say("chart_plain", **about)
    return say("chart", n=len(values), value=written(values[-1]), **about)


def _class(state: str) -> str:
    return {"OK": "ok", "ALARM": "alarm"}.get(state, "nodata")
