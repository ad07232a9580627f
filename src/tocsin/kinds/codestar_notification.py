"""A notification rule of the developer tools: an EventBridge event in another wrapper, with a little more in it.

Shape: docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html ("detailType", "additionalAttributes")
"""

from __future__ import annotations

from dataclasses import replace

from tocsin.envelope import Envelope
from tocsin.kinds import codebuild, codecommit, codedeploy, codepipeline
from tocsin.model import Phrase, Signal
from tocsin.reading import fields, instants, plainly

WORDS = {
    "en": {"title": "{what}", "rule": "Notification rule"},
    "ko": {"title": "{what}", "rule": "알림 규칙"},
}

_READERS = {
    "aws.codebuild": codebuild.read,
    "aws.codecommit": codecommit.read,
    "aws.codedeploy": codedeploy.read,
    "aws.codepipeline": codepipeline.read,
}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """What the service's own kind makes of it, so that both roads tell one story; else a happening with its fields."""
    event = envelope.body if isinstance(envelope.body, dict) else {}
    inner = replace(
        envelope,
        body={**event, "detail-type": event.get("detailType")},
        via=(*envelope.via, "eventbridge"),
        times=replace(envelope.times, source=instants.iso(event.get("time"))),
    )
    reader = _READERS.get(fields.text(event, "source"))
    signals = reader(inner) if reader else ()
    rule = fields.text(event, "notificationRuleArn")
    more = (
        *plainly.facts(details=(("codestar_notification.rule", rule),)),
        *(replace(fact, detail=True) for fact in plainly.rows(fields.mapping(event, "additionalAttributes"))),
    )
    return tuple(replace(one, facts=(*one.facts, *more)) for one in signals or (_plain(inner),))


def _plain(envelope: Envelope) -> Signal:
    partition, account, region = plainly.origin(envelope)
    what = fields.text(envelope.body, "detailType", "source", "notificationRuleArn") or "?"
    return Signal(
        kind="codestar_notification",
        sort="happening",
        subject=":".join((partition, account, region, "codestar-notification", envelope.event_id)),
        title=Phrase("codestar_notification.title", {"what": what}),
        at=plainly.moment(envelope),
        severity="low",
        facts=plainly.rows(plainly.detail(envelope)),
        partition=partition,
        account=account,
        region=region,
    )
