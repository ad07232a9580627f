"""`tocsin preview`: whatever the file holds, people are shown it, and what is shown is what Slack takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.config import Config, zone_of
from tocsin_cli.commands.preview import as_line, preview, previews
from tocsin_local.slack import judge

EVENTS = Path(__file__).parent / "events"
FILES = sorted(path for path in EVENTS.glob("*/*.json") if not path.name.endswith(".snap.json"))
CONFIGS = [Config(language=language, zone=zone_of(language)) for language in ("en", "ko")]
HOSTILE = st.sampled_from(
    ("<!channel>", "<@U0123456789>", "<https://evil.example|AWS>", "*b* _i_ `c` ```", "\u202e\u2066x", "👩‍👩‍👧" * 200,
     "x" * 20_000, "", "null", "https://evil.example", "&amp;<b>", "a\n> b", ":fire:", "@here", "\x00\x1b[31m")
)  # fmt: skip
ODD = st.one_of(HOSTILE, st.none(), st.integers(), st.floats(), st.booleans(), st.just([]), st.just({}), st.text())


def shown(content: bytes, config: Config) -> list[dict[str, Any]]:
    """Each line of --json, after every message was judged as Slack would, and notified nobody."""
    lines = [json.loads(as_line("f", one, config)) for one in previews(content, config)]
    assert lines
    for line in lines:
        assert line["messages"] and line["text"]
        for message in line["messages"]:
            verdict = judge(message)
            assert verdict.accepted and verdict.conforms, verdict.reasons()
            assert len(message["text"]) <= 3_000
    return lines


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.language)
def test_every_event_gives_messages_that_slack_takes(path: Path, config: Config) -> None:
    """Every message of every event of ours is accepted by the local Slack's judge, in each language."""
    lines = shown(path.read_bytes(), config)
    assert all(line["kind"] for line in lines)


def mutated(value: Any, data: st.DataObject, depth: int = 0) -> Any:
    """The event with some of its parts replaced, dropped or doubled."""
    if depth and data.draw(st.integers(0, 9)) == 0:
        return data.draw(ODD)
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if data.draw(st.integers(0, 15))}
        return {key: mutated(one, data, depth + 1) for key, one in kept.items()}
    if isinstance(value, list):
        return [mutated(one, data, depth + 1) for one in value]
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.dumps(mutated(json.loads(value), data, depth + 1))
        except ValueError:
            return value
    return value


@settings(max_examples=150)
@given(st.sampled_from(FILES), st.sampled_from(CONFIGS), st.data())
def test_no_mutation_of_an_event_is_lost(path: Path, config: Config, data: st.DataObject) -> None:
    """Fields gone, null, of another type, hostile or huge: there is always a message, and Slack always takes it."""
    event = mutated(json.loads(path.read_text("utf-8")), data)
    shown(json.dumps(event).encode(), config)


@settings(max_examples=150)
@given(st.one_of(st.binary(), st.text().map(str.encode)), st.sampled_from(CONFIGS))
def test_any_bytes_are_shown(content: bytes, config: Config) -> None:
    """Whatever bytes a file holds, people are shown something that Slack takes."""
    shown(content, config)


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{}", b"0", b"hello", b"[" * 5_000, b"x" * 262_144])
def test_odd_contents(content: bytes) -> None:
    """Nothing, null, empty things, plain text, a depth without end and 256 KB are signals that people see."""
    shown(content, CONFIGS[0])


def test_a_missing_file_does_not_hide_the_others(tmp_path: Path) -> None:
    """A path that cannot be opened is said on standard error and ends with 2; the other files are shown, as named."""
    good = tmp_path / "good.json"
    good.write_text('{"hello": "world"}')
    result = CliRunner().invoke(preview, [str(tmp_path / "gone"), str(good), str(tmp_path), "--json"])
    assert result.exit_code == 2
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()] == [str(good)]
    assert "gone cannot be opened" in result.stderr


@pytest.mark.parametrize("encoding", ["ascii", "euc-kr"])
def test_a_terminal_without_emoji_shows_the_rest(encoding: str) -> None:
    """What a terminal's encoding lacks is a question mark; the rest is shown, and the command has not failed."""
    file = EVENTS / "cloudwatch_alarm" / "sns-alarm.json"
    command = [sys.executable, "-c", "from tocsin_cli.app import main; main()", "preview", str(file)]
    environ = os.environ | {"PYTHONIOENCODING": encoding}
    result = subprocess.run(command, env=environ, capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert "? ALARM · web-cpu-high".encode(encoding, "replace") in result.stdout


def test_the_drawing_holds_what_matters() -> None:
    """Without --json the message is drawn with title, facts and buttons, and control characters stay out."""
    result = CliRunner().invoke(preview, [str(EVENTS / "cloudwatch_alarm" / "sns-alarm.json")])
    assert result.exit_code == 0
    assert "🔴 ALARM · " in result.stdout
    assert "[ Open alarm ]" in result.stdout
    assert "\x1b" not in result.stdout
