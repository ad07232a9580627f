"""An event subscription's SNS message of RDS, DMS or Redshift, which share its form: each reads its own.

Shapes: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Subscribing.html,
/dms/latest/userguide/CHAP_Events.html, /redshift/latest/mgmt/working-with-event-notifications.html
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.kinds import dms, rds, redshift
from tocsin.model import Signal
from tocsin.reading import fields

WORDS: dict[str, dict[str, str]] = {"en": {}, "ko": {}}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """What the service's own kind makes of it, so that both roads tell one story."""
    event = fields.text(envelope.body, "Event ID") + fields.text(envelope.body, "About this Event")
    if "REDSHIFT" in event:
        return redshift.read(envelope)
    if "DMS-EVENT" in event or fields.text(envelope.body, "Event Source").startswith("replication-"):
        return dms.read(envelope)
    return rds.read(envelope)
