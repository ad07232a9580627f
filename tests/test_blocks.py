"""What people see in Slack: the card, the compact line and the notification, and that no input can misuse them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tame import assert_tame
from tocsin.decide import Policy, alone, decide
from tocsin.destinations.slack.blocks import Look, draw, draw_notice, line
from tocsin.destinations.slack.graphemes import graphemes
from tocsin.model import (
    At,
    Fact,
    Incident,
    Lapse,
    Link,
    Message,
    Notice,
    Phase,
    Phrase,
    Reason,
    Series,
    Severity,
    Show,
    Signal,
    Sort,
    State,
    Strong,
)
from tocsin.words import LANGUAGES, sentences
from tocsin_local.slack.validation import judge

EN = Look("en", UTC)
KO = Look("ko", timezone(timedelta(hours=9), "KST"))
T = 1_764_000_000_000  # 2025-11-24 16:00 UTC
MINUTE = 60_000
REASON = "Threshold Crossed: 3 out of the last 3 datapoints were greater than the threshold (80.0)."
ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu"


def said(text: Any) -> Phrase:
    return Phrase("words.text", {"text": text})


ALARM = Signal(
    kind="cloudwatch_alarm",
    sort="condition",
    subject=f"aws:123456789012:us-east-1:{ARN}",
    title=said("cpu"),
    state="firing",
    at=T,
    old="ok",
    word="ALARM",
    summary=said("CPUUtilization average 93.4 %"),
    quote=REASON,
    facts=(
        Fact(said("Metric"), ("AWS/EC2", "CPUUtilization")),
        Fact(said("owner"), "team-blue"),
        Fact(said("Statistic"), "Average", detail=True),
    ),
    links=(Link(Phrase("words.open_console"), "https://console.aws.amazon.com/x"),),
    series=Series("CPUUtilization", tuple((T - MINUTE * back, 90.0 + back) for back in (3, 2, 1, 0)), 80.0),
    account="123456789012",
    region="us-east-1",
)
OK = replace(ALARM, state="ok", old="firing", word="OK", at=T + 12 * MINUTE, quote="Back to normal.")
SIGN_IN = replace(
    ALARM,
    sort="happening",
    state=None,
    old=None,
    word="",
    severity="critical",
    title=said("Root user signed in"),
    meaning=(said("Somebody has the key to everything."),),
    advice=(said("Ask who it was."), said("Change the password.")),
)


def told(*signals: Signal) -> Message:
    """The message of the last episode after these signals, with all notices that it ever had."""
    incident, shows = Incident("k"), list[Show]()
    for signal in signals:
        step = decide(incident, signal, Policy())
        incident = step.incident
        shows += step.shows
    view = shows[-1].view
    notices = [notice for show in shows if show.view.episode == view.episode for notice in show.notices]
    return Message("slack", "id", view, notices=tuple(notices))


def lone(signal: Signal) -> Message:
    (show,) = alone(signal).shows
    return Message("slack", "id", show.view, notices=show.notices)


def colour(message: Message) -> str:
    return str(draw(message, EN)["attachments"][0]["color"])


def kinds_of(blocks: list[dict[str, Any]]) -> list[str]:
    return [block["type"] for block in blocks]


def sentence(message: Message, look: Look = EN) -> str:
    section = next(block for block in draw(message, look)["blocks"] if block["type"] == "section")
    return re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", r"\1", section["text"]["text"])


def noticed(message: Message, look: Look = EN) -> str:
    payload = draw_notice(message, message.notices[-1], look)
    return re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", r"\1", payload["blocks"][0]["text"]["text"])


# --- the card


def test_the_card_of_an_alarm_has_everything_in_its_place() -> None:
    """Title, one sentence, AWS's own reason and the chart on top; facts, buttons and the small print at the bar."""
    payload = draw(told(ALARM), EN)
    assert kinds_of(payload["blocks"]) == ["header", "section", "context", "data_visualization"]
    assert payload["blocks"][0]["text"] == {"type": "plain_text", "text": "🔴 ALARM · cpu", "emoji": False}
    assert payload["blocks"][1]["text"]["verbatim"] is True
    assert payload["blocks"][2]["elements"][0]["text"] == REASON
    (attachment,) = payload["attachments"]
    assert kinds_of(attachment["blocks"]) == ["section", "actions", "context"]
    assert attachment["color"] == "#D92D20"
    assert [field["text"] for field in attachment["blocks"][0]["fields"]] == [
        "*Account*\n123456789012",
        "*Region*\nus-east-1",
        "*Metric*\nAWS/EC2, CPUUtilization",
        "*owner*\nteam-blue",
    ]
    assert attachment["blocks"][1]["elements"][0]["url"] == "https://console.aws.amazon.com/x"
    assert attachment["blocks"][2]["elements"][0]["text"] == "cloudwatch alarm:cpu · OK → ALARM · tocsin"
    assert payload["unfurl_links"] is False and payload["unfurl_media"] is False and payload["mrkdwn"] is False


