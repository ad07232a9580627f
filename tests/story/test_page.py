"""The page, as somebody sits before it: load the CPU, watch the line cross the threshold, red, then green."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from browser import chromium
from page_stage import BUSY, IDLE, Shown, cpu_alarm, shown
from tocsin_local.tutorial import tutorial_event
from tocsin_local.web.pages.words import WORDS
from tocsin_local.web.server import Server

HOSTILE = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>\'"&amp;'
PATIENCE = 20_000  # ms


@pytest.fixture(scope="module")
def browser(needs: Callable[..., str]) -> Iterator[Browser]:
    with chromium(needs("chromium")) as found:
        yield found


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console had to say: a breach of the policy, an error of the script."""
    return []


def visit(browser: Browser, stage: Shown, complaints: list[str], language: str = "en", width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, locale=language)
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(stage.url)
    expect(page.locator(".pulse.live")).to_be_visible(timeout=PATIENCE)
    page.evaluate("window.here = 'never reloaded'")
    return page


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_cpu_is_loaded_and_the_message_turns_red_and_green(
    browser: Browser, complaints: list[str], language: str
) -> None:
    """From the button to the red message and back to green, live, in the reader's language, without reloading."""
    say = WORDS[language]
    with shown(language, None, cpu_alarm()) as stage:
        stage.later(40)
        page = visit(browser, stage, complaints, language)
        card = page.locator('.alarm[data-name="cpu"]')
        expect(card.locator(".state").first).to_have_text("OK")
        expect(page.locator(".row")).to_have_count(0)

        page.get_by_text(say["send"], exact=True).first.click()
        page.locator("[data-load='40']").click()
        expect(page.locator("[data-load='40'] ~ .result")).to_have_text(say["loading"])
        assert stage.rig.desk.loading.on
        stage.world.cpu = BUSY
        stage.later(30)

        row = page.locator(".row").first
        expect(row).to_contain_text("ALARM · cpu", timeout=PATIENCE)
        expect(row.locator(".trail")).to_contain_text("first")
        page.locator("[data-go='alarms']").click()
        expect(card.locator(".state").first).to_have_text("ALARM")
        expect(card.locator("circle.breach").first).to_be_attached()
        expect(card.locator("rect.band.alarm")).to_have_count(1)

        page.get_by_text(say["send"], exact=True).first.click()
        page.locator("[data-load='0']").click()
        expect(page.locator("[data-load='0'] ~ .result")).to_have_text("")
        stage.world.cpu = IDLE
        stage.later(30)
        expect(page.locator(".row").filter(has_text="OK · cpu").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".row .chip.reason").first).to_have_text("resolved")
        assert not stage.rig.desk.loading.on
        assert page.evaluate("window.here") == "never reloaded"
        page.close()
    assert complaints == []


def test_a_hostile_alarm_name_changes_nothing_outside_its_text(browser: Browser, complaints: list[str]) -> None:
    """It stands there as it is written: no element, no script, no complaint of the policy."""
    with shown("en", None, cpu_alarm(HOSTILE)) as stage:
        page = visit(browser, stage, complaints)
        page.locator(".alarm .act[data-set='ALARM']").click()
        expect(page.locator(".row").first).to_contain_text("<script>window.broken=1</script>", timeout=PATIENCE)
        expect(page.locator(".alarm .name")).to_have_text(HOSTILE)
        expect(page.locator(".alarm .state.ALARM").first).to_be_visible()
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator(".why .subject").first).to_contain_text(HOSTILE)
        assert page.evaluate("window.broken") is None
        assert page.locator("script").count() == 1
        assert page.locator("img").count() == 0
        page.close()
    assert complaints == []


def test_the_keyboard_reaches_everything(browser: Browser, complaints: list[str]) -> None:
    """j and k walk, Enter opens and closes, / searches, digits change the side, ? helps, Esc leaves."""
    with shown("en", None, cpu_alarm()) as stage:
        for _ in range(2):
            stage.hand_in(tutorial_event())
        page = visit(browser, stage, complaints)
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.locator(".row").nth(1)).to_have_class("row current")
        page.keyboard.press("k")
        expect(page.locator(".row").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".row").first.locator(".why")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".why")).to_have_count(0)
        page.keyboard.press("/")
        expect(page.locator(".filters input")).to_be_focused()
        page.keyboard.type("nothing like it?")
        page.keyboard.press("Enter")
        expect(page.locator(".nothing").first).to_have_text(WORDS["en"]["nothing_found"])
        page.keyboard.press("Escape")
        page.locator(".clear").click()
        expect(page.locator(".row")).to_have_count(2)
        expect(page.locator(".pulse.live")).to_be_visible()
        for key, section in (("2", "#alarms"), ("3", "#send"), ("4", "#events")):
            page.keyboard.press(key)
            expect(page.locator(section)).to_be_visible()
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#help")).to_be_hidden()
        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.keyboard.press("t")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
        page.close()
    assert complaints == []


