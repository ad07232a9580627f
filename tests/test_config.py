"""Settings: what is understood, what is refused, and that no secret shows."""

from __future__ import annotations

from datetime import UTC

import pytest

from tocsin.config import ENCRYPTED_NAMES, SEOUL, WEBHOOK_NAMES, Config, read_config, read_manner
from tocsin.destinations.http import Connections
from tocsin.handler import destination
from tocsin.ports import ConfigError

SECRET = "https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx"
TOKEN = "xoxb-111111111111-abcdefghijkl"
LAMBDA = {
    "AWS_REGION": "ap-northeast-2",
    "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "abcdefghijklmnop",
    "AWS_SESSION_TOKEN": "tokenabcdefghijklmnop",
}


@pytest.mark.parametrize("name", WEBHOOK_NAMES)
def test_every_forwarders_name_for_the_webhook_is_understood(name: str) -> None:
    """A function of the tutorial, or of another forwarder, works with the setting that it has."""
    assert read_config({name: f"  {SECRET}\n"}).webhook_url == SECRET


def test_a_webhook_without_its_scheme_is_understood() -> None:
    """The oldest tutorials keep the URL without https://."""
    assert read_config({"HOOK_URL": SECRET.removeprefix("https://")}).webhook_url == SECRET


def test_our_own_name_wins() -> None:
    """Where several are set, tocsin's own name is the one that was meant for it."""
    assert (
        read_config({"HOOK_URL": "https://other.example/x", "TOCSIN_SLACK_WEBHOOK_URL": SECRET}).webhook_url == SECRET
    )


def test_a_bot_wins_over_a_webhook() -> None:
    """With a token and a channel, messages are posted as a bot."""
    config = read_config({"HOOK_URL": SECRET, "TOCSIN_SLACK_BOT_TOKEN": TOKEN, "TOCSIN_SLACK_CHANNEL": "C0123456789"})
    assert (config.bot_token, config.channel, config.webhook_url) == (TOKEN, "C0123456789", "")


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "no Slack webhook is set"),
        ({"HOOK_URL": " "}, "no Slack webhook is set"),
        ({"TOCSIN_SLACK_BOT_TOKEN": TOKEN}, "no channel"),
        ({ENCRYPTED_NAMES[0]: "AQICAHh"}, "encrypted"),
        ({"HOOK_URL": SECRET, "TOCSIN_STORE": "redis"}, "TOCSIN_STORE"),
        ({"HOOK_URL": SECRET, "TOCSIN_STORE": "sqlite:"}, "TOCSIN_STORE"),
        ({"HOOK_URL": SECRET, "TOCSIN_STORE": "dynamodb:", **LAMBDA}, "TOCSIN_STORE"),
        ({"HOOK_URL": SECRET, "TOCSIN_STORE": "dynamodb:t"}, "no region or no credentials"),
        ({"TOCSIN_SLACK_WEBHOOK_PARAMETER": "/t/w", **LAMBDA, "AWS_SECRET_ACCESS_KEY": ""}, "no credentials"),
        ({"TOCSIN_SLACK_BOT_TOKEN_PARAMETER": "/t/b", **LAMBDA}, "no channel"),
    ],
)
def test_what_cannot_deliver_is_refused_in_one_line(environ: dict[str, str], says: str) -> None:
    """A setting with which no alarm could be delivered is an error that says what to do next, without the secret."""
    with pytest.raises(ConfigError) as refused:
        read_config(environ)
    assert says in str(refused.value)
    assert refused.value.hint
    assert TOKEN not in str(refused.value) + refused.value.hint


@pytest.mark.parametrize(
    "url", ["ftp://hooks.slack.com/x", "http://hooks.slack.com/x", "https://", "https://a b/", "https://u:p@h/"]
)
def test_an_address_that_may_not_be_called_is_refused_unquoted(url: str) -> None:
    """Only https (and http on this machine) is called; the error does not repeat the address."""
    with pytest.raises(ConfigError) as refused:
        destination(read_config({"TOCSIN_SLACK_WEBHOOK_URL": url}), Connections())
    assert url not in str(refused.value)


def test_the_wrong_language_or_zone_is_no_reason_to_lose_an_alarm() -> None:
    """What is only looks falls back, with a warning."""
    config = read_config({"HOOK_URL": SECRET, "TOCSIN_LANGUAGE": "tlh", "TOCSIN_TIMEZONE": "Mars/Olympus"})
    assert (config.language, config.zone, len(config.warnings)) == ("en", UTC, 2)


def test_korean_readers_live_in_korea() -> None:
    """Where no zone is named, times are written in the zone of the language's readers."""
    assert read_config({"HOOK_URL": SECRET, "TOCSIN_LANGUAGE": "ko_KR.UTF-8"}).zone == SEOUL
    named = read_config({"HOOK_URL": SECRET, "TOCSIN_LANGUAGE": "ko", "TOCSIN_TIMEZONE": "Europe/Berlin"})
    assert str(named.zone) == "Europe/Berlin"