def test_a_date_is_drawn_in_the_readers_zone() -> None:
    """Instants in blocks are Slack's own dates, with a fallback in the configured zone."""
    text = draw(told(ALARM), KO)["blocks"][1]["text"]["text"]
    assert "<!date^1764000000^{date_short_pretty} {time_secs}|2025-11-25 01:00:00 KST>" in text


def test_the_chart_shows_the_metric_against_its_threshold() -> None:
    """Two series over the same labels, oldest first, each point labelled with its time."""
    chart = draw(told(ALARM), EN)["blocks"][3]["chart"]
    assert chart["axis_config"] == {
        "categories": ["15:57", "15:58", "15:59", "16:00"],
        "x_label": "Time (UTC)",
        "y_label": "CPUUtilization",
    }
    assert [one["name"] for one in chart["series"]] == ["CPUUtilization", "Threshold"]
    assert [point["value"] for point in chart["series"][0]["data"]] == [93.0, 92.0, 91.0, 90.0]
    assert {point["value"] for point in chart["series"][1]["data"]} == {80.0}


def test_a_band_is_drawn_where_it_is_whole() -> None:
    """A band that is not known at each instant of the metric is left out; the metric is drawn all the same."""
    points = tuple((T + n * MINUTE, 50.0) for n in range(4))
    whole = tuple((at, 40.0, 60.0) for at, _ in points)
    for band, lines in ((whole, 3), (whole[1:], 1), ((), 1), ((*whole[1:], (T, 40.0, float("nan"))), 1)):
        message = told(replace(ALARM, series=Series("x", points, band=band)))
        (drawn,) = (block["chart"] for block in draw(message, EN)["blocks"] if block["type"] == "data_visualization")
        assert len(drawn["series"]) == lines


@pytest.mark.parametrize(
    ("points", "drawn"),
    [
        (((T, 1.0), (T + 1, 2.0)), 0),
        (((T, 1.0), (T, 2.0), (T, 3.0)), 0),
        (((T, 1.0), (T + 10_000, float("nan")), (T + 20_000, float("inf"))), 0),
        (((T, 1.0), (T + 10_000, 2.0), (10**18, 3.0)), 0),
        (((T, 1.0), (T + 10_000, 2.0), (T + 20_000, 3.0)), 3),
        (tuple((T + MINUTE * n, float(n)) for n in range(50)), 20),
        (tuple((T + 86_400_000 * n, float(n)) for n in range(5)), 5),
    ],
)
def test_a_chart_needs_three_true_points_and_takes_twenty(points: tuple[tuple[int, float], ...], drawn: int) -> None:
    """Fewer than three different, finite points are no line; of many the newest twenty are shown, labels unique."""
    message = told(replace(ALARM, series=Series("x", points)))
    charts = [block for block in draw(message, EN)["blocks"] if block["type"] == "data_visualization"]
    assert [len(chart["chart"]["axis_config"]["categories"]) for chart in charts] == ([drawn] if drawn else [])
    assert judge(draw(message, EN)).conforms


