"""Prometheus Alertmanager (also Amazon's managed one) or Grafana published alerts to SNS: all that the message holds.

How it is set up: docs.aws.amazon.com/prometheus/latest/userguide/AMP-alertmanager-receiver.html and
grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/configure-amazon-sns
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import At, Fact, Link, Phrase, Severity, Signal, State, Strong, Value
from tocsin.reading import fields, plainly, severities
from tocsin.reading.content import cut
from tocsin.reading.prometheus import Alert, in_json, in_text

WORDS = {
    "en": {
        "firing": "Firing: {name}",
        "ok": "Resolved: {name}",
        "unknown": "No data: {name}",
        "of": "{name} ({where})",
        "unnamed": "an alert without a name",
        "value": "Value",
        "started": "Since",
        "ended": "Until",
        "receiver": "Receiver",
        "omitted": "Left out by the sender",
        "source": "Open source",
        "dashboard": "Open dashboard",
        "panel": "Open panel",
        "alert": "Alert",
        "silence": "Silence",
    },
    "ko": {
        "firing": "발생: {name}",
        "ok": "해소: {name}",
        "unknown": "데이터 없음: {name}",
        "of": "{name} ({where})",
        "unnamed": "이름 없는 알림",
        "value": "값",
        "started": "시작",
        "ended": "종료",
        "receiver": "수신자",
        "omitted": "발신 측에서 생략",
        "source": "원본 열기",
        "dashboard": "대시보드 열기",
        "panel": "패널 열기",
        "alert": "알림",
        "silence": "음소거",
    },
}

_TITLES: dict[State, str] = {
    "firing": "alertmanager.firing", "ok": "alertmanager.ok", "unknown": "alertmanager.unknown",
}  # fmt: skip
# Prometheus's and Grafana's own words.
_STATUS: dict[State, str] = {"firing": "firing", "ok": "resolved", "unknown": "no data"}
# Words for severity that people use beside AWS's own.
_GRADES: dict[str, Severity] = {
    "page": "critical", "emergency": "critical", "p1": "critical", "error": "high", "major": "high", "p2": "high",
    "warning": "medium", "warn": "medium", "p3": "medium", "minor": "low", "notice": "low", "p4": "low", "p5": "info",
    "ok": "info", "debug": "info",
}  # fmt: skip
_SAID = ("alertname", "summary", "description", "message", "runbook_url", "runbook")
_PLACES = ("instance", "pod", "host", "node", "service", "job", "cluster")
_SHOWN = 8
# Beside "alerts", which others have too.
_OF_ALERTS = {"status", "receiver", "groupLabels", "commonLabels", "ruleName"}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per alert; nothing for what only calls itself so. Raises ValueError when there is none."""
    body = envelope.body if isinstance(envelope.body, dict) else {}
    text = envelope.body if isinstance(envelope.body, str) else ""
    alerts = in_json(body) if body else in_text(text, envelope.subject or "")
    if not alerts:
        raise ValueError("no alert in the message")
    if body and not any(alert.labels for alert in alerts) and not body.keys() & _OF_ALERTS:
        return ()
    return tuple(_signal(alert, envelope, body) for alert in alerts)


def _signal(alert: Alert, envelope: Envelope, body: fields.Json) -> Signal:
    partition, account, region = plainly.origin(envelope)
    name, notes = alert.labels.get("alertname", ""), alert.annotations
    own = alert.ended if alert.state == "ok" else alert.started
    labels = ",".join(f"{key}={value}" for key, value in sorted(alert.labels.items()) if key != "alertname")
    summary, said = notes.get("summary", ""), notes.get("description") or notes.get("message") or ""
    return Signal(
        kind="alertmanager",
        sort="condition",
        state=alert.state,
        subject=f"{partition}:{account}:{region}:alert/{name}{{{labels}}}",
        title=Phrase(_TITLES[alert.state], {"name": _name(alert)}),
        old="firing" if alert.state == "ok" else None,
        old_at=alert.started if alert.state == "ok" else None,
        at=own if own is not None else plainly.moment(envelope),
        tell=alert.state == "unknown",
        severity=_severity(alert),
        summary=plainly.named(cut(" ".join(summary.split()), 400)[0]) if summary.strip() else None,
        quote="" if said == summary else cut(said, 800)[0],
        facts=(*_facts(alert), *_more(alert, body)),
        links=_links(alert),
        labels={key: value for key, value in alert.labels.items() if key not in ("kind", "account", "region")},
        partition=partition,
        account=account,
        region=region,
    )


def _name(alert: Alert) -> Value:
    """Its name, and where it is, as several of one name often come together."""
    name = alert.labels.get("alertname", "")
    where = next((alert.labels[key] for key in _PLACES if key in alert.labels), "")
    known: Value = Strong(name) if name else Phrase("alertmanager.unnamed")
    return Phrase("alertmanager.of", {"name": known, "where": where}) if where else known


def _severity(alert: Alert) -> Severity:
    word = next((alert.labels[key] for key in ("severity", "priority", "level") if key in alert.labels), "")
    return _GRADES.get(word.strip().lower()) or severities.by_word(word)


def _facts(alert: Alert) -> tuple[Fact, ...]:
    """Its labels, then what its annotations add to the sentence."""
    labels = [(key, value) for key, value in alert.labels.items() if key not in _SAID]
    notes = [(key, value) for key, value in alert.annotations.items() if key not in _SAID]
    return (
        *plainly.facts(("alertmanager.value", cut(alert.value, 200)[0])),
        *(
            Fact(plainly.named(cut(key, 80)[0]), cut(value, 300)[0], detail=place >= _SHOWN)
            for place, (key, value) in enumerate((*labels, *notes))
        ),
    )


def _more(alert: Alert, body: fields.Json) -> tuple[Fact, ...]:
    started, ended = alert.started, alert.ended if alert.state == "ok" else None
    return plainly.facts(
        ("alertmanager.omitted", fields.whole(body, "truncatedAlerts")),
        details=(
            ("words.status", _STATUS[alert.state]),
            ("alertmanager.alert", alert.labels.get("alertname", "")),
            ("alertmanager.started", None if started is None else At(started)),
            ("alertmanager.ended", None if ended is None else At(ended)),
            ("alertmanager.receiver", fields.text(body, "receiver")),
        ),
    )


def _links(alert: Alert) -> tuple[Link, ...]:
    runbook = alert.annotations.get("runbook_url") or alert.annotations.get("runbook") or ""
    known = (
        ("words.runbook", runbook),
        ("alertmanager.dashboard", alert.urls.get("dashboard", "")),
        ("alertmanager.panel", alert.urls.get("panel", "")),
        ("alertmanager.source", alert.urls.get("source", "")),
        ("alertmanager.silence", alert.urls.get("silence", "")),
    )
    return tuple(Link(Phrase(key), url) for key, url in known if url.startswith(("https://", "http://")))
