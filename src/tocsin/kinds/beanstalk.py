"""Elastic Beanstalk: an environment's health, operations and updates (a text by SNS, and EventBridge).

Shapes: docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.eventbridge.html and
/using-features.managing.sns.html ("Timestamp:", "Message:", "Environment:", "Application:").
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal, State
from tocsin.reading import console, fields, instants, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "health": "Environment {name} is {now}",
        "said": "Environment {name}: {said}",
        "application": "Application",
        "environment": "Environment",
        "health_label": "Health",
        "before": "Before",
        "url": "Address",
        "said_as": "Said as",
        "open": "Open environment",
    },
    "ko": {
        "health": "{name} 환경 상태: {now}",
        "said": "{name} 환경: {said}",
        "application": "애플리케이션",
        "environment": "환경",
        "health_label": "상태",
        "before": "이전 상태",
        "url": "주소",
        "said_as": "등급",
        "open": "환경 열기",
    },
}

_MOVED = re.compile(
    r"(?:transitioned|changed) from (\w[\w ]{0,20}?) to (\w[\w ]{0,20}?)(?=[.,:]|\Z)"
    r"|(?:has been set|changed|transitioned) to (\w+)"
)
_NAMES = "Timestamp|Message|Environment|Application|Environment URL|RequestId|NotificationProcessId"
_FIELD = re.compile(rf"^({_NAMES}): ?(.*?)(?=\n\s*\n|\n(?:{_NAMES}): |\Z)", re.MULTILINE | re.DOTALL)
_BAD = re.compile(r"(?i)\b(fail(ed|ure|s)?|errors?|unsuccessful\w*|aborted|severe|unable|cannot)\b")
_HEALTH: dict[str, tuple[State, Severity]] = {
    "ok": ("ok", "info"), "info": ("ok", "info"), "green": ("ok", "info"), "warning": ("firing", "medium"),
    "yellow": ("firing", "medium"), "degraded": ("firing", "high"), "severe": ("firing", "critical"),
    "red": ("firing", "critical"),
}  # fmt: skip


class News(NamedTuple):
    """What an environment says of itself, by either road; "" where it does not."""

    application: str
    environment: str
    message: str
    status: str = ""
    level: str = ""
    url: str = ""
    resource: str = ""
    at: int | None = None
    health: bool = False


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """An environment's health is a condition, anything else a happening; nothing when it names no environment."""
    news = _event(envelope) if "eventbridge" in envelope.via else _text(envelope)
    name = news.environment or news.application
    if not name:
        return ()
    partition, account, region = plainly.origin(envelope)
    moved = _MOVED.search(news.message) or _MOVED.search(news.status)
    before, now = (moved[1] or "", moved[2] or moved[3]) if moved and "ealth" in moved.string else ("", "")
    health = bool(now) or news.health
    state, severity = _HEALTH.get(now.lower(), ("unknown", "info")) if health else (None, _severity(news))
    said = cut(news.status or news.message, 150)[0]
    page = f"#/environment/dashboard?environmentName={quote(news.environment, safe='')}"
    return (
        Signal(
            kind="beanstalk",
            sort="condition" if health else "happening",
            subject=":".join((partition, account, region, "elasticbeanstalk", news.application, name)),
            title=Phrase("beanstalk.health", {"name": name, "now": now or news.status})
            if health
            else Phrase("beanstalk.said", {"name": name, "said": said}),
            state=state,
            at=plainly.moment(envelope) if news.at is None else news.at,
            story="" if health else ":".join((account, region, news.application, name, news.status, news.message[:60])),
            severity=severity,
            quote="" if news.message == said and not health else cut(news.message, 1500)[0],
            facts=plainly.facts(
                ("beanstalk.application", news.application),
                ("beanstalk.environment", news.environment),
                ("beanstalk.health_label", now),
                ("beanstalk.before", before),
                ("words.status", "" if health else news.status),
                ("words.resource", news.resource),
                ("beanstalk.url", news.url),
                details=(("beanstalk.said_as", news.level),),
            ),
            links=plainly.links(("beanstalk.open", console.page(partition, region, "elasticbeanstalk/home", page))),
            labels={"application": news.application, "environment": news.environment},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _severity(news: News) -> Severity:
    if news.level in ("ERROR", "FATAL") or _BAD.search(news.status) or (not news.level and _BAD.search(news.message)):
        return "high"
    return "medium" if news.level == "WARN" else "info"


def _event(envelope: Envelope) -> News:
    detail = plainly.detail(envelope)
    sort, name = fields.text(detail, "ResourceType"), fields.text(detail, "ResourceName")
    return News(
        application=fields.text(detail, "ApplicationName"),
        environment=fields.text(detail, "EnvironmentName"),
        message=fields.text(detail, "Message"),
        status=fields.text(detail, "Status"),
        level=fields.text(detail, "Severity").upper(),
        resource=" ".join(filter(None, (sort, name))),
        at=instants.epoch_ms(detail.get("EventDate")),
        health=fields.text(envelope.body, "detail-type") == "Health status change",
    )


def _text(envelope: Envelope) -> News:
    body = envelope.body if isinstance(envelope.body, str) else ""
    known = {name: " ".join(fields.clean(value).split()) for name, value in _FIELD.findall(body.replace("\r\n", "\n"))}
    return News(
        application=known.get("Application", ""),
        environment=known.get("Environment", ""),
        message=known.get("Message", ""),
        url=known.get("Environment URL", ""),
        at=instants.written(known.get("Timestamp")),
    )