def test_a_metric_named_like_its_threshold_still_has_two_series() -> None:
    """Slack wants unique names of series."""
    payload = draw(told(replace(ALARM, series=replace(ALARM.series or Series("", ()), name="Threshold"))), EN)
    names = [one["name"] for one in payload["blocks"][3]["chart"]["series"]]
    assert len(set(names)) == 2


def test_blocks_layout_has_no_attachment() -> None:
    """The same blocks, one after the other, for workspaces that do not want attachments."""
    card, flat = draw(told(ALARM), EN), draw(told(ALARM), replace(EN, layout="blocks"))
    assert "attachments" not in flat
    assert flat["blocks"] == card["blocks"] + card["attachments"][0]["blocks"]


def test_a_plainer_card_loses_looks_before_it_loses_words() -> None:
    """First the chart goes, then the blocks, at last all but the line; condition, reason and facts stay till then."""
    message = told(ALARM)
    assert "data_visualization" not in kinds_of(draw(message, EN, 1)["blocks"])
    text = draw(message, EN, 2)["text"]
    assert "blocks" not in draw(message, EN, 2) and "attachments" not in draw(message, EN, 2)
    for part in (line(message, EN), REASON, "owner: team-blue", "since 2025-11-24 16:00:00 UTC", "Open in console: "):
        assert part in text
    assert draw(message, EN, 3)["text"] == line(message, EN)


def test_a_kind_that_knows_better_says_what_it_means_and_what_to_do() -> None:
    """Meaning and advice are short sections of their own."""
    drawn = [block["text"]["text"] for block in draw(told(SIGN_IN), EN)["blocks"] if block["type"] == "section"]
    assert drawn[1] == "*What it means*\nSomebody has the key to everything."
    assert drawn[2] == "*What to do now*\n• Ask who it was.\n• Change the password."


def test_a_fact_of_the_kind_replaces_our_own_account() -> None:
    """A kind that knows the account's name says it once, in the first place."""
    message = told(replace(ALARM, facts=(*ALARM.facts, Fact(Phrase("words.account"), "shop (123456789012)"))))
    fields = draw(message, EN)["attachments"][0]["blocks"][0]["fields"]
    assert [field["text"].partition("\n")[0] for field in fields] == ["*Account*", "*Region*", "*Metric*", "*owner*"]
    assert fields[0]["text"] == "*Account*\nshop (123456789012)"


def test_an_account_is_called_by_its_name_and_its_number() -> None:
    """The fact says both, also where a kind's own fact is the number alone; the one line says name and region."""
    alone = Fact(Phrase("words.account"), ALARM.account)
    for facts in (ALARM.facts, (alone, *ALARM.facts), (replace(alone, detail=True), *ALARM.facts)):
        message = told(replace(ALARM, account_name="student 12", facts=facts))
        fields = [field["text"] for field in draw(message, EN)["attachments"][0]["blocks"][0]["fields"]]

        assert fields[0] == "*Account*\nstudent 12 (123456789012)"
        assert [each.partition("\n")[0] for each in fields].count("*Account*") == 1
        assert line(message, EN).endswith(" · student 12/us-east-1")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<!channel> <https://evil.example|click>", "123456789012"),
        ("prod\u202e\u200b", "prod"),
        ("실습 계정 12 🦊", "실습 계정 12 🦊"),
        ("x" * 300, "x" * 39 + "…/us-east-1"),
    ],
)
def test_a_hostile_account_name_is_only_text(name: str, shown: str) -> None:
    """It notifies nobody, links nowhere, hides neither the number nor the region, and leaves room for the rest."""
    message = told(replace(ALARM, account_name=name))
    payload = draw(message, EN)
    assert_tame(payload, ALARM.links)
    fields = payload["attachments"][0]["blocks"][0]["fields"]

    assert shown in payload["text"] + fields[0]["text"] and "(123456789012)" in fields[0]["text"]
    assert payload["text"].endswith("/us-east-1") and judge(payload).conforms


