"""The emoji codes that alarms are written with. Any other keeps its colons, as Slack shows what it does not know.

Names: https://github.com/iamcal/emoji-data
"""

from __future__ import annotations

import re

_PLACE = re.compile(r":(?P<name>[a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?")
_KNOWN = {
    "+1": "👍", "-1": "👎", "alarm_clock": "⏰", "ambulance": "🚑", "arrow_down": "⬇️", "arrow_right": "➡️",
    "arrow_up": "⬆️", "bar_chart": "📊", "bell": "🔔", "black_circle": "⚫", "boom": "💥", "bug": "🐛", "bulb": "💡",
    "calendar": "📆", "chart_with_downwards_trend": "📉", "chart_with_upwards_trend": "📈", "clock1": "🕐",
    "closed_lock_with_key": "🔐", "cloud": "☁️", "construction": "🚧", "credit_card": "💳", "email": "✉️",
    "exclamation": "❗", "eyes": "👀", "fire": "🔥", "fire_engine": "🚒", "gear": "⚙️", "globe_with_meridians": "🌐",
    "green_heart": "💚", "heart": "❤️", "heavy_check_mark": "✔️", "hourglass": "⌛", "hourglass_flowing_sand": "⏳",
    "information_source": "ℹ️", "interrobang": "⁉️", "key": "🔑", "large_blue_circle": "🔵",
    "large_green_circle": "🟢", "large_orange_circle": "🟠", "large_yellow_circle": "🟡", "link": "🔗", "lock": "🔒",
    "loudspeaker": "📢", "mag": "🔍", "mega": "📣", "memo": "📝", "money_with_wings": "💸", "moneybag": "💰",
    "mute": "🔇", "no_bell": "🔕", "no_entry": "⛔", "no_entry_sign": "🚫", "ok": "🆗", "ok_hand": "👌",
    "package": "📦", "pager": "📟", "police_car": "🚓", "pushpin": "📌", "question": "❓", "raised_hands": "🙌",
    "red_circle": "🔴", "repeat": "🔁", "rocket": "🚀", "rotating_light": "🚨", "shield": "🛡️", "skull": "💀",
    "skull_and_crossbones": "☠️", "smile": "😄", "snowflake": "❄️", "sos": "🆘", "speech_balloon": "💬", "star": "⭐",
    "stop_sign": "🛑", "stopwatch": "⏱️", "tada": "🎉", "thumbsdown": "👎", "thumbsup": "👍", "ticket": "🎫",
    "tools": "🛠️", "unlock": "🔓", "warning": "⚠️", "wave": "👋", "white_check_mark": "✅", "white_circle": "⚪",
    "wrench": "🔧", "x": "❌", "zap": "⚡", "zzz": "💤",
}  # fmt: skip


def emoji(name: str) -> str:
    """The character of a code, written without its colons; with them where it is not known."""
    return _KNOWN.get(name, f":{name}:")


def with_emoji(text: str) -> str:
    """Text in which every known code has become its character."""
    return _PLACE.sub(lambda found: _KNOWN.get(found["name"], found[0]), text)
