"""The renderer of Slack messages: what Slack would show, and nothing that a message could run, load or break."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from html_reader import Node, read
from tocsin.config import Config, zone_of
from tocsin_cli.previews import previews
from tocsin_local.slack import Message
from tocsin_local.web.render import View, banners, message, notification, posted
from tocsin_local.web.render import markup as writing
from tocsin_local.web.render.emoji import emoji
from tocsin_local.web.render.markup import followable, h, html
from tocsin_local.web.render.mrkdwn import mrkdwn
from tocsin_local.web.render.scale import scale, written

DATA = Path(__file__).parent / "data"
EVERY_BLOCK: dict[str, Any] = json.loads((DATA / "every-block.json").read_text("utf-8"))["payload"]
GOOD = [case for case in json.loads((DATA / "blockkit-cases.json").read_text("utf-8"))["cases"] if case["valid"]]
KINDS = sorted(path for path in (Path(__file__).parent / "events").iterdir() if path.is_dir())
VIEWS = [View("en", UTC), View("ko", ZoneInfo("Asia/Seoul"))]
EN = VIEWS[0]

# All that may ever stand in a message's HTML, written out here a second time.
WRITTEN_TAGS = """
    a article b blockquote br button caption circle code del details div em figcaption figure hr li line ol p path pre
    rect span strong summary svg table tbody td text th thead time title tr u ul
"""
WRITTEN_ATTRIBUTES = """
    aria-hidden aria-label aria-level class cx cy d data-action-id data-block data-block-id data-channel
    data-date-format data-ts data-unknown data-value datetime fill height href id open preserveaspectratio r rel
    role rx scope start target text-anchor title type viewbox width x x1 x2 y y1 y2
"""
TAGS, ATTRIBUTES = set(WRITTEN_TAGS.split()), set(WRITTEN_ATTRIBUTES.split())
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></style></svg><script>1</script>",
    "javascript:alert(1)",
    "<javascript:alert(1)|click>",
    "<data:text/html;base64,PHNjcmlwdD4=|x>",
    "<https://evil.example/\"onclick=\"x|<b>x</b>>",
    "<!date^1^{date}^javascript:alert(1)|x>",
    "&lt;script&gt; &amp;lt; &#60;script&#62;",
    "<!--", "]]>", "\0\x0b\ud83d\u202e", "`*_~`~_*", "```<b>", "#fff\" style=\"x",
)  # fmt: skip


def drawn(payload: dict[str, Any], view: View = EN) -> Node:
    return read(message(posted(payload, "1795430000.000100"), view))


def block(**parts: Any) -> Node:
    return drawn({"blocks": [parts]}).one("sk-block")


def check_safe(root: Node) -> None:
    """Only what we write, and no address that a browser would run."""
    for node in root.walk():
        if node is root:
            continue
        assert node.tag in TAGS, node.tag
        assert set(node.attributes) <= ATTRIBUTES, (node.tag, set(node.attributes) - ATTRIBUTES)
        address = node.attributes.get("href") or "#"
        assert address.startswith(("#m-", "http://", "https://", "mailto:")) or address == "#", address


MARKUP = [
    ("plain", "plain"),
    ("*bold* _it_ ~gone~ `code`", "strong(bold) em(it) del(gone) code(code)"),
    ("*_both_*", "strong(em(both))"),
    ("2*3*4 a_b_c x~y~z", "2*3*4 a_b_c x~y~z"),
    ("* no* *no *", "* no* *no *"),
    ("*a\nb*", "*a⏎b*"),
    ("`*a* &lt;b&gt;`", "code(*a* <b>)"),
    ("*`a*b`*", "strong(code(a*b))"),
    ("&amp;lt; &lt;b&gt;", "&lt; <b>"),
    ("&gt; one\n&gt; two\nthree", "blockquote(one⏎two)three"),
    ("> one", "blockquote(one)"),
    ("&gt;&gt;&gt; one\ntwo", "blockquote(one⏎two)"),
    ("a\n```x\n  *y*```\nb", "apre(x\n  *y*)b"),
    ("<https://a.example/?b=1&amp;c=2|a *b*>", "a.link(a strong(b))"),
    ("<https://a.example>", "a.link(https://a.example)"),
    ("<mailto:a@b.example|mail>", "a.link(mail)"),
    ("see https://a.example/x", "see a.link(https://a.example/x)"),
    ("<javascript:alert(1)|x>", "<javascript:alert(1)|x>"),
    ("<@U123> <@U123|ann>", "span.mention(@U123) span.mention(@ann)"),
    ("<!here> <!channel|@channel>", "span.mention(@here) span.mention(@channel)"),
    ("<!subteam^S1|@ops> <!subteam^S1>", "span.mention(@ops) span.mention(@S1)"),
    ("<#C1|general> <#C1>", "span.channel(#general) span.channel(#C1)"),
    ("&lt;!channel&gt; @channel", "<!channel> @channel"),
    (":fire: :no_such_code: 10:30:00", "🔥 :no_such_code: 10:30:00"),
    ("<!date^0^{date_num} {time_secs}|then>", "time(1970-01-01 12:00:00 AM)"),
    ("<!date^0^{no_such}|then>", "time(then)"),
    ("<!date^99999999999999^{date}|far>", "span.date(far)"),
    ("<!date^0^{date_num}^https://a.example|then>", "time(a.link(1970-01-01))"),
    ("<!date^0^{date_num}^javascript:x|then>", "time(span.link(1970-01-01))"),
]


@pytest.mark.parametrize(("text", "outline"), MARKUP)
def test_mrkdwn_is_read_as_slack_reads_it(text: str, outline: str) -> None:
    """Each sort of markup, and what only looks like it."""
    assert read(html(mrkdwn(text, EN))).outline == outline


def test_verbatim_text_makes_no_links() -> None:
    """A bare address in a verbatim text object is text."""
    text = {"type": "mrkdwn", "text": "https://a.example", "verbatim": True}
    assert block(type="section", text=text).all("a") == []


def test_a_plain_text_is_not_markup() -> None:
    """plain_text holds no markup, but emoji codes unless it forbids them, and Slack's three entities."""
    shown = {"type": "plain_text", "text": "*a* <b> &amp; :fire:", "emoji": True}
    assert block(type="header", text=shown).text == "*a* <b> & 🔥"
    assert block(type="header", text={**shown, "emoji": False}).text == "*a* <b> & :fire:"