def test_a_name_that_cannot_be_seen_is_none() -> None:
    """The number stands alone then."""
    message = told(replace(ALARM, account_name=" \u200b\n"))
    assert line(message, EN).endswith(" · 123456789012/us-east-1")
    assert draw(message, EN)["attachments"][0]["blocks"][0]["fields"][0]["text"] == "*Account*\n123456789012"


def test_more_facts_than_there_is_room_for_are_counted() -> None:
    """Ten to a section, and what does not fit is said to be missing."""
    message = told(replace(ALARM, facts=tuple(Fact(said(f"f{n}"), "v" * 200) for n in range(40))))
    blocks = draw(message, EN)["attachments"][0]["blocks"]
    shown = sum(len(block.get("fields", ())) for block in blocks)
    assert f"{42 - shown} more not shown" in [b["elements"][0]["text"] for b in blocks if b["type"] == "context"]
    assert judge(draw(message, EN)).conforms


# --- the notification


@pytest.mark.parametrize(
    ("message", "en", "ko"),
    [
        (
            told(ALARM),
            "🔴 ALARM · cpu · CPUUtilization average 93.4 % · 123456789012/us-east-1",
            "🔴 ALARM · cpu · CPUUtilization average 93.4 % · 123456789012/us-east-1",
        ),
        (
            told(replace(ALARM, summary=None)),
            f"🔴 ALARM · cpu · {REASON} · 123456789012/us-east-1",
            f"🔴 ALARM · cpu · {REASON} · 123456789012/us-east-1",
        ),
        (
            told(ALARM, OK),
            "✅ OK · cpu · after 12 min · 123456789012/us-east-1",
            "✅ OK · cpu · 12분 만에 복구 · 123456789012/us-east-1",
        ),
        (
            lone(OK),
            "✅ OK · cpu · 123456789012/us-east-1",
            "✅ OK · cpu · 123456789012/us-east-1",
        ),
        (
            lone(replace(OK, old_at=T)),
            "✅ OK · cpu · after 12 min · 123456789012/us-east-1",
            "✅ OK · cpu · 12분 만에 복구 · 123456789012/us-east-1",
        ),
        (
            lone(replace(ALARM, state="unknown", word="INSUFFICIENT_DATA", quote="Insufficient Data.")),
            "⚪ INSUFFICIENT_DATA · cpu · Insufficient Data. · 123456789012/us-east-1",
            "⚪ INSUFFICIENT_DATA · cpu · Insufficient Data. · 123456789012/us-east-1",
        ),
        (
            lone(replace(ALARM, test=True)),
            "TEST · 🔴 ALARM · cpu · CPUUtilization average 93.4 % · 123456789012/us-east-1",
            "시험 · 🔴 ALARM · cpu · CPUUtilization average 93.4 % · 123456789012/us-east-1",
        ),
        (
            told(replace(ALARM, account="", summary=None, quote="")),
            "🔴 ALARM · cpu · us-east-1",
            "🔴 ALARM · cpu · us-east-1",
        ),
        (
            told(replace(ALARM, account="", region="")),
            "🔴 ALARM · cpu · CPUUtilization average 93.4 %",
            "🔴 ALARM · cpu · CPUUtilization average 93.4 %",
        ),
        (
            told(SIGN_IN),
            "🔴 Root user signed in · 123456789012/us-east-1",
            "🔴 Root user signed in · 123456789012/us-east-1",
        ),
        (
            told(SIGN_IN, replace(SIGN_IN, at=T + MINUTE, severity="low")),
            "🔵 Root user signed in · 2 times · 123456789012/us-east-1",
            "🔵 Root user signed in · 2회 · 123456789012/us-east-1",
        ),
        (
            told(OK, ALARM),
            "✅ ALARM · cpu · arrived late, over after 12 min · 123456789012/us-east-1",
            "✅ ALARM · cpu · 늦게 도착, 12분 만에 해소됨 · 123456789012/us-east-1",
        ),
    ],
)
def test_the_notification_is_one_complete_line(message: Message, en: str, ko: str) -> None:
    """State, name, condition, place; a part that is not known goes with its dot; AWS's words stay in Korean."""
    assert (line(message, EN), line(message, KO)) == (en, ko)
    assert draw(message, EN)["text"] == en
    assert line(message.incident, KO) == ko


