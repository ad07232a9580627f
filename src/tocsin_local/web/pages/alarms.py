"""The alarms: each with its state, its chart, its definition and its history."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.cloudwatch import Standing
from tocsin_local.journal import Journal
from tocsin_local.stage import Stage
from tocsin_local.web.pages.chart import Picture, chart
from tocsin_local.web.pages.elements import Drawn, tag
from tocsin_local.web.pages.reader import Reader
from tocsin_local.web.pages.words import period_in_words
from tocsin_local.web.render.scale import written

OPEN = 4  # alarms whose charts are seen at once
SIGNS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
_ORDER = {"ALARM": 0, "INSUFFICIENT_DATA": 1, "OK": 2}
HISTORY = 50
MANY = 8  # more alarms than these can be sifted by name


def cards(stage: Stage, journal: Journal, reader: Reader, opened: str = "") -> Drawn:
    """Every alarm, in the order in which they were put; the first few are open, or the one that is asked for."""
    standings = stage.alarms()
    if not standings:
        return tag("p", reader.say("no_alarms"), cls="nothing")
    chosen = {opened} if opened else {one.name for one in _foremost(standings)}
    drawn = [_card(one, stage, journal, reader, one.name in chosen) for one in standings]
    return tag("div", _sieve(reader) if len(standings) > MANY else None, tag("div", drawn, cls="cards"))


def _sieve(reader: Reader) -> Drawn:
    said = reader.say("sieve")
    return tag("input", type="search", cls="sieve needs-script", placeholder=said, aria_label=said, autocomplete="off")


def card(name: str, stage: Stage, journal: Journal, reader: Reader) -> Drawn | None:
    """One alarm, open; None if there is none of that name."""
    found = next((one for one in stage.alarms() if one.name == name), None)
    return _card(found, stage, journal, reader, True) if found else None


def picture(name: str, stage: Stage, journal: Journal, reader: Reader) -> Drawn | None:
    """An alarm's chart alone; None for a composite or where there is no such alarm."""
    found = next((one for one in stage.alarms() if one.name == name), None)
    return _picture(found, stage, journal, reader) if found and isinstance(found.alarm, MetricAlarm) else None


def address(name: str) -> str:
    """Where an alarm is read."""
    return f"/alarm?name={quote(name.encode('utf-8', 'replace'), safe='')}"


def _foremost(standings: Sequence[Standing]) -> Sequence[Standing]:
    return sorted(standings, key=lambda one: _ORDER.get(one.state.value, 1))[:OPEN]


def _card(one: Standing, stage: Stage, journal: Journal, reader: Reader, opened: bool) -> Drawn:
    return tag(
        "details",
        tag(
            "summary",
            tag("span", cls=f"lamp {one.state.value}", aria_hidden="true"),
            tag("span", one.name, cls="name"),
            tag("span", one.state.value, cls=f"state {one.state.value}"),
        ),
        _inside(one, stage, journal, reader) if opened else tag("a", "…", href=address(one.name), cls="fetch"),
        cls="alarm",
        data_name=one.name,
        data_state=one.state.value,
        open=opened,
    )


def _inside(one: Standing, stage: Stage, journal: Journal, reader: Reader) -> Drawn:
    say = reader.say
    drawn = (
        _picture(one, stage, journal, reader)
        if isinstance(one.alarm, MetricAlarm)
        else tag("p", say("no_chart"), cls="quiet")
    )
    return tag(
        "div",
        tag("div", drawn, cls="plot"),
        tag("p", list(_rule(one, reader)), cls="rule"),
        tag("p", one.alarm.description, cls="description") if one.alarm.description else None,
        tag("p", say("since"), " ", reader.time(one.state.at_ms), ": ", one.state.reason, cls="standing"),
        tag(
            "p",
            tag("button", say("fire"), type="button", cls="act", data_set="ALARM", title=say("set_note")),
            tag("button", say("calm"), type="button", cls="act", data_set="OK", title=say("set_note")),
            tag("a", "#", href=address(one.name), cls="permalink", aria_label=say("link"), title=say("link")),
            cls="acts",
        ),
        tag(
            "details",
            tag("summary", say("history")),
            _history(one.name, journal, reader),
            cls="more",
            data_part="history",
        ),
        tag(
            "details",
            tag("summary", say("definition")),
            tag("pre", json.dumps(one.given, ensure_ascii=False, indent=2, default=str)),
            cls="more",
            data_part="definition",
        ),
        cls="inside",
    )


def _picture(one: Standing, stage: Stage, journal: Journal, reader: Reader) -> Drawn | None:
    if not isinstance(one.alarm, MetricAlarm):
        return None
    points = stage.datapoints(one.name)
    moved = journal.transitions(one.name, HISTORY)
    return chart(Picture(one.alarm, points, one.state.value, moved, stage.now(), reader.zone), reader.say)


def _rule(one: Standing, reader: Reader) -> Iterator[str | Drawn]:
    say, alarm = reader.say, one.alarm
    if not isinstance(alarm, MetricAlarm):
        yield say("composite", rule=alarm.text)
        return
    yield say(
        "rule",
        statistic=alarm.statistic,
        metric=f"{alarm.namespace} {alarm.metric}",
        operator=SIGNS[alarm.operator],
        threshold=written(alarm.threshold),
        m=alarm.terms.needed,
        n=alarm.terms.periods,
        period=period_in_words(say, alarm.period),
    )
    yield "; "
    yield say("rule_missing", treatment=alarm.treatment)
    for name, value in alarm.dimensions:
        yield tag("span", f"{name}={value}", cls="chip")


def _history(name: str, journal: Journal, reader: Reader) -> Drawn:
    moved = journal.transitions(name, HISTORY)
    if not moved:
        return tag("p", reader.say("no_history"), cls="quiet")
    return tag(
        "ol",
        [
            tag(
                "li",
                tag("p", reader.time(one.at), " ", tag("span", one.before, cls=f"state {one.before}"), " → ",
                    tag("span", one.after, cls=f"state {one.after}"), cls="head"),
                tag("p", one.reason),
            )
            for one in moved
        ],
        cls="history",
    )  # fmt: skip