def test_text_that_is_no_markup_is_drawn_as_it_is() -> None:
    """`mrkdwn: false` leaves the marks of the top-level text alone, in the channel and in the notification."""
    assert drawn({"text": "*a* `b`", "mrkdwn": False}).one("sk-text").outline == "*a* `b`"
    assert drawn({"text": "*a*"}).one("sk-text").outline == "strong(a)"
    assert notification(posted({"text": "*a*", "mrkdwn": False}), EN).phone == "*a*"


BLOCKS: list[tuple[dict[str, Any], str]] = [
    ({"type": "header", "text": {"type": "plain_text", "text": "T"}}, "T"),
    ({"type": "divider"}, "hr()"),
    ({"type": "section", "fields": [{"type": "mrkdwn", "text": "*k*\nv"}]}, "strong(k)⏎v"),
    ({"type": "context", "elements": [{"type": "mrkdwn", "text": "`a`"}]}, "span.(code(a))"),
    ({"type": "markdown", "text": "# H\na **b**\n\n- x\n- y\n1. z\n> q\n```\nf\n```"},
     "Hp(a strong(b))ul(li(x)li(y))ol(li(z))blockquote(q)pre(f)"),
    ({"type": "table", "rows": [[{"type": "raw_text", "text": "a"}], [{"type": "raw_number", "value": 1}]]},
     "table(thead(tr(th(a)))tbody(tr(td(1))))"),
    ({"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [
            {"type": "text", "text": "*a*", "style": {"bold": True}}, {"type": "user", "user_id": "U1"},
            {"type": "broadcast", "range": "here"}, {"type": "emoji", "name": "fire"},
            {"type": "link", "url": "https://a.example", "text": "l"}]},
        {"type": "rich_text_list", "style": "ordered", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "i"}]}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "q"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "p"}]}]},
     "strong(*a*)span.mention(@U1)span.mention(@here)🔥a.link(l)ol(li(i))blockquote(q)pre(p)"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "outline"), BLOCKS, ids=[parts["type"] for parts, _ in BLOCKS])
def test_each_block_has_its_shape(parts: dict[str, Any], outline: str) -> None:
    """The blocks that hold text, by their elements."""
    drawing = block(**parts)
    assert drawing.outline == outline
    assert drawing.attributes["data-block"] == parts["type"]


