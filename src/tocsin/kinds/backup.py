"""AWS Backup: jobs that back up, copy, restore; recovery points, vaults and plans. EventBridge events and SNS texts.

Shapes: docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html and /backup-notifications.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Fact, Lapse, Phrase, Severity, Signal, Strong
from tocsin.reading import arns, console, fields, instants, outcomes, plainly, sizes
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "succeeded": "{what} completed: {name}",
        "failed": "{what} failed: {name}",
        "stopped": "{what} was stopped: {name}",
        "started": "{what} started: {name}",
        "changed": "{what} {state}: {name}",
        "created": "{what} created: {name}",
        "modified": "{what} modified: {name}",
        "deleted": "{what} deleted: {name}",
        "expired": "{what} has expired: {name}",
        "late": "{what} did not finish in time: {name}",
        "partial": "{what} completed only in part: {name}",
        "backup": "Backup",
        "copy": "Backup copy",
        "restore": "Restore",
        "point": "Recovery point",
        "vault": "Backup vault",
        "plan": "Backup plan",
        "index": "Backup index",
        "scan": "Malware scan of a backup",
        "object": "Backup object",
        "settings": "Backup settings",
        "report": "Backup report",
        "framework": "Backup audit framework",
        "plain": "{what}: {name}",
        "unnamed": "AWS Backup",
        "resource_type": "Resource type",
        "recovery_point": "Recovery point",
        "to": "Destination vault",
        "from": "Source vault",
        "in": "Vault",
        "restored": "Restored as",
        "size": "Size",
        "took": "Took",
        "done": "Done (percent)",
        "began": "Began",
        "ended": "Ended",
        "by": "Backup plan",
        "job": "Job ID",
        "role": "IAM role",
        "open": "Open job",
    },
    "ko": {
        "succeeded": "{what} 완료: {name}",
        "failed": "{what} 실패: {name}",
        "stopped": "{what} 중지됨: {name}",
        "started": "{what} 시작: {name}",
        "changed": "{what} {state}: {name}",
        "created": "{what} 생성됨: {name}",
        "modified": "{what} 변경됨: {name}",
        "deleted": "{what} 삭제됨: {name}",
        "expired": "{what} 만료됨: {name}",
        "late": "{what} 제시간에 끝나지 못함: {name}",
        "partial": "{what} 일부만 완료: {name}",
        "backup": "백업",
        "copy": "백업 복사",
        "restore": "복원",
        "point": "복구 시점",
        "vault": "백업 볼트",
        "plan": "백업 계획",
        "index": "백업 인덱스",
        "scan": "백업 악성 코드 검사",
        "object": "백업 객체",
        "settings": "백업 설정",
        "report": "백업 보고서",
        "framework": "백업 감사 프레임워크",
        "plain": "{what}: {name}",
        "unnamed": "AWS Backup",
        "resource_type": "리소스 유형",
        "recovery_point": "복구 시점",
        "to": "대상 볼트",
        "from": "원본 볼트",
        "in": "볼트",
        "restored": "복원된 리소스",
        "size": "크기",
        "took": "걸린 시간",
        "done": "진행률(%)",
        "began": "시작",
        "ended": "종료",
        "by": "백업 계획",
        "job": "작업 ID",
        "role": "IAM 역할",
        "open": "작업 열기",
    },
}

# What the detail-type, an attribute or a text's first sentence speaks of; the first that fits.
_SUBJECTS = (
    (r"report", "backup.report"),
    (r"framework", "backup.framework"),
    (r"index", "backup.index"),
    (r"\bscan\b", "backup.scan"),
    (r"copy", "backup.copy"),
    (r"object|kubernetes", "backup.object"),
    (r"restore", "backup.restore"),
    (r"recovery.?point", "backup.point"),
    (r"vault", "backup.vault"),
    (r"plan", "backup.plan"),
    (r"setting", "backup.settings"),
)
_JOBS = {"backup.backup": "backup", "backup.copy": "copy", "backup.restore": "restore"}
_TITLES = {
    "succeeded": "backup.succeeded",
    "failed": "backup.failed",
    "stopped": "backup.stopped",
    "started": "backup.started",
    "late": "backup.late",
    "partial": "backup.partial",
}
_CHANGES = {
    "COMPLETED": "backup.succeeded",
    "FAILED": "backup.failed",
    "PARTIAL": "backup.partial",
    "CREATED": "backup.created",
    "MODIFIED": "backup.modified",
    "DELETED": "backup.deleted",
    "EXPIRED": "backup.expired",
}
_OWN = {
    "expired": outcomes.FAILED._replace(name="late"),
    "partial": outcomes.FAILED._replace(name="partial", severity="medium"),
    "running": outcomes.PASSING._replace(name="started"),
    "pending": outcomes.PASSING._replace(name="started"),
    "created": outcomes.PASSING._replace(name="started"),
    "started": outcomes.PASSING._replace(name="started"),
}
# A text's first sentence says the state in words.
_SPOKEN = (
    (r"in time|expired", "EXPIRED"),
    (r"fail|interrupt|error", "FAILED"),
    (r"stopped|abort", "ABORTED"),
    (r"partial", "PARTIAL"),
    (r"skipped", "SKIPPED"),
    (r"complete|success", "COMPLETED"),
    (r"started|running", "STARTED"),
    (r"modified|changed", "MODIFIED"),
    (r"deleted", "DELETED"),
)
_STATES = ("state", "status", "State", "indexStatus", "IndexStatus")
_IDS = ("backupJobId", "copyJobId", "restoreJobId", "Id")
_POINTS = ("recoveryPointArn", "destinationRecoveryPointArn", "RecoveryPointArn")
_THINGS = ("resourceArn", "createdResourceArn", "backupVaultName", "backupPlanArn", "backupPlanId", *_POINTS)
_SIZES = ("backupSizeInBytes", "bytesTransferred")
_BEGAN = ("creationDate", "StartTime")
_PAIR = re.compile(r"\b([A-Z][A-Za-z ]{1,40}?) ?: {1,2}(\S+?)\.?(?=\s|\Z)")
_NAMES = {
    "recovery point arn": "recoveryPointArn",
    "destination recovery point arn": "recoveryPointArn",
    "source resource arn": "resourceArn",
    "indexed recovery point arn": "recoveryPointArn",
    "resource arn": "resourceArn",
    "backed up resource arn": "resourceArn",
    "restored resource arn": "createdResourceArn",
    "backupjob id": "backupJobId",
    "backup job id": "backupJobId",
    "restorejob id": "restoreJobId",
    "restore job id": "restoreJobId",
    "copyjob id": "copyJobId",
    "copy job id": "copyJobId",
    "eks cluster name": "clusterName",
    "destination eks cluster name": "clusterName",
    "resource": "resourceType",
    "resource name": "resourceName",
}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """A condition per job; a happening for what is no job. Raises ValueError when the event says nothing."""
    text = envelope.body if isinstance(envelope.body, str) else ""
    detail = _spoken(text, envelope) if text else plainly.detail(envelope)
    if not detail and not text:
        raise ValueError("an event of AWS Backup that says nothing")
    about = fields.text(envelope.body, "detail-type") or fields.text(detail, "eventType", "EventType") or text[:80]
    what = next((key for words, key in _SUBJECTS if re.search(words, about, re.IGNORECASE)), "backup.backup")
    state, job = fields.text(detail, *_STATES), fields.text(detail, *_IDS)
    partition, account, region = plainly.origin(envelope)
    account = fields.text(detail, "AccountId") or account
    name = _name(detail)
    signal = Signal(
        kind="backup",
        sort="happening",
        subject=f"{partition}:{account}:{region}:backup:{job or name or envelope.event_id}",
        title=_title(_CHANGES.get(state.upper(), "backup.changed" if state else "backup.plain"), what, name, state),
        at=plainly.moment(envelope),
        severity=_severity(what, state),
        quote=cut(fields.text(detail, "statusMessage", "StatusMessage", "reason") or text.strip(), 1000)[0],
        facts=_facts(detail, state, job),
        links=plainly.links(("words.open_console", console.page(partition, region, "backup/home"))),
        labels={"resource": name, "status": state},
        partition=partition,
        account=account,
        region=region,
    )
    return (_job(signal, detail, what, job) if job and what in _JOBS else signal,)


def _job(signal: Signal, detail: fields.Json, what: str, job: str) -> Signal:
    state = signal.labels["status"]
    outcome = _OWN.get(state.lower()) or outcomes.of(state)
    page = f"#/jobs/{_JOBS[what]}/details/{quote(job, safe='')}"
    return replace(
        signal,
        sort="condition",
        state=outcome.state,
        tell=outcome.tell,
        title=_title(_TITLES.get(outcome.name, "backup.changed"), what, signal.labels["resource"], state),
        severity=outcome.severity,
        links=plainly.links(("backup.open", console.page(signal.partition, signal.region, "backup/home", page))),
    )


def _title(key: str, what: str, name: str, state: str) -> Phrase:
    shown = Strong(name) if name else Phrase("backup.unnamed")
    return Phrase(key, {"what": Phrase(what), "name": shown, "state": state.lower().replace("_", " ")})


def _severity(what: str, state: str) -> Severity:
    """Of what is no job: what takes backups away, or leaves one incomplete, is worth a look."""
    if state.upper() in ("DELETED", "FAILED", "PARTIAL", "EXPIRED"):
        return "high" if what == "backup.vault" else "medium"
    return "info"


def _spoken(text: str, envelope: Envelope) -> fields.Json:
    """A text's names and values, over the attributes of its SNS message."""
    pairs = {_NAMES[name.lower()]: value for name, value in _PAIR.findall(text) if name.lower() in _NAMES}
    state = next((word for words, word in _SPOKEN if re.search(words, text.split(". ")[0], re.IGNORECASE)), "")
    return {"state": envelope.attributes.get("State") or state, **envelope.attributes, **pairs}


