"""`tocsin up`: it runs with one's own alarms, and a kill loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plain_http import request
from tocsin_local.tutorial import tutorial_event

JSON = {"Content-Type": "application/json"}
ALARMS = [
    {
        "AlarmName": "own",
        "Namespace": "Nobody",
        "MetricName": "Sends",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "ignore",
    }
]


@contextmanager
def up(folder: Path, *options: str, ends: int = signal.SIGTERM) -> Iterator[str]:
    """A running stage's address; at the end it gets a signal and nothing more."""
    alarms = folder / "alarms.json"
    alarms.write_text(json.dumps(ALARMS))
    command = [sys.executable, "-c", "from tocsin_cli.app import main; main()", "up", "--port", "0"]
    environ = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    with subprocess.Popen(
        [*command, "--alarms", str(alarms), *options], stdout=subprocess.PIPE, text=True, env=environ
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert "The stage is up: http://127.0.0.1:" in line, line
            yield line.split()[4]
        finally:
            process.send_signal(ends)
            process.communicate(timeout=30)


def post(url: str, content: Any) -> Any:
    return request(url, json.dumps(content), JSON).json()


def read(url: str) -> str:
    return request(url, verb="GET").body.decode()


def test_a_kill_loses_nothing(tmp_path: Path) -> None:
    """Alarm states, their history, messages, what came in and what was answered are there after `kill -9`."""
    with up(tmp_path, ends=signal.SIGKILL) as url:
        assert post(f"{url}/events", tutorial_event())["ok"]
        assert post(f"{url}/alarms/state", {"name": "own", "value": "ALARM", "reason": "by hand"})["ok"]
        assert post(f"{url}/events", {"told": "after the alarm, so that it is through"})["ok"]
        before = read(f"{url}/rows"), read(f"{url}/requests.jsonl")
    with up(tmp_path) as url:
        assert (read(f"{url}/rows"), read(f"{url}/requests.jsonl")) == before
        assert json.loads(read(f"{url}/alarms")) == {"own": "ALARM"}
        assert "by hand" in read(f"{url}/alarm?name=own")
        assert "none-fine" not in read(f"{url}/events")
        assert post(f"{url}/alarms/state", {"name": "own", "value": "OK", "reason": "by hand"})["ok"]
        assert post(f"{url}/events", {"told": "after the end, so that it is through"})["ok"]
        ends = [
            line for line in read(f"{url}/requests.jsonl").splitlines() if json.loads(line)["call"] == "chat.update"
        ]
    assert len(ends) == 1  # the message from before the kill was edited


def test_a_second_stage_with_the_same_state_is_refused_in_words(tmp_path: Path) -> None:
    """Exit code 2, what is the matter, and what to do."""
    with up(tmp_path):
        environ = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
        command = [sys.executable, "-c", "from tocsin_cli.app import main; main()", "up", "--port", "0"]
        done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=30)
    assert done.returncode == 2
    assert "another `tocsin up` may be running" in done.stderr


def test_a_wrong_file_is_told_before_anything_starts(tmp_path: Path) -> None:
    """No state folder is made for a stage that cannot be."""
    command = [
        sys.executable,
        "-c",
        "from tocsin_cli.app import main; main()",
        "up",
        "--alarms",
        str(tmp_path / "none"),
    ]
    environ = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=30)
    assert done.returncode == 2
    assert "cannot be opened" in done.stderr
    assert not (tmp_path / "state").exists()
