"""Amplify Hosting: a branch's deployment started, succeeded or failed (EventBridge, and its notification text).

Shapes: docs.aws.amazon.com/amplify/latest/userguide/notifications.html and
/eventbridge/latest/ref/events-ref-amplify.html
"""

from __future__ import annotations

import re
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Signal
from tocsin.reading import console, fields, outcomes, plainly

WORDS = {
    "en": {
        "started": "Deployment of {name} started",
        "succeeded": "Deployment of {name} succeeded",
        "failed": "Deployment of {name} failed",
        "stopped": "Deployment of {name} was stopped",
        "changed": "Deployment of {name} is {status}",
        "app": "App",
        "branch": "Branch",
        "job": "Job",
        "address": "Address",
        "open": "Open deployment",
    },
    "ko": {
        "started": "{name} 배포 시작",
        "succeeded": "{name} 배포 성공",
        "failed": "{name} 배포 실패",
        "stopped": "{name} 배포 중지됨",
        "changed": "{name} 배포 상태: {status}",
        "app": "앱",
        "branch": "브랜치",
        "job": "작업 번호",
        "address": "주소",
        "open": "배포 열기",
    },
}

_TITLES = {
    "started": "amplify.started",
    "succeeded": "amplify.succeeded",
    "failed": "amplify.failed",
    "stopped": "amplify.stopped",
    "changed": "amplify.changed",
}
_TEXT = re.compile(r"for app: (?P<url>https?://\S+?)[.,]?\s+Your build status is (?P<status>\w+)", re.IGNORECASE)
_PLACE = re.compile(r"#/?(?P<app>[A-Za-z0-9]+)/(?P<branch>[^\s/]+)/(?P<job>\d+)")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per deployment; nothing when neither an app nor a status is named."""
    detail = plainly.detail(envelope) or _text(envelope)
    partition, account, region = plainly.origin(envelope)
    app, branch, job, status = (fields.text(detail, one) for one in ("appId", "branchName", "jobId", "jobStatus"))
    if not app and not status:
        return ()
    outcome = outcomes.of(status)
    address = fields.text(detail, "url")
    name = fields.text(detail, "appName") or app or address
    page = f"#/{quote(app, safe='')}/{quote(branch, safe='')}/{quote(job, safe='')}"
    return (
        Signal(
            kind="amplify",
            sort="condition",
            subject=":".join((partition, account, region, "amplify", app or address, branch, job)),
            title=Phrase(_TITLES[outcome.name], {"name": "/".join(filter(None, (name, branch))), "status": status}),
            state=outcome.state,
            at=plainly.moment(envelope),
            tell=outcome.tell,
            severity=outcome.severity,
            facts=plainly.facts(
                ("words.status", status),
                ("amplify.app", app),
                ("amplify.branch", branch),
                ("amplify.job", job),
                ("amplify.address", address),
            ),
            links=plainly.links(("amplify.open", console.page(partition, region, "amplify/home", page) if app else "")),
            labels={"app": app, "branch": branch, "status": status},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _text(envelope: Envelope) -> fields.Json:
    body = envelope.body if isinstance(envelope.body, str) else ""
    told, place = _TEXT.search(body), _PLACE.search(body)
    if not told:
        return {}
    known = {"appId": place["app"], "branchName": place["branch"], "jobId": place["job"]} if place else {}
    return {**known, "url": told["url"].rstrip("/."), "jobStatus": told["status"]}
