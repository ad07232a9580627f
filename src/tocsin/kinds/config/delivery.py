"""What Config says of itself: snapshots and histories delivered to S3, or not; evaluations begun."""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Link, Phrase, Severity, Signal
from tocsin.reading import console, fields, instants, plainly

_TITLES = {
    "ConfigurationSnapshotDeliveryStarted": "config.snapshot_started",
    "ConfigurationSnapshotDeliveryCompleted": "config.snapshot_done",
    "ConfigurationSnapshotDeliveryFailed": "config.snapshot_failed",
    "ConfigurationHistoryDeliveryStarted": "config.history_started",
    "ConfigurationHistoryDeliveryCompleted": "config.history_done",
    "ConfigurationHistoryDeliveryFailed": "config.history_failed",
    "ConfigRulesEvaluationStarted": "config.evaluating",
}


def signal(envelope: Envelope, detail: fields.Json, message: str) -> Signal:
    """One happening."""
    where = plainly.origin(envelope)
    account = fields.text(detail, "awsAccountId") or where.account
    region = fields.text(detail, "awsRegion") or where.region
    bucket, key = fields.text(detail, "s3Bucket", "s3bucket"), fields.text(detail, "s3ObjectKey", "s3objectKey")
    failed = message.endswith("Failed")
    severity: Severity = "medium" if failed else "info"
    url = console.page(where.partition, region, "config/home", "#/dashboard")
    return Signal(
        kind="config",
        sort="happening",
        subject=f"{where.partition}:{account}:{region}:config:{message}",
        story=f"{where.partition}:{account}:{region}:{message}:{bucket}",
        title=Phrase(_TITLES.get(message, "config.message"), {"message": message}),
        at=instants.written(detail.get("notificationCreationTime")) or plainly.moment(envelope),
        severity=severity,
        quote=fields.text(detail, "errorMessage"),
        facts=plainly.facts(
            ("config.rules", fields.texts(detail, "configRuleNames")[:10]),
            ("config.bucket", bucket),
            ("config.object", key),
            ("config.error", fields.text(detail, "errorCode", "errorMessage")),
            ("config.snapshot", fields.text(detail, "configSnapshotId")),
            ("config.kind", message),
        ),
        meaning=(Phrase("config.delivery_means"),) if failed else (),
        advice=(Phrase("config.do_bucket"),) if failed else (),
        links=(Link(Phrase("config.open"), url),) if url else (),
        labels={"message": message},
        partition=where.partition,
        account=account,
        region=region,
    )