def test_buttons() -> None:
    """A button with a web address is a link that leaves no trace; any other says what it would send."""
    face = {"type": "plain_text", "text": "Go"}
    elements = [
        {"type": "button", "text": face, "url": "https://a.example/?b=1&c=2", "style": "primary"},
        {"type": "button", "text": face, "action_id": "ack", "value": "7"},
        {"type": "button", "text": face, "url": "javascript:alert(1)", "action_id": "x"},
    ]
    link, ack, odd = block(type="actions", block_id="b", elements=elements).all("sk-button")
    assert (link.tag, link.attributes["href"], link.attributes["rel"]) == (
        "a", "https://a.example/?b=1&c=2", "noopener noreferrer",
    )  # fmt: skip
    assert "sk-primary" in str(link.attributes["class"])
    told = ("data-action-id", "data-block-id", "data-value")
    assert (ack.tag, [ack.attributes[name] for name in told]) == ("button", ["ack", "b", "7"])
    assert odd.tag == "button"


def test_images_are_never_loaded() -> None:
    """An image is a frame with its alternative text: nothing in a message's HTML has a source."""
    shown = drawn({"blocks": [{"type": "image", "image_url": "https://x.example/y.png", "alt_text": "CPU"}]})
    assert shown.one("sk-picture").attributes["aria-label"] == "CPU"
    assert "y.png" not in message(posted(EVERY_BLOCK), EN)


def test_the_colour_bar() -> None:
    """An attachment's colour, named or in hex, fills its bar; any other text never gets there."""
    colours = ["#D92D20", "good", "D92D20", "red", "url(x)", '"><b>']
    attachments = [{"color": colour, "text": "x"} for colour in colours]
    fills = [bar.one("rect").attributes.get("fill") for bar in drawn({"attachments": attachments}).all("sk-bar")]
    assert fills == ["#D92D20", "#2EB67D", "#D92D20", None, None, None]


def test_older_attachments() -> None:
    """Title, text and fields of an attachment without blocks; a field's title is no markup, its value is."""
    attachment = {
        "pretext": "*p*", "title": "t", "title_link": "https://a.example", "text": "*x*", "footer": "f",
        "fields": [{"title": "*k*", "value": "*v*", "short": True}],
    }  # fmt: skip
    shown = drawn({"attachments": [attachment]}).one("sk-attached")
    assert shown.outline == "strong(p)svg(rect())a.title(t)strong(x)strong(*k*)⏎strong(v)f"


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.language)
def test_an_unknown_block_is_named(view: View) -> None:
    """What cannot be shown is named where it stands, and nothing else is lost."""
    shown = drawn(EVERY_BLOCK, view)
    assert [one.attributes["data-unknown"] for one in shown.all("sk-unknown")] == ["hologram"]
    assert "hologram" in shown.one("sk-unknown").text


@pytest.mark.parametrize("case", GOOD, ids=[case["name"] for case in GOOD])
def test_what_slack_takes_is_drawn(case: dict[str, Any]) -> None:
    """Every message that Slack accepts is shown whole."""
    shown = drawn(case["payload"])
    check_safe(shown)
    assert shown.all("sk-unknown") == []
    assert shown.one("sk-body").children


@pytest.mark.parametrize("folder", KINDS, ids=lambda folder: folder.name)
def test_what_we_send_is_drawn(folder: Path) -> None:
    """Every event's messages are shown whole, call nobody, and hold nothing but what we write."""
    events = sorted(path for path in folder.glob("*.json") if not path.name.endswith(".snap.json"))
    for number, path in enumerate(events):
        view = VIEWS[number % 2]
        config = Config(language=view.language, zone=zone_of(view.language))
        for payload in (payload for seen in previews(path.read_bytes(), config) for payload in seen.messages):
            shown = drawn(payload, view)
            check_safe(shown)
            assert shown.all("sk-unknown") == shown.all("sk-mention") == shown.all("sk-mentions") == [], path


def test_a_message_of_a_channel() -> None:
    """Author, time, edit, reactions, mentions and the thread stand around what a message says."""
    post = Message(
        "C1", "alarms", "1795430000.000100", "tocsin", "bot", "hi <!here> <@U1>", edited=True,
        notified=("here", "U1"), reactions={"eyes": ("U1", "U2")},
    )  # fmt: skip
    reply = replace(
        post, ts="1795430060.000100", thread_ts=post.ts, text="over", edited=False, notified=(), reactions={}
    )
    shown = read(message(post, EN, [reply, reply])).children[0]
    assert isinstance(shown, Node)
    assert (shown.attributes["id"], shown.all("sk-author")[0].text) == ("m-C1-1795430000.000100", "tocsin")
    assert [time.text for time in shown.all("sk-time")] == ["10:33 AM", "10:34 AM", "10:34 AM"]
    assert shown.one("sk-edited").text == "(edited)"
    assert shown.one("sk-mentions").text == "Notifies 2: @here, @U1"
    assert shown.one("sk-reaction").text == "👀 2"
    assert shown.one("sk-replies").text == "2 repliesLast reply Nov 23, 2026 10:34 AM"
    assert [one.text for one in shown.one("sk-replied").all("sk-body")] == ["over", "over"]
    also = read(message(replace(reply, broadcast=True, seen_by="U9"), VIEWS[1]))
    assert [one.text for one in also.all("sk-broadcast")] == ["U9에게만 표시", "스레드에 댓글을 남겼습니다"]