def test_events_are_sent_from_the_gallery_and_by_hand(browser: Browser, complaints: list[str]) -> None:
    """A sample goes as it is or edited; one's own JSON or text goes too; what came in lists each of them."""
    with shown("en", None, cpu_alarm()) as stage:
        page = visit(browser, stage, complaints)
        page.keyboard.press("3")
        page.locator("[data-send='tutorial-test-event']").click()
        expect(page.locator(".row")).to_have_count(1, timeout=PATIENCE)
        page.locator("[data-edit='sns-alarm']").click()
        expect(page.locator("#own")).to_have_value(re.compile("web-cpu-high"))
        page.locator("#own").fill("just a text")
        page.locator(".act.main").click()
        expect(page.locator(".row").first).to_contain_text("just a text", timeout=PATIENCE)
        page.locator("[data-go='events']").click()
        expect(page.locator("#came .entry")).to_have_count(2)
        page.close()
    assert complaints == []


def test_a_filter_stays_true_while_things_change(browser: Browser, complaints: list[str]) -> None:
    """Looking at what is red: a new red message comes, another colour does not, and what turns green leaves."""
    with shown("en", None, cpu_alarm()) as stage:
        page = visit(browser, stage, complaints)
        page.locator("select[name=colour]").select_option("red")
        expect(page).to_have_url(re.compile("colour=red"))
        expect(page.locator(".pulse.live")).to_be_visible()
        stage.hand_in({"neither": "red nor green"})
        stage.world.now += 5_000
        stage.rig.desk.stage.set_state("cpu", "ALARM", "a try")
        expect(page.locator(".row")).to_have_count(1, timeout=PATIENCE)
        expect(page.locator("[data-count]")).to_have_text("2 messages")
        stage.world.now += 5_000
        stage.rig.desk.stage.set_state("cpu", "OK", "a try")
        expect(page.locator(".row")).to_have_count(0, timeout=PATIENCE)
        page.close()
    assert complaints == []


def test_a_phones_width_holds_everything(browser: Browser, complaints: list[str]) -> None:
    """Nothing is wider than the screen, whichever of the four is shown."""
    with shown("ko", None, cpu_alarm(), cpu_alarm("a-name-" + "without-any-end" * 12)) as stage:
        stage.later(30)
        stage.hand_in(tutorial_event())
        page = visit(browser, stage, complaints, "ko", width=360)
        for key in "1234":
            page.keyboard.press(key)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, key
        page.close()
    assert complaints == []


def test_on_paper_the_messages_are_dark_on_light_and_whole(browser: Browser, complaints: list[str]) -> None:
    """Whoever prints a dark page gets what happened, without what could be pressed."""
    with shown("en", None, cpu_alarm()) as stage:
        stage.hand_in(tutorial_event())
        page = visit(browser, stage, complaints)
        page.keyboard.press("t")
        page.emulate_media(media="print", color_scheme="dark")
        for where in (":root", ".sk"):
            assert page.evaluate(f"getComputedStyle(document.querySelector('{where}')).colorScheme") == "light"
        assert page.evaluate("getComputedStyle(document.querySelector('.row')).contentVisibility") == "visible"
        for pressed in (".bar", ".tabs", ".ask", ".permalink"):
            expect(page.locator(pressed).first).to_be_hidden()
        page.close()
    assert complaints == []


def test_without_script_the_page_still_reads(browser: Browser) -> None:
    """Messages, alarms with charts, what came in and every permalink are plain HTML."""
    with shown("en", None, cpu_alarm()) as stage:
        stage.later(40)
        stage.hand_in(tutorial_event())
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(stage.url)
        expect(page.locator(".row")).to_have_count(1)
        expect(page.locator("svg.chart .values")).to_have_count(1)
        expect(page.locator("#came .entry").first).to_be_visible()
        page.locator(".ask").click()
        expect(page.locator(".why")).to_contain_text("chat.postMessage")
        context.close()


def test_a_lost_connection_is_said_and_mended(browser: Browser) -> None:
    """While nobody answers the page says so; then it shows what happened meanwhile, and is live again."""
    with shown("en", None, cpu_alarm()) as stage:
        with Server(stage.rig.desk) as first:
            page = visit(browser, replace(stage, url=first.url), [])
        expect(page.locator(".pulse.lost")).to_have_text(WORDS["en"]["lost"], timeout=PATIENCE)
        stage.hand_in(tutorial_event())
        with Server(stage.rig.desk, port=int(first.url.rpartition(":")[2])):
            expect(page.locator(".row")).to_have_count(1, timeout=PATIENCE)
            expect(page.locator(".pulse.live")).to_be_visible()
            assert page.evaluate("window.here") == "never reloaded"
            page.close()
