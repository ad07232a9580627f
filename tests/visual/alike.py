"""Our drawing beside slack-blocks-to-jsx's, block by block, in Chromium: `make visual`, with pictures in build/visual/.

It is somebody else's reading of the same Block Kit (npm, MIT). It needs node, npm, Chromium and, once, the registry.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from tocsin.config import Config
from tocsin_cli.previews import previews
from tocsin_local.web.render import View
from tocsin_local.web.render.blocks import blocks
from tocsin_local.web.render.markup import html

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILT = ROOT / "build" / "visual"
KINDS = sorted(path for path in (ROOT / "tests" / "events").iterdir() if path.is_dir())
EACH = 3  # events of a kind
CHROMIUM = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
DRAWN = ("data_visualization", "image")
HEIGHT, SHARE = 26, 0.4
"""How much taller or lower ours may be: pixels (a line that breaks a word later), or a share of theirs."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One block as both draw it: what is read of it, without any white space, and how high it is in pixels."""

    block: dict[str, Any]
    ours: str
    theirs: str
    heights: tuple[float, float]


def sent() -> Iterator[dict[str, Any]]:
    """Every block that we send for some events of each kind, once."""
    seen = set()
    for path in (path for kind in KINDS for path in events(kind)[:EACH]):
        for one in previews(path.read_bytes(), Config(zone=UTC)):
            for message in one.messages:
                within = [block for held in message.get("attachments", ()) for block in held["blocks"]]
                for block in (*message.get("blocks", ()), *within):
                    if (key := json.dumps(block)) not in seen:
                        seen.add(key)
                        yield block


def events(kind: Path) -> list[Path]:
    return sorted(path for path in kind.glob("*.json") if not path.name.endswith(".snap.json"))


def of_every_type() -> Iterator[dict[str, Any]]:
    """The blocks made by hand, but for one that nobody knows."""
    payload = json.loads((ROOT / "tests" / "data" / "every-block.json").read_text("utf-8"))["payload"]
    yield from (block for block in payload["blocks"] if block["type"] != "hologram")


def usual(block: dict[str, Any]) -> dict[str, Any]:
    """The block without what that renderer reads otherwise than Slack's documentation says, or by its own clock.

    It takes `verbatim` for "no markup", shows `<!subteam>` as a link, follows javascript:, drops an unknown emoji's
    colons, writes "Yesterday", leaves out the ordinal of a day, and numbers a list in its text.
    """
    text = _ODD.sub("", json.dumps(block).replace("_pretty}", "}").replace("{date_long}", "{date_short}"))
    text = text.replace('"style": "ordered"', '"style": "bullet"')
    usual: dict[str, Any] = json.loads(text)
    return usual


# It decodes these first and obeys them then, even in code and in plain_text: what Slack never does.
ESCAPED = re.compile(r"&lt;[!@#h]|<\\u2060|plain_text[^}]*<|_x_")
_ODD = re.compile(r', "verbatim": true|<javascript:[^>]*>|<!subteam[^>]*>|:unknown_one:')


@pytest.fixture(scope="module")
def pairs(needs: Callable[..., str]) -> list[Pair]:
    """Both drawings of everything, measured in one page; the page and its picture stay in build/visual/."""
    node, npm, chromium = needs("node"), needs("npm"), needs("chromium")
    BUILT.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", BUILT)
    install = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    if not (BUILT / "node_modules" / "slack-blocks-to-jsx").exists():
        subprocess.run(install, cwd=BUILT, check=True, timeout=600)
    drawn = [usual(block) for block in (*of_every_type(), *sent()) if not ESCAPED.search(json.dumps(block))]
    done = subprocess.run(
        [node, str(HERE / "draw.cjs"), str(BUILT)],
        input=json.dumps(drawn).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
        env={**os.environ, "TZ": "UTC", "NODE_ENV": "production"},
    )
    page = BUILT / "alike.html"
    page.write_text(side_by_side(drawn, json.loads(done.stdout)), "utf-8")
    return measured(chromium, page, drawn)


