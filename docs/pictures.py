"""Takes docs/pictures/*.png: the live page in light, dark, Korean and on a phone, after the same small story.

Needs the development requirements and Debian's chromium; `make pictures` runs it. Numbers and times are made up, so
that two runs give nearly the same pictures.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import sin
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser import chromium
from page_stage import Shown, cpu_alarm, shown
from tocsin_local.web.gallery import sample

FOLDER = Path(__file__).parent / "pictures"
LARGEST = 300 * 1024  # bytes of one picture
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
LASTS = 560  # seconds of the story
ZONES = {"en": "Europe/London", "ko": "Asia/Seoul"}


def main() -> None:
    """Write every picture anew."""
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("needs chromium: apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji fonts-lato")
    FOLDER.mkdir(exist_ok=True)
    with chromium(path) as browser:
        for language in ("en", "ko"):
            with _story(language) as stage:
                _take(browser, stage, language)


@contextmanager
def _story(language: str) -> Iterator[Shown]:
    """Two alarms watched for nine minutes; one fires, with a test event and a composite alarm before it."""
    description = {"en": "CPU of the API servers.", "ko": "API 서버의 CPU 사용률입니다."}[language]
    memory = cpu_alarm("worker-memory", MetricName="mem_used_percent", Namespace="CWAgent", Threshold=90.0)
    api = cpu_alarm("api-cpu-high", AlarmDescription=description, EvaluationPeriods=3, DatapointsToAlarm=2)
    with shown(language, None, api, memory, ago=LASTS) as stage:
        for second in range(LASTS):
            _weather(stage, second)
            stage.later(1)
            for at, name in ((200, "tutorial-test-event"), (230, "sns-composite"), (260, "sns-alarm"), (300, "sns-ok")):
                found = sample(name)
                if second == at and found:
                    stage.hand_in(json.loads(found.text()))
        yield stage


def _weather(stage: Shown, second: int) -> None:
    calm = 34 + 9 * sin(second / 23) + 4 * sin(second / 7)
    stage.world.cpu = 93 + 4 * sin(second / 6) if second > 470 else calm


def _take(browser: Browser, stage: Shown, language: str) -> None:
    for theme, size, scale in (("light", WIDE, 1), ("dark", WIDE, 1), ("phone", PHONE, 2)):
        page = browser.new_page(
            viewport=size,  # type: ignore[arg-type]
            device_scale_factor=scale,
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
            timezone_id=ZONES[language],
        )
        page.goto(stage.url)
        expect(page.locator(".pulse.live")).to_be_visible()
        expect(page.locator(".row").first).to_contain_text("api-cpu-high")
        _shoot(page, f"page-{theme}-{language}.png")
        if theme == "light":
            page.locator(".ask").first.click()
            expect(page.locator(".why")).to_be_visible()
            page.locator(".trail").first.scroll_into_view_if_needed()
            page.locator(".why").scroll_into_view_if_needed()
            page.keyboard.press("3")
            page.evaluate("document.activeElement.blur()")
            _shoot(page, f"page-why-{language}.png")
        page.close()


def _shoot(page: Page, name: str) -> None:
    path = FOLDER / name
    page.screenshot(path=path, animations="disabled")
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path} is larger than {LARGEST} bytes")


if __name__ == "__main__":
    main()
