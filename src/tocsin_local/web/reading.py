"""What can be read: the page, its parts as a script asks for them, permalinks, and exports."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.responses import StreamingResponse as Stream
from starlette.routing import Route

from tocsin_local.journal.records import Wanted
from tocsin_local.web import gallery
from tocsin_local.web.desk import Desk
from tocsin_local.web.live import Live
from tocsin_local.web.pages import alarms, channel, document, events, send
from tocsin_local.web.pages.channel import COLOURS, Look
from tocsin_local.web.pages.elements import Drawn, tag, together
from tocsin_local.web.pages.reader import Reader
from tocsin_local.web.pages.why import came_in, why
from tocsin_local.web.pages.words import WORDS

COOKIE = "tocsin_language"
STATIC = {
    "page.js": "text/javascript",
    "page.css": "text/css",
    "slack.css": "text/css",
    "icon.svg": "image/svg+xml",
}
CHARTS = 30  # at most, in one answer
_TS = re.compile(r"\d{1,12}\.\d{6}")


def routes(desk: Desk, live: Live) -> list[Route]:
    """All of them are GET and change nothing."""
    show = _Reading(desk, live)
    paths: dict[str, Callable[[Request], Response]] = {
        "/": show.page,
        "/rows": show.rows,
        "/message/{ts}": show.message,
        "/alarm": show.alarm,
        "/alarms": show.alarms,
        "/charts": show.charts,
        "/event/{n:int}": show.event,
        "/events": show.events,
        "/gallery/{name}": show.sample,
        "/requests.jsonl": show.requests,
        "/static/{name}": show.static,
    }
    found = [Route(path, endpoint, methods=["GET"]) for path, endpoint in paths.items()]
    return [*found, Route("/live", show.news, methods=["GET"])]


class _Reading:
    """Each method answers one path, on a thread of its own but for the stream of news."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self._desk, self._live = desk, live

    def page(self, request: Request) -> Response:
        """The whole page; `?lang=` chooses its language for this browser."""
        if request.query_params.get("lang") in WORDS:
            answer = RedirectResponse("/", 303)
            answer.set_cookie(COOKIE, request.query_params["lang"], 31_536_000, httponly=True, samesite="strict")
            return answer
        desk, reader, look = self._desk, self._reader(request), _look(request)
        rev = desk.journal.board.rev
        parts = document.Parts(
            channel=channel.rows(desk.journal, look, reader),
            alarms=alarms.cards(desk.stage, desk.journal, reader),
            send=send.panel(reader),
            events=tag("div", events.events(desk.journal, reader), id="came"),
            filters=channel.filters(desk.journal, look, reader),
            name=desk.channel,
            where=reader.say("where_real" if desk.real else "where_stand_in"),
            rev=rev,
            count=desk.journal.count(),
        )
        return HTMLResponse(document.document(parts, reader, live=not look.wanted.before))

    def rows(self, request: Request) -> Response:
        return self._counted(channel.rows(self._desk.journal, _look(request), self._reader(request)))

    def message(self, request: Request) -> Response:
        """A message by itself; `?part=row` or `why` is for the script, and a row only if it is wanted."""
        journal, reader, part = self._desk.journal, self._reader(request), request.query_params.get("part")
        ts = str(request.path_params["ts"])
        found = journal.message(ts) if _TS.fullmatch(ts) else None
        if found is None:
            return self._gone(reader)
        if part == "why":
            return _part(why(journal, found, reader))
        if part == "row":
            wanted = journal.messages(_look(request, ts).wanted)
            return self._counted(channel.row(journal, found, reader)) if wanted else Response(status_code=204)
        title = f"#{self._desk.channel}"
        return HTMLResponse(document.alone(title, channel.row(journal, found, reader, opened=True), reader))

    def alarm(self, request: Request) -> Response:
        """An alarm by itself; `?part=card` is for the script."""
        reader, name = self._reader(request), request.query_params.get("name", "")
        found = alarms.card(name, self._desk.stage, self._desk.journal, reader)
        if found is None:
            return self._gone(reader)
        if request.query_params.get("part") == "card":
            return _part(found)
        return HTMLResponse(document.alone(reader.say("alarms"), tag("div", found, cls="cards"), reader))

    def alarms(self, request: Request) -> Response:
        """Every alarm's state, for a script that was away: {name: state}."""
        return JSONResponse({one.name: one.state.value for one in self._desk.stage.alarms()})

    def charts(self, request: Request) -> Response:
        """The charts of the alarms that are named: {name: SVG}."""
        reader = self._reader(request)
        drawn = {
            name: alarms.picture(name, self._desk.stage, self._desk.journal, reader)
            for name in request.query_params.getlist("name")[:CHARTS]
        }
        return JSONResponse({name: picture.html for name, picture in drawn.items() if picture})

    def event(self, request: Request) -> Response:
        """One event by itself; `?part=entry` is for the script."""
        reader = self._reader(request)
        found = self._desk.journal.entry(request.path_params["n"])
        if found is None:
            return self._gone(reader)
        drawn = came_in(found, "", self._desk.journal, reader)
        if request.query_params.get("part") == "entry":
            return _part(drawn)
        return HTMLResponse(document.alone(reader.say("came_in"), drawn, reader))

    def events(self, request: Request) -> Response:
        """Older events; `?part=list` is for the script."""
        reader, before = self._reader(request), request.query_params.get("before", "")
        found = events.events(self._desk.journal, reader, int(before) if before.isdecimal() else None)
        if request.query_params.get("part") == "list":
            return _part(found)
        return HTMLResponse(document.alone(reader.say("events"), found, reader))

    def sample(self, request: Request) -> Response:
        found = gallery.sample(str(request.path_params["name"]))
        return Response(found.text(), media_type="application/json") if found else _not_found()

    def requests(self, request: Request) -> Response:
        """Every request to the local Slack, verbatim but for secrets, as JSON lines."""
        return Stream(self._desk.journal.requests(), media_type="application/jsonl")

    def static(self, request: Request) -> Response:
        name = str(request.path_params["name"])
        if name not in STATIC:
            return _not_found()
        content = (files("tocsin_local.web") / "static" / name).read_bytes()
        return Response(content, media_type=STATIC[name], headers={"Cache-Control": "no-cache"})

    async def news(self, request: Request) -> Response:
        """What changes, as server-sent events, from the revision that the browser has seen on."""
        seen = request.headers.get("last-event-id") or request.query_params.get("since") or ""
        since = int(seen) if seen.isdecimal() and len(seen) < 18 else self._desk.journal.board.rev
        return Stream(self._live.stream(since), media_type="text/event-stream")

    def _counted(self, drawn: Drawn) -> Response:
        """With the number of messages there are, for a page that shows it."""
        return HTMLResponse(drawn.html, headers={"X-Messages": str(self._desk.journal.count())})

    def _reader(self, request: Request) -> Reader:
        chosen = request.cookies.get(COOKIE, self._desk.language)
        return Reader(chosen if chosen in WORDS else self._desk.language, self._desk.zone)

    def _gone(self, reader: Reader) -> Response:
        return HTMLResponse(document.alone("404", tag("p", reader.say("gone"), cls="nothing"), reader), 404)


def _look(request: Request, ts: str = "") -> Look:
    """What is asked for; what makes no sense is not asked for."""
    given = request.query_params
    before, colour = given.get("before", ""), given.get("colour", "")
    wanted = Wanted(
        words=given.get("q", "")[:200].strip(),
        kind=given.get("kind", "")[:100],
        colour=colour if colour in COLOURS else "",
        before=before if _TS.fullmatch(before) else "",
        limit=channel.PAGE,
        mentioned=given.get("only") == "mentioned",
        refused=given.get("only") == "refused",
        ts=ts,
    )
    return Look(wanted)


def _part(drawn: Drawn) -> Response:
    return HTMLResponse(together(drawn).html)


def _not_found() -> Response:
    return PlainTextResponse("not here\n", 404)
