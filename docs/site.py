"""Writes site/: the gallery of all events under tests/events, drawn as Slack shows their messages, in both languages.

The pages need no script and load nothing: what they show is filtered by the style sheet alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tocsin.config import Config, zone_of
from tocsin_cli.exhibits import finding, readable
from tocsin_cli.previews import Preview, previews
from tocsin_local.web.render import View, notification
from tocsin_local.web.render.documents import Exhibit, anchor_of, document, exhibit
from tocsin_local.web.render.markup import Child, Element, h

ROOT = Path(__file__).parents[1]
EVENTS, TARGET = ROOT / "tests" / "events", ROOT / "site"
STATES = ("firing", "ok", "unknown", "happening")
WORDS = {
    "en": {
        "title": "What tocsin makes of AWS events",
        "lead": "Each event that the tests hold, and the message that Slack shows for it.",
        "all": "All",
        "firing": "Alarm",
        "ok": "OK",
        "unknown": "No data",
        "happening": "Happening",
        "back": "All events",
        "other": "한국어",
    },
    "ko": {
        "title": "AWS 이벤트를 tocsin이 알리는 모습",
        "lead": "테스트에 있는 모든 이벤트와 Slack에 표시되는 메시지입니다.",
        "all": "전체",
        "firing": "경보",
        "ok": "정상",
        "unknown": "데이터 없음",
        "happening": "발생 알림",
        "back": "모든 이벤트",
        "other": "English",
    },
}
OTHER = {"en": "ko", "ko": "en"}


@dataclass(frozen=True, slots=True)
class Case:
    """One event with all that is drawn of it."""

    kind: str
    state: str
    line: str
    exhibit: Exhibit


def site(target: Path, files: Iterable[Path]) -> int:
    """Write the gallery; returns how many pages it has."""
    events = [(path.parent.name, path) for path in sorted(files)]
    pages = {name: text for language in WORDS for name, text in _pages(events, language)}
    for name, text in pages.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return len(pages)


def events() -> list[Path]:
    return [path for path in EVENTS.glob("*/*.json") if not path.name.endswith(".snap.json")]


def _pages(files: list[tuple[str, Path]], language: str) -> Iterator[tuple[str, str]]:
    view = View(language, zone_of(language))
    cases = [_case(kind, path, view) for kind, path in files]
    kinds = {case.kind: [one for one in cases if one.kind == case.kind] for case in cases}
    yield _home(language), _index(kinds, view)
    for kind, held in kinds.items():
        say = WORDS[language]
        back = h("a", f"‹ {say['back']}", href=f"../{_home(language)}", cls="sk-link")
        other = h("a", say["other"], href=f"../{OTHER[language]}/{kind}.html", cls="sk-link")
        content = [
            h("p", back, " · ", other, cls="doc-meta"),
            h("h1", kind),
            *(exhibit(one.exhibit, view) for one in held),
        ]
        yield f"{language}/{kind}.html", document(kind, content, view)


def _case(kind: str, path: Path, view: View) -> Case:
    content = path.read_bytes()
    seen = list(previews(content, Config(language=view.language, zone=view.zone)))
    held = Exhibit(path.stem, readable(content), tuple(finding(one) for one in seen))
    posts = [post for found in held.findings for post in found.messages]
    return Case(kind, _state(seen[0]), notification(posts[0], view).phone if posts else "—", held)


def _state(seen: Preview) -> str:
    return seen.signal.state or "happening"


def _home(language: str) -> str:
    return "index.html" if language == "en" else f"{language}.html"


def _index(kinds: dict[str, list[Case]], view: View) -> str:
    say = WORDS[view.language]
    count = sum(len(held) for held in kinds.values())
    head: list[Child] = [
        h("p", h("a", say["other"], href=_home(OTHER[view.language]), cls="sk-link"), cls="doc-meta"),
        h("h1", say["title"]),
        h("p", say["lead"], f" ({count})", cls="doc-lead"),
        h("div", (_choice(state, say[state]) for state in ("all", *STATES)), cls="doc-filter"),
    ]
    return document(say["title"], [*head, *(_kind(kind, held, view) for kind, held in kinds.items())], view)


def _choice(state: str, word: str) -> Element:
    box = h("input", type="radio", name="state", id=f"show-{state}", checked=state == "all")
    return h("label", box, h("span", word))


def _kind(kind: str, held: list[Case], view: View) -> Element:
    page = f"{view.language}/{kind}.html"
    rows = (
        h(
            "li",
            h("a", h("span", case.line, cls="doc-line"), h("span", case.exhibit.name, cls="doc-file"),
              href=f"{page}#{anchor_of(case.exhibit.name)}"),
            cls="doc-row",
            data_state=case.state,
        )
        for case in held
    )  # fmt: skip
    return h("section", h("h2", h("a", kind, href=page, cls="doc-name")), h("ul", rows, cls="doc-rows"), cls="doc-kind")


if __name__ == "__main__":
    pages = site(TARGET, events())
    sys.stdout.write(f"{TARGET.name}/index.html: the gallery, {pages} pages\n")
