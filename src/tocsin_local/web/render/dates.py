"""Slack's date formatting: tokens such as {date_short_pretty}, written in the reader's zone.

https://docs.slack.dev/messaging/formatting-message-text, "Date formatting". Without a clock there is no "today" and no
"ago": the pretty forms are those of any other day, as Slack writes them too.
"""

from __future__ import annotations

import re
from datetime import datetime

from tocsin_local.web.render.markup import Child, Element, h, link
from tocsin_local.web.render.view import View

_TOKEN = re.compile(r"\{([a-z_]+)\}")
_LAST_SECOND = 253_370_764_800  # the year 9999 begins
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip
_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
}


def date(seconds: float, tokens: str, fallback: str, view: View, url: str = "") -> Element:
    """A <time>. What no calendar holds, and a format with no token that is known, shows the fallback."""
    if not 0 <= seconds < _LAST_SECOND:
        return h("span", fallback, cls="sk-date")
    moment = datetime.fromtimestamp(seconds, view.zone)
    written: Child = _written(moment, tokens, view.language) or fallback
    if url:
        written = link(url, written, cls="sk-link")
    stamp = moment.isoformat(timespec="seconds")
    return h("time", written, cls="sk-date", datetime=stamp, data_date_format=tokens, title=fallback or stamp)


def clock(seconds: float, view: View) -> str:
    """The time of day beside a message's author: "9:33 AM", "오전 9:33"."""
    return _time(datetime.fromtimestamp(seconds, view.zone), view.language) if 0 <= seconds < _LAST_SECOND else ""


def whole(seconds: float, view: View) -> str:
    """Day and time, for a tooltip and a thread's last reply."""
    if not 0 <= seconds < _LAST_SECOND:
        return ""
    return _written(datetime.fromtimestamp(seconds, view.zone), "{date_short} {time}", view.language)


def _written(moment: datetime, tokens: str, language: str) -> str:
    forms = _forms(moment, language)
    if not any(found[1] in forms for found in _TOKEN.finditer(tokens)):
        return ""
    return _TOKEN.sub(lambda found: forms.get(found[1], found[0]), tokens)


def _forms(moment: datetime, language: str) -> dict[str, str]:
    year, month, day = moment.year, moment.month, moment.day
    weekday = _DAYS[language][moment.weekday()]
    if language == "ko":
        short = plain = f"{year}년 {month}월 {day}일"
        long = f"{plain} {weekday}"
    else:
        name = _MONTHS[month - 1]
        short, plain = f"{name[:3]} {day}, {year}", f"{name} {_ordinal(day)}, {year}"
        long = f"{weekday}, {plain}"
    return {
        "date_num": f"{year}-{month:02}-{day:02}",
        "date_slash": f"{month:02}/{day:02}/{year}",
        "date": plain,
        "date_pretty": plain,
        "date_short": short,
        "date_short_pretty": short,
        "date_long": long,
        "date_long_pretty": long,
        "date_long_full": long,
        "day_divider_pretty": long,
        "time": _time(moment, language),
        "time_secs": _time(moment, language, seconds=True),
        "ago": f"{short} {_time(moment, language)}",
    }


def _time(moment: datetime, language: str, seconds: bool = False) -> str:
    twelve = f"{(moment.hour - 1) % 12 + 1}:{moment.minute:02}" + (f":{moment.second:02}" if seconds else "")
    early = moment.hour < 12
    return f"{'오전' if early else '오후'} {twelve}" if language == "ko" else f"{twelve} {'AM' if early else 'PM'}"


def _ordinal(day: int) -> str:
    ending = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
