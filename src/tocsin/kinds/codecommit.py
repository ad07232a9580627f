"""CodeCommit: a push, a branch or tag, a pull request, a comment (EventBridge, and a repository trigger by SNS).

Shapes: docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html and /how-to-notify-lambda.html
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal
from tocsin.reading import arns, console, fields, instants, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "created": "{ref} was created in {repository}",
        "updated": "New commits on {ref} of {repository}",
        "deleted": "{ref} was deleted in {repository}",
        "opened": "Pull request {number} of {repository} was opened: {title}",
        "merged": "Pull request {number} of {repository} was merged: {title}",
        "closed": "Pull request {number} of {repository} was closed: {title}",
        "pull": "Pull request {number} of {repository} was changed: {title}",
        "commented": "New comment in {repository}",
        "other": "{repository}: {event}",
        "repository": "Repository",
        "ref": "Branch or tag",
        "commit": "Commit",
        "before": "Before",
        "pull_request": "Pull request",
        "from_to": "From",
        "to": "Into",
        "event": "Event",
        "merge": "Merged by",
        "open": "Open repository",
        "open_pull": "Open pull request",
    },
    "ko": {
        "created": "{repository}에 {ref} 생성",
        "updated": "{repository}의 {ref}에 새 커밋",
        "deleted": "{repository}에서 {ref} 삭제",
        "opened": "{repository} 풀 리퀘스트 {number} 생성: {title}",
        "merged": "{repository} 풀 리퀘스트 {number} 병합: {title}",
        "closed": "{repository} 풀 리퀘스트 {number} 종료: {title}",
        "pull": "{repository} 풀 리퀘스트 {number} 변경: {title}",
        "commented": "{repository}에 새 댓글",
        "other": "{repository}: {event}",
        "repository": "리포지토리",
        "ref": "브랜치 또는 태그",
        "commit": "커밋",
        "before": "이전 커밋",
        "pull_request": "풀 리퀘스트",
        "from_to": "원본",
        "to": "대상",
        "event": "이벤트",
        "merge": "병합 방식",
        "open": "리포지토리 열기",
        "open_pull": "풀 리퀘스트 열기",
    },
}

_REFS = {
    "referenceCreated": "codecommit.created",
    "referenceUpdated": "codecommit.updated",
    "referenceDeleted": "codecommit.deleted",
}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per event, or per branch or tag of a trigger's record."""
    if "eventbridge" not in envelope.via:
        return tuple(_triggered(envelope))
    detail = plainly.detail(envelope)
    names = [one for one in fields.items(detail, "repositoryNames") if isinstance(one, str)]
    resources = [one for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    names += [fields.text(detail, "repositoryName", "approvalRuleTemplateName")] + [arns.name(one) for one in resources]
    name = next((fields.clean(one) for one in names if one), "")
    event = fields.text(detail, "event")
    return (_happened(envelope, detail, name, event),) if name or event else ()


def _happened(envelope: Envelope, detail: fields.Json, name: str, event: str) -> Signal:
    partition, account, region = plainly.origin(envelope)
    ref, number = fields.text(detail, "referenceName"), fields.text(detail, "pullRequestId")
    args = {"repository": name, "ref": ref, "number": number, "title": cut(fields.text(detail, "title"), 120)[0]}
    said = fields.text(detail, "content", "commentContent") or _comments(envelope)
    home = f"codesuite/codecommit/repositories/{quote(name, safe='')}"
    return Signal(
        kind="codecommit",
        sort="happening",
        subject=":".join((partition, account, region, "codecommit", name, ref or number)),
        title=Phrase(_key(detail, event), {**args, "event": event or fields.text(envelope.body, "detail-type")}),
        at=plainly.moment(envelope),
        story=":".join((account, region, name, ref or number, event)),
        severity=_severity(event),
        quote=cut(said or fields.text(detail, "notificationBody", "description"), 1000)[0],
        facts=plainly.facts(
            ("words.actor", arns.name(fields.text(detail, "callerUserArn", "author"))),
            ("codecommit.ref", ref),
            ("codecommit.commit", fields.text(detail, "commitId", "afterCommitId", "sourceCommit")),
            ("codecommit.from_to", _branch(detail, "sourceReference")),
            ("codecommit.to", _branch(detail, "destinationReference")),
            ("words.status", fields.text(detail, "pullRequestStatus", "approvalStatus")),
            ("codecommit.merge", fields.text(detail, "mergeOption")),
            details=(
                ("codecommit.repository", name),
                ("codecommit.event", event),
                ("codecommit.pull_request", number),
                ("codecommit.before", fields.text(detail, "oldCommitId", "beforeCommitId")),
            ),
        ),
        links=plainly.links(
            ("codecommit.open_pull", number and console.page(partition, region, f"{home}/pull-requests/{number}")),
            ("codecommit.open", console.page(partition, region, f"{home}/browse") if name else ""),
        ),
        labels={"repository": name, "event": event},
        partition=partition,
        account=account,
        region=region,
    )


def _key(detail: fields.Json, event: str) -> str:
    if event in _REFS and fields.text(detail, "referenceName"):
        return _REFS[event]
    if event.startswith("commentOn"):
        return "codecommit.commented"
    if not fields.text(detail, "pullRequestId") or not event.startswith("pullRequest"):
        return "codecommit.other"
    if event == "pullRequestCreated":
        return "codecommit.opened"
    if fields.yes(detail, "isMerged"):
        return "codecommit.merged"
    return "codecommit.closed" if fields.text(detail, "pullRequestStatus") == "Closed" else "codecommit.pull"


def _severity(event: str) -> Severity:
    return "low" if event == "referenceDeleted" else "info"


def _branch(detail: fields.Json, name: str) -> str:
    return fields.text(detail, name).removeprefix("refs/heads/")


def _comments(envelope: Envelope) -> str:
    """What a notification rule adds: the comments themselves."""
    more = fields.mapping(envelope.body, "additionalAttributes")
    return "\n".join(filter(None, (fields.text(one, "commentText") for one in fields.items(more, "comments"))))


def _triggered(envelope: Envelope) -> Iterator[Signal]:
    body = envelope.body
    arn = arns.parse(fields.text(body, "eventSourceARN"))
    partition, account, region = (arn.partition, arn.account, arn.region) if arn else plainly.origin(envelope)
    name = arn.resource if arn else ""
    found = fields.items(fields.mapping(body, "codecommit"), "references")
    references = [one for one in found if isinstance(one, dict)]
    for place, one in enumerate(references or [{}]):
        full = fields.text(one, "ref")
        ref = full.removeprefix("refs/heads/").removeprefix("refs/tags/")
        done = "referenceCreated" if fields.yes(one, "created") else "referenceUpdated"
        event = "referenceDeleted" if fields.yes(one, "deleted") else done
        yield Signal(
            kind="codecommit",
            sort="happening",
            subject=":".join((partition, account, region, "codecommit", name, ref)),
            title=Phrase(_REFS[event] if ref else "codecommit.other", {"repository": name, "ref": ref, "event": event}),
            at=instants.iso(fields.text(body, "eventTime")) or plainly.moment(envelope),
            event_id=f"{fields.text(body, 'eventId') or envelope.event_id}#{place}",
            story=":".join((account, region, name, ref, event)),
            severity=_severity(event),
            facts=plainly.facts(
                ("words.actor", arns.name(fields.text(body, "userIdentityARN"))),
                ("codecommit.ref", ref),
                ("codecommit.commit", fields.text(one, "commit")),
                ("words.rule", fields.text(body, "eventTriggerName")),
                details=(("codecommit.repository", name), ("codecommit.event", event)),
            ),
            links=plainly.links(
                (
                    "codecommit.open",
                    console.page(partition, region, f"codesuite/codecommit/repositories/{quote(name, safe='')}/browse"),
                )
            ),
            labels={"repository": name, "event": event},
            partition=partition,
            account=account,
            region=region,
        )
