"""Who reads the page, and how times are written for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from tocsin_local.web.pages.elements import Drawn, tag
from tocsin_local.web.pages.words import Say, speaker
from tocsin_local.web.render.view import View


@dataclass(frozen=True, slots=True)
class Reader:
    """``language`` is "en" or "ko"; ``zone`` is the one that times are written in until a script knows better."""

    language: str = "en"
    zone: tzinfo = UTC

    @property
    def say(self) -> Say:
        return speaker(self.language)

    @property
    def view(self) -> View:
        return View(self.language, self.zone)

    def time(self, at: int) -> Drawn:
        """An instant (ms): its day too if a script does not shorten it."""
        when = datetime.fromtimestamp(at / 1000, self.zone)
        iso = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
        return tag("time", f"{when:%Y-%m-%d %H:%M:%S}", datetime=iso, data_ms=at, data_form="moment")
