"""Judges one call: which rule it falls under, how bad that is, and the sentences that say so."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.kinds.cloudtrail import blinding, exposure, holdings, identity, spending
from tocsin.kinds.cloudtrail.actor import Actor
from tocsin.kinds.cloudtrail.record import Record, texts
from tocsin.kinds.cloudtrail.rules import Lesson, Rule, Rules
from tocsin.model import Phrase, Severity, Value
from tocsin.reading import arns
from tocsin.reading.content import cut

RULES: Rules = {**identity.RULES, **blinding.RULES, **exposure.RULES, **spending.RULES, **holdings.RULES}

_LADDER: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
_PROBING = Lesson("cloudtrail.probing_means")
_NAMED = 3
_LONG = 100
# Where calls that have no rule name their object, the most telling first.
_OBJECTS = (
    "userName", "roleName", "groupName", "bucketName", "functionName", "dBInstanceIdentifier", "dBClusterIdentifier",
    "instancesSet.instanceId", "instanceId", "clusterName", "stackName", "tableName", "queueUrl", "topicArn",
    "secretId", "keyId", "name", "groupId", "vpcId", "subnetId", "routeTableId", "domainName", "repositoryName",
    "projectName",
    "policyArn", "resourceArn", "resourceId", "resourcesSet.resourceId", "cluster", "id", "arn", "alarmName",
)  # fmt: skip
# Where a service's first word is not how people call it.
_CALLED = {
    "account": "Account", "bedrock": "Bedrock", "cloudformation": "CloudFormation", "cloudtrail": "CloudTrail",
    "config": "Config", "dynamodb": "DynamoDB", "elasticloadbalancing": "ELB", "elasticmapreduce": "EMR",
    "events": "EventBridge", "guardduty": "GuardDuty", "lambda": "Lambda", "lightsail": "Lightsail",
    "logs": "CloudWatch Logs", "monitoring": "CloudWatch", "organizations": "Organizations", "route53": "Route 53",
    "sagemaker": "SageMaker", "secretsmanager": "Secrets Manager", "securityhub": "Security Hub",
    "servicequotas": "Service Quotas", "signin": "Sign-in", "sso": "IAM Identity Center",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """``story`` names the rule: calls under one rule by one actor belong together."""

    story: str
    severity: Severity
    title: Phrase
    summary: Phrase
    meaning: tuple[Phrase, ...]
    advice: tuple[Phrase, ...]
    objects: tuple[str, ...]


def judge(record: Record, actor: Actor) -> Verdict:
    """What the call means. A call that no rule knows is told by its name."""
    row = RULES.get(f"{record.service}:{record.name}")
    known = row if isinstance(row, Rule) or row is None else row(record)
    rule = known or _unlisted(record, actor)
    objects = _objects(record, rule)
    args = _args(record, actor, rule, objects)
    severity = _severity(record, actor, rule)
    title, summary = _told(record, actor, Phrase(rule.title, args), known, args)
    return Verdict(
        story=rule.title if known else _story(record, actor),
        severity=severity,
        title=title,
        summary=summary,
        meaning=_meaning(record, rule, known),
        advice=_advice(record, actor, rule, severity, args),
        objects=objects,
    )


def _args(record: Record, actor: Actor, rule: Rule, objects: tuple[str, ...]) -> dict[str, Value]:
    """What the braces of every sentence may ask for."""
    named: Value = objects or (actor.said if rule.own else "")
    return {
        "target": named or Phrase("cloudtrail.unnamed"),
        "on": Phrase("cloudtrail.on", {"target": named}) if named else "",
        "who": actor.said,
        "call": called(record.service, record.name),
        "service": _called(record.service),
        "place": _place(record),
        "error": record.error or record.message,
        "account": actor.account,
        **rule.args,
    }


def called(service: str, name: str) -> str:
    """The call as people say it: "EC2 RunInstances"."""
    return f"{_called(service)} {name}".strip()


def _called(service: str) -> str:
    return _CALLED.get(service) or (service.upper() if len(service) <= 3 else service)


def _unlisted(record: Record, actor: Actor) -> Rule:
    if actor.sort == "root":
        severity: Severity = "medium" if record.read_only() else "high"
        return Rule("cloudtrail.root_call", severity, identity.ROOT, _OBJECTS)
    if record.outcome == "denied":
        return Rule("cloudtrail.call", "low" if record.read_only() else "medium", _PROBING, _OBJECTS)
    quiet = record.read_only() or record.service == "signin"
    return Rule("cloudtrail.call", "info" if quiet else "low", of=_OBJECTS)


def _objects(record: Record, rule: Rule) -> tuple[str, ...]:
    found = record.asked(*rule.of) if rule.of else []
    if not found and rule.of is _OBJECTS:
        found = texts(record.whole, "resources.ARN") or _named(record)
    short = tuple(cut(_bare(one), _LONG)[0] for one in found)
    return (*short[:_NAMED], "…") if len(short) > _NAMED else short


def _named(record: Record) -> list[str]:
    """The first parameter that is called a name or an id."""
    named = (key for key in record.request if key.lower().endswith(("name", "identifier", "id", "arn")))
    return next((found for key in named if (found := record.asked(key))), [])


def _bare(name: str) -> str:
    """An ARN's resource without its type: "trail/main" is "main"; of a queue's URL its name."""
    arn = arns.parse(name)
    if arn is None:
        return name.rpartition("/")[2] if name.startswith("https://sqs.") else name
    first, mark, rest = arn.resource.replace("/", ":", 1).partition(":")
    return arn.resource[len(first) + 1 :] if mark and rest else arn.resource


def _told(
    record: Record, actor: Actor, what: Phrase, known: Rule | None, args: dict[str, Value]
) -> tuple[Phrase, Phrase]:
    """Title and sentence. What was not done is told by the call's name: no title may say that it is so."""
    if record.name == "ConsoleLogin":
        return what, Phrase("cloudtrail.tried" if record.outcome != "done" else "cloudtrail.signed_in", args)
    if record.outcome == "done":
        return what, Phrase("cloudtrail.by_itself" if actor.sort == "service" else "cloudtrail.did", args)
    title, alone, ruled = _UNDONE[record.outcome]
    return Phrase(title, args), Phrase(ruled, {**args, "what": what}) if known else Phrase(alone, args)


