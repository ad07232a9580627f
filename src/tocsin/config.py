"""Every setting, once: read from the environment, checked, and never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo

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
METRICS = "tocsin"


@dataclass(frozen=True, slots=True)
class Aws:
    """Which AWS is called, and as whom. ``endpoint``, where it is set, is every service's address: an emulator's."""

    region: str = ""
    key_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """``store`` is "none", "memory", "sqlite:PATH" or "dynamodb:TABLE".

    ``webhook_parameter``, ``bot_parameter``: the SecureString that holds the secret which is not set here.
    ``signing_secret``: by which Slack signs what it hands in by HTTP, or ``signing_parameter`` that holds it.
    ``queue_url``: the function's own queue, for wakes. ``receives``: how often that queue hands a message out before
    it is a dead letter; 0 where nobody says. ``metrics``: the namespace of the heartbeat's
    metrics. ``canary``: the ARN of the alarm by which the road is tried, "" where there is none. ``enrich``: whether
    AWS is asked what an alarm's own message does not say. ``account_names``: the path of the parameters that say what
    accounts are called, "" where there are none. ``warnings``: what was set but could not be used.
    """

    language: str = "en"
    zone: tzinfo = UTC
    store: str = "none"
    webhook_url: str = field(default="", repr=False)
    bot_token: str = field(default="", repr=False)
    channel: str = ""
    api_url: str = SLACK_API
    webhook_parameter: str = ""
    bot_parameter: str = ""
    signing_secret: str = field(default="", repr=False)
    signing_parameter: str = ""
    aws: Aws = Aws()
    queue_url: str = ""
    receives: int = 0
    metrics: str = METRICS
    canary: str = ""
    enrich: bool = False
    account_names: str = ""
    warnings: tuple[str, ...] = ()


def read_config(environ: Mapping[str, str]) -> Config:
    """The settings in ``environ``. Raises ConfigError where an alarm could not be delivered with them."""
    manner = read_manner(environ)
    warnings = list(manner.warnings)
    store = _store(_set(environ, "TOCSIN_STORE") or "none")
    config = replace(
        manner,
        store=store,
        api_url=_set(environ, "TOCSIN_SLACK_API_URL") or SLACK_API,
        aws=_aws(environ),
        queue_url=_set(environ, "TOCSIN_QUEUE_URL"),
        receives=_receives(_set(environ, "TOCSIN_MAX_RECEIVES"), warnings),
        metrics=_set(environ, "TOCSIN_METRICS_NAMESPACE") or METRICS,
        canary=_set(environ, "TOCSIN_CANARY"),
        enrich=store.startswith("dynamodb:") and _enrich(_set(environ, "TOCSIN_ENRICH"), warnings),
        account_names=_set(environ, "TOCSIN_ACCOUNT_NAMES") if store.startswith("dynamodb:") else "",
        warnings=tuple(warnings),
    )
    return _checked(_slack(config, environ))


def read_manner(environ: Mapping[str, str]) -> Config:
    """The language and the zone alone, for whoever draws messages without any Slack."""
    warnings: list[str] = []
    language = _language(environ.get("TOCSIN_LANGUAGE", ""), warnings)
    zone = _zone(environ.get("TOCSIN_TIMEZONE", ""), language, warnings)
    return Config(language=language, zone=zone, warnings=tuple(warnings))


def read_door(environ: Mapping[str, str]) -> Config:
    """What the Slack door needs alone: whoever knocks learns nothing of the other settings."""
    secret = _set(environ, "TOCSIN_SLACK_SIGNING_SECRET")
    parameter = "" if secret else _set(environ, "TOCSIN_SLACK_SIGNING_SECRET_PARAMETER")
    return Config(signing_secret=secret, signing_parameter=parameter, aws=_aws(environ))


def _set(environ: Mapping[str, str], *names: str) -> str:
    return next((value for name in names if (value := environ.get(name, "").strip())), "")


def _slack(config: Config, environ: Mapping[str, str]) -> Config:
    """As a bot where there is a token, or a parameter that holds one; else by webhook."""
    token, channel = _set(environ, "TOCSIN_SLACK_BOT_TOKEN"), _set(environ, "TOCSIN_SLACK_CHANNEL")
    parameter = "" if token else _set(environ, "TOCSIN_SLACK_BOT_TOKEN_PARAMETER")
    if token or parameter:
        if not channel:
            raise ConfigError(
                "a Slack bot's token is set, but no channel", "set TOCSIN_SLACK_CHANNEL, e.g. C0123456789"
            )
        return replace(config, bot_token=token, bot_parameter=parameter, channel=channel)
    parameter = "" if _set(environ, WEBHOOK_NAMES[0]) else _set(environ, "TOCSIN_SLACK_WEBHOOK_PARAMETER")
    return replace(config, webhook_parameter=parameter, webhook_url="" if parameter else _webhook(environ))


def _aws(environ: Mapping[str, str]) -> Aws:
    """As Lambda tells it: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""
    return Aws(
        region=_set(environ, "AWS_REGION", "AWS_DEFAULT_REGION"),
        key_id=_set(environ, "AWS_ACCESS_KEY_ID"),
        secret=_set(environ, "AWS_SECRET_ACCESS_KEY"),
        token=_set(environ, "AWS_SESSION_TOKEN"),
        endpoint=_set(environ, "TOCSIN_AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL"),
    )


def _checked(config: Config) -> Config:
    asks = config.store.startswith("dynamodb:") or config.webhook_parameter or config.bot_parameter or config.queue_url
    if asks and not (config.aws.region and config.aws.key_id and config.aws.secret):
        raise ConfigError(
            "the settings ask for AWS, but name no region or no credentials",
            "Lambda sets them itself; elsewhere set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )
    return config


def _receives(value: str, warnings: list[str]) -> int:
    if value and not (value.isascii() and value.isdigit()):
        warnings.append(f"TOCSIN_MAX_RECEIVES={value!r} is not a number: dead letters are not announced")
        return 0
    return int(value or 0)


def _enrich(value: str, warnings: list[str]) -> bool:
    """On, unless somebody says otherwise."""
    word = value.lower()
    if word not in ("", "on", "yes", "true", "1", "off", "no", "false", "0"):
        warnings.append(f"TOCSIN_ENRICH={value!r} is neither on nor off: it is on")
    return word not in ("off", "no", "false", "0")


def _webhook(environ: Mapping[str, str]) -> str:
    value = _set(environ, *WEBHOOK_NAMES)
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
    try:
        return _offset(name) if name[0] in "+-" else _zone_called(name)
    except (ValueError, OSError, LookupError):
        warnings.append(f"TOCSIN_TIMEZONE={name!r} is not known here: the default is used")
        return zone_of(language)


def _offset(text: str) -> tzinfo:
    """``+09:00`` as a zone without daylight saving time. Raises ValueError."""
    return timezone(datetime.fromisoformat(f"2000-01-01T00:00{text}").utcoffset() or timedelta())


def _zone_called(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo  # only for those who ask: it costs every cold start otherwise

    return ZoneInfo(name)


def zone_of(language: str) -> tzinfo:
    """The zone in which a language's readers most likely live. Korea has no daylight saving time."""
    return SEOUL if language == "ko" else UTC


def _store(value: str) -> str:
    sort, _, place = value.partition(":")
    if value in ("none", "memory") or (sort in ("sqlite", "dynamodb") and place):
        return value
    raise ConfigError(f"TOCSIN_STORE={value!r} is not a store", "use none, memory, sqlite:PATH or dynamodb:TABLE")
