"""Bills, anomalies, mails, backups, alerts of others: how loud, one story, nothing that must not be shown."""

from __future__ import annotations

import time
from datetime import UTC
from typing import Any

import pytest

from tocsin.envelope import Envelope, unwrap
from tocsin.kinds import read
from tocsin.model import Signal, Value
from tocsin.reading import instants, money, sizes
from tocsin.words import plain

LAMBDA = {"requestId": "r-1", "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:resize:7"}


def only(raw: object) -> Signal:
    (signal,) = read(unwrap(raw)[0])
    return signal


def english(signal: Signal) -> str:
    return plain(signal.title, "en", UTC)


def budget(amount: str, limit: str, alert: str = "ACTUAL", threshold: str = "> $80.00") -> Envelope:
    lines = f"Budget Name: lab\nBudgeted Amount: {limit}\nAlert Type: {alert}\nAlert Threshold: {threshold}\n"
    return Envelope(
        f"AWS Budget Notification May 04, 2026\nAWS Account 123456789012\n\n{lines}{alert} Amount: {amount}"
    )


def event(source: str, what: str, detail: dict[str, Any]) -> dict[str, Any]:
    where = {"account": "123456789012", "region": "eu-west-1", "time": "2026-11-03T06:12:41Z", "id": "e-1"}
    return {"source": source, "detail-type": what, "detail": detail, **where}


def shown(signal: Signal) -> str:
    """All that anybody could see of it, in both languages."""
    values: list[Value] = [signal.title, signal.summary or "", signal.quote, *signal.meaning, *signal.advice]
    values += [part for fact in signal.facts for part in (fact.label, fact.value)]
    texts = [plain(value, language, UTC) for value in values for language in ("en", "ko")]
    return "\n".join([*texts, *(link.url for link in signal.links), *signal.labels.values()])


@pytest.mark.parametrize(
    ("amount", "limit", "alert", "severity"),
    [
        ("$81.00", "$100.00", "ACTUAL", "medium"),
        ("$100.00", "$100.00", "ACTUAL", "high"),
        ("$1,199.99", "$600.00", "ACTUAL", "high"),
        ("$1,200.00", "$600.00", "ACTUAL", "critical"),
        ("$9,999.00", "$100.00", "FORECASTED", "medium"),
        ("$81.00", "$0.00", "ACTUAL", "medium"),
    ],
)
def test_a_budget_is_as_loud_as_the_money_that_is_gone(amount: str, limit: str, alert: str, severity: str) -> None:
    """A part of it is medium, all of it high, twice of it critical; what is only forecast is medium."""
    (signal,) = read(budget(amount, limit, alert))
    assert (signal.kind, signal.severity) == ("budget", severity)


def test_an_idle_reservation_is_not_told_as_overspending() -> None:
    """A budget that alerts below its threshold says how little is used, and nothing about hacked accounts."""
    (signal,) = read(budget("61 %", "90 %", threshold="< 80 %"))
    assert english(signal) == "Budget lab: use is only 61 %"
    assert (signal.severity, "hacked" in shown(signal)) == ("low", False)


def test_each_threshold_of_a_budget_is_its_own_story() -> None:
    """80 % and 100 % of one budget are two messages; the same threshold told twice is one."""
    first, again, second = (
        read(budget(amount, "$100.00", threshold=threshold))[0].story
        for amount, threshold in (("$81.00", "> $80.00"), ("$82.00", "> $80.00"), ("$101.00", "> $100.00"))
    )
    assert first == again != second


@pytest.mark.parametrize(
    ("impact", "severity"),
    [({"totalImpact": 12.5}, "medium"), ({"totalImpact": "100"}, "high"), ({"totalImpact": 4000}, "critical"),
     ({"maxImpact": None}, "high")],
)  # fmt: skip
def test_an_anomaly_is_as_loud_as_its_money(impact: dict[str, Any], severity: str) -> None:
    """Below 100 USD it is medium, from 1,000 on critical; where nobody says, high."""
    signal = only({"anomalyId": "a-1", "impact": impact, "accountId": "123456789012"})
    assert (signal.kind, signal.severity) == ("cost_anomaly", severity)


def test_an_anomaly_is_one_incident_by_whatever_road() -> None:
    """The SNS message and the EventBridge event of one anomaly have one subject."""
    detail = {"anomalyId": "a-1", "impact": {"totalImpact": 5}, "accountId": "123456789012"}
    assert only(detail).subject == only(event("aws.ce", "Anomaly Detected", detail)).subject


