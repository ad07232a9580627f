"""The panel to try things with: events to send, an event of one's own, a load for the CPU."""

from __future__ import annotations

from tocsin_local.web.gallery import SAMPLES, Sample
from tocsin_local.web.pages.elements import Drawn, tag
from tocsin_local.web.pages.reader import Reader


def panel(reader: Reader) -> Drawn:
    """Its buttons work with the script alone, and the page says so."""
    say = reader.say
    return tag(
        "div",
        tag("noscript", tag("p", say("needs_script"), cls="quiet")),
        tag(
            "section",
            tag("h3", say("load")),
            tag("p", say("load_note"), cls="quiet"),
            tag("p", tag("button", say("load"), type="button", cls="act", data_load="40"),
                tag("button", say("stop"), type="button", cls="act", data_load="0"),
                tag("span", cls="result", role="status"), cls="acts"),
        ),
        tag(
            "section",
            tag("h3", say("gallery")),
            tag("p", say("gallery_note"), cls="quiet"),
            tag("ul", [_sample(one, reader) for one in SAMPLES], cls="gallery"),
        ),
        tag(
            "section",
            tag("h3", say("json")),
            tag("p", say("json_note"), cls="quiet"),
            tag("textarea", name="event", rows=10, spellcheck="false", aria_label=say("json"), id="own"),
            tag("p", tag("button", say("send_do"), type="button", cls="act main", data_send=""),
                tag("span", cls="result", role="status"), cls="acts"),
        ),
        cls="try",
    )  # fmt: skip


def _sample(one: Sample, reader: Reader) -> Drawn:
    say, language = reader.say, reader.language
    return tag(
        "li",
        tag("div", tag("b", one.title[language]), tag("span", one.about[language], cls="quiet")),
        tag("button", say("edit"), type="button", cls="plain", data_edit=one.name),
        tag("button", say("send_do"), type="button", cls="act", data_send=one.name),
    )
