"""Text from outside reaches Slack as text: whole characters, no mention, no link, no markup."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.destinations.slack.graphemes import breadth, cut, graphemes, units
from tocsin.destinations.slack.mrkdwn import clean, code, date, mrkdwn, plain, spoken, web_address
from tocsin.words import Piece

FAMILY = "👩‍👩‍👧‍👦"
SEOUL = timezone(timedelta(hours=9), "KST")
wild = st.text(st.characters(exclude_categories=()), max_size=60) | st.text("<>&!@#`*_~:|a1 .\u202e\u2066é\u0301🇰🇷👩‍")


def written(*pieces: Piece, limit: int = 300) -> str:
    return mrkdwn(pieces, UTC, limit)


@pytest.mark.parametrize(
    "one",
    [
        "é",
        "e\u0301",
        FAMILY,
        "👍🏽",
        "❤️",
        "🇰🇷",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "1️⃣",
        "각",
        "\u1100\u1161\u11a8",
        "가\u11a8",
        "क्",
        "🧑🏽‍❤️‍💋‍🧑🏿",
        "🙂‍↔️",
    ],
)
def test_what_looks_like_one_character_is_never_cut(one: str) -> None:
    """Emoji with joiners and skin tones, flags, keycaps, accents and syllables made of letters are one each."""
    assert list(graphemes(f"a{one}{one}b")) == ["a", one, one, "b"]
    assert cut(f"a{one}{one}b", 2, cost=lambda _: 1) == "a…"
    assert cut(f"a{one}", 2, cost=lambda _: 1) == f"a{one}"


def test_flags_pair_up_from_the_left() -> None:
    """Three regional letters are a flag and a letter."""
    assert list(graphemes("🇰🇷🇺")) == ["🇰🇷", "🇺"]


@given(wild)
def test_graphemes_lose_nothing_and_stay_short(text: str) -> None:
    """Joined again they are the text, and none is longer than twelve code points, whatever is piled up."""
    parts = list(graphemes(text))
    assert "".join(parts) == text
    assert all(0 < len(part) <= 12 for part in parts)


@given(wild, st.integers(1, 40))
def test_a_cut_is_a_prefix_within_its_limit(text: str, limit: int) -> None:
    """What is cut keeps whole graphemes from the start, says so with "…", and is never over its limit."""
    short = cut(text, limit)
    assert units(short) <= limit
    if short != text:
        assert short.endswith("…")
        kept = short[:-1]
        prefixes = ["".join(list(graphemes(text))[:count]).rstrip() for count in range(len(text) + 1)]
        assert kept in prefixes


@given(wild)
def test_clean_text_is_one_line_without_anything_hidden(text: str) -> None:
    """No control, bidi or zero-width character survives, no half of a surrogate pair, no doubled space."""
    cleaned = clean(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029\ud800-\udfff]|  ", cleaned)
    assert cleaned == cleaned.strip()
    cleaned.encode("utf-8")


def test_clean_keeps_what_people_see() -> None:
    """Emoji keep their joiners, Korean its syllables, accents their letters."""
    assert clean(f" 디스크\n\t{FAMILY}  e\u0301 ") == f"디스크 {FAMILY} e\u0301"


@pytest.mark.parametrize("hostile", ["<!channel>", "<@U012ABCDEF>", "<#C012ABCDEF>", "&lt;!here&gt;", "&lt;@U1&gt;"])
def test_plain_text_breaks_the_joint_of_a_mention(hostile: str) -> None:
    """Neither raw nor escaped does a mention stay whole in plain_text, as it is not known what Slack decodes there."""
    shown = plain(hostile, 100)
    assert not re.search("<[!@#]", unescape(shown))
    assert shown.replace("\u2060", "") == hostile


def test_plain_text_stays_below_the_limit_by_a_margin_when_not_ascii() -> None:
    """ASCII may use all of a limit, anything else 95 % of it, counted in UTF-16 units."""
    assert plain("x" * 150, 150) == "x" * 150
    assert plain("x" * 151, 150) == "x" * 141 + "…"
    assert units(plain("😀" * 150, 150)) <= 142


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("CPUUtilization", "CPUUtilization"),
        ("i-0123456789abcdef0", "i-0123456789abcdef0"),
        ("AWS/EC2, 93.4 %", "AWS/EC2, 93.4 %"),
        ("디스크 사용률 90%", "디스크 사용률 90%"),
        ("Runbook: none yet.", "Runbook: none yet."),
        ("at 12:01:40", "`at 12:01:40`"),
        ("prod_api", "`prod_api`"),
        ("*bold* _it_ ~no~", "`*bold* _it_ ~no~`"),
        ("a `tick`", "`a ˋtickˋ`"),
        (":rotating_light:", "`:rotating_light:`"),
        ("<!channel>", "`&lt;!channel&gt;`"),
        ("&lt;", "`&amp;lt;`"),
        ("a\n> quote", "`a &gt; quote`"),
        ("https://evil.example", "`https://evil.example`"),
        ("evil.example", "`evil.example`"),
        ("\u202e\x00", ""),
    ],
)
def test_data_is_bare_only_when_harmless(data: str, shown: str) -> None:
    """Names, numbers and other scripts read as they are; what Slack could obey stands in a code span, escaped once."""
    assert written(Piece("data", data)) == shown


def test_our_words_keep_their_markup_and_are_escaped_once() -> None:
    """A sentence of ours may hold markup and an operator; Strong is bold, unless it could be more."""
    assert written(Piece("words", "*sum* > 10 & <")) == "*sum* &gt; 10 &amp; &lt;"
    assert written(Piece("strong", "93.4 %")) == "*93.4 %*"
    assert written(Piece("strong", "9*3")) == "`9*3`"


def test_a_span_never_touches_a_letter() -> None:
    """Slack ends a span only beside a space or a stop: where a Korean particle follows, a hair space stands between."""
    text = written(Piece("strong", "93"), Piece("words", "을 넘음, "), Piece("data", "a_b"), Piece("data", "c_d"))
    assert text == "*93*\u200a을 넘음, `a_b`\u200a`c_d`"
    assert written(Piece("words", "("), Piece("strong", "1"), Piece("words", ")")) == "(*1*)"


@given(st.lists(st.builds(Piece, st.sampled_from(["data", "strong"]), wild), max_size=30), st.integers(60, 400))
def test_mrkdwn_holds_its_limit_and_never_cuts_an_entity_or_a_span(pieces: list[Piece], limit: int) -> None:
    """However long the data, the text fits, each code span is closed, and each & begins a whole entity."""
    text = mrkdwn(pieces, UTC, limit)
    assert units(text) <= limit
    assert text.count("`") % 2 == 0
    assert not re.search("&(?!(?:amp|lt|gt);)", text)
    assert "<" not in text and ">" not in text


def test_one_long_datum_gives_way_and_the_rest_of_the_sentence_stays() -> None:
    """What follows twenty thousand characters is still read."""
    text = written(Piece("words", "now "), Piece("data", "x" * 20_000), Piece("words", ", since noon"))
    assert text.startswith("now xxx") and text.endswith("x…, since noon")


def test_a_code_span_escapes_before_it_is_cut() -> None:
    """An entity is one character to the knife."""
    assert code("&" * 20, 20) == "`&amp;&amp;&amp;…`"


def test_the_spoken_text_is_dead_but_readable() -> None:
    """Mentions, emoji codes and addresses are broken by an unseen joiner; a plain name and a time are untouched."""
    dead = spoken("@here :tada: https://evil.example <!channel>", 300)
    assert dead == "@\u2060here :\u2060tada: https:\u2060//evil.example &lt;!channel&gt;"
    assert spoken("prod.api-5xx at 12:01:40 (a: b)", 300) == "prod.api-5xx at 12:01:40 (a: b)"


@given(wild, st.integers(1, 80))
def test_the_spoken_text_holds_its_limit(text: str, longest: int) -> None:
    """At most so many graphemes as written, and UTF-16 units are bounded with them."""
    shown = spoken(text, longest)
    assert breadth(shown) <= longest
    assert units(shown) <= 12 * longest
    assert "<" not in shown and not re.search("&(?!(?:amp|lt|gt);)", shown)


def test_a_date_is_in_the_readers_zone_with_ours_behind() -> None:
    """The fallback names its zone; an instant that no calendar holds is shown as it came."""
    assert date(1_764_000_000_000, SEOUL) == (
        "<!date^1764000000^{date_short_pretty} {time_secs}|2025-11-25 01:00:00 KST>"
    )
    assert date(10**18, UTC) == str(10**18)
    assert date(-5_000, UTC) == "1969-12-31 23:59:55 UTC"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://console.aws.amazon.com/a?b=c#d", "https://console.aws.amazon.com/a?b=c#d"),
        (' https://x.example/a b|<c>"\u202e ', "https://x.example/a%20b%7C%3Cc%3E%22%E2%80%AE"),
        ("HTTP://127.0.0.1:8080", "HTTP://127.0.0.1:8080"),
        ("https://x.example/\ud800", "https://x.example/?"),
        ("javascript:alert(1)", None),
        ("https://aws.amazon.com@evil.example/", None),
        ("https://", None),
        ("//evil.example", None),
        ("https://x.example/" + "a" * 3000, None),
        ("", None),
    ],
)
def test_only_plain_web_addresses_become_buttons(text: str, address: str | None) -> None:
    """http and https alone, percent-encoded, at most 3,000 characters, and no name before the host to deceive."""
    assert web_address(text) == address
