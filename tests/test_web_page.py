"""What the page shows of what happened, read without any script."""

from __future__ import annotations

import json
import queue
import re
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from html_reader import read
from page_stage import Shown, cpu_alarm, shown
from plain_http import request
from tocsin_local.slack import Message, Received
from tocsin_local.tutorial import tutorial_event
from tocsin_local.web.gallery import SAMPLES, sample
from tocsin_local.web.pages.words import WORDS

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)> " onload="x" <!channel> &lt;b&gt;'


@pytest.fixture
def page() -> Iterator[Shown]:
    with shown("en", None, cpu_alarm(), cpu_alarm(HOSTILE)) as running:
        yield running


def get(page: Shown, path: str, **headers: str) -> str:
    answer = request(page.url + path, headers=headers, verb="GET")
    assert answer.status == 200, answer.body
    return answer.body.decode()


def event(name: str) -> Any:
    found = sample(name)
    assert found is not None
    return json.loads(found.text())


def elements(found: str) -> list[tuple[str, dict[str, str | None]]]:
    """Every element that a browser would make, with its attributes."""
    return [(one.tag, one.attributes) for one in read(found).walk()]


def newest(page: Shown) -> str:
    """The ts of the newest message in the channel."""
    return str(re.findall(r'id="row-([\d.]+)"', get(page, "/rows"))[0])


def test_the_page_tells_the_whole_road_of_a_message(page: Shown) -> None:
    """What came in, its kind, the named reason, what was sent and what Slack answered stand under the message."""
    page.hand_in(tutorial_event())
    found = get(page, f"/message/{newest(page)}")
    for told in (
        "sns-lambda",
        "cloudwatch_alarm",
        "first",
        "chat.postMessage",
        "answered 200 ok",
        "Example alarm name",
    ):
        assert told in found
    assert page.rig.slack.bot_token not in found


def test_what_led_to_no_message_is_still_told(page: Shown) -> None:
    """A duplicate shows in what came in, with the reason why nobody was told."""
    for _ in range(2):
        page.hand_in(event("sns-alarm"))
    found = get(page, "/events")
    assert "none-duplicate" in found
    assert "led to no message" in found


def test_a_refusal_is_told_with_slacks_word(page: Shown) -> None:
    """What Slack refused can be filtered for, and its reason is shown."""
    page.hand_in(event("sns-alarm"))
    fine = newest(page)
    page.rig.desk.journal.received(
        Received(1.0, "chat.update", "POST", "/api/chat.update", {}, json.dumps({"ts": fine}), "msg_too_long", 200,
                 ("the text is longer than 4,000 characters",))
    )  # fmt: skip
    assert f"row-{fine}" in get(page, "/rows?only=refused")
    assert "msg_too_long" in get(page, f"/message/{fine}?part=why")
    page.hand_in(tutorial_event())
    assert f"row-{newest(page)}" not in get(page, "/rows?only=refused")


def test_filters_find_by_words_kind_colour_and_mention(page: Shown) -> None:
    """Each filter keeps what it names and nothing else; together they narrow."""
    page.hand_in(event("sns-alarm"))
    alarm = newest(page)
    page.hand_in(event("plain-text"))
    text = newest(page)
    for query, wanted in (
        ("q=WEB-CPU-high", {alarm}),
        ("q=배포", {text}),
        ("kind=text", {text}),
        ("kind=cloudwatch_alarm", {alarm}),
        ("colour=red", {alarm}),
        ("colour=red&q=배포", set()),
        ("only=mentioned", set()),
        ("", {alarm, text}),
    ):
        found = get(page, f"/rows?{urllib.parse.quote(query, safe='=&')}")
        assert set(re.findall(r'id="row-([\d.]+)"', found)) == wanted, query


def test_an_edited_message_with_its_thread_is_one_row(page: Shown) -> None:
    """OK edits the red message and answers in its thread: one row, its replies inside."""
    page.hand_in(event("sns-alarm"))
    page.hand_in(event("sns-ok"))
    rows = get(page, "/rows?colour=green")
    assert "sk-thread" in rows
    assert len(re.findall(r'class="row"', rows)) <= 2  # a loud end is sent to the channel too


def test_hostile_names_stay_text(page: Shown) -> None:
    """A name that is markup neither makes an element nor an attribute, anywhere on the page."""
    page.rig.desk.stage.set_state(HOSTILE, "ALARM", HOSTILE)
    page.hand_in(event("sns-hostile"))
    for path in ("/", "/events", f"/alarm?name={urllib.parse.quote(HOSTILE)}"):
        found = get(page, path)
        written = elements(found)
        assert [given for name, given in written if name == "script"] == [{"src": "/static/page.js", "defer": None}]
        assert "img" not in {name for name, _ in written}
        assert not [key for _, given in written for key in given if key.startswith("on") or key == "style"]
        assert "&lt;script&gt;alert(1)" in found


def test_one_script_and_nothing_inline(page: Shown) -> None:
    """The document has one script, by its address, and neither inline style nor handler: the policy can be strict."""
    page.hand_in(tutorial_event())
    found = get(page, "/")
    assert re.findall(r"<script[^>]*>", found) == ['<script src="/static/page.js" defer>']
    assert not re.search(r"<style|\sstyle=|javascript:", found)


