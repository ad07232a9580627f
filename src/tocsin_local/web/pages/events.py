"""Everything that came in, also what led to no message, newest first."""

from __future__ import annotations

from tocsin_local.journal import Journal
from tocsin_local.web.pages.elements import Drawn, tag, together
from tocsin_local.web.pages.reader import Reader
from tocsin_local.web.pages.why import came_in

PAGE = 15


def events(journal: Journal, reader: Reader, before: int | None = None) -> Drawn:
    """Some events and the way to older ones."""
    found = journal.entries(before, limit=PAGE + 1)
    shown = found[:PAGE]
    if not shown:
        return tag("p", reader.say("no_events"), cls="nothing")
    older = shown[-1].n if len(found) > PAGE else None
    return together(
        [came_in(one, "", journal, reader) for one in shown],
        tag("a", reader.say("older_events"), href=f"/events?before={older}", cls="older", data_before=older)
        if older
        else None,
    )
