"""The local Slack judges messages as Slack would (rules F8-F21), and says why."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_local.slack import judge
from tocsin_local.slack.mentions import notified

CASES = json.loads((Path(__file__).parent / "data" / "blockkit-cases.json").read_text("utf-8"))["cases"]
IMAGE = "https://x/y.png"
DIVIDER = {"type": "divider"}


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "x"}}


def chart(labels: list[str], names: list[str], categories: list[str]) -> dict[str, Any]:
    series = [{"name": name, "data": [{"label": label, "value": 1} for label in labels]} for name in names]
    shape = {"type": "line", "series": series, "axis_config": {"categories": categories}}
    return {"type": "data_visualization", "title": "t", "chart": shape}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_collected_cases_are_judged_right(case: dict[str, Any]) -> None:
    """Every collected message conforms exactly if Slack's own limits say so (F10)."""
    assert judge(case["payload"], images={IMAGE}).conforms is case["valid"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        pytest.param({}, "no_text", id="F8 nothing"),
        pytest.param({"text": " ", "blocks": [], "attachments": []}, "no_text", id="F8 all empty"),
        pytest.param({"blocks": [DIVIDER]}, None, id="F8 blocks alone are something"),
        pytest.param({"text": 1}, "invalid_payload", id="F4 text is no string"),
        pytest.param({"text": "x", "blocks": {}}, "invalid_blocks_format", id="F9 object"),
        pytest.param({"text": "x", "blocks": "[{"}, "invalid_blocks_format", id="F9 broken JSON in a string"),
        pytest.param({"text": "x", "blocks": json.dumps([DIVIDER])}, None, id="F9 JSON in a string"),
        pytest.param({"text": "x", "blocks": [DIVIDER] * 51}, "invalid_blocks", id="F9 51 blocks"),
        pytest.param({"text": "x", "blocks": ["x"]}, "invalid_blocks", id="F10 no object"),
        pytest.param({"text": "x", "blocks": [section("a", foo=1)]}, "invalid_blocks", id="F10 unknown property"),
        pytest.param({"attachments": [{"blocks": [section("")]}]}, "invalid_attachments", id="F11"),
        pytest.param({"attachments": {}}, "invalid_attachments", id="F11 object"),
        pytest.param({"attachments": ["x"]}, "invalid_attachments", id="F11 no object within"),
        pytest.param({"attachments": [{"text": "x"}] * 101}, "too_many_attachments", id="F12"),
        pytest.param({"text": "x", "attachments": [{"color": "good"}]}, "no_text", id="F13 a colour alone"),
        pytest.param({"text": "x", "blocks": [{"type": "file"}]}, "invalid_blocks", id="F14 file"),
        pytest.param({"text": "x", "blocks": [chart(["a"], ["n"], ["a"])] * 2}, None, id="F14 two charts"),
        pytest.param(
            {"text": "x", "blocks": [chart(["a"], ["n"], ["a"])] * 3}, "invalid_blocks", id="F14 three charts"
        ),
        pytest.param({"text": "x", "blocks": [chart(["a"], ["n"], ["b"])]}, "invalid_blocks", id="F14 labels"),
        pytest.param({"text": "x", "blocks": [chart(["a"], ["n", "n"], ["a"])]}, "invalid_blocks", id="F14 same name"),
        pytest.param(
            {"text": "x", "blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}] * 2},
            "invalid_blocks",
            id="F14 two tables",
        ),
        pytest.param(
            {"text": "x", "blocks": [{"type": "markdown", "text": "m" * 6001}] * 2},
            "invalid_blocks",
            id="F14 markdown sum",
        ),
        pytest.param({"text": "x", "blocks": [section("a" * 3000)] * 4}, None, id="F15 12000 characters"),
        pytest.param({"text": "x", "blocks": [section("a" * 2401)] * 5}, "msg_blocks_too_long", id="F15 12005"),
        pytest.param(
            {"text": "x", "blocks": [{"type": "divider", "block_id": "b"}] * 2}, "invalid_blocks", id="F16 block_id"
        ),
        pytest.param(
            {"text": "x", "blocks": [{"type": "actions", "elements": [button("a"), button("a")]}]},
            "invalid_blocks",
            id="F16 action_id in one block",
        ),
        pytest.param(
            {"text": "x", "blocks": [{"type": "actions", "elements": [button("a")]}] * 2}, None, id="F16 in two blocks"
        ),
        pytest.param(
            {"text": "x", "blocks": [{"type": "image", "image_url": "https://no/a.png", "alt_text": "a"}]},
            "invalid_blocks",
            id="F17 an image that cannot be downloaded",
        ),
        pytest.param(
            {"text": "x", "blocks": [{"type": "image", "image_url": IMAGE, "alt_text": "a"}]},
            None,
            id="F17 one that can",
        ),
        pytest.param({"text": "a" * 40_001}, None, id="F18 too long a text is cut"),
        pytest.param(
            {"text": "x", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "a"}}]},
            "invalid_blocks",
            id="F19",
        ),
        pytest.param({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format", id="F21 no payload"),
        pytest.param(
            {"text": "x", "metadata": {"event_type": "a", "event_payload": {"b": ["c"]}}}, None, id="F21 good"
        ),
        pytest.param(
            {"text": "x", "metadata": {"event_type": "a", "event_payload": {"b": "c" * 17_000}}},
            "metadata_too_large",
            id="F21 large",
        ),
    ],
)
def test_slack_answers_with_this_word(payload: dict[str, Any], code: str | None) -> None:
    """Each rule about messages (F8-F21) has its own code word, and what breaks no rule has none."""
    assert judge(payload, images={IMAGE}).code == code


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"blocks": [section("a" * 3001)]}, "failed to match all allowed schemas [json-pointer:/blocks/0/text]"),
        ({"blocks": [section("a" * 3001)]}, "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ({"blocks": [section("")]}, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ({"blocks": [DIVIDER] * 51}, "no more than 50 items allowed [json-pointer:/blocks]"),
        (
            {"blocks": [{"type": "actions", "elements": [button(str(n)) for n in range(26)]}]},
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"blocks": [{"type": "image", "image_url": "https://no/a.png", "alt_text": "a"}]},
            "downloading image failed [json-pointer:/blocks/0/image_url]",
        ),
        (
            {"blocks": [{"type": "image", "image_url": "ftp://no", "alt_text": "a"}]},
            "invalid_url [json-pointer:/blocks/0/image_url]",
        ),
        (
            {"attachments": [{"blocks": [section("")]}]},
            "must be more than 0 characters [json-pointer:/attachments/0/blocks/0/text/text]",
        ),
    ],
)
def test_reasons_are_worded_as_slack_words_them(payload: dict[str, Any], reason: str) -> None:
    """The reasons carry Slack's wording and a JSON pointer to the culprit (F30)."""
    assert reason in judge(payload).reasons()