def test_a_link_that_a_message_brings_must_lead_to_aws() -> None:
    """A forged address of an anomaly is replaced by the console's own page."""
    forged = {"anomalyId": "a", "impact": {}, "anomalyDetailsLink": "https://console.aws.amazon.com.evil.example/"}
    assert [link.url for link in only(forged).links] == [
        "https://us-east-1.console.aws.amazon.com/costmanagement/home?region=us-east-1#/anomaly-detection"
    ]


def test_an_alert_has_one_subject_in_text_and_in_json() -> None:
    """The order and the form of labels make no difference to whose alert it is; another label does."""
    text = Envelope("Alerts Firing:\nLabels:\n - alertname = Disk\n - host = a\n - job = j\nAnnotations:\nSource: x")
    alert = {"status": "firing", "labels": {"job": "j", "host": "a"}}
    (told,) = read(text)
    told_again, other = (
        only({"status": "firing", "commonLabels": {"alertname": "Disk"}, "alerts": [one]})
        for one in (alert, {**alert, "labels": {"job": "j", "host": "b"}})
    )
    assert told.subject == told_again.subject != other.subject


def test_every_alert_of_a_message_is_told_with_its_own_state() -> None:
    """Firing and resolved ones of one text are conditions of their own, at the times that they name."""
    alerts = [
        {"status": "firing", "labels": {"alertname": "A"}, "startsAt": "2026-11-03 06:02:11.184927 +0000 UTC"},
        {"status": "resolved", "labels": {"alertname": "B"}, "endsAt": "2026-11-03T06:10:00Z"},
        {"status": "whatever", "labels": {"alertname": "C"}},
    ]
    signals = read(unwrap({"status": "firing", "alerts": alerts})[0])
    assert [(english(one), one.state) for one in signals] == [
        ("Firing: A", "firing"), ("Resolved: B", "ok"), ("Firing: C", "firing"),
    ]  # fmt: skip
    assert [one.at for one in signals] == [1_793_685_731_184, 1_793_686_200_000, None]


@pytest.mark.parametrize(
    "raw",
    [
        {"Records": [{"eventSource": "aws:ses", "ses": {"mail": {}, "receipt": {}, "content": "SECRET"}}]},
        event("aws.states", "Step Functions Execution Status Change",
              {"executionArn": "arn:aws:states:eu-west-1:1:execution:m:e", "status": "FAILED", "input": "SECRET",
               "output": "SECRET"}),
        {"timestamp": "2026-11-03T06:12:41Z", "requestContext": LAMBDA, "requestPayload": {"token": "SECRET"}},
        {"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": '{"MessageBody": "SECRET"}',
                      "messageAttributes": {"ERROR_CODE": {"stringValue": "x"}, "TARGET_ARN": {"stringValue": "y"}}}]},
    ],
    ids=["mail", "execution", "call", "dead letter"],
)  # fmt: skip
def test_what_passes_through_is_not_shown(raw: dict[str, Any]) -> None:
    """A mail's content, an execution's input and output, a call's payload, a dead letter's body: anything may be in
    them, so none of it is shown."""
    signal = only(raw)
    assert signal.kind in ("ses", "step_functions", "lambda_destination", "dead_letter")
    assert "SECRET" not in shown(signal)


def test_a_dead_letter_that_says_what_it_is_is_read_as_that() -> None:
    """An alarm that lay in a dead-letter queue is shown as the alarm when it comes after all."""
    attributes = {name: {"stringValue": "x"} for name in ("ERROR_CODE", "TARGET_ARN", "RULE_ARN")}
    alarm = event("aws.cloudwatch", "CloudWatch Alarm State Change", {"alarmName": "a", "state": {"value": "ALARM"}})
    record = {"eventSource": "aws:sqs", "messageId": "m", "body": str(alarm).replace("'", '"')}
    assert only({"Records": [{**record, "messageAttributes": attributes}]}).kind == "cloudwatch_alarm"
    strange = str(event("com.example", "Order", {})).replace("'", '"')
    assert only({"Records": [{**record, "body": strange, "messageAttributes": attributes}]}).kind == "dead_letter"


def test_a_renewed_certificate_ends_what_its_approaching_end_began() -> None:
    """Both events are about one subject; the first is firing and the nearer the end the louder, the second is ok."""
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/c"
    days = [
        only({**event("aws.acm", "ACM Certificate Approaching Expiration", {"DaysToExpiry": left}), "resources": [arn]})
        for left in (45, 14, 3, 1)
    ]
    renewed = {"Action": "RENEWAL", "CommonName": "example.com"}
    over = only({**event("aws.acm", "ACM Certificate Available", renewed), "resources": [arn]})
    assert [one.severity for one in days] == ["medium", "high", "critical", "critical"]
    assert ({one.subject for one in days}, {one.state for one in days}) == ({over.subject}, {"firing"})
    assert (over.state, over.tell, english(over)) == ("ok", True, "Certificate example.com was renewed")


