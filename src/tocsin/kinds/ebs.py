"""EBS: a volume, a snapshot, fast snapshot restore (EventBridge, under EC2's name).

Shapes: docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal
from tocsin.reading import arns, console, fields, instants, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "done": "{what} {name}: {result}",
        "failed": "{what} {name} failed",
        "shared": "Snapshot {name} was shared with this account",
        "restore": "Fast snapshot restore of {name}: {result}",
        "create_snapshot": "Creating snapshot",
        "copy_snapshot": "Copying snapshot",
        "share_snapshot": "Sharing snapshot",
        "create_volume": "Creating volume",
        "delete_volume": "Deleting volume",
        "attach_volume": "Attaching volume",
        "detach_volume": "Detaching volume",
        "modify_volume": "Modifying volume",
        "result": "Result",
        "cause": "Cause",
        "event": "Event",
        "source": "Source",
        "volume": "Volume",
        "zone": "Availability Zone",
        "began": "Began",
        "ended": "Ended",
        "message": "Message",
        "open": "Open in EC2",
        "key_advice": "Check that the KMS key exists, is enabled, and may be used by whoever creates the volume.",
    },
    "ko": {
        "done": "{name} {what}: {result}",
        "failed": "{name} {what} 실패",
        "shared": "{name} 스냅샷이 이 계정에 공유됨",
        "restore": "{name} 빠른 스냅샷 복원: {result}",
        "create_snapshot": "스냅샷 생성",
        "copy_snapshot": "스냅샷 복사",
        "share_snapshot": "스냅샷 공유",
        "create_volume": "볼륨 생성",
        "delete_volume": "볼륨 삭제",
        "attach_volume": "볼륨 연결",
        "detach_volume": "볼륨 분리",
        "modify_volume": "볼륨 수정",
        "result": "결과",
        "cause": "원인",
        "event": "이벤트",
        "source": "원본",
        "volume": "볼륨",
        "zone": "가용 영역",
        "began": "시작",
        "ended": "종료",
        "message": "메시지",
        "open": "EC2에서 열기",
        "key_advice": "KMS 키가 존재하고 활성화되어 있으며 볼륨을 만드는 주체가 쓸 수 있는지 확인하세요.",
    },
}

_WHAT = {
    "createSnapshot": Phrase("ebs.create_snapshot"),
    "createSnapshots": Phrase("ebs.create_snapshot"),
    "copySnapshot": Phrase("ebs.copy_snapshot"),
    "shareSnapshot": Phrase("ebs.share_snapshot"),
    "createVolume": Phrase("ebs.create_volume"),
    "deleteVolume": Phrase("ebs.delete_volume"),
    "attachVolume": Phrase("ebs.attach_volume"),
    "reattachVolume": Phrase("ebs.attach_volume"),
    "detachVolume": Phrase("ebs.detach_volume"),
    "modifyVolume": Phrase("ebs.modify_volume"),
}
_GOOD = ("available", "succeeded", "deleted", "completed", "enabled", "attached", "optimizing", "modifying", "enabling")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per event; nothing when it says neither what nor how."""
    detail, what = plainly.detail(envelope), fields.text(envelope.body, "detail-type")
    event, result = fields.text(detail, "event"), fields.text(detail, "result", "state")
    if not (event or result):
        return ()
    partition, account, region = plainly.origin(envelope)
    listed = [fields.clean(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    snapshot = fields.text(detail, "snapshot_id", "snapshot-id")
    arn = snapshot or (listed[0] if listed else fields.text(detail, "source"))
    name = arns.name(arn)
    cause = fields.text(detail, "cause")
    failed = "fail" in result.lower() or "error" in result.lower()
    key = "ebs.failed" if failed else "ebs.restore" if "Fast" in what else "ebs.done"
    if event == "shareSnapshot" and not failed:
        key = "ebs.shared"
    identity = ":".join((partition, account, region, "ebs", name))
    severity: Severity = "high" if failed else "info" if result in _GOOD else "low"
    begun, ended = (instants.iso(detail.get(one)) for one in ("startTime", "endTime"))
    begun, ended = begun or instants.iso(detail.get("StartTime")), ended or instants.iso(detail.get("EndTime"))
    page = f"#Snapshots:snapshotId={quote(name, safe='')}" if name.startswith("snap-") else ""
    page = f"#VolumeDetails:volumeId={quote(name, safe='')}" if name.startswith("vol-") else page
    return (
        Signal(
            kind="ebs",
            sort="happening",
            subject=identity,
            title=Phrase(
                key, {"name": plainly.called(name), "what": _WHAT.get(event) or event or what, "result": result}
            ),
            at=plainly.moment(envelope),
            story=f"{identity}:{event}:{result}",
            severity=severity,
            quote=cut(cause or fields.text(detail, "message"), 1000)[0],
            facts=plainly.facts(
                ("ebs.event", event),
                ("ebs.result", result),
                ("ebs.source", arns.name(fields.text(detail, "source"))),
                ("ebs.zone", fields.text(detail, "zone", "availability-zone", "AvailabilityZone")),
                ("ebs.volume", ", ".join(_volumes(detail))),
                details=(
                    ("words.resource", arn),
                    ("ebs.cause", cause),
                    ("ebs.began", plainly.instant(begun)),
                    ("ebs.ended", plainly.instant(ended)),
                    ("ebs.message", fields.text(detail, "message")),
                ),
            ),
            advice=(Phrase("ebs.key_advice"),) if failed and ("kms" in cause.lower() or "CMK" in cause) else (),
            links=plainly.links(("ebs.open", console.page(partition, region, "ec2/home", page))),
            labels={"resource": name, "event": event, "result": result},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _volumes(detail: fields.Json) -> list[str]:
    """The volumes of a multi-volume snapshot, shortened."""
    known = [fields.text(one, "source") for one in fields.items(detail, "snapshots")]
    return [arns.name(one) for one in known if one][:6]
