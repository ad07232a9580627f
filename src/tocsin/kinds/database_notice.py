"""An event subscription's SNS message of RDS, DMS or Redshift, which share its form: each reads its own.

Shapes: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Subscribing.html,
/dms/latest/userguide/CHAP_Events.html, /redshift/latest/mgmt/working-with-event-notifications.html
"""

from __future__ import annotations

import re

from tocsin.envelope import Envelope
from tocsin.kinds import dms, rds, redshift
from tocsin.model import Phrase, Signal
from tocsin.reading import fields, plainly

WORDS = {
    "en": {"set_up": "{service} can send its events of {sort} here", "topic": "Topic", "service": "Service"},
    "ko": {"set_up": "{service}가 {sort} 이벤트를 이곳으로 보낼 수 있습니다", "topic": "주제", "service": "서비스"},
}

_SET_UP = re.compile(r"notify that (.{1,40}?) will attempt to send you event notifications(?: of type ([\w-]{1,60}))?")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """What the service's own kind makes of it, so that both roads tell one story."""
    if isinstance(envelope.body, str):
        return _set_up(envelope, envelope.body)
    event = fields.text(envelope.body, "Event ID") + fields.text(envelope.body, "About this Event")
    if "REDSHIFT" in event:
        return redshift.read(envelope)
    if "DMS-EVENT" in event or fields.text(envelope.body, "Event Source").startswith("replication-"):
        return dms.read(envelope)
    return rds.read(envelope)


def _set_up(envelope: Envelope, text: str) -> tuple[Signal, ...]:
    """The first message of a subscription, which only says that it works."""
    found = _SET_UP.search(text)
    if not found:
        return ()
    partition, account, region = plainly.origin(envelope)
    service, sort = found[1], found[2] or ""
    return (
        Signal(
            kind="database_notice",
            sort="happening",
            subject=":".join((partition, account, region, "event-subscription", service, sort, envelope.topic_arn)),
            title=Phrase("database_notice.set_up", {"service": service, "sort": plainly.called(sort)}),
            at=plainly.moment(envelope),
            severity="info",
            quote=plainly.quoted(text)[0],
            facts=plainly.facts(
                details=(
                    ("database_notice.service", service),
                    ("words.type", sort),
                    ("database_notice.topic", envelope.topic_arn),
                )
            ),
            partition=partition,
            account=account,
            region=region,
        ),
    )