@pytest.mark.parametrize(
    ("named", "shown"),
    [("+09:00", "UTC+09:00"), ("-03:30", "UTC-03:30"), (" +00:00 ", "UTC"), ("+24:00", ""), ("-", "")],
)
def test_a_zone_may_be_an_offset(named: str, shown: str) -> None:
    """As the template says; what is none is only a warning, and times are written in the usual zone."""
    manner = read_manner({"TOCSIN_TIMEZONE": named})
    assert (str(manner.zone), len(manner.warnings)) == (shown or "UTC", 0 if shown else 1)


def test_a_secret_may_lie_in_a_parameter() -> None:
    """A parameter stands for a secret that is not set; our own name for the secret itself wins, another's does not."""
    named = {"TOCSIN_SLACK_WEBHOOK_PARAMETER": "/t/w", **LAMBDA}
    assert (read_config(named).webhook_parameter, read_config(named).webhook_url) == ("/t/w", "")
    assert read_config({**named, "HOOK_URL": SECRET}).webhook_parameter == "/t/w"
    assert read_config({**named, "TOCSIN_SLACK_WEBHOOK_URL": SECRET}).webhook_parameter == ""
    bot = {**named, "TOCSIN_SLACK_BOT_TOKEN_PARAMETER": "/t/b", "TOCSIN_SLACK_CHANNEL": "C0123456789"}
    assert (read_config(bot).bot_parameter, read_config(bot).webhook_parameter) == ("/t/b", "")
    assert read_config({**bot, "TOCSIN_SLACK_BOT_TOKEN": TOKEN}).bot_parameter == ""


def test_aws_is_called_as_lambda_says() -> None:
    """Region and credentials are the function's own; an emulator's address is understood, ours before everybody's."""
    environ = {
        "HOOK_URL": SECRET,
        "TOCSIN_STORE": "dynamodb:tocsin",
        **LAMBDA,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    }
    aws = read_config(environ).aws
    assert (aws.region, aws.key_id, aws.secret, aws.token) == tuple(LAMBDA.values())
    assert aws.endpoint == "http://127.0.0.1:1"
    assert read_config({**environ, "TOCSIN_AWS_ENDPOINT_URL": "http://127.0.0.1:2"}).aws.endpoint.endswith(":2")


@pytest.mark.parametrize(("value", "receives", "warnings"), [("5", 5, 0), ("", 0, 0), ("five", 0, 1), ("-1", 0, 1)])
def test_a_wrong_count_of_receives_is_only_a_warning(value: str, receives: int, warnings: int) -> None:
    """Without the number nothing is announced, and no alarm is lost for it."""
    config = read_config({"HOOK_URL": SECRET, "TOCSIN_MAX_RECEIVES": value})
    assert (config.receives, len(config.warnings)) == (receives, warnings)


@pytest.mark.parametrize(
    ("store", "value", "asks", "warnings"),
    [
        ("dynamodb:t", "", True, 0),
        ("dynamodb:t", "on", True, 0),
        ("dynamodb:t", "OFF", False, 0),
        ("dynamodb:t", "maybe", True, 1),
        ("memory", "on", False, 0),
        ("none", "", False, 0),
    ],
)
def test_aws_is_asked_about_alarms_where_there_is_a_table(store: str, value: str, asks: bool, warnings: int) -> None:
    """On unless it is switched off, and only where what was found can be kept."""
    environ = {"HOOK_URL": SECRET, "TOCSIN_STORE": store, "TOCSIN_ENRICH": value, **LAMBDA}
    config = read_config(environ)
    assert (config.enrich, len(config.warnings)) == (asks, warnings)


def test_no_secret_in_a_representation() -> None:
    """Neither webhook nor token shows when settings are printed, also inside what is built from them."""
    config = Config(webhook_url=SECRET)
    as_bot = Config(bot_token=TOKEN, channel="C0123456789")
    on_aws = read_config({"TOCSIN_SLACK_WEBHOOK_PARAMETER": "/t/w", **LAMBDA})
    configs = (config, as_bot, on_aws)
    shown = repr((configs, [destination(one, Connections()) for one in configs]))
    assert "abcdefghijkl" not in shown


def test_who_only_draws_needs_no_slack() -> None:
    """Language and zone are read by themselves, an unknown zone only warned of."""
    manner = read_manner({"TOCSIN_LANGUAGE": "ko", "TOCSIN_TIMEZONE": "America/New_York"})
    assert (manner.language, str(manner.zone), manner.warnings) == ("ko", "America/New_York", ())
    assert read_manner({"TOCSIN_TIMEZONE": "Moon/Sea"}).warnings
