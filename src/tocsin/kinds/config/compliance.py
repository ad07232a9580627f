"""A resource stopped or began to comply with a rule: a condition of that rule and that resource."""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import At, Link, Phrase, Signal, State
from tocsin.reading import arns, console, fields, instants, plainly

_STATES: dict[str, State] = {"NON_COMPLIANT": "firing", "COMPLIANT": "ok", "NOT_APPLICABLE": "ok"}


def signal(envelope: Envelope, detail: fields.Json) -> Signal:
    """Raises ValueError when neither a rule nor a resource is named."""
    now, before = fields.mapping(detail, "newEvaluationResult"), fields.mapping(detail, "oldEvaluationResult")
    named = fields.mapping(fields.mapping(now, "evaluationResultIdentifier"), "evaluationResultQualifier")
    rule = fields.text(detail, "configRuleName") or fields.text(named, "configRuleName")
    thing = fields.text(detail, "resourceId") or fields.text(named, "resourceId")
    if not (rule or thing):
        raise ValueError("a change of compliance without a rule and a resource")
    sort = fields.text(detail, "resourceType") or fields.text(named, "resourceType")
    where, arn = plainly.origin(envelope), arns.parse(fields.text(detail, "configRuleARN", "configRuleArn"))
    region = fields.text(detail, "awsRegion") or (arn.region if arn else where.region)
    account = fields.text(detail, "awsAccountId") or (arn.account if arn else where.account)
    partition = arn.partition if arn else arns.partition_of(region)
    word, old = fields.text(now, "complianceType"), fields.text(before, "complianceType")
    state = _STATES.get(word, "unknown")
    recorded = instants.written(now.get("resultRecordedTime"))
    place = f"#/rules/details?configRuleName={console.quoted(rule)}"
    url = console.page(partition, region, "config/home", place)
    firing = state == "firing"
    return Signal(
        kind="config",
        sort="condition",
        state=state,
        old=_STATES.get(old),
        old_at=instants.written(before.get("resultRecordedTime")),
        tell=state == "ok" and old == "NON_COMPLIANT",
        subject=f"{partition}:{account}:{region}:config:{rule}:{sort}:{thing}",
        title=Phrase(_title(state, old), {"rule": rule or "-", "resource": arns.name(thing) or account}),
        at=recorded or instants.written(detail.get("notificationCreationTime")) or plainly.moment(envelope),
        severity="medium" if firing else "info",
        summary=_summary(word, old),
        quote=fields.text(now, "annotation"),
        facts=plainly.facts(
            ("words.rule", rule),
            ("words.resource", arns.name(thing)),
            ("words.type", sort),
            ("config.compliance", word),
            ("config.checked", None if recorded is None else At(recorded)),
            details=(("config.annotation", fields.text(now, "annotation")),),
        ),
        meaning=(Phrase("config.means"),) if firing else (),
        advice=(Phrase("config.do_change"), Phrase("config.do_except")) if firing else (),
        links=(Link(Phrase("config.open_rule"), url),) if url else (),
        labels={"rule": rule, "resourcetype": sort},
        partition=partition,
        account=account,
        region=region,
    )


def _title(state: State, old: str) -> str:
    if state == "firing":
        return "config.broken"
    if state == "ok":
        return "config.again" if old == "NON_COMPLIANT" else "config.kept"
    return "config.unknown"


def _summary(word: str, old: str) -> Phrase | None:
    if old and word:
        return Phrase("config.change", {"old": old, "new": word})
    return Phrase("config.is", {"new": word}) if word else None
