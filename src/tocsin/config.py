"""Every setting, once: read from the environment, checked, and never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, timezone, tzinfo

from tocsin.ports import ConfigError
from tocsin.words import LANGUAGES

# Ours first, then the names that the tutorials and the other forwarders use, so that theirs can be replaced in place.
WEBHOOK_NAMES = (
    "TOCSIN_SLACK_WEBHOOK_URL",
    "HOOK_URL",
    "SLACK_WEBHOOK_URL",
    "SLACK_HOOK_URL",
    "SLACK_WEBHOOK",
    "UNENCRYPTED_HOOK_URL",
    "WEBHOOK_URL",
)
ENCRYPTED_NAMES = ("kmsEncryptedHookUrl", "ENCRYPTED_HOOK_URL", "KMS_ENCRYPTED_HOOK_URL")
SEOUL = timezone(timedelta(hours=9), "KST")
SLACK_API = "https://slack.com/api"


@dataclass(frozen=True, slots=True)
class Config:
    """``store`` is "none", "memory" or "sqlite:PATH". ``warnings``: what was set but could not be used."""

    language: str = "en"
    zone: tzinfo = UTC
    store: str = "none"
    webhook_url: str = field(default="", repr=False)
    bot_token: str = field(default="", repr=False)
    channel: str = ""
    api_url: str = SLACK_API
    warnings: tuple[str, ...] = ()


def read_config(environ: Mapping[str, str]) -> Config:
    """The settings in ``environ``. Raises ConfigError where an alarm could not be delivered with them."""
    warnings: list[str] = []
    language = _language(environ.get("TOCSIN_LANGUAGE", ""), warnings)
    token = environ.get("TOCSIN_SLACK_BOT_TOKEN", "").strip()
    channel = environ.get("TOCSIN_SLACK_CHANNEL", "").strip()
    url = "" if token else _webhook(environ)
    if token and not channel:
        raise ConfigError("TOCSIN_SLACK_BOT_TOKEN is set, but no channel", "set TOCSIN_SLACK_CHANNEL, e.g. C0123456789")
    return Config(
        language=language,
        zone=_zone(environ.get("TOCSIN_TIMEZONE", ""), language, warnings),
        store=_store(environ.get("TOCSIN_STORE", "").strip() or "none"),
        webhook_url=url,
        bot_token=token,
        channel=channel,
        api_url=environ.get("TOCSIN_SLACK_API_URL", "").strip() or SLACK_API,
        warnings=tuple(warnings),
    )


def _webhook(environ: Mapping[str, str]) -> str:
    for name in WEBHOOK_NAMES:
        value = environ.get(name, "").strip()
        if value:
            # The oldest tutorials keep the URL without its scheme.
            return value if "://" in value else f"https://{value}"
    for name in ENCRYPTED_NAMES:
        if environ.get(name):
            raise ConfigError(f"{name} is encrypted, and tocsin does not decrypt it", f"set {WEBHOOK_NAMES[0]} instead")
    raise ConfigError(
        "no Slack webhook is set",
        f"set {WEBHOOK_NAMES[0]} (or HOOK_URL), or TOCSIN_SLACK_BOT_TOKEN with TOCSIN_SLACK_CHANNEL",
    )


def _language(value: str, warnings: list[str]) -> str:
    """Alarms in the wrong language are better than no alarms: an unknown one is only a warning."""
    language = value.strip().lower().replace("-", "_").split("_")[0] or "en"
    if language in LANGUAGES:
        return language
    warnings.append(f"TOCSIN_LANGUAGE={value!r} is not one of {', '.join(LANGUAGES)}: English is used")
    return "en"


def _zone(value: str, language: str, warnings: list[str]) -> tzinfo:
    name = value.strip()
    if not name:
        return zone_of(language)
    from zoneinfo import ZoneInfo  # only for those who ask: it costs every cold start otherwise

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        warnings.append(f"TOCSIN_TIMEZONE={name!r} is not known here: the default is used")
        return zone_of(language)


def zone_of(language: str) -> tzinfo:
    """The zone in which a language's readers most likely live. Korea has no daylight saving time."""
    return SEOUL if language == "ko" else UTC


def _store(value: str) -> str:
    if value in ("none", "memory") or (value.startswith("sqlite:") and len(value) > len("sqlite:")):
        return value
    raise ConfigError(f"TOCSIN_STORE={value!r} is not a store", "use none, memory or sqlite:PATH")
