"""Draws recent datapoints and their threshold as Slack's own line chart, so that no image must be hosted anywhere.

https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from math import isfinite

from tocsin.destinations.slack.mrkdwn import plain
from tocsin.destinations.slack.shapes import Block
from tocsin.model import Phrase, Series
from tocsin.words import plain as say

_FEWEST, _MOST = 3, 20
_NAME, _LABEL, _TITLE = 20, 20, 50
_LAST = 253_370_764_800_000  # the year 9999 begins
_CLOCKS = ("%H:%M", "%H:%M:%S", "%m-%d %H:%M", "%m-%d %H:%M:%S")


def chart(series: Series, language: str, zone: tzinfo) -> list[Block]:
    """One chart block, or none where fewer than three usable points are known. Labels are times in ``zone``."""
    known = {ms: value for ms, value in series.points if isfinite(value) and 0 <= ms < _LAST}
    points = sorted(known.items())[-_MOST:]
    labels = _labels([ms for ms, _ in points], zone)
    if len(points) < _FEWEST or not labels:
        return []
    name = plain(series.name, _NAME) or say(Phrase("words.metric"), language, zone)
    lines = [_line(name, labels, [value for _, value in points])]
    for key, values in _judged_by(series, [ms for ms, _ in points]):
        bound = say(Phrase(key), language, zone)
        lines.append(_line(f"{bound} =" if bound == name else bound, labels, values))
    title = plain(series.name, _TITLE) or name
    hours = datetime.fromtimestamp(points[-1][0] / 1000, zone).strftime("%Z")
    axis = plain(say(Phrase("words.chart_time", {"zone": hours}), language, zone), _TITLE)
    drawn = {
        "type": "line",
        "series": lines,
        "axis_config": {"categories": labels, "x_label": axis, "y_label": title},
    }
    return [{"type": "data_visualization", "title": title, "chart": drawn}]


def _judged_by(series: Series, times: list[int]) -> Iterator[tuple[str, list[float]]]:
    """What the values are judged by at these times, each with its word: a threshold, or a band that is whole there."""
    if series.threshold is not None and isfinite(series.threshold):
        yield "words.threshold", [series.threshold] * len(times)
    band = {ms: (low, high) for ms, low, high in series.band if isfinite(low) and isfinite(high)}
    if all(ms in band for ms in times):
        yield "words.expected_low", [band[ms][0] for ms in times]
        yield "words.expected_high", [band[ms][1] for ms in times]


def _labels(times: list[int], zone: tzinfo) -> list[str]:
    """The shortest way of writing these times that keeps them apart; empty if none does."""
    moments = [datetime.fromtimestamp(ms / 1000, zone) for ms in times]
    for clock in _CLOCKS:
        labels = [moment.strftime(clock) for moment in moments]
        if len(set(labels)) == len(labels):
            return labels
    return []


def _line(name: str, labels: list[str], values: list[float]) -> Block:
    pairs = zip(labels, values, strict=True)
    return {"name": name, "data": [{"label": label, "value": value} for label, value in pairs]}