def test_long_parts_give_way_to_the_place() -> None:
    """The name is cut at 80 graphemes, the whole at 300, and where it happened is still said."""
    text = line(told(replace(ALARM, title=said("n" * 200), summary=said("c" * 999))), EN)
    assert text.startswith(f"🔴 ALARM · {'n' * 79}… · ccc")
    assert text.endswith("c… · 123456789012/us-east-1")
    assert len(list(graphemes(text))) == 300
    assert f" {'é' * 80} " in line(told(replace(ALARM, title=said("é" * 80))), EN)


# --- states


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ([ALARM], "#D92D20"),
        ([ALARM, OK], "#12B76A"),
        ([OK, ALARM], "#12B76A"),
        ([ALARM, replace(OK, state="unknown", word="INSUFFICIENT_DATA")], "#98A2B3"),
        ([replace(ALARM, state="unknown", tell=True)], "#98A2B3"),
        ([replace(OK, tell=True)], "#12B76A"),
        ([SIGN_IN], "#D92D20"),
        ([replace(SIGN_IN, severity="medium")], "#F79009"),
        ([replace(SIGN_IN, severity="info")], "#98A2B3"),
    ],
)
def test_the_colour_is_that_of_what_matters_most(signals: list[Signal], expected: str) -> None:
    """Green when over, grey without data, else by how bad it is."""
    assert colour(told(*signals)) == expected


def test_flapping_is_amber_until_it_is_resolved() -> None:
    """Resolved goes before flapping, flapping before open; both say how often the state changed."""
    flaps = [replace(one, at=T + MINUTE * n) for n, one in enumerate([ALARM, OK, ALARM, OK, ALARM])]
    flapping = told(*flaps)
    assert colour(flapping) == "#F79009"
    assert line(flapping, EN) == "🟠 ALARM · cpu · flapping: 4 changes, now ALARM · 123456789012/us-east-1"
    assert line(flapping, KO) == "🟠 ALARM · cpu · 상태가 반복해서 바뀜: 4회, 현재 ALARM · 123456789012/us-east-1"
    calm = told(*flaps, replace(OK, at=T + MINUTE * 6))
    assert colour(calm) == "#12B76A"
    assert "flapping: 5 changes, now OK" in line(calm, EN)
    assert "flapping: 5 changes, now OK" in sentence(calm)


def test_a_recovered_card_says_how_long_it_took() -> None:
    """Opened, over, and the time in between."""
    expected = "opened 2025-11-24 16:00:00 UTC, over 2025-11-24 16:12:00 UTC (12 min)"
    assert sentence(told(ALARM, OK)).splitlines()[-1] == expected
    assert draw(told(ALARM, OK), EN)["blocks"][0]["text"]["text"] == "✅ OK · cpu"


def test_no_data_is_said_with_its_time() -> None:
    """What fired stays readable while its metric is silent."""
    stale = told(ALARM, replace(OK, state="unknown", word="INSUFFICIENT_DATA"))
    lines = ["CPUUtilization average 93.4 %", "no data since 2025-11-24 16:12:00 UTC"]
    assert sentence(stale).splitlines() == lines
    assert line(stale, EN) == "⚪ INSUFFICIENT_DATA · cpu · no data · 123456789012/us-east-1"
    silent = replace(ALARM, state="unknown", tell=True, summary=said("no data for 3 min"))
    assert sentence(told(silent)) == "no data for 3 min, since 2025-11-24 16:00:00 UTC"
    assert sentence(told(replace(silent, summary=None))) == "no data since 2025-11-24 16:00:00 UTC"