def side_by_side(drawn: list[dict[str, Any]], theirs: list[str]) -> str:
    ours = [html(blocks([block], View("en", UTC))) for block in drawn]
    sheets = [
        ROOT / "src" / "tocsin_local" / "web" / "static" / "slack.css",
        BUILT / "node_modules" / "slack-blocks-to-jsx" / "dist" / "style.css",
    ]
    style = "\n".join(sheet.read_text("utf-8") for sheet in sheets)
    rows = "".join(
        '<div class="pair"><div class="sk" data-theme="light">'
        f'<div class="sk-body">{left}</div></div><div>{right}</div></div>'
        for left, right in zip(ours, theirs, strict=True)
    )
    frame = """
      .pair { display: grid; grid-template-columns: 600px 600px; gap: 24px; align-items: start }
      .pair > * { overflow: hidden }
      .pair *:not(code, pre, code *, pre *) { font-family: sk-emoji, Lato !important }"""
    return f"<!doctype html><meta charset=utf-8><style>{style}\n{frame}</style>{rows}"


MEASURE = """() => [...document.querySelectorAll('.pair')].map(pair => [...pair.children].map(cell =>
  [cell.innerText, cell.getBoundingClientRect().height]))"""


def measured(chromium: str, page: Path, drawn: list[dict[str, Any]]) -> list[Pair]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        tab = browser.new_page(viewport={"width": 1300, "height": 900}, timezone_id="UTC")
        tab.route("http*://**", lambda route: route.abort())
        tab.goto(page.as_uri())
        found = tab.evaluate(MEASURE)
        for number, top in enumerate(range(0, int(tab.evaluate("document.body.scrollHeight")), 4000)):
            clip = {"x": 0, "y": top, "width": 1300, "height": 4000}
            tab.screenshot(path=str(BUILT / f"alike-{number:02}.png"), full_page=True, clip=clip)
        browser.close()
    return [
        Pair(block, bare(left), bare(right), (high, higher))
        for block, ((left, high), (right, higher)) in zip(drawn, found, strict=True)
    ]


def bare(text: str) -> str:
    """Without white space, the selectors of a character's look, and marks that theirs reads in plain_text or code."""
    return re.sub(r"[\s\ufe0e\ufe0f:*_`~]", "", text.replace("&amp;", "&"))


def test_every_block_reads_alike(pairs: list[Pair]) -> None:
    """The same text in the same order, block by block."""
    written = [pair for pair in pairs if pair.block["type"] not in DRAWN]
    different = [(pair.ours, pair.theirs) for pair in written if pair.ours != pair.theirs]
    assert len(pairs) > 100
    assert different == []


def test_every_chart_names_the_same(pairs: list[Pair]) -> None:
    """Title, axes and series of a chart stand in both drawings; the numbers along the axes are each one's own."""
    for pair in pairs:
        if pair.block["type"] == "data_visualization":
            for name in (bare(one) for one in names(pair.block)):
                assert name in pair.ours, name
                assert name in pair.theirs, name


def names(block: dict[str, Any]) -> Iterator[str]:
    chart = block["chart"]
    axis = chart.get("axis_config", {})
    yield from (block["title"], axis.get("x_label", ""), axis.get("y_label", ""))
    yield from (one.get("name") or one["label"] for one in (*chart.get("series", ()), *chart.get("segments", ())))


def test_every_block_is_about_as_high(pairs: list[Pair]) -> None:
    """No block takes much more or less room; left out are images, which neither loads, and markdown, in which
    theirs keeps the line breaks between blocks too."""
    different = [
        (pair.block["type"], pair.ours[:60], pair.heights)
        for pair in pairs
        if pair.block["type"] not in ("image", "markdown")
        and abs(pair.heights[0] - pair.heights[1]) > max(HEIGHT, SHARE * pair.heights[1])
    ]
    assert different == []