def _name(detail: fields.Json) -> str:
    """Whose backup it is, as people call it; else the vault, the plan or the recovery point."""
    named = fields.text(detail, "resourceName", "clusterName")
    return named or arns.name(fields.text(detail, *_THINGS))


def _facts(detail: fields.Json, state: str, job: str) -> tuple[Fact, ...]:
    began, ended = (instants.iso(fields.either(detail, *names)) for names in (_BEGAN, ("completionDate",)))
    took = Lapse((ended - began) / 1000) if began is not None and ended is not None and ended >= began else None
    return plainly.facts(
        ("words.status", state),
        ("words.resource", _short(fields.text(detail, "resourceArn", "clusterName"))),
        ("backup.resource_type", fields.text(detail, "resourceType")),
        ("backup.in", arns.name(fields.text(detail, "backupVaultName", "backupVaultArn"))),
        ("backup.from", arns.name(fields.text(detail, "sourceBackupVaultArn"))),
        ("backup.to", arns.name(fields.text(detail, "destinationBackupVaultArn"))),
        ("backup.restored", _short(fields.text(detail, "createdResourceArn"))),
        ("backup.recovery_point", _short(fields.text(detail, *_POINTS))),
        ("backup.size", sizes.written(fields.number(detail, *_SIZES) or None)),
        ("backup.took", took),
        details=(
            ("backup.began", plainly.instant(began)),
            ("backup.ended", plainly.instant(ended)),
            ("backup.done", fields.text(detail, "percentDone")),
            ("backup.by", fields.text(fields.mapping(detail, "createdBy"), "backupPlanName", "backupPlanId")),
            ("backup.job", job),
            ("backup.role", arns.name(fields.text(detail, "iamRoleArn"))),
        ),
    )


def _short(arn: str) -> str:
    """An ARN's resource with its sort ("volume/vol-01")."""
    parsed = arns.parse(arn)
    return parsed.resource if parsed else arn