def test_unknown_properties_pass_where_strictness_is_off() -> None:
    """Whether Slack refuses unknown properties is not known, so that rule can be switched off (F10)."""
    assert judge({"blocks": [section("a", foo=1)]}, strict=False).accepted


def test_too_long_a_text_is_cut_and_said() -> None:
    """A text over 40 000 characters is cut there, with a finding; one over 4 000 only warns (F18)."""
    long, longish = judge({"text": "a" * 40_001}), judge({"text": "a" * 4_001})
    assert (len(long.content.text), long.conforms, long.accepted) == (40_000, False, True)
    assert longish.conforms and any("4000" in warning for warning in longish.warnings)


def test_many_attachments_and_a_missing_text_warn() -> None:
    """What Slack takes but advises against is a warning: over 20 attachments (F12), no text for phones."""
    warnings = judge({"attachments": [{"text": "a"}] * 21}).warnings
    assert any("20 attachments" in warning for warning in warnings) and any("phone" in warning for warning in warnings)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(["section", "header", "actions", "context", "rich_text", "data_visualization", "table", "x"])
BLOCK = st.fixed_dictionaries(
    {"type": KINDS},
    optional=dict.fromkeys(("text", "elements", "fields", "chart", "rows", "block_id", "accessory", "title"), JSON),
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "text": JSON,
            "blocks": JSON | st.lists(BLOCK | JSON, max_size=3),
            "attachments": JSON | st.lists(st.fixed_dictionaries({"blocks": st.lists(BLOCK, max_size=2)}) | JSON),
            "metadata": JSON,
        },
    )
)
def test_no_message_trips_the_judge(payload: dict[str, Any]) -> None:
    """Whatever JSON stands in a message, it is taken, or refused with a reason; nobody is notified by accident."""
    verdict = judge(payload)
    content = verdict.content
    assert verdict.accepted or verdict.reasons()
    assert notified(content.text, content.blocks, content.attachments) == ()


def rich(*elements: dict[str, Any]) -> list[Any]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}]


@pytest.mark.parametrize(
    ("text", "blocks", "attachments", "who"),
    [
        ("<!channel> <!here|here> <!everyone> <!channel>", [], [], ("channel", "here", "everyone")),
        ("<!group>", [], [], ("channel",)),
        ("<@U012AB3CD> <@W999|bob>", [], [], ("U012AB3CD", "W999")),
        ("<!subteam^S0123|@oncall>", [], [], ("S0123",)),
        ("", [section("<!channel>")], [], ("channel",)),
        ("", [{"type": "header", "text": {"type": "plain_text", "text": "<!here>"}}], [], ("here",)),
        ("", rich({"type": "broadcast", "range": "here"}, {"type": "user", "user_id": "U1"}), [], ("here", "U1")),
        ("", rich({"type": "usergroup", "usergroup_id": "S1"}), [], ("S1",)),
        ("", [], [{"text": "<!here>", "fields": [{"title": "<!channel>", "value": "<@U1>"}]}], ("here", "U1")),
        ("", [], [{"blocks": [section("<!everyone>")]}], ("everyone",)),
        ("&lt;!channel&gt; @channel <#C012> <https://a|b> <!date^0^{date}|x>", [], [], ()),
        ("<\u2060!channel> <\u2060@U012>", [], [], ()),
    ],
)
def test_mentions_are_found_wherever_they_notify(
    text: str, blocks: list[Any], attachments: list[Any], who: tuple[str, ...]
) -> None:
    """Each entity and each rich text element that notifies is counted once; escaped ones and links are not."""
    assert notified(text, blocks, attachments) == who


def test_a_plain_at_channel_notifies_only_with_link_names() -> None:
    """Plain @channel is text, unless the sender asks to link names."""
    assert notified("hey @channel a@here", [], [], link_names=True) == ("channel",)
