"""CodeBuild: a build or one of its phases changed state (EventBridge; the same by a notification rule).

Shape: docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html. Environment variables may be
secrets: they are never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Lapse, Phrase, Signal, Value
from tocsin.reading import arns, console, fields, outcomes, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "started": "Build of {name} started",
        "succeeded": "Build of {name} succeeded",
        "failed": "Build of {name} failed",
        "stopped": "Build of {name} was stopped",
        "changed": "Build of {name} is {status}",
        "failed_phase": "Build of {name} failed in phase {phase}",
        "phase": "Build of {name}: phase {phase}: {status}",
        "project": "Project",
        "number": "Build number",
        "failed_in": "Failed in",
        "took": "Took",
        "initiator": "Started by",
        "source": "Source",
        "version": "Source version",
        "image": "Image",
        "build": "Build",
        "phase_label": "Phase",
        "open": "Open build",
        "logs": "Open log",
    },
    "ko": {
        "started": "{name} 빌드 시작",
        "succeeded": "{name} 빌드 성공",
        "failed": "{name} 빌드 실패",
        "stopped": "{name} 빌드 중지됨",
        "changed": "{name} 빌드 상태: {status}",
        "failed_phase": "{name} 빌드 실패: {phase} 단계",
        "phase": "{name} 빌드: {phase} 단계 {status}",
        "project": "프로젝트",
        "number": "빌드 번호",
        "failed_in": "실패한 단계",
        "took": "소요 시간",
        "initiator": "시작한 주체",
        "source": "소스",
        "version": "소스 버전",
        "image": "이미지",
        "build": "빌드",
        "phase_label": "단계",
        "open": "빌드 열기",
        "logs": "로그 열기",
    },
}

_TITLES = {
    "started": "codebuild.started",
    "succeeded": "codebuild.succeeded",
    "failed": "codebuild.failed",
    "stopped": "codebuild.stopped",
    "changed": "codebuild.changed",
}
_CREDENTIALS = re.compile(r"//[^/@\s]+@")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per build; nothing when the event names no project."""
    detail = plainly.detail(envelope)
    more = fields.mapping(detail, "additional-information")
    partition, account, region = plainly.origin(envelope)
    name = fields.text(detail, "project-name")
    build = fields.text(detail, "build-id", "build-batch-id", "batch-build-id")
    done = fields.text(detail, "completed-phase")
    status = fields.text(detail, "completed-phase-status" if done else "build-status", "build-batch-status")
    if not name:
        return ()
    outcome = outcomes.quietly(outcomes.of(status)) if done else outcomes.of(status)
    failed_in = _failed_phase(more) or (done if outcome.state == "firing" else "")
    key = _TITLES[outcome.name]
    if done:
        key = "codebuild.phase"
    if outcome.name == "failed" and failed_in:
        key = "codebuild.failed_phase"
    subject = ":".join((partition, account, region, "codebuild", arns.name(build) or name))
    logs = fields.mapping(more, "logs")
    return (
        Signal(
            kind="codebuild",
            sort="condition",
            subject=subject + (f":{done}" if done and outcome.state != "firing" else ""),
            title=Phrase(key, {"name": name, "phase": failed_in or done, "status": status}),
            state=outcome.state,
            at=plainly.moment(envelope),
            tell=outcome.tell,
            severity=outcome.severity,
            quote=cut("\n".join(_reasons(detail, more)), 1500)[0],
            facts=plainly.facts(
                ("words.status", status),
                ("codebuild.phase_label", done),
                ("codebuild.failed_in", failed_in),
                ("codebuild.took", _took(detail, more)),
                ("codebuild.number", fields.whole(more, "build-number")),
                ("codebuild.initiator", fields.text(more, "initiator")),
                ("codebuild.source", _CREDENTIALS.sub("//", fields.text(fields.mapping(more, "source"), "location"))),
                ("codebuild.version", fields.text(more, "source-version")),
                details=(
                    ("codebuild.project", name),
                    ("codebuild.build", build),
                    ("codebuild.image", fields.text(fields.mapping(more, "environment"), "image")),
                ),
            ),
            links=plainly.links(
                ("codebuild.open", _page(envelope, name, build)),
                ("codebuild.logs", fields.text(logs, "deep-link", "cloudwatch-logs-deep-link")),
            ),
            labels={"project": name, "status": status},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _page(envelope: Envelope, name: str, build: str) -> str:
    partition, account, region = plainly.origin(envelope)
    project = f"codesuite/codebuild/{account}/projects/{quote(name, safe='')}"
    arn = arns.parse(build)
    place = f"/{quote(arn.resource, safe='/')}" if arn and arn.resource.startswith("build/") else ""
    return console.page(partition, region, project + place)


def _phases(more: fields.Json) -> Iterator[fields.Json]:
    return (one for one in fields.items(more, "phases") if isinstance(one, dict))


def _failed_phase(more: fields.Json) -> str:
    failed = (one for one in _phases(more) if outcomes.of(fields.text(one, "phase-status")) == outcomes.FAILED)
    return next((fields.text(one, "phase-type") for one in failed), "")


def _reasons(detail: fields.Json, more: fields.Json) -> Iterator[str]:
    """What went wrong, in CodeBuild's words. A phase without trouble has an empty context (": ")."""
    contexts = [fields.either(detail, "completed-phase-context")]
    contexts += [
        one.get("phase-context") for one in _phases(more) if fields.text(one, "phase-status") not in ("SUCCEEDED", "")
    ]
    for context in contexts:
        for one in context if isinstance(context, list) else [context]:
            if isinstance(one, str) and one.strip(" :[]"):
                yield fields.clean(one).strip("[] ")


def _took(detail: fields.Json, more: fields.Json) -> Value | None:
    known = fields.number(detail, "completed-phase-duration-seconds")
    if known is None:
        lengths = [fields.number(one, "duration-in-seconds") for one in _phases(more)]
        known = sum(one for one in lengths if one is not None) if any(lengths) else None
    return None if known is None else Lapse(known)
