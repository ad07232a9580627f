"""The Slack secret on its way into the account: from where it may come, and that it is shown nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.config import WEBHOOK_NAMES
from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.secrets import refuse_secrets
from tocsin_cli.stack.slack_secret import CLOSED, OPENED, Vault, asked, given, signing
from tocsin_cli.stack.standing import proper

SIGNING = "0123456789abcdef" * 2
NOBODY = Vault(Cloud("1", "x", lambda *_: None), "tocsin", "signing")
URL = "https://hooks.slack.com/services/" + "T00000000/B00000000/0123456789abcdef01234567"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine that knows no Slack."""
    for name in (*WEBHOOK_NAMES, "TOCSIN_SLACK_BOT_TOKEN", "TOCSIN_SLACK_CHANNEL", "TOCSIN_SLACK_SIGNING_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_it_comes_from_a_file_or_from_the_environment(machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The file goes first; where there is neither, there is none, and the stack's own is kept."""
    file = tmp_path / "webhook"
    file.write_text(f"{URL}\n")
    assert (given("webhook", str(file)), given("webhook", None), given("bot", None)) == (URL, "", "")

    machine.setenv("TOCSIN_SLACK_WEBHOOK_URL", f"{URL}x")
    assert (given("webhook", str(file)), given("webhook", None)) == (URL, f"{URL}x")

    machine.setenv("TOCSIN_SLACK_BOT_TOKEN", "xoxb-" + "1-2-three")
    assert given("bot", None) == "xoxb-1-2-three"

    file.write_text("xoxb-" + "1-2-four\n")
    assert given("bot", str(file)) == "xoxb-1-2-four"


@pytest.mark.parametrize("secret", ["ftp://hooks.slack.com/services/x", "http://example.com/services/x", "a b"])
def test_what_cannot_be_a_webhook_is_refused_unseen(machine: pytest.MonkeyPatch, tmp_path: Path, secret: str) -> None:
    """The complaint does not repeat what was handed over."""
    file = tmp_path / "webhook"
    file.write_text(secret)
    with pytest.raises(ConfigError) as caught:
        given("webhook", str(file))

    assert secret not in f"{caught.value} {caught.value.hint}"


def test_what_is_no_bots_token_is_refused_unseen(machine: pytest.MonkeyPatch) -> None:
    """A user's token posts as that user: it is not taken."""
    machine.setenv("TOCSIN_SLACK_BOT_TOKEN", "xoxp-" + "1-2-three")
    with pytest.raises(ConfigError, match="no bot's token") as caught:
        given("bot", None)

    assert "three" not in f"{caught.value} {caught.value.hint}"


def test_a_signing_secret_comes_from_a_file_or_from_the_environment(
    machine: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The file goes first; where there is neither, the door is left as it is, and nobody asks for one."""
    file = tmp_path / "signing"
    file.write_text(f"{SIGNING}\n")
    assert (signing(NOBODY, (), str(file), True), signing(NOBODY, (), None, True)) == (SIGNING, "")

    machine.setenv("TOCSIN_SLACK_SIGNING_SECRET", "f" * 32)
    assert (signing(NOBODY, (), str(file), True), signing(NOBODY, (OPENED,), None, True)) == (SIGNING, "f" * 32)


@pytest.mark.parametrize("secret", ["xoxb-" + "1-2-three", URL, SIGNING[1:], f"{SIGNING} {SIGNING}"])
def test_what_is_no_signing_secret_is_refused_unseen(machine: pytest.MonkeyPatch, tmp_path: Path, secret: str) -> None:
    """Another of Slack's secrets, a piece of one or two of them."""
    file = tmp_path / "signing"
    file.write_text(secret)
    with pytest.raises(ConfigError, match="no signing secret") as caught:
        signing(NOBODY, (), str(file), True)

    assert secret not in f"{caught.value} {caught.value.hint}"


def test_a_signing_secret_and_a_closed_door_contradict_each_other(machine: pytest.MonkeyPatch) -> None:
    """One of the two was not meant: it is not for us to choose."""
    machine.setenv("TOCSIN_SLACK_SIGNING_SECRET", SIGNING)
    with pytest.raises(ConfigError, match="opens the Slack door") as caught:
        signing(NOBODY, (CLOSED,), None, True)

    assert SIGNING not in f"{caught.value} {caught.value.hint}"


def test_a_plan_asks_for_no_secret(machine: pytest.MonkeyPatch) -> None:
    """What would be done can be seen without it."""
    assert signing(NOBODY, (OPENED,), None, may_ask=False) == ""


@pytest.mark.parametrize("argument", [SIGNING, f"--slack-signing-secret-file={SIGNING}", f"--set={SIGNING}"])
def test_a_signing_secret_as_an_argument_stops_the_command(argument: str) -> None:
    """It would show in the process list: it is refused, unechoed, with the way to hand it over."""
    with pytest.raises(ConfigError, match="looks like a Slack signing secret") as caught:
        refuse_secrets(("deploy", argument))
    refuse_secrets(("deploy", "arn:aws:sns:eu-north-1:1:topic", SIGNING[:31], f"x{SIGNING}"))

    assert SIGNING not in f"{caught.value} {caught.value.hint}" and "--slack-signing-secret-file" in caught.value.hint


def test_where_nobody_can_be_asked_it_says_how_to_hand_it_over(machine: pytest.MonkeyPatch) -> None:
    """In a pipe or on CI there is no prompt that waits for ever."""
    with pytest.raises(ConfigError, match="nobody can be asked") as caught:
        asked("webhook")

    assert "--slack-webhook-url-file" in caught.value.hint
    with pytest.raises(ConfigError, match="signing secret is missing") as caught:
        asked("signing")

    assert "--slack-signing-secret-file" in caught.value.hint


def test_the_secret_is_named_as_the_template_names_it() -> None:
    """One parameter for each stack and way of posting, and one for what Slack signs."""
    cloud = Cloud("1", "x", lambda *_: None)

    assert Vault(cloud, "tocsin", "webhook").name == "/tocsin/tocsin/slack-webhook"
    assert Vault(cloud, "two", "bot").name == "/tocsin/two/slack-bot-token"
    assert Vault(cloud, "two", "signing").name == "/tocsin/two/slack-signing-secret"


@pytest.mark.parametrize("name", ["ab", "1abc", "a_b_c", "a" * 51, "a b c", ""])
def test_a_name_that_some_part_cannot_have_is_refused_before_anything_is_made(name: str) -> None:
    """Tables want three letters, alarms and queues no more than some; CloudFormation itself takes more."""
    with pytest.raises(ConfigError, match="cannot be called"):
        proper(name)
    assert proper("tocsin-2") == "tocsin-2"
