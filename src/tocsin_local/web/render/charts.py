"""Draws data_visualization blocks as inline SVG that stretches with its column while its letters keep their size.

https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block. Lengths along the x axis are percentages,
those along the y axis pixels. Beside another series, one that never changes is drawn as a level: a threshold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin

from tocsin_local.web.render.markup import Element, h
from tocsin_local.web.render.scale import Scale, scale, written
from tocsin_local.web.render.texts import Thing, number, thing, things, unknown, words
from tocsin_local.web.render.view import View

_HEIGHT = 190
_COLOURS = 6
_LETTERS = 34  # that fit under a chart on a phone
_INSET = 1.5  # percent


@dataclass(frozen=True, slots=True)
class _Series:
    name: str
    values: tuple[float, ...]
    look: str

    @property
    def level(self) -> bool:
        return self.look == "sk-level"


def chart(block: Thing, view: View) -> Element:
    """The whole block: title, legend, picture."""
    drawing = thing(block.get("chart"))
    kind, title = words(drawing.get("type")), words(block.get("title"))
    if kind == "pie":
        return _figure(title, _pie(drawing))
    if kind not in ("line", "area", "bar"):
        return h("div", unknown(f"data_visualization/{kind}", view))
    axis = thing(drawing.get("axis_config"))
    found = axis.get("categories")
    labels = [words(label) for label in found] if isinstance(found, list) else []
    series = _series(drawing, labels)
    if not labels or not series:
        return h("div", unknown(f"data_visualization/{kind}", view))
    said = "; ".join(_said(one, view) for one in series)
    names = h("ul", (_key(one.name, one.look) for one in series), cls="sk-legend")
    y_label = words(axis.get("y_label"))
    picture = _axes(kind, series, labels, f"{title}. {said}" if title else said)
    x_label = h("div", words(axis.get("x_label")), cls="sk-axis-x")
    under = [h("div", y_label, cls="sk-axis-y") if y_label and y_label != title else None, picture, x_label]
    return _figure(title, [names, *under])


def _figure(title: str, inside: list[Element | None]) -> Element:
    return h("figure", h("figcaption", title, cls="sk-chart-title"), inside, cls="sk-chart")


def _series(drawing: Thing, labels: list[str]) -> list[_Series]:
    """Each with one value for each label, in the labels' order; a label without a value counts as 0."""
    found = [
        (words(one.get("name")), {words(p.get("label")): number(p.get("value")) for p in things(one.get("data"))})
        for one in things(drawing.get("series"))
    ]
    drawn: list[_Series] = []
    lively = 0
    for name, points in found:
        values = tuple(points.get(label, 0.0) for label in labels)
        level = len(found) > 1 and bool(drawn) and len(values) > 1 and len(set(values)) == 1
        drawn.append(_Series(name, values, "sk-level" if level else f"sk-series-{lively % _COLOURS + 1}"))
        lively += not level
    return drawn


def _said(one: _Series, view: View) -> str:
    if one.level:
        return f"{one.name}: {one.values[0]:g}"
    low, high, last = (f"{value:g}" for value in (min(one.values), max(one.values), one.values[-1]))
    return view.say("chart_series", name=one.name, n=len(one.values), low=low, high=high, last=last)


def _key(name: str, look: str, more: str = "") -> Element:
    line = h("svg", h("line", x1=1, y1=6, x2=13, y2=6), cls=f"sk-key {look}", width=14, height=12, aria_hidden="true")
    return h("li", line, h("span", name), h("span", more, cls="sk-value") if more else None)


def _axes(kind: str, series: list[_Series], labels: list[str], said: str) -> Element:
    rule = scale([value for one in series for value in (*one.values, *((0.0,) if kind != "line" else ()))], _HEIGHT)
    ticks = [(rule.y(tick) + 10, written(tick)) for tick in rule.ticks()]
    side = h("svg", (h("text", text, x="100%", y=y + 4, text_anchor="end") for y, text in ticks), cls="sk-side",
             height=_HEIGHT + 20, aria_hidden="true")  # fmt: skip
    lines = [h("line", x1=0, x2="100%", y1=y, y2=y, cls="sk-grid") for y, _ in ticks]
    shapes = list(_bars(series, labels, rule) if kind == "bar" else _lines(kind, series, labels, rule))
    plot = h("svg", lines, shapes, cls="sk-plot", height=_HEIGHT + 20, role="img", aria_label=said)
    foot = h("svg", _feet(labels, kind), cls="sk-foot", height=18, aria_hidden="true")
    return h("div", side, h("div", plot, foot, cls="sk-plots"), cls="sk-axes")


def _x(index: int, count: int, kind: str) -> float:
    """Percent from the left: the middle of a bar's place, or from edge to edge."""
    if kind == "bar" or count == 1:
        return round(100 * (index + 0.5) / count, 3)
    return round(_INSET + (100 - 2 * _INSET) * index / (count - 1), 3)


