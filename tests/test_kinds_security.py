"""Security findings: how bad they are, what is one incident, what is never shown."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from tocsin.envelope import unwrap
from tocsin.kinds import read
from tocsin.model import Signal
from tocsin.reading import fields, instants, severities
from tocsin.words import LANGUAGES, plain

EVENTS = Path(__file__).parent / "events"


def event(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


def signals(raw: Any) -> tuple[Signal, ...]:
    return tuple(signal for envelope in unwrap(raw) for signal in read(envelope))


def only(raw: Any) -> Signal:
    (signal,) = signals(raw)
    return signal


def everything_said(signal: Signal) -> str:
    """All that any language could show of it."""
    said = [signal.title, *filter(None, [signal.summary]), *signal.meaning, *signal.advice]
    values = [value for fact in signal.facts for value in (fact.label, fact.value)]
    texts = [plain(one, language, UTC) for language in LANGUAGES for one in (*said, *values)]
    return "\n".join((*texts, signal.quote, signal.subject, signal.story, str(signal.labels), str(signal.links)))


@pytest.mark.parametrize(
    ("kind", "score", "severity"),
    [
        ("Trojan:EC2/DNSDataExfiltration", 9.0, "critical"),
        ("Trojan:EC2/DNSDataExfiltration", 8.9, "high"),
        ("Trojan:EC2/DNSDataExfiltration", "7", "high"),
        ("Trojan:EC2/DNSDataExfiltration", 6.9, "medium"),
        ("Trojan:EC2/DNSDataExfiltration", 3.9, "low"),
        ("Trojan:EC2/DNSDataExfiltration", None, "medium"),
        ("Stealth:IAMUser/CloudTrailLoggingDisabled", 2, "high"),
        ("Policy:IAMUser/RootCredentialUsage", 2, "medium"),
        ("Policy:IAMUser/RootCredentialUsage", 8, "high"),
    ],
)
def test_a_finding_is_as_bad_as_guardduty_says_but_for_what_intruders_do_first(
    kind: str, score: Any, severity: str
) -> None:
    """9 and more is critical; the two low findings that a break-in begins with are graded higher, never lower."""
    raw = event("guardduty/ec2-mining")
    raw["detail"].update(type=kind, severity=score)
    assert only(raw).severity == severity


def test_a_finding_and_its_updates_are_one_incident_by_any_road() -> None:
    """GuardDuty's own event, its later update, the API's spelling and Security Hub's copy have the same subject."""
    first = only(event("guardduty/ec2-mining"))
    later = only(event("guardduty/ec2-mining-archived-later"))
    spelled = only(event("guardduty/api-spelling-by-sns"))
    hub = signals(event("securityhub/three-findings"))[0]
    assert first.subject == later.subject == spelled.subject == hub.subject
    assert (first.state, later.state) == ("firing", "ok")
    assert first.at is not None and later.at is not None and first.at < later.at
    assert first.at == hub.at


def test_both_formats_of_security_hub_name_a_finding_alike() -> None:
    """The same control on the same bucket, told as ASFF and as OCSF, is one incident."""
    asff, ocsf = only(event("securityhub/control-failed")), only(event("securityhub/ocsf-control-failed"))
    assert (asff.subject, asff.at, asff.severity) == (ocsf.subject, ocsf.at, ocsf.severity)


def test_no_finding_of_an_event_is_left_out() -> None:
    """Each finding of an event is a signal of its own; what is no finding at all is passed over."""
    found = signals(event("securityhub/three-findings"))
    assert [signal.state for signal in found] == ["firing", "firing", "ok"]
    assert len({signal.subject for signal in found}) == len({signal.event_id for signal in found}) == 3
    assert len(signals(event("securityhub/nulls"))) == 1


def test_what_a_person_sends_from_security_hub_is_said_each_time() -> None:
    """A custom action is a happening: somebody wants it told, whatever was told before."""
    sent = only(event("securityhub/custom-action"))
    assert (sent.sort, sent.state, sent.severity) == ("happening", None, "critical")


def test_a_health_event_and_its_backup_from_another_region_are_one() -> None:
    """Subject and time are those of the event, not of the region that delivered it."""
    event_, twin = only(event("health/issue")), only(event("health/issue-backup-twin"))
    assert (event_.subject, event_.at, event_.region) == (twin.subject, twin.at, twin.region)
    closed = only(event("health/issue-closed"))
    assert (closed.subject, closed.state) == (event_.subject, "ok")