def test_what_has_started_is_not_called_silent() -> None:
    """An execution whose outcome is not known yet says since when; "no data" is an alarm's word."""
    started = replace(ALARM, kind="codebuild", state="unknown", word="", quote="", summary=None, tell=True)
    assert sentence(told(started)) == "since 2025-11-24 16:00:00 UTC"
    assert line(told(started), EN) == "⚪ cpu · 123456789012/us-east-1"


def test_since_is_the_time_of_the_last_firing_after_a_reopening() -> None:
    """A reopened alarm counts from its new beginning, one that only told us again from its first."""
    again = replace(ALARM, at=T + 14 * MINUTE)
    assert sentence(told(ALARM, OK, again)).endswith("since 2025-11-24 16:14:00 UTC")
    assert sentence(told(ALARM, replace(again, old="firing"))).endswith("since 2025-11-24 16:00:00 UTC")


def test_what_arrives_late_says_so() -> None:
    """Fired, over, how long, and that we are late: nobody must look for a fire."""
    expected = "fired 2025-11-24 16:00:00 UTC, over 2025-11-24 16:12:00 UTC (12 min); arrived late"
    assert sentence(told(OK, ALARM)).splitlines()[-1] == expected


def test_an_episode_that_ends_without_an_ok_says_why() -> None:
    """Closed for want of data, or because the alarm is gone: neither is a recovery."""
    view = replace(told(ALARM).incident, phase="closed", stale=True)
    expired = Message("slack", "id", view, notices=(Notice(1, "expired", T + 86_400_000),))
    assert line(expired, EN) == "⚪ ALARM · cpu · no data for 1 d, closed · 123456789012/us-east-1"
    gone = replace(expired, notices=(Notice(1, "closed", T),))
    assert line(gone, KO) == "⚪ ALARM · cpu · AWS에서 삭제되어 종료 · 123456789012/us-east-1"
    assert colour(expired) == colour(gone) == "#98A2B3"


def test_an_incident_that_nothing_was_said_about_is_not_drawn() -> None:
    """There is nothing to show, and an empty card would only look like a fault of Slack's."""
    with pytest.raises(ValueError, match="nothing was said"):
        draw(Message("slack", "id", Incident("k")), EN)


# --- notices


def test_a_recovery_is_one_compact_line() -> None:
    """When it opened and how long it lasted; without a known duration only since when it is over."""
    assert noticed(told(ALARM, OK)) == (
        "✅ *OK* · cpu · opened 2025-11-24 16:00:00 UTC, 12 min · 123456789012/us-east-1"
    )
    assert noticed(told(ALARM, OK), KO) == (
        "✅ *OK* · cpu · 2025-11-25 01:00:00 KST 발생, 12분 만에 복구 · 123456789012/us-east-1"
    )
    assert noticed(lone(OK)) == "✅ *OK* · cpu · since 2025-11-24 16:12:00 UTC · 123456789012/us-east-1"


def test_firing_again_says_the_how_manieth_time() -> None:
    """The second, the third: in the words of each language."""
    later = [replace(one, at=T + MINUTE * 9 * n) for n, one in enumerate([ALARM, OK, ALARM])]
    message = told(*later)
    text = draw_notice(message, message.notices[-1], EN)["text"]
    assert text == "🔴 ALARM · cpu · firing again (2nd time) · 123456789012/us-east-1"
    for times, nth in ((3, "3rd"), (4, "4th"), (11, "11th"), (21, "21st"), (112, "112th")):
        assert f"({nth} time)" in draw_notice(message, Notice(9, "reopen", T, times=times), EN)["text"]
    assert "다시 발생 (3번째)" in draw_notice(message, Notice(9, "reopen", T, times=3), KO)["text"]


def test_a_notice_speaks_of_its_own_moment() -> None:
    """A recovery told after the alarm fired again is still a recovery."""
    message = told(ALARM, OK, replace(ALARM, at=T + 14 * MINUTE))
    recovery = next(notice for notice in message.notices if notice.reason == "resolved")
    assert draw_notice(message, recovery, EN)["text"].startswith("✅ OK · cpu · after 12 min")