def test_a_backup_job_is_one_incident_from_start_to_end() -> None:
    """Its running deserves no first word, its end does, and its failure is firing."""
    states = [
        only(event("aws.backup", "Backup Job State Change", {"backupJobId": "j", "state": state}))
        for state in ("RUNNING", "COMPLETED", "FAILED", "EXPIRED")
    ]
    assert len({one.subject for one in states}) == 1
    assert [(one.state, one.tell) for one in states] == [
        ("unknown", False), ("ok", True), ("firing", False), ("firing", False),
    ]  # fmt: skip


def test_sending_that_was_stopped_is_a_condition_that_ends() -> None:
    """SES sends no more, and later again: one subject in two states."""
    off, on = (
        only(event("aws.ses", f"Sending Status {word}", {"version": "1.0.0"})) for word in ("Disabled", "Enabled")
    )
    assert (off.subject, off.state, off.severity, on.state) == (on.subject, "firing", "critical", "ok")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("See <https://a.example/x|the *log*>", "See the log (https://a.example/x)"),
        ("See [log](https://a.example)", "See log (https://a.example)"),
        (":warning: **Down**", "Down"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("# Title\n> quoted `code`", "Title quoted code"),
        ("at 10:30:00", "at 10:30:00"),
    ],
)
def test_markdown_becomes_text(text: str, told: str) -> None:
    """A custom notification's markup is taken off, its addresses stay readable, and what only looks like it stays."""
    assert english(only({"version": "1.0", "source": "custom", "content": {"title": text}})) == told


def test_keys_of_objects_are_decoded_where_s3_encodes_them() -> None:
    """Records carry an object's name as in a URL, EventBridge events as it is."""
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
              "s3": {"bucket": {"name": "b"}, "object": {"key": "a+b%2Bc.csv"}}}  # fmt: skip
    plain_key = {"bucket": {"name": "b"}, "object": {"key": "a+b.csv"}}
    assert english(only({"Records": [record]})) == "Object created in b: a b+c.csv"
    assert english(only(event("aws.s3", "Object Created", plain_key))) == "Object created in b: a+b.csv"


@pytest.mark.parametrize(
    "filler",
    ["A", "Aa ", ": : :", "*_`~", "[x](https://", "<https://a|", " - a = b\n", "\n**\n", " ", "\n", "firing\n"],
)
def test_a_long_text_costs_little(filler: str) -> None:
    """As much text as SNS takes, made to be slow to read, is read in less than a few seconds whoever claims it."""
    text = filler * (200_000 // len(filler))
    began = time.process_time()
    for head in (
        "AWS Budget Notification x\n",
        "AWS Free Tier usage limit ",
        "An AWS Backup job ",
        "Alerts Firing:\nLabels:\n",
    ):
        assert read(Envelope(head + text, event_id="e"))
    assert read(Envelope({"source": "custom", "content": {"description": text}}, event_id="e"))
    assert time.process_time() - began < 8


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1234.5, "USD", "1,234.50 USD"), (100, "USD", "100 USD"), (0.0042, "USD", "0.0042 USD"), (0, "USD", "0 USD"),
        (-3.999, "EUR", "-4.00 EUR"), (1_234_567.4, "KRW", "1,234,567 KRW"), (1e300, "USD", "1e+300 USD"),
    ],
)  # fmt: skip
def test_money_is_written_as_money(amount: float, currency: str, text: str) -> None:
    """Cents are two or none, thousands are kept apart, less than a cent keeps its digits."""
    assert money.written(amount, currency) == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [("> $1,234.50", 1234.5), ("431.5 GB", 431.5), ("< 80%", 80), ("¥ -5", -5), ("nothing", None), ("", None)],
)
def test_an_amount_is_found_in_a_text(text: str, amount: float | None) -> None:
    """Whatever currency or unit stands beside it."""
    assert money.amount_in(text) == amount


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, ""), (0, "0 B"), (312, "312 B"), (8_589_934_592, "8.59 GB"), (1e30, "1,000,000,000,000 EB")],
)
def test_sizes_are_written_with_a_prefix(count: float | None, text: str) -> None:
    """Decimal prefixes, as AWS's own consoles count storage."""
    assert sizes.written(count) == text


def test_times_of_go_are_read() -> None:
    """Prometheus writes nanoseconds and both the offset and the zone."""
    assert instants.written("2026-11-03 06:02:11.184927123 +0000 UTC") == 1_793_685_731_184
    assert instants.written("2026-11-03 06:02:11 +0900 KST m=+0.1") == 1_793_685_731_000 - 9 * 3_600_000
    assert instants.written("0001-01-01 00:00:00 +0000 UTC") is None