def _lines(kind: str, series: list[_Series], labels: list[str], rule: Scale) -> Iterator[Element]:
    """Levels lie beneath, so that no line hides behind one."""
    places = [_x(index, len(labels), kind) for index in range(len(labels))]
    for one in sorted(series, key=lambda each: not each.level):
        heights = [rule.y(value) for value in one.values]
        if one.level:
            yield _level(one, rule)
            continue
        path = "M" + " L".join(f"{x:g} {y:g}" for x, y in zip(places, heights, strict=True))
        floor = rule.y(min(max(0.0, rule.low), rule.high))
        inside = [h("path", d=path, cls="sk-line")]
        if kind == "area" or len([each for each in series if not each.level]) == 1:
            inside.insert(0, h("path", d=f"{path} L{places[-1]:g} {floor:g} L{places[0]:g} {floor:g} Z", cls="sk-area"))
        yield h("svg", inside, cls=one.look, x=0, y=10, width="100%", height=_HEIGHT,
                viewBox=f"0 0 100 {_HEIGHT}", preserveAspectRatio="none")  # fmt: skip
        for x, y, label, value in zip(places, heights, labels, one.values, strict=True):
            tip = h("title", f"{label} · {one.name} {value:g}")
            yield h("circle", tip, cx=f"{x:g}%", cy=y + 10, r=2.5, cls=f"sk-point {one.look}")


def _level(one: _Series, rule: Scale) -> Element:
    y = rule.y(one.values[0]) + 10
    return h("line", x1=0, x2="100%", y1=y, y2=y, cls=one.look)


def _bars(series: list[_Series], labels: list[str], rule: Scale) -> Iterator[Element]:
    lively = [one for one in series if not one.level]
    width = 72 / len(labels) / len(lively)
    zero = rule.y(min(max(0.0, rule.low), rule.high))
    for place, one in enumerate(lively):
        for index, value in enumerate(one.values):
            x = _x(index, len(labels), "bar") + (place - len(lively) / 2) * width
            top = rule.y(value)
            tip = h("title", f"{labels[index]} · {one.name} {value:g}")
            yield h("rect", tip, x=f"{x:.3f}%", width=f"{width * 0.92:.3f}%", y=round(min(top, zero) + 10, 2),
                    height=round(max(abs(top - zero), 1), 2), rx=1.5, cls=f"sk-bar-shape {one.look}")  # fmt: skip
    yield from (_level(one, rule) for one in series if one.level)


def _feet(labels: list[str], kind: str) -> Iterator[Element]:
    """As many of the labels as fit, the last among them."""
    room = max(2, _LETTERS // max(len(label) + 2 for label in labels))
    every = max(1, -(-len(labels) // room))
    last = len(labels) - 1
    for index in range(last, -1, -every):
        edge = kind != "bar" and last > 0
        anchor = "end" if edge and index == last else "start" if edge and index == 0 else "middle"
        yield h("text", labels[index], x=f"{_x(index, len(labels), kind):g}%", y=13, text_anchor=anchor)


def _pie(drawing: Thing) -> list[Element | None]:
    found = things(drawing.get("segments"))
    segments = [(words(one.get("label")), max(0.0, number(one.get("value")))) for one in found]
    total = sum(value for _, value in segments) or 1.0
    slices: list[Element] = []
    names: list[Element] = []
    turned = 0.0
    for index, (label, value) in enumerate(segments):
        share, look = value / total, f"sk-series-{index % _COLOURS + 1}"
        tip = h("title", f"{label} · {value:g} ({share:.0%})")
        slices.append(h("path", tip, d=_slice(turned, turned + share), cls=f"sk-slice {look}"))
        names.append(_key(label, look, f"{share:.0%}"))
        turned += share
    said = ", ".join(f"{label} {value / total:.0%}" for label, value in segments)
    picture = h("svg", slices, cls="sk-pie", viewBox="-1.05 -1.05 2.1 2.1", role="img", aria_label=said)
    return [h("div", picture, h("ul", names, cls="sk-legend"), cls="sk-pie-row")]


def _slice(start: float, end: float) -> str:
    """A piece of the unit circle, clockwise from the top; `start` and `end` are shares of it."""
    if end - start >= 0.9999:
        return "M0 -1 A1 1 0 1 1 0 1 A1 1 0 1 1 0 -1 Z"
    (x1, y1), (x2, y2) = ((sin(2 * pi * turn), -cos(2 * pi * turn)) for turn in (start, end))
    return f"M0 0 L{x1:.4f} {y1:.4f} A1 1 0 {int(end - start > 0.5)} 1 {x2:.4f} {y2:.4f} Z"