def test_flapping_is_told_at_its_start_and_at_its_end() -> None:
    """How many changes, and where it stands now."""
    flaps = [replace(one, at=T + MINUTE * n) for n, one in enumerate([ALARM, OK, ALARM, OK, ALARM])]
    message = told(*flaps)
    assert noticed(message) == "🟠 *ALARM* · cpu · flapping: 4 changes, now ALARM · 123456789012/us-east-1"
    ended = told(*flaps, replace(OK, at=T + 6 * MINUTE), replace(ALARM, at=T + 60 * MINUTE))
    end = Notice(1, "flap-end", T, times=37)
    calm = replace(message, incident=replace(told(ALARM, OK).incident, changes=37))
    assert draw_notice(calm, end, EN)["text"] == (
        "✅ OK · cpu · flapping is over: 37 changes, now OK · 123456789012/us-east-1"
    )
    assert line(ended, EN).startswith("🔴 ALARM · cpu · CPUUtilization")


def test_worse_and_repeated_and_told_say_what_is_new() -> None:
    """No data that became a fire says its condition; a repeat its count; a told recovery is itself."""
    worse = told(replace(ALARM, state="unknown", tell=True), replace(ALARM, at=T + MINUTE))
    assert noticed(worse).startswith("🔴 *ALARM* · cpu · CPUUtilization average 93.4 %, since 2025-11-24 16:01:00 UTC")
    repeated = told(SIGN_IN, replace(SIGN_IN, at=T + MINUTE))
    assert noticed(repeated).startswith("🔴 Root user signed in · CPUUtilization average 93.4 %, 2025-11-24 16:01:00")
    assert "again, 2 times now" in noticed(repeated)
    assert noticed(told(replace(OK, tell=True))).startswith("✅ *OK* · cpu · CPUUtilization")


def test_a_plainer_notice_is_its_line() -> None:
    """Without blocks the notification is the message."""
    message = told(ALARM, OK)
    payload = draw_notice(message, message.notices[-1], EN, plainness=2)
    assert "blocks" not in payload and payload["text"] == line(message, EN)


# --- hostile input

