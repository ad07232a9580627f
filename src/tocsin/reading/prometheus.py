"""Takes alerts out of what Prometheus Alertmanager and Grafana send: their default text, and their JSON.

Texts: template/default.tmpl of Alertmanager and default_template.go of Grafana's alerting; JSON:
prometheus.io/docs/alerting/latest/configuration/#webhook_config and Grafana's webhook notifier, old and new.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tocsin.model import State
from tocsin.reading import fields, instants

_HEADING = re.compile(r"\W*(?:Alerts )?(Firing|Resolved)\W*\Z", re.IGNORECASE)
_PAIR = re.compile(r"\s*-\s*([\w.:/-]+)\s*=\s?(.*)\Z", re.DOTALL)
_LINE = re.compile(r"(Value|Source|Silence|Dashboard|Panel):\s*(.*)\Z", re.IGNORECASE)
_LONG = 4_000
_SUBJECT = re.compile(r"\[(FIRING|RESOLVED|ALERTING|OK|NO DATA)\b[^\]]*\]\s*(.*)\Z", re.IGNORECASE | re.DOTALL)
_STATES: dict[str, State] = {
    "firing": "firing", "alerting": "firing", "resolved": "ok", "ok": "ok", "normal": "ok", "nodata": "unknown",
}  # fmt: skip
_ADDRESSES = {"generatorURL": "source", "silenceURL": "silence", "dashboardURL": "dashboard", "panelURL": "panel"}


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; ``urls`` by what they lead to ("source", "silence", "dashboard", "panel"), times in milliseconds."""

    state: State
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    value: str = ""
    started: int | None = None
    ended: int | None = None


def in_text(text: str, subject: str) -> list[Alert]:
    """The alerts of a text, in order; of a text in an unknown form the one that its subject names."""
    alerts: list[Alert] = []
    state: State = "firing"
    value, into, last = "", None, ""
    for line in text.splitlines():
        heading, pair, known = _HEADING.match(line), _PAIR.match(line), _LINE.match(line)
        if heading:
            state, into = _STATES[heading[1].lower()], None
        elif known and known[1].lower() == "value":
            value, into = known[2], None
        elif line.strip() == "Labels:":
            alerts.append(Alert(state, value=value.strip()))
            value, into = "", alerts[-1].labels
        elif line.strip() == "Annotations:" and alerts:
            into = alerts[-1].annotations
        elif known and alerts:
            alerts[-1].urls[known[1].lower()], into = known[2].strip(), None
        elif pair and into is not None:
            last, into[pair[1]] = pair[1], pair[2].strip()
        elif into and line.strip() and len(into[last]) < _LONG:
            into[last] += f" {line.strip()}"
    return alerts or _named(subject, text)


def _named(subject: str, text: str) -> list[Alert]:
    found = _SUBJECT.match(subject)
    if not found:
        return []
    return [Alert(_state(found[1]), {"alertname": " ".join(found[2].split())}, {"description": text.strip()})]


def in_json(body: fields.Json) -> list[Alert]:
    """The alerts of a message; labels and annotations that all have in common belong to each."""
    if not isinstance(body.get("alerts"), list):
        return [_old_grafana(body)] if fields.text(body, "ruleName") else []
    return [_alert(alert, body) for alert in fields.items(body, "alerts") if isinstance(alert, dict)]


def _alert(alert: fields.Json, body: fields.Json) -> Alert:
    urls = {name: fields.text(alert, key) for key, name in _ADDRESSES.items()}
    values = ", ".join(f"{key}={value}" for key, value in _texts(alert, "values").items())
    return Alert(
        _state(fields.text(alert, "status") or fields.text(body, "status")),
        {**_texts(body, "groupLabels"), **_texts(body, "commonLabels"), **_texts(alert, "labels")},
        {**_texts(body, "commonAnnotations"), **_texts(alert, "annotations")},
        {name: url for name, url in urls.items() if url},
        values or fields.text(alert, "valueString"),
        instants.written(alert.get("startsAt")),
        instants.written(alert.get("endsAt")),
    )


def _old_grafana(body: fields.Json) -> Alert:
    """Grafana before version 9: one rule, its state, and the series that matched."""
    matches = [match for match in fields.items(body, "evalMatches") if isinstance(match, dict)]
    values = (f"{fields.text(match, 'metric')}={fields.text(match, 'value') or 'null'}" for match in matches)
    url = fields.text(body, "ruleUrl")
    return Alert(
        _state(fields.text(body, "state")),
        {**_texts(body, "tags"), "alertname": fields.text(body, "ruleName")},
        {"description": fields.text(body, "message")},
        {"source": url} if url else {},
        ", ".join(values),
    )


def _state(word: str) -> State:
    """What is neither firing nor over as far as anybody knows is told as firing: somebody sent it for a reason."""
    return _STATES.get(word.strip().lower().replace("_", "").replace(" ", ""), "firing")


def _texts(source: fields.Json, name: str) -> dict[str, str]:
    known = fields.mapping(source, name)
    return {fields.clean(key): text for key in known if (text := fields.text(known, key))}
