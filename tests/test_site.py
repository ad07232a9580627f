"""The static pages: `tocsin preview --html` and the gallery. They load nothing, run nothing, and fit every screen."""

from __future__ import annotations

import json
import re
import runpy
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from html_reader import read
from tocsin_cli.commands.preview import preview
from tocsin_cli.exhibits import readable
from tocsin_local.web.render import View, posted
from tocsin_local.web.render.documents import document
from tocsin_local.web.render.messages import article

ROOT = Path(__file__).parents[1]
EVENTS = ROOT / "tests" / "events" / "cloudwatch_alarm"
SITE = runpy.run_path(str(ROOT / "docs" / "site.py"))
CHROMIUM = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole gallery, written once."""
    target = tmp_path_factory.mktemp("site")
    SITE["site"](target, SITE["events"]())
    return target


def check_closed(page: Path) -> None:
    """Its policy allows the one style sheet that it holds, by its hash, and nothing else; nothing in it needs more."""
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>\n")
    root = read(text.removeprefix("<!doctype html>\n"))
    sheet = root.one("style").text
    digest = b64encode(sha256(sheet.encode()).digest()).decode()
    policies = [one.attributes["content"] for one in root.all("meta") if "http-equiv" in one.attributes]
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert "url(" not in sheet and "@import" not in sheet
    for node in root.walk():
        assert node.tag not in ("script", "link", "img", "iframe", "object", "form")
        assert not [name for name in node.attributes if name in ("style", "src") or name.startswith("on")]


def test_the_gallery_shows_every_event_in_both_languages(gallery: Path) -> None:
    """Each event has a row in each index, which leads to its messages; every page is closed to the outside."""
    count = len(SITE["events"]())
    for index in ("index.html", "ko.html"):
        rows = read((gallery / index).read_text("utf-8").partition("\n")[2]).all("doc-row")
        assert len(rows) == count
        for row in rows:
            page, _, anchor = str(row.one("a").attributes["href"]).partition("#")
            assert f'id="{anchor}"' in (gallery / page).read_text("utf-8")
    for page in gallery.rglob("*.html"):
        check_closed(page)


def test_a_preview_is_one_page(tmp_path: Path) -> None:
    """The page holds each file's messages and, folded, what came in; in the language that was asked for."""
    out = tmp_path / "out.html"
    files = [str(EVENTS / "sns-alarm.json"), str(EVENTS / "sns-hostile.json")]
    result = CliRunner().invoke(preview, [*files, "--html", str(out), "--lang", "ko"])
    assert (result.exit_code, result.stdout) == (0, f"{out}: 2 signals of 2 files, drawn as Slack shows them\n")
    check_closed(out)
    root = read(out.read_text("utf-8").partition("\n")[2])
    assert root.one("html").attributes["lang"] == "ko"
    assert len(root.all("sk-message")) == len(root.all("doc-came")) == 2
    assert "계정" in root.all("sk-message")[0].text
    assert [one.text for one in root.all("h2")] == files


def test_what_came_in_hides_nothing() -> None:
    """Characters that turn or hide text are spelled in the event; a text that is no JSON, and a huge one, are shown."""
    assert readable(b'{"a": "\xe2\x80\xaeb"}') == '{\n  "a": "\\u202eb"\n}'
    assert readable(b"{no json") == "{no json"
    assert len(readable(b"x" * 200_000)) == 100_002


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that is not there is told in one sentence; --json and --html exclude each other."""
    event = str(EVENTS / "sns-alarm.json")
    result = CliRunner().invoke(preview, [event, "--html", str(tmp_path / "no" / "out.html")])
    assert "cannot be written" in str(result.exception)
    result = CliRunner().invoke(preview, [event, "--html", "x", "--json"])
    assert (result.exit_code, "choose one" in result.stderr) == (2, True)


@pytest.fixture(scope="module")
def browser(needs: Callable[..., str]) -> Iterator[Any]:
    chromium = needs("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        yield running
        running.close()


@pytest.fixture(scope="module")
def every_block(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with every type of block."""
    payload = json.loads((ROOT / "tests" / "data" / "every-block.json").read_text("utf-8"))["payload"]
    page = tmp_path_factory.mktemp("blocks") / "every-block.html"
    page.write_text(document("Every block", [article(posted(payload), View())], View()), "utf-8")
    return page


@pytest.mark.parametrize(
    ("width", "scheme", "pages"), [(360, "light", "en/*"), (360, "dark", "ko/*"), (1280, "dark", "*")]
)
def test_a_browser_finds_nothing_amiss(
    browser: Any, gallery: Path, every_block: Path, width: int, scheme: str, pages: str
) -> None:
    """No page breaks its own policy, scrolls sideways or asks for anything; no text is hard to read."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("request", lambda asked: asked.url.startswith("file:") or complaints.append(asked.url))
    for path in (every_block, *sorted(gallery.glob(f"{pages}.html"))):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
        if path.stem in ("every-block", "index", "ko", "cloudwatch_alarm_change"):
            assert page.evaluate(FAINT) == [], path.name
    page.close()
    assert complaints == []


def test_the_gallery_is_filtered_without_script(browser: Any, gallery: Path) -> None:
    """Choosing a state leaves the rows of that state, although scripts are off."""
    page = browser.new_page(java_script_enabled=False)
    page.goto((gallery / "index.html").as_uri())
    rows = page.locator(".doc-row")
    everything = rows.filter(visible=True).count()
    page.locator("#show-ok").check()
    left = rows.filter(visible=True)
    assert 0 < left.count() < everything
    assert {row.get_attribute("data-state") for row in left.all()} == {"ok"}
    page.close()


# Texts whose contrast with what lies behind them is below WCAG AA (4.5), as "text: ratio".
FAINT = """() => {
  const parts = colour => (colour.match(/[\\d.]+/g) || []).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0)
  const behind = node => {
    for (; node; node = node.parentElement) {
      const [r, g, b, a = 1] = parts(getComputedStyle(node).backgroundColor)
      if (a > 0) return [r, g, b]
    }
    return [255, 255, 255]
  }
  const found = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const box = texts.currentNode.parentElement
    if (!texts.currentNode.data.trim() || !box.getClientRects().length) continue
    const style = getComputedStyle(box)
    const ink = parts(box.closest('svg') ? style.fill : style.color)
    const [a, b] = [light(ink), light(behind(box))].sort((x, y) => y - x)
    const ratio = (a + .05) / (b + .05)
    if (ratio < 4.5) found.push(`${texts.currentNode.data.slice(0, 30)}: ${ratio.toFixed(2)}`)
  }
  return found.slice(0, 5)
}"""


def test_contrast_is_seen(browser: Any) -> None:
    """Grey on grey is told from black on white."""
    page = browser.new_page()
    page.set_content("<p style='color:#999;background:#888'>faint</p><p>clear</p>")
    assert page.evaluate(FAINT) == ["faint: 1.24"]
    page.close()


def test_no_colour_is_written_twice() -> None:
    """The style sheet names each variable once, so that light and dark cannot drift apart."""
    sheet = (ROOT / "src" / "tocsin_local" / "web" / "static" / "slack.css").read_text("utf-8")
    names = re.findall(r"^\s+(--sk-[\w-]+):", sheet, re.MULTILINE)
    used = set(re.findall(r"var\((--sk-[\w-]+)\)", sheet))
    assert len(names) == len(set(names))
    assert used <= set(names)