# Title, sentence without a rule, sentence with one.
_UNDONE = {
    "denied": ("cloudtrail.denied", "cloudtrail.was_denied", "cloudtrail.was_denied_what"),
    "failed": ("cloudtrail.failed", "cloudtrail.did_fail", "cloudtrail.did_fail_what"),
    "dry": ("cloudtrail.dry", "cloudtrail.did_dry", "cloudtrail.did_dry_what"),
}
# Names of services and addresses inside AWS, where nobody sits.
_INSIDE = (".amazonaws.com", ".amazonaws.com.cn", "aws internal", ".aws.internal")


def _place(record: Record) -> Phrase:
    if not record.ip:
        return Phrase("cloudtrail.from_nowhere")
    if record.ip.lower().endswith(_INSIDE):
        return Phrase("cloudtrail.from_inside", {"ip": record.ip})
    return Phrase("cloudtrail.from_ip", {"ip": record.ip})


def _severity(record: Record, actor: Actor, rule: Rule) -> Severity:
    """A step milder if nothing was done or AWS did it by itself, a step worse if root did it. A refusal is never mere
    information."""
    step = 0
    lowest = 1 if record.outcome == "denied" else 0
    if not rule.firm:
        step -= record.outcome != "done" and rule.title != "cloudtrail.call"
        step -= actor.sort == "service"
        step += actor.sort == "root" and rule.title != "cloudtrail.root_call" and not record.read_only()
    return _LADDER[min(max(_LADDER.index(rule.severity) + step, lowest), len(_LADDER) - 1)]


def _story(record: Record, actor: Actor) -> str:
    """Whatever root does, and whatever is refused to somebody, belongs together; other calls go by their names."""
    if actor.sort == "root":
        return "root"
    return "denied" if record.outcome == "denied" else f"{record.service}:{record.name}"


def _meaning(record: Record, rule: Rule, known: Rule | None) -> tuple[Phrase, ...]:
    """What was only tried means something else than what it would have done."""
    if rule.lesson is None:
        return ()
    if known and record.outcome != "done" and record.name != "ConsoleLogin":
        return (Phrase("cloudtrail.attempt_means"),)
    return (Phrase(rule.lesson.meaning),)


def _advice(record: Record, actor: Actor, rule: Rule, severity: Severity, args: dict[str, Value]) -> tuple[Phrase, ...]:
    """Ask, lock out, undo: in this order, because a thief goes on while things are undone."""
    if rule.lesson is None:
        return ()
    undo = tuple(Phrase(key, args) for key in rule.lesson.undo) if record.outcome == "done" else ()
    lock = _LOCKS.get(actor.sort) if severity not in ("info", "low") else None
    if lock == "cloudtrail.lock_user" and not actor.key.startswith("AKIA"):
        lock = "cloudtrail.lock_keys"
    known: dict[str, Value] = {**args, "name": actor.name, "key": actor.key}
    return (Phrase(lock, known), *undo) if lock else undo


_LOCKS = {
    "root": "cloudtrail.lock_root",
    "user": "cloudtrail.lock_user",
    "role": "cloudtrail.lock_role",
    "instance": "cloudtrail.lock_instance",
    "sso": "cloudtrail.lock_sso",
    "federated": "cloudtrail.lock_federated",
    "account": "cloudtrail.lock_account",
    "unknown": "cloudtrail.lock_unknown",
}
