"""`tocsin send`, and how every command keeps secrets: to a stage, to a webhook, to nobody."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin_cli.secrets import redact
from tocsin_local.slack import LocalSlack
from tocsin_local.tutorial import tutorial_event

WEBHOOK = "https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx"


@pytest.fixture
def event(tmp_path: Path) -> Path:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(tutorial_event()))
    return path


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as running:
        yield running


def tocsin(*arguments: str, home: Path, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it, in a clean environment."""
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8", **settings}
    command = [sys.executable, "-c", "from tocsin_cli.app import main; main()", *arguments]
    return subprocess.run(command, input=given, env=environ, capture_output=True, text=True, timeout=60)


def test_to_a_webhook_from_a_file(event: Path, slack: LocalSlack, tmp_path: Path) -> None:
    """The webhook's URL comes from a file, white space around it or not; the message arrives."""
    (tmp_path / "hook").write_text(f"\n {slack.webhook_url} \n")
    done = tocsin("send", str(event), "--slack-webhook-url-file", str(tmp_path / "hook"), home=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{event}: taken\n")
    assert slack.messages()[0].text.startswith("TEST · 🔴 ALARM")


def test_to_a_webhook_from_standard_input_or_the_environment(event: Path, slack: LocalSlack, tmp_path: Path) -> None:
    """`-` reads the URL from standard input; without the option the environment names it; --lang is heeded."""
    first = tocsin("send", str(event), "--slack-webhook-url-file", "-", home=tmp_path, given=slack.webhook_url)
    second = tocsin("send", str(event), "--lang", "ko", home=tmp_path, TOCSIN_SLACK_WEBHOOK_URL=slack.webhook_url)
    assert (first.returncode, second.returncode) == (0, 0)
    assert [message.text[:4] for message in slack.messages()] == ["TEST", "시험 ·"]


def test_to_a_webhook_that_is_typed(event: Path, slack: LocalSlack, tmp_path: Path) -> None:
    """Where standard input is a terminal, `-` asks for the URL, and the terminal does not show it."""
    terminal, keyboard = pty.openpty()
    command = [sys.executable, "-c", "from tocsin_cli.app import main; main()", "send", "--slack-webhook-url-file", "-"]
    with subprocess.Popen(
        [*command, str(event)],
        stdin=keyboard,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        assert running.stderr
        assert running.stderr.read(len("The webhook (not shown)")) == b"The webhook (not shown)"
        os.write(terminal, slack.webhook_url.encode() + b"\n")
        assert running.wait(60) == 0
    shown = os.read(terminal, 1000) if select.select([terminal], [], [], 0)[0] else b""
    os.close(keyboard)
    os.close(terminal)

    assert len(slack.messages()) == 1 and b"services" not in shown


def test_a_dead_webhook(event: Path, slack: LocalSlack, tmp_path: Path) -> None:
    """What Slack refuses ends with 1 and Slack's own word, without the URL."""
    slack.set_hook_state("removed")
    done = tocsin("send", str(event), home=tmp_path, HOOK_URL=slack.webhook_url)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"error: {event} was not taken: no_service"]
    assert slack.webhook_url.rsplit("/", 1)[1] not in done.stdout + done.stderr


def test_to_nobody(event: Path, tmp_path: Path) -> None:
    """Without a stage and without a webhook: one line, a hint, 2."""
    done = tocsin("send", str(event), home=tmp_path)
    assert done.returncode == 2
    assert "there is nobody to send to" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "address", ["https://example.com", "http://10.0.0.1:80", "nonsense", "http://[", "file:///etc"]
)
def test_only_this_machine_is_a_stage(event: Path, tmp_path: Path, address: str) -> None:
    """--to takes a loopback address and no other."""
    done = tocsin("send", str(event), "--to", address, home=tmp_path)
    assert done.returncode == 2
    assert "is not the address of a stage" in done.stderr


def test_nobody_answers(event: Path, tmp_path: Path) -> None:
    """A stage that is gone is said in one line."""
    done = tocsin("send", str(event), "--to", "http://127.0.0.1:9", home=tmp_path)
    assert done.returncode == 1
    assert "no stage answers at http://127.0.0.1:9" in done.stderr


@pytest.mark.parametrize("argument", [WEBHOOK, f"--to={WEBHOOK}", "xoxb-123456789012-abcdefghijkl"])
def test_a_secret_as_an_argument_stops_the_command(tmp_path: Path, argument: str) -> None:
    """It stands in the process list and the shell's history by now: stop, do not echo, advise to revoke."""
    done = tocsin("send", argument, home=tmp_path)
    assert done.returncode == 2
    assert "revoke" in done.stderr
    assert "abcdefghijkl" not in done.stdout + done.stderr


def test_whatever_is_printed_is_redacted() -> None:
    """One redactor for everything that prints: webhooks, tokens, also those of a stand-in."""
    for secret in (
        WEBHOOK,
        "xoxb-123456789012-abcdefghijkl",
        "http://127.0.0.1:1/services/T1/B1/abcdefghijkl",
        "xapp-1-abcdefghijkl",
    ):
        assert "abcdefghijkl" not in redact(f"before {secret} after")
    assert redact("nothing/services here") == "nothing/services here"