def test_the_page_speaks_korean_to_whoever_asks(page: Shown) -> None:
    """The choice is kept by a cookie; without one the language of the messages is used."""
    chosen = request(f"{page.url}/?lang=ko", verb="GET")
    assert (chosen.status, chosen.headers["location"]) == (303, "/")
    found = get(page, "/", Cookie=chosen.headers["set-cookie"].partition(";")[0])
    assert '<html lang="ko">' in found
    assert WORDS["ko"]["alarms"] in found
    assert '<html lang="en">' in get(page, "/", Cookie="tocsin_language=xx")


def test_older_messages_are_a_page_away(page: Shown) -> None:
    """The newest forty are shown, and a link leads to the older ones, none twice and none left out."""
    for n in range(45):
        page.rig.desk.journal.shown(Message("C1", "alarms", f"1700000000.{n:06d}", "U1", "webhook", f"number {n}"))
    first = get(page, "/")
    following = re.findall(r'href="(/\?before=[\d.]+)"', first)
    seen = re.findall(r'id="row-([\d.]+)"', first)
    assert len(seen) == 40
    rest = re.findall(r'id="row-([\d.]+)"', get(page, following[0]))
    assert len(rest) == 5
    assert sorted(seen + rest, reverse=True) == seen + rest


def test_an_alarm_has_its_chart_its_rule_and_its_history(page: Shown) -> None:
    """Datapoints, threshold and state bands in one picture; each transition with its reason."""
    page.later(60)
    page.world.cpu = 96.0
    page.later(40)
    found = get(page, "/alarm?name=cpu")
    for part in ('class="values"', 'class="threshold"', 'class="band ok"', 'class="band alarm"', 'class="dot breach"'):
        assert part in found
    assert "Average of AWS/EC2 CPUUtilization &gt; 80, 1 of 1 datapoints of 10 s" in found
    assert "was greater than the threshold (80.0)." in found


@pytest.mark.parametrize(
    "path", ["/message/1.000001", "/message/x", "/alarm?name=none", "/event/99", "/static/nothing.js"]
)
def test_what_is_not_there_is_said_so(page: Shown, path: str) -> None:
    """404, and a page with the way back where a person may land."""
    assert request(page.url + path, verb="GET").status == 404


def test_everything_received_can_be_exported(page: Shown) -> None:
    """As lines of JSON: each request with its verdict, and no secret among its headers."""
    page.hand_in(tutorial_event())
    lines = [json.loads(line) for line in get(page, "/requests.jsonl").splitlines()]
    assert [(line["call"], line["verdict"]) for line in lines] == [("chat.postMessage", "ok")]
    assert "authorization" not in lines[0]["headers"]


def test_every_sample_of_the_gallery_is_taken(page: Shown) -> None:
    """All events that the page offers are JSON, go through the function, and have a title in each language."""
    for one in SAMPLES:
        text = get(page, f"/gallery/{one.name}")
        assert request(f"{page.url}/events", text, {"Content-Type": "application/json"}).json()["ok"], one.name
        assert set(one.title) == set(one.about) == set(WORDS)


def test_both_languages_have_the_same_sentences() -> None:
    """No key is missing in either, and both fill the same braces."""
    assert set(WORDS["en"]) == set(WORDS["ko"])
    for key, sentence in WORDS["en"].items():
        assert set(re.findall(r"\{(\w+)\}", sentence)) == set(re.findall(r"\{(\w+)\}", WORDS["ko"][key])), key


class Stream:
    """A browser's EventSource, as far as a test needs it."""

    def __init__(self, page: Shown, since: str, **headers: str) -> None:
        asked = urllib.request.Request(f"{page.url}/live?since={since}", headers=headers)
        self._answer = urllib.request.urlopen(asked, timeout=60)
        self._told: queue.Queue[tuple[str, list[list[str]], str]] = queue.Queue()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def next(self) -> tuple[str, list[list[str]], str]:
        return self._told.get(timeout=60)

    def end(self) -> None:
        """After the server has ended the stream."""
        self._thread.join(20)
        self._answer.close()

    def _read(self) -> None:
        found: dict[str, str] = {}
        for line in self._answer:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                found[name] = value
            elif "data" in found:
                self._told.put((found["event"], json.loads(found["data"]), found["id"]))
                found = {}


def test_news_is_told_as_it_happens_and_again_after_a_lost_connection() -> None:
    """A stream tells what changed; whoever comes back with the last id hears what was missed, and only that."""
    with shown("en", None, cpu_alarm()) as page:
        stream = Stream(page, str(page.rig.desk.journal.board.rev))
        page.rig.desk.stage.set_state("cpu", "ALARM", "a try")
        name, news, last = stream.next()
        assert (name, news[0]) == ("news", ["alarm", "cpu"])
        page.hand_in(tutorial_event())
        again = Stream(page, "0", **{"Last-Event-ID": last})
        missed = again.next()
        assert missed[0] == "news"
        assert ["alarm", "cpu"] not in missed[1]
        assert {sort for sort, _ in missed[1]} >= {"message"}
        lost = Stream(page, "1")
        assert lost.next()[0] == "resync"
    for each in (stream, again, lost):
        each.end()
