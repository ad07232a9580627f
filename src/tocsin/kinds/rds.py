"""RDS, Aurora, DocumentDB and Neptune: what happened to an instance, cluster, snapshot or proxy (EventBridge; the same
by an event subscription's SNS message).

Ids and categories: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html and AuroraUserGuide/ alike
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal, State
from tocsin.reading import arns, console, fields, instants, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "failover": "Database {name} is failing over",
        "failed_over": "Database {name} has failed over",
        "failover_failed": "Database {name} could not fail over",
        "recovery": "Database {name} is being recovered",
        "recovered": "Database {name} was recovered",
        "replica_broken": "Replication of {name} is broken",
        "replica_well": "Replication of {name} works again",
        "full": "Database {name} has no storage left",
        "low": "Database {name} is running out of storage",
        "broken": "Database {name} has failed",
        "shut_down": "Database {name} was shut down",
        "restarted": "Database {name} was restarted",
        "deleted": "Database {name} was deleted",
        "password": "Master credentials of {name} were reset",
        "other": "RDS {name}: {message}",
        "unknown": "Database {name}: {id}",
        "source": "Source",
        "category": "Category",
        "event": "Event",
        "tag": "{key}={value}",
        "tags": "Tags",
        "open": "Open in RDS",
        "full_advice": "Raise the allocated storage, or switch on storage autoscaling. Until then it takes no writes.",
        "low_advice": "Raise the allocated storage before it is full, or find what fills it.",
        "broken_advice": "Restore to a point in time from the latest backup, and open a case with AWS Support.",
        "failover_advice": "Connections break for a minute or two. Check that the application connects again.",
    },
    "ko": {
        "failover": "{name} 데이터베이스 장애 조치 중",
        "failed_over": "{name} 데이터베이스 장애 조치 완료",
        "failover_failed": "{name} 데이터베이스 장애 조치 실패",
        "recovery": "{name} 데이터베이스 복구 중",
        "recovered": "{name} 데이터베이스 복구 완료",
        "replica_broken": "{name} 복제 중단됨",
        "replica_well": "{name} 복제 재개됨",
        "full": "{name} 데이터베이스 스토리지 소진",
        "low": "{name} 데이터베이스 스토리지 부족",
        "broken": "{name} 데이터베이스 장애",
        "shut_down": "{name} 데이터베이스 종료됨",
        "restarted": "{name} 데이터베이스 재시작됨",
        "deleted": "{name} 데이터베이스 삭제됨",
        "password": "{name} 마스터 자격 증명 재설정됨",
        "other": "RDS {name}: {message}",
        "unknown": "{name} 데이터베이스: {id}",
        "source": "대상",
        "category": "범주",
        "event": "이벤트",
        "tag": "{key}={value}",
        "tags": "태그",
        "open": "RDS에서 열기",
        "full_advice": "할당된 스토리지를 늘리거나 스토리지 자동 조정을 켜세요. 그때까지 쓰기가 되지 않습니다.",
        "low_advice": "가득 차기 전에 할당된 스토리지를 늘리거나 무엇이 채우고 있는지 찾으세요.",
        "broken_advice": "최신 백업에서 특정 시점으로 복원하고 AWS Support에 문의하세요.",
        "failover_advice": "연결이 1–2분 끊깁니다. 애플리케이션이 다시 연결되는지 확인하세요.",
    },
}


class Known(NamedTuple):
    """What an id means. ``story`` joins a beginning and its end into one incident."""

    title: str
    severity: Severity
    state: State | None = None
    story: str = ""
    advice: str = ""


_FAILOVER = Known("rds.failover", "high", "firing", "failover", "rds.failover_advice")
_FAILED_OVER = Known("rds.failed_over", "high", "ok", "failover")
_STUCK = Known("rds.failover_failed", "critical", "firing", "failover")
_RECOVERY = Known("rds.recovery", "high", "firing", "recovery")
_RECOVERED = Known("rds.recovered", "high", "ok", "recovery")
_REPLICA = Known("rds.replica_broken", "high", "firing", "replication")
_REPLICA_WELL = Known("rds.replica_well", "high", "ok", "replication")
_BROKEN = Known("rds.broken", "critical", advice="rds.broken_advice")
_UNUSABLE = Known("rds.broken", "critical")
_FULL = Known("rds.full", "critical", advice="rds.full_advice")
_LOW = Known("rds.low", "high", advice="rds.low_advice")
_DELETED = Known("rds.deleted", "medium")
_IDS = {
    "0003": _DELETED, "0171": _DELETED, "0004": Known("rds.shut_down", "medium"),
    "0006": Known("rds.restarted", "medium"),
    "0007": _FULL, "0089": _LOW, "0221": _LOW, "0222": _LOW, "0013": _FAILOVER, "0050": _FAILOVER, "0072": _FAILOVER,
    "0073": _FAILOVER, "0015": _FAILED_OVER, "0049": _FAILED_OVER, "0051": _FAILED_OVER, "0065": _FAILED_OVER,
    "0070": _FAILOVER, "0071": _FAILED_OVER, "0069": _STUCK, "0020": _RECOVERY, "0052": _RECOVERY,
    "0021": _RECOVERED, "0053": _RECOVERED, "0031": _BROKEN, "0035": _UNUSABLE, "0036": _UNUSABLE, "0045": _REPLICA,
    "0046": _REPLICA_WELL, "0016": Known("rds.password", "medium"),
}  # fmt: skip
_CATEGORIES: dict[str, Severity] = {
    "failure": "high", "failover": "high", "low storage": "high", "availability": "medium", "deletion": "medium",
    "security": "medium", "recovery": "medium", "read replica": "medium", "maintenance": "low", "notification": "low",
    "configuration change": "low", "security patching": "low",
}  # fmt: skip
_ID = re.compile(r"RDS-EVENT-(\d{4})")


class News(NamedTuple):
    """One event, by either road."""

    id: str
    message: str
    sort: str
    name: str
    arn: str
    categories: tuple[str, ...]
    tags: fields.Json
    at: int | None
    link: str = ""


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """A condition for what begins and ends (failover, recovery, replication), else a happening."""
    detail = plainly.detail(envelope)
    news = _notified(detail) if "Event Message" in detail else _event(envelope, detail)
    if not (news.id or news.message):
        return ()
    arn, (partition, account, region) = arns.parse(news.arn), plainly.origin(envelope)
    if arn:
        partition, account, region = arn.partition, arn.account or account, arn.region or region
    found = _ID.search(news.id)
    severities = [_CATEGORIES.get(one.lower(), "info") for one in news.categories]
    order: tuple[Severity, ...] = ("high", "medium", "low")
    severity: Severity = next((one for one in order if one in severities), "info")
    known = _IDS.get(found[1] if found else "") or Known("rds.other" if news.message else "rds.unknown", severity)
    identity = ":".join((partition, account, region, "rds", news.sort, news.name))
    message = cut(news.message.strip(), 150)[0]
    kept = {fields.clean(str(key)): fields.text(news.tags, key) for key in list(news.tags)[:5]}
    return (
        Signal(
            kind="rds",
            sort="condition" if known.state else "happening",
            subject=f"{identity}:{known.story}" if known.story else identity,
            title=Phrase(known.title, {"name": news.name, "message": message, "id": found[0] if found else news.id}),
            state=known.state,
            at=plainly.moment(envelope) if news.at is None else news.at,
            tell=known.state == "ok",
            story="" if known.state else f"{identity}:{found[0] if found else message}",
            severity=known.severity,
            quote="" if known.title == "rds.other" and message == news.message else cut(news.message, 1500)[0],
            facts=plainly.facts(
                ("rds.source", " ".join(filter(None, (news.sort, news.name)))),
                ("rds.category", news.categories),
                ("rds.event", found[0] if found else news.id),
                ("rds.tags", tuple(Phrase("rds.tag", {"key": key, "value": value}) for key, value in kept.items())),
                details=(("words.type", news.sort), ("words.resource", news.arn or news.name)),
            ),
            advice=(Phrase(known.advice),) if known.advice else (),
            links=plainly.links(("rds.open", news.link or _page(partition, region, news))),
            labels={"database": news.name, "event": found[0] if found else news.id},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _event(envelope: Envelope, detail: fields.Json) -> News:
    listed = [fields.clean(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    arn = fields.text(detail, "SourceArn") or (listed[0] if listed else "")
    sort = fields.text(detail, "SourceType").lower().replace("_", "-").removeprefix("db-")
    name = fields.text(detail, "SourceIdentifier") or arns.name(arn)
    return News(
        id=fields.text(detail, "EventID"),
        message=fields.text(detail, "Message"),
        sort=sort,
        name=name.removeprefix("rds:") if sort in ("instance", "cluster") else name,
        arn=arn,
        categories=_texts(detail, "EventCategories"),
        tags=fields.mapping(detail, "Tags"),
        at=instants.iso(detail.get("Date")),
    )


def _notified(body: fields.Json) -> News:
    """The message of an event subscription; the oldest name their source in a second line of the link."""
    link, _, rest = fields.text(body, "Identifier Link").partition("\n")
    return News(
        id=fields.text(body, "Event ID", "About this Event"),
        message=fields.text(body, "Event Message"),
        sort=fields.text(body, "Event Source").removeprefix("db-"),
        name=fields.text(body, "Source ID", "SourceId") or rest.partition("SourceId:")[2].strip(),
        arn=fields.text(body, "Source ARN"),
        categories=_texts(body, "Event Categories"),
        tags=fields.mapping(body, "Tags"),
        link=link.strip() if link.startswith("https://") else "",
        at=instants.iso(body.get("Event Time")),
    )


def _texts(source: fields.Json, name: str) -> tuple[str, ...]:
    return tuple(fields.clean(one) for one in fields.items(source, name) if isinstance(one, str))


def _page(partition: str, region: str, news: News) -> str:
    """An instance's or a cluster's page; other sources have none that their name leads to."""
    if not news.name or news.sort not in ("instance", "cluster"):
        return console.page(partition, region, "rds/home", "#events:")
    cluster = "true" if news.sort == "cluster" else "false"
    return console.page(partition, region, "rds/home", f"#database:id={quote(news.name, safe='')};is-cluster={cluster}")
