"""The channel as Slack would show it, with each message's road in one line under it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from tocsin_local.journal import Journal
from tocsin_local.journal.records import Wanted
from tocsin_local.slack import Message
from tocsin_local.web.pages.elements import Child, Drawn, tag, together
from tocsin_local.web.pages.reader import Reader
from tocsin_local.web.pages.why import named, road, why
from tocsin_local.web.render.messages import message as drawn

PAGE = 40  # messages at once
REPLIES = 50  # of one thread, the newest
ONLY = ("", "refused", "mentioned")
COLOURS = ("red", "amber", "green", "grey")


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: which messages, and which of them is opened."""

    wanted: Wanted
    opened: str = ""

    def query(self, **changed: str) -> str:
        """The address's question part that asks for the same, but for what is changed."""
        wanted = self.wanted
        given = {
            "q": wanted.words,
            "kind": wanted.kind,
            "colour": wanted.colour,
            "only": "refused" if wanted.refused else "mentioned" if wanted.mentioned else "",
            "before": wanted.before,
        } | changed
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def filtered(self) -> bool:
        return replace(self.wanted, before="") != Wanted(limit=self.wanted.limit)


def rows(journal: Journal, look: Look, reader: Reader) -> Drawn:
    """Messages, newest first, and the way to older ones if there are any."""
    found = journal.messages(replace(look.wanted, limit=look.wanted.limit + 1))
    more = len(found) > look.wanted.limit
    shown = found[: look.wanted.limit]
    older = f"/?{look.query(before=shown[-1].ts)}" if more else None
    return together(
        [row(journal, one, reader, opened=one.ts == look.opened) for one in shown],
        tag("a", reader.say("older"), href=older, cls="older", rel="next", data_before=shown[-1].ts) if older else None,
        None if shown else tag("p", _nothing(look, reader), cls="nothing"),
    )


def row(journal: Journal, message: Message, reader: Reader, opened: bool = False) -> Drawn:
    """One message with its thread, its road, and, if opened, the whole why."""
    say = reader.say
    replies = () if message.thread_ts else journal.replies(message.ts)[-REPLIES:]
    shown = drawn(named(message), reader.view, tuple(map(named, replies)))
    return tag(
        "div",
        tag("div", Drawn(shown), cls="sk"),
        tag(
            "div",
            tag("span", list(_trail(journal, message, reader)), cls="road"),
            tag("a", say("why_hide" if opened else "why"), href=f"/message/{message.ts}", cls="ask",
                aria_expanded="true" if opened else "false"),
            tag("a", "#", href=f"/message/{message.ts}", cls="permalink", aria_label=say("link"), title=say("link")),
            cls="trail",
        ),
        why(journal, message, reader) if opened else None,
        cls="row",
        id=f"row-{message.ts}",
        data_ts=message.ts,
        tabindex="-1",
    )  # fmt: skip


def filters(journal: Journal, look: Look, reader: Reader) -> Drawn:
    """Search and filters: a form that works by itself."""
    say, wanted = reader.say, look.wanted
    only = "refused" if wanted.refused else "mentioned" if wanted.mentioned else ""
    kinds = dict.fromkeys([*journal.kinds(), *([wanted.kind] if wanted.kind else [])])
    return tag(
        "form",
        tag("input", type="search", name="q", value=wanted.words, placeholder=say("search"), aria_label=say("search"),
            autocomplete="off", maxlength=200),
        _choice("kind", say("kind"), [("", say("kind_any")), *((one, one) for one in kinds)], wanted.kind),
        _choice("colour", say("colour"), [("", say("colour_any")), *((one, say(one)) for one in COLOURS)],
                wanted.colour),
        _choice("only", say("only"), [(one, say(f"only_{one or 'any'}")) for one in ONLY], only),
        tag("button", say("search_do"), type="submit", cls="plain"),
        tag("a", say("clear"), href="/", cls="clear") if look.filtered or wanted.before else None,
        cls="filters",
        action="/",
        method="get",
        role="search",
    )  # fmt: skip


def _choice(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> Drawn:
    listed = [tag("option", text, value=value, selected=value == chosen) for value, text in options]
    return tag("select", listed, name=name, aria_label=label)


def _trail(journal: Journal, message: Message, reader: Reader) -> Iterator[Child]:
    """The road of the newest event that led here, and what Slack last answered."""
    root = journal.root(message.ts)
    entries = journal.entries_of(root)
    for found in entries[-1].findings[:1] if entries else ():
        yield from road(found, reader)
    sent = journal.sent(root)
    if sent:
        last = sent[-1]
        calls = last.call if len(sent) == 1 else reader.say("calls", n=len(sent))
        fine = last.verdict == "ok" and not last.fault
        yield tag("span", calls, cls="chip call")
        yield tag("span", last.verdict, cls=f"chip {'good' if fine else 'bad'}")


def _nothing(look: Look, reader: Reader) -> str:
    return reader.say("nothing_found" if look.filtered or look.wanted.before else "no_messages")
