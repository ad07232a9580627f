"""The documents say what is there: links lead somewhere, and each command is in the reference."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast
from urllib.parse import unquote

import pytest

from house import Tree
from tocsin_cli.app import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = [path for path in Tree(ROOT).files if path.endswith(".md")]

_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)|^\[[^\]]+\]: *(\S+)", re.MULTILINE)
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def _links(text: str) -> list[str]:
    return [inline or reference for inline, reference in _LINK.findall(_CODE.sub("", text))]


def _anchors(page: Path) -> set[str]:
    """What a heading is called in a link: small letters, spaces as dashes, punctuation gone."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = unquote(link).partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or target.suffix != ".md" or anchor in _anchors(target))


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_lead_somewhere(page: str) -> None:
    """Each link to a file or heading of the repository finds it."""
    links = [link for link in _links((ROOT / page).read_text(encoding="utf-8")) if "://" not in link]

    assert [link for link in links if not link.startswith("mailto:") and not _leads_somewhere(ROOT / page, link)] == []


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    """A link to a missing file or heading is told from one that leads somewhere, and code holds no links."""
    page = tmp_path / "page.md"
    text = "# A `b` c!\n[1](page.md#a-b-c) [2](gone.md) [3](#gone)\n`[4](x)`\n\n[5]: page.md\n"
    page.write_text(text, encoding="utf-8")
    links = _links(text)

    assert {link: _leads_somewhere(page, link) for link in links} == {
        "page.md#a-b-c": True,
        "gone.md": False,
        "#gone": False,
        "page.md": True,
    }


def test_the_reference_is_current() -> None:
    """docs/reference.md is what the commands' help says now, and every command has a section."""
    written = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
    # In a new interpreter: click remembers how a command's help looked when a test ran it outside its group.
    code = f"import runpy; print(runpy.run_path({str(ROOT / 'docs/reference.py')!r})['reference'](), end='')"
    command = [sys.executable, "-X", "utf8", "-c", code]
    reference = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()

    assert written == reference, "run: make docs"
    assert [name for name in COMMANDS if f"\n### tocsin {name}\n" not in written] == []


def test_the_list_of_kinds_is_current() -> None:
    """docs/kinds.md is what the registry and the snapshots say now."""
    page = cast(Callable[[], str], runpy.run_path(str(ROOT / "docs/kinds.py"))["page"])

    assert (ROOT / "docs/kinds.md").read_text(encoding="utf-8") == page(), "run: make docs"


def test_every_page_can_be_reached_from_the_index() -> None:
    """Each page under docs/ is linked, itself or its folder, from docs/index.md or from a page that is."""
    reached, waiting = set(), [ROOT / "docs/index.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        near = {(page.parent / link.partition("#")[0]).resolve() for link in _links(page.read_text(encoding="utf-8"))}
        pages = {inner for other in near for inner in (other.glob("*.md") if other.is_dir() else [other])}
        waiting += [other for other in pages if other.suffix == ".md" and other.exists() and other not in reached]

    assert [path for path in PAGES if path.startswith("docs/") and ROOT / path not in reached] == []