def test_a_notice_is_told_once_for_all_its_copies_but_for_each_page() -> None:
    """The copy from the backup region has the same event id; another page or a later message has another."""
    raw = event("health/notice")
    first = only(raw)
    raw.update(region="us-west-2", id="another", time="2026-10-05T08:20:00Z")
    assert only(raw).event_id == first.event_id
    raw["detail"]["page"] = "2"
    paged = only(raw)
    raw["detail"]["communicationId"] = "another"
    assert len({first.event_id, paged.event_id, only(raw).event_id}) == 3
    assert paged.story == first.story


@pytest.mark.parametrize("service", ["RISK", "ABUSE"])
def test_stolen_credentials_and_abuse_are_explained_whatever_their_category(service: str) -> None:
    """They say what it means and what to do, and are at least high."""
    raw = event("health/notice")
    raw["detail"].update(service=service, eventTypeCode=f"AWS_{service}_SOMETHING_NEW", eventTypeCategory="new")
    signal = only(raw)
    assert signal.severity == ("critical" if service == "RISK" else "high")
    assert signal.sort == "condition" and signal.meaning and len(signal.advice) >= 3


def test_values_that_may_be_secret_are_never_shown_of_a_changed_resource() -> None:
    """A password in a Lambda function's environment, or a token inside another property, is nowhere in the signal."""
    signal = only(event("config/item-lambda-secrets-by-sns"))
    said = everything_said(signal)
    assert "DB_PASSWORD" in said and "128 → 512" in said and "vpc-2" in said
    assert not any(secret in said for secret in ("hunter2", "correct horse", "abc", "def"))


def test_a_rule_that_is_kept_again_deserves_a_word_only_if_it_was_broken() -> None:
    """A first evaluation that finds nothing wrong is not told; a recovery is, even if its beginning was not seen."""
    again = event("config/compliance-again-by-sns")
    assert only(again).tell
    message = json.loads(again["Records"][0]["Sns"]["Message"])
    message["oldEvaluationResult"] = None
    again["Records"][0]["Sns"]["Message"] = json.dumps(message)
    assert not only(again).tell and only(again).state == "ok"


def test_the_trouble_is_over_when_the_service_says_so() -> None:
    """Archived, closed, resolved, suppressed and passed findings are ok."""
    names = (
        "guardduty/ec2-mining-archived-later", "inspector2/ec2-closed-later", "macie/personal-data-archived",
        "access_analyzer/external-resolved", "access_analyzer/unused-key-archived", "securityhub/control-passed-later",
        "securityhub/ocsf-vulnerability-resolved", "guardduty_coverage/eks-healthy-again", "health/issue-closed",
        "trusted_advisor/quota-fine-again", "inspector2_scan/coverage-back", "guardduty_malware/bucket-active",
    )  # fmt: skip
    assert {only(event(name)).state for name in names} == {"ok"}


def test_scans_of_one_bucket_that_end_alike_are_one_story() -> None:
    """Clean objects of a bucket are counted together; malware, and other malware, is another story."""
    clean, threat = event("guardduty_malware/object-clean"), event("guardduty_malware/object-threat")
    first = only(clean)
    clean["detail"]["s3ObjectDetails"]["objectKey"] = "another"
    assert only(clean).story == first.story != only(threat).story
    bad = only(threat)
    threat["detail"]["scanResultDetails"]["threats"] = [{"name": "Another"}]
    assert only(threat).story != bad.story


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2025-03-24T19:58:52.512329448Z", 1_742_846_332_512),
        ("Wed Sep 04 16:59:44.356 UTC 2024", 1_725_469_184_356),
        ("Jan 19, 2023, 10:46:15 PM", 1_674_168_375_000),
        ("Thu, 5 Jan 2023 19:00:00 GMT", 1_672_945_200_000),
        ("yesterday", None),
        ("", None),
        (5, None),
    ],
)
def test_each_services_way_to_write_a_time_is_read(text: object, ms: int | None) -> None:
    """Inspector and Health write times of their own; what is none is None."""
    assert instants.written(text) == ms


def test_words_and_scores_become_grades() -> None:
    """Whatever the case of letters; what nobody knows is medium."""
    words = [severities.by_word(word) for word in ("CRITICAL", "High", " medium ", "LOW", "Informational", "Other", "")]
    assert words == ["critical", "high", "medium", "low", "info", "medium", "medium"]
    assert [severities.by_score(score) for score in (0, 0.1, 4, 7, 9, None)] == [
        "info", "low", "medium", "high", "critical", "medium",
    ]  # fmt: skip


def test_names_are_made_small_however_deep_and_lose_nothing_that_was_small() -> None:
    """An API's names become an event's; a name that was small already wins."""
    spelled: fields.Json = {"Id": 1, "id": 2, "Service": [{"Count": 3}, {"Action": {"Api": 4}}], "ID": 5}
    assert fields.camel(spelled) == {"id": 2, "service": [{"count": 3}, {"action": {"api": 4}}], "iD": 5}