def test_what_is_announced() -> None:
    """The phone takes the text; the desktop reads the blocks, wherever they stand, or the text where there are none."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*b*\nc"}}
    told = notification(posted({"text": "a &lt; b", "blocks": [section]}), EN)
    assert (told.phone, told.desktop) == ("a < b", "b c")
    told = notification(posted({"text": "a", "attachments": [{"fallback": "f", "blocks": [section]}]}), EN)
    assert (told.phone, told.desktop) == ("a", "b c")
    told = notification(posted({"attachments": [{"fallback": "f"}]}), EN)
    assert (told.phone, told.desktop) == ("f", "f")
    assert len(notification(posted({"text": "x" * 999}), EN).phone) == 178
    shown = read(banners(posted({"text": "<b>"}), EN))
    assert [one.text for one in shown.all("sk-banner-text")] == ["tocsin: <b>", "tocsin: <b>"]


def chart(kind: str, series: list[tuple[str, list[float]]], **axis: str) -> Node:
    labels = [f"09:{index:02}" for index in range(len(series[0][1]))]
    lines = [
        {"name": name, "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]}
        for name, values in series
    ]
    drawing = {"type": kind, "series": lines, "axis_config": {"categories": labels, **axis}}
    return block(type="data_visualization", title="CPU", chart=drawing)


def test_a_line_chart_tells_its_numbers() -> None:
    """Each datapoint has its mark and its words, a series that never changes is a level, and a reader hears it all."""
    shown = chart("line", [("CPU", [10, 20, 90]), ("Threshold", [80, 80, 80])], x_label="Time (UTC)")
    assert [one.text for one in shown.all("circle")] == ["09:00 · CPU 10", "09:01 · CPU 20", "09:02 · CPU 90"]
    assert len([one for one in shown.all("sk-level") if one.tag == "line"]) == 1
    assert shown.one("sk-plot").attributes["aria-label"] == "CPU. CPU: 3 points from 10 to 90, last 90; Threshold: 80"
    assert [one.text for one in shown.one("sk-legend").all("li")] == ["CPU", "Threshold"]
    assert (shown.one("sk-chart-title").text, shown.one("sk-axis-x").text) == ("CPU", "Time (UTC)")


def test_a_chart_of_extremes_is_drawn() -> None:
    """The largest numbers that JSON can hold have few ticks like any others."""
    shown = chart("line", [("CPU", [1.7e308, -1.7e308, 5e-324])])
    assert len(shown.all("circle")) == 3
    assert len(shown.one("sk-side").all("text")) <= 12


def test_bars_and_slices() -> None:
    """A bar for each value, above or below zero; a slice for each segment, a whole circle for a single one."""
    assert len(chart("bar", [("A", [1, -2]), ("B", [3, 4])]).all("sk-bar-shape")) == 4
    segments = [{"label": "EC2", "value": 3}, {"label": "S3", "value": 1}]
    shown = block(type="data_visualization", title="Cost", chart={"type": "pie", "segments": segments})
    assert [one.text for one in shown.all("sk-slice")] == ["EC2 · 3 (75%)", "S3 · 1 (25%)"]
    shown = block(type="data_visualization", title="Cost", chart={"type": "pie", "segments": segments[:1]})
    assert shown.one("sk-pie").attributes["aria-label"] == "EC2 100%"


@example([5e-324])
@example([-1e300, 1e300])
@example([1e300, 1e-300])
@example([-5.0])
@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=20))
def test_every_value_lies_on_its_axis(values: list[float]) -> None:
    """Whatever the values, the axis holds them between its first and its last tick, and draws few of those."""
    axis = scale(values, 150)
    assert all(-0.5 <= axis.y(value) <= 150.5 for value in values)
    assert 2 <= len(axis.ticks()) <= 12
    assert all(written(tick) for tick in axis.ticks())


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.25, "0.25"), (95, "95"), (1500, "1,500"), (2e4, "20K"), (5e6, "5M"), (-3e9, "-3G")]
)
def test_axis_numbers_are_short(value: float, text: str) -> None:
    """An axis has little room for its numbers."""
    assert written(value) == text


def replaced(value: Any, text: st.SearchStrategy[str], data: st.DataObject, key: str = "") -> Any:
    """The payload with every string that is not a type replaced now and then."""
    if isinstance(value, dict):
        return {name: replaced(one, text, data, name) for name, one in value.items()}
    if isinstance(value, list):
        return [replaced(one, text, data, key) for one in value]
    if isinstance(value, str) and (key != "type" or data.draw(st.integers(0, 20)) == 0) and data.draw(st.booleans()):
        return data.draw(text)
    return value


@settings(max_examples=60)
@given(st.data(), st.sampled_from(VIEWS))
def test_hostile_text_anywhere_stays_text(data: st.DataObject, view: View) -> None:
    """Hostile strings anywhere in a payload bring no element, attribute or address that we did not write."""
    texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=()), max_size=20))
    payload = replaced(EVERY_BLOCK, texts, data)
    post = replace(posted(payload, "1.5"), username=data.draw(texts), seen_by=data.draw(texts), edited=True)
    check_safe(read(message(post, view, [post])))
    check_safe(read(banners(post, view)))


@settings(max_examples=100)
@given(st.sampled_from([one["type"] for one in EVERY_BLOCK["blocks"]]), st.data())
def test_no_block_can_break_the_page(kind: str, data: st.DataObject) -> None:
    """Fields of any type and depth, or none, are drawn as well as can be: never an exception."""
    json_values = st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.sampled_from(HOSTILE) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
        max_leaves=12,
    )
    odd = {"type": kind, **data.draw(st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=5))}
    check_safe(drawn({"text": "x", "blocks": [odd, data.draw(json_values)], "attachments": [odd]}))


FIELD_NAMES = """
    type text fields elements rows title accessory chart child_blocks segments series data value label axis_config
    categories style options indent url color ts
