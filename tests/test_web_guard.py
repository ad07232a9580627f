"""Whom the page answers: this machine and its own pages; no other page can drive the stage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from page_stage import Shown, cpu_alarm, shown
from plain_http import Reply, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SET = '{"name": "cpu", "value": "ALARM", "reason": "a try"}'
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def page() -> Iterator[Shown]:
    with shown("en", None, cpu_alarm()) as running:
        yield running


def state(page: Shown) -> str:
    return page.rig.desk.stage.alarms()[0].state.value


@pytest.mark.parametrize("path", ["/", "/alarm?name=cpu", "/alarm?name=none", "/static/page.js", "/nowhere", "/rows"])
def test_every_answer_carries_the_policy(page: Shown, path: str) -> None:
    """Nothing but our own one script and our own style sheets can run, load or be framed, also on error pages."""
    headers = request(page.url + path, verb="GET").headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example:1", ""])
def test_another_host_is_refused(page: Shown, host: str) -> None:
    """A name that was rebound to 127.0.0.1 gets nothing, not even to read."""
    assert request(f"{page.url}/", headers={"Host": host}, verb="GET").status == 403


@pytest.mark.parametrize(("mode", "status"), [("navigate", 200), ("no-cors", 403), ("cors", 403), ("websocket", 403)])
def test_a_link_may_lead_here_but_no_other_page_may_fetch(page: Shown, mode: str, status: int) -> None:
    """What another page loads from here is refused, even where it could not read the answer."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
    assert request(f"{page.url}/", headers=headers, verb="GET").status == status


@pytest.mark.parametrize(
    "headers",
    [
        {**JSON, "Origin": "https://evil.example"},
        {**JSON, "Origin": "null"},
        {**JSON, "Origin": "http://127.0.0.1:1"},
        {**JSON, "Sec-Fetch-Site": "cross-site"},
        {**JSON, "Sec-Fetch-Site": "same-site"},
        {**JSON, "Sec-Fetch-Site": "none"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {},
    ],
)
@pytest.mark.parametrize("path", ["/alarms/state", "/load", "/events"])
def test_other_pages_cannot_drive_the_stage(page: Shown, path: str, headers: dict[str, str]) -> None:
    """What a page elsewhere, or a form, could send changes nothing."""
    assert request(page.url + path, SET, headers).status in (403, 415)
    assert state(page) != "ALARM"
    assert page.rig.desk.journal.entries() == ()


@pytest.mark.parametrize("extra", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "own"}])
def test_our_own_page_and_programs_may(page: Shown, extra: dict[str, str]) -> None:
    """A request of this page, and of a program without any browser's headers, is carried out."""
    own = {name: page.url if value == "own" else value for name, value in extra.items()}
    for value in ("ALARM", "OK"):
        given = SET.replace("ALARM", value)
        assert request(f"{page.url}/alarms/state", given, {**JSON, **own}).json() == {"ok": True, "error": ""}
        assert state(page) == value


def test_nothing_changes_by_reading(page: Shown) -> None:
    """What changes something is no GET."""
    for path in ("/alarms/state", "/load"):
        assert request(page.url + path, verb="GET").status == 405


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/alarms/state", "[]", 400),
        ("/alarms/state", "no json", 400),
        ("/alarms/state", '{"name": "cpu", "value": "RED", "reason": ""}', 400),
        ("/alarms/state", '{"name": "none", "value": "OK", "reason": ""}', 404),
        ("/load", '{"seconds": true}', 400),
        ("/load", '{"seconds": -1}', 400),
        ("/load", '{"seconds": NaN}', 400),
        ("/events", "x" * 1_048_577, 413),
    ],
)
def test_nonsense_is_refused_in_words(page: Shown, path: str, body: str, status: int) -> None:
    """With a reason, and without anything having happened."""
    answer: Reply = request(page.url + path, body, JSON)
    assert (answer.status, answer.json()["ok"]) == (status, False)
    assert answer.json()["error"]
