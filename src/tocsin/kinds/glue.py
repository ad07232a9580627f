"""AWS Glue: jobs, crawlers, statistics, changes of the catalogue, and what Data Quality found.

Shapes: docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html and /data-quality-alerts.html
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Fact, Lapse, Phrase, Signal, Strong, Value
from tocsin.reading import console, fields, outcomes, plainly
from tocsin.reading.content import cut
from tocsin.reading.outcomes import Outcome

WORDS = {
    "en": {
        "job": "Glue job",
        "crawler": "Glue crawler",
        "quality": "Data quality of",
        "table": "Glue table",
        "database": "Glue database",
        "task": "Glue task",
        "succeeded": "{what} {name} succeeded",
        "failed": "{what} {name} failed",
        "stopped": "{what} {name} was stopped",
        "started": "{what} {name} has started",
        "slow": "{what} {name} runs longer than expected",
        "changed": "{what} {name}: {status}",
        "good": "Data of {name} meets its rules",
        "bad": "Data of {name} breaks its rules",
        "run": "Run",
        "tables": "Tables",
        "partitions": "Partitions",
        "counts": "{created} created, {updated} updated, {deleted} deleted",
        "took": "Took",
        "limit": "Expected within",
        "score": "Score",
        "rules": "Rules",
        "rule_counts": "{failed} failed, {passed} passed, {skipped} skipped",
        "rulesets": "Rule sets",
        "database_label": "Database",
        "table_label": "Table",
        "touched": "Changed",
        "result": "Result ID",
        "open": "Open in Glue",
        "log": "Log",
    },
    "ko": {
        "job": "Glue 작업",
        "crawler": "Glue 크롤러",
        "quality": "데이터 품질",
        "table": "Glue 테이블",
        "database": "Glue 데이터베이스",
        "task": "Glue 태스크",
        "succeeded": "{what} {name} 성공",
        "failed": "{what} {name} 실패",
        "stopped": "{what} {name} 중지됨",
        "started": "{what} {name} 시작됨",
        "slow": "{what} {name} 예상보다 오래 실행 중",
        "changed": "{what} {name}: {status}",
        "good": "{name} 데이터가 규칙을 충족함",
        "bad": "{name} 데이터가 규칙을 위반함",
        "run": "실행",
        "tables": "테이블",
        "partitions": "파티션",
        "counts": "생성 {created}, 갱신 {updated}, 삭제 {deleted}",
        "took": "걸린 시간",
        "limit": "예상 시간",
        "score": "점수",
        "rules": "규칙",
        "rule_counts": "실패 {failed}, 통과 {passed}, 건너뜀 {skipped}",
        "rulesets": "규칙 세트",
        "database_label": "데이터베이스",
        "table_label": "테이블",
        "touched": "변경된 항목",
        "result": "결과 ID",
        "open": "Glue에서 열기",
        "log": "로그",
    },
}

_TITLES = {
    "succeeded": "glue.succeeded",
    "failed": "glue.failed",
    "stopped": "glue.stopped",
    "started": "glue.started",
    "slow": "glue.slow",
    "good": "glue.good",
    "bad": "glue.bad",
}
_SLOW = outcomes.FAILED._replace(name="slow", severity="medium")
_GOOD = outcomes.SUCCEEDED._replace(name="good")
_BAD = outcomes.FAILED._replace(name="bad", severity="medium")
_SHOWN = 10


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """A condition per job run, crawler, or checked data; a happening for a change of the catalogue.

    Raises ValueError when the event says nothing.
    """
    detail, kind = plainly.detail(envelope), fields.text(envelope.body, "detail-type")
    partition, account, region = plainly.origin(envelope)
    what, name, page = _thing(detail)
    if not detail:
        raise ValueError("an event of Glue that says nothing")
    state = fields.text(detail, "state", "typeOfChange")
    outcome = _outcome(detail, kind, state)
    run = fields.text(detail, "jobRunId")
    status = fields.text(detail, "typeOfChange") or state.replace("_", " ").lower() or kind
    shown: dict[str, Value] = {"what": Phrase(what), "name": Strong(name) if name else kind, "status": status}
    return (
        Signal(
            kind="glue",
            sort="condition" if outcome else "happening",
            state=outcome.state if outcome else None,
            tell=bool(outcome and outcome.tell),
            subject=":".join((partition, account, region, what, name or kind, *([run] if run else ()))),
            title=Phrase(_TITLES.get(outcome.name, "glue.changed") if outcome else "glue.changed", shown),
            at=plainly.moment(envelope),
            severity=outcome.severity if outcome else "info",
            quote=cut(fields.text(detail, "errorMessage", "message", "warningMessage"), 1000)[0],
            facts=_facts(detail, state, run, name),
            links=plainly.links(
                ("glue.open", console.page(partition, region, "gluestudio/home", page)),
                ("glue.log", console.trusted(fields.text(detail, "cloudWatchLogLink"))),
            ),
            labels={"glue": name, "status": state},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _thing(detail: fields.Json) -> tuple[str, str, str]:
    """What it is, how it is called, and its place in the console."""
    context = fields.mapping(detail, "context")
    table, base = fields.text(detail, "tableName"), fields.text(detail, "databaseName")
    if context or "rulesetNames" in detail:
        owner = [fields.text(context, key) for key in ("databaseName", "tableName", "jobName")]
        names = [one for one in fields.items(detail, "rulesetNames") if isinstance(one, str)]
        return "glue.quality", ".".join(filter(None, owner)) or ", ".join(names[:3]), "#/data-quality"
    if job := fields.text(detail, "jobName"):
        return "glue.job", job, f"#/editor/job/{quote(job, safe='')}/runs"
    if crawler := fields.text(detail, "crawlerName"):
        return "glue.crawler", crawler, f"#/catalog/crawlers/view/{quote(crawler, safe='')}"
    if table:
        return "glue.table", f"{base}.{table}" if base else table, "#/catalog/tables"
    if base:
        return "glue.database", base, "#/catalog/databases"
    return "glue.task", fields.text(detail, "taskRunId", "columnStatisticsTaskRunId", "taskId", "name"), "#/"


def _outcome(detail: fields.Json, kind: str, state: str) -> Outcome | None:
    """None where nothing is in a state: a change of the catalogue."""
    if "Catalog" in kind or "typeOfChange" in detail:
        return None
    if "Data Quality" in kind and detail.get("context"):
        return _GOOD if state.upper() in ("SUCCEEDED", "COMPLETED", "PASSED") else _BAD
    if "Job Run Status" in kind or fields.mapping(detail, "notificationCondition"):
        return _SLOW
    if state.upper() == "TIMEOUT" or "Fail" in kind:
        return outcomes.FAILED
    found = outcomes.of(state or kind.rpartition(" ")[2])
    return outcomes.PASSING._replace(name="started") if found.state == "unknown" else found


def _facts(detail: fields.Json, state: str, run: str, name: str) -> tuple[Fact, ...]:
    context = fields.mapping(detail, "context")
    limit = fields.whole(fields.mapping(detail, "notificationCondition"), "NotifyDelayAfter")
    took = fields.whole(detail, "runningTime (sec)")
    changed = fields.items(detail, "changedTables", "changedPartitions")
    score = fields.number(detail, "score")
    return plainly.facts(
        ("words.status", state),
        ("glue.database_label", fields.text(detail, "databaseName") or fields.text(context, "databaseName")),
        ("glue.table_label", fields.text(detail, "tableName") or fields.text(context, "tableName")),
        ("glue.score", None if score is None else f"{score * 100:.0f} %"),
        ("glue.rules", _rules(detail)),
        ("glue.tables", _counts(detail, "tables")),
        ("glue.partitions", _counts(detail, "partitions")),
        ("glue.touched", tuple(one for one in changed[:_SHOWN] if isinstance(one, str))),
        ("glue.took", None if took is None else Lapse(took)),
        ("glue.limit", None if limit is None else Lapse(limit * 60)),
        ("glue.run", run or fields.text(context, "runId")),
        details=(
            ("words.resource", name),
            ("glue.rulesets", tuple(one for one in fields.items(detail, "rulesetNames") if isinstance(one, str))),
            ("words.severity", fields.text(detail, "severity")),
            ("glue.result", fields.text(detail, "resultId", "resultID")),
        ),
    )


def _counts(detail: fields.Json, of: str) -> Phrase | None:
    found = {how: fields.number(detail, f"{of}{how.capitalize()}") for how in ("created", "updated", "deleted")}
    if all(number is None for number in found.values()):
        return None
    return Phrase("glue.counts", {how: number or 0 for how, number in found.items()})


def _rules(detail: fields.Json) -> Phrase | None:
    names = {"failed": "rulesFailed", "passed": "rulesSucceeded", "skipped": "rulesSkipped"}
    found = {how: fields.number(detail, name) for how, name in names.items()}
    if all(number is None for number in found.values()):
        return None
    return Phrase("glue.rule_counts", {how: number or 0 for how, number in found.items()})