PARTS = [
    "<!channel>", "<!here|x>", "<!everyone>", "<!subteam^S012ABCDEF>", "<@U012ABCDEF>", "<#C012ABCDEF>", "@channel",
    "<https://evil.example|AWS Console>", "<mailto:a@b.c|mail>", "<!date^0^{date}^https://evil.example|x>",
    "https://evil.example/a?b", "evil.example", ":tada:", ":+1:", "*bold*", "_it_", "~s~", "`code`", "```", "&amp;",
    "&lt;!here&gt;", "\n> quote", "\x00", "\x1b[31m", "\x85", "\u202e", "\u2066", "\u200f", "\ud800", "\u2060",
    "שלום", "مرحبا", "👩‍👩‍👧‍👦", "🇰🇷", "é" + "\u0301" * 40, "경보", "a", "1", " ", "-", "(", "'", '"', "|",
    "x" * 20_000, "&" * 5_000, "👍🏽" * 3_000,
]  # fmt: skip
hostile = st.lists(st.sampled_from(PARTS), max_size=5).map("".join)
numbers = st.one_of(st.floats(), st.integers(), st.sampled_from([10**400, 1e308, -1e15, 1e-9]))
instants = st.one_of(st.integers(0, 2**42), st.integers(-(10**20), 10**20))
leaves = st.one_of(hostile, hostile.map(Strong), numbers, instants.map(At), st.floats(0, 1e9).map(Lapse))
values = st.one_of(leaves, st.lists(leaves, max_size=4).map(tuple), leaves.map(said))
phrases = st.one_of(
    leaves.map(said),
    st.builds(lambda a, b: Phrase("words.when", {"what": a, "at": b}), leaves, leaves),
    st.builds(lambda a: Phrase("words.after", {"lapse": a}), leaves),
)
signals = st.builds(
    Signal,
    kind=st.just("text"),
    sort=st.sampled_from(get_args(Sort)),
    subject=st.one_of(hostile, hostile.map(lambda text: f"arn:aws:x:y:z:{text}")),
    title=phrases,
    state=st.sampled_from(get_args(State)) | st.none(),
    at=instants | st.none(),
    old=st.sampled_from(get_args(State)) | st.none(),
    test=st.booleans(),
    severity=st.sampled_from(get_args(Severity)),
    word=st.sampled_from(["ALARM", "OK", "INSUFFICIENT_DATA", ""]) | hostile,
    summary=phrases | st.none(),
    quote=hostile,
    facts=st.lists(st.builds(Fact, phrases, values, st.booleans()), max_size=30).map(tuple),
    meaning=st.lists(phrases, max_size=3).map(tuple),
    advice=st.lists(phrases, max_size=3).map(tuple),
    links=st.lists(st.builds(Link, phrases, hostile | hostile.map("https://x.example/".__add__)), max_size=12).map(
        tuple
    ),
    series=st.builds(Series, hostile, st.lists(st.tuples(instants, st.floats()), max_size=30).map(tuple), st.floats())
    | st.none(),
    account=hostile,
    account_name=hostile,
    region=hostile,
)
incidents = st.builds(
    Incident,
    key=st.just("k"),
    source=st.sampled_from(get_args(State)) | st.none(),
    at=instants,
    phase=st.sampled_from(get_args(Phase)),
    opened_at=instants,
    resolved_at=instants | st.none(),
    stale=st.booleans(),
    flapping=st.booleans(),
    flips=st.lists(instants, max_size=3).map(tuple),
    changes=st.integers(0, 10**6),
    count=st.integers(0, 10**6),
    said=signals,
)
notices = st.builds(
    Notice,
    st.just(1),
    st.sampled_from(get_args(Reason)),
    instants,
    st.floats(0, 1e9) | st.none(),
    st.integers(0, 10**6),
)
messages = st.builds(
    Message,
    destination=st.just("slack"),
    id=st.just("id"),
    incident=incidents,
    notices=st.lists(notices, max_size=3).map(tuple),
)
looks = st.builds(
    Look, st.sampled_from(LANGUAGES), st.sampled_from([UTC, KO.zone]), st.sampled_from(["card", "blocks"])
)


@settings(max_examples=100)
@given(messages, looks, st.integers(0, 3))
def test_no_input_misuses_a_card(message: Message, look: Look, plainness: int) -> None:
    """Whatever stands in any field of any signal, in any state: notify nobody, forge no link, overflow nothing."""
    payload = draw(message, look, plainness)
    assert message.incident.said
    assert_tame(payload, message.incident.said.links)
    assert len(payload["text"]) <= 3_000


@settings(max_examples=60)
@given(messages, notices, looks, st.integers(0, 3))
def test_no_input_misuses_a_notice(message: Message, notice: Notice, look: Look, plainness: int) -> None:
    """The compact line holds the same promise."""
    assert_tame(draw_notice(message, notice, look, plainness))


@settings(max_examples=100)
@given(messages, looks)
def test_no_input_makes_the_line_long(message: Message, look: Look) -> None:
    """At most 300 graphemes, one line, in any state."""
    text = line(message, look)
    assert len(list(graphemes(text))) <= 300
    assert "\n" not in text


def test_both_languages_say_the_same_sentences() -> None:
    """A sentence that one language lacks, or fills with other things, would fail in the night it is needed."""
    english, korean = sentences("words", "en"), sentences("words", "ko")
    assert set(english) == set(korean)
    for key in set(english) - {"again", "again_since"}:  # Korean has no ordinals: it counts
        assert sorted(re.findall(r"\{\w+\}", english[key])) == sorted(re.findall(r"\{\w+\}", korean[key])), key