"""
FIELDS = FIELD_NAMES.split()


@given(st.text(st.characters(exclude_categories=()), min_size=1))
def test_a_title_is_read_as_it_was_written(text: str) -> None:
    """Any text of a header is the text that people see: only what no page may hold is replaced."""
    shown = block(type="header", text={"type": "plain_text", "text": text, "emoji": False}).text
    written = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert visible(shown) == visible(written)


def visible(text: str) -> str:
    """Without space, and without what no page may hold or what stands in its place."""
    replaced = "\ufffd\ufffe\uffff"
    return "".join(one for one in text if not (one.isspace() or one in replaced or category(one) in ("Cc", "Cs")))


MISLEADING = [
    "*a ", "<", "`", "*_~", "> ", "```", "<https://a", ":a", "&gt;", "[", "**", "<!date^1^", "*`", "~<a", "\n- ", "#",
]  # fmt: skip


@pytest.mark.parametrize("part", MISLEADING)
def test_no_text_makes_it_hang(part: str) -> None:
    """The longest text that Slack takes, made to mislead a parser, is drawn at once."""
    text = part * (12_000 // len(part))
    start = time.process_time()
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    assert drawn({"text": text, "blocks": [section, {"type": "markdown", "text": text}]}).one("sk-section").text
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://a.example/x?y#z", True), ("http://127.0.0.1:8080", True), ("mailto:a@b.example", True),
        ("HTTPS://a.example", True), ("javascript:alert(1)", False), ("JaVaScRiPt:alert(1)", False),
        (" javascript:alert(1)", False), ("java\nscript:alert(1)", False), ("data:text/html,x", False),
        ("//a.example", False), ("https:", False), ("mailto:", False), ("ftp://a.example", False),
        ("https://a\x00.example", False),
        ("https://[a", False), ("", False), ("#m-1", False), ("vbscript:x", False), ("https:\\\\a.example", False),
    ],
)  # fmt: skip
def test_only_web_and_mail_addresses_can_be_followed(address: str, may: bool) -> None:
    """http, https and mailto; nothing that a browser might read otherwise than we do."""
    assert followable(address) is may


def test_what_we_do_not_write_cannot_be_written() -> None:
    """The builder knows no script, no style attribute, no handler and no source."""
    assert not {"script", "img", "iframe", "object", "embed", "base"} & writing._TAGS
    for name in ("style", "onclick", "src", "srcset", "action", "formaction", "srcdoc"):
        with pytest.raises(ValueError, match=name):
            h("div", **{name: "x"})
    with pytest.raises(ValueError, match="script"):
        h("script")
    with pytest.raises(ValueError, match="style sheet"):
        html(h("style", "</style><script>"))


def test_emoji_keep_their_colons_where_they_are_unknown() -> None:
    """A code that we do not know is shown as it was sent."""
    assert (emoji("fire"), emoji("no_such")) == ("🔥", ":no_such:")
