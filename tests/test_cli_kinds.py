"""`tocsin kinds` and `tocsin new-kind`: what is understood, and how little another kind costs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tocsin.kinds import FALLBACKS, KINDS
from tocsin.ports import ConfigError
from tocsin_cli.commands.kinds import kinds
from tocsin_cli.new_kind import write

ROOT = Path(__file__).parents[1]
EVENT = {
    "version": "0",
    "id": "5f0c2b1e-0000-4000-8000-000000000001",
    "detail-type": "Braket Task State Change",
    "source": "aws.braket",
    "account": "123456789012",
    "time": "2026-11-24T09:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:braket:us-east-1:123456789012:quantum-task/5f0c2b1e"],
    "detail": {"status": "COMPLETED"},
}


def test_every_kind_is_listed_with_an_example() -> None:
    """--json has one line per kind and fallback, each with an event that it reads."""
    lines = [json.loads(line) for line in CliRunner().invoke(kinds, ["--json"]).stdout.splitlines()]
    assert {line["kind"] for line in lines} == {entry.name for entry in (*KINDS, *FALLBACKS)}
    assert [line["kind"] for line in lines if not line["examples"] or not line["what"] or not line["roads"]] == []


def test_one_kind_is_explained() -> None:
    """With a name: what the kind is found by, and where its examples lie."""
    told = CliRunner().invoke(kinds, ["guardduty"]).stdout
    assert "GuardDuty Finding" in told
    assert "example " in told


def test_an_unknown_name_is_a_hint() -> None:
    """A misspelt name is answered with the nearest ones."""
    result = CliRunner().invoke(kinds, ["guarduty"])
    assert isinstance(result.exception, ConfigError)
    assert "guardduty" in result.exception.hint


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a clone holds of the files that matter here, under git."""
    for name in ("src", "tests", "pyproject.toml", "README.md"):
        source, target = ROOT / name, tmp_path / name
        skipped = shutil.ignore_patterns("__pycache__", "node_modules")
        if source.is_dir():
            shutil.copytree(source, target, ignore=skipped)
        else:
            shutil.copy(source, target)
    (tmp_path / ".gitignore").write_text("__pycache__/\n.hypothesis/\n")
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def test_a_kind_costs_one_module_one_line_one_event_one_snapshot(checkout: Path) -> None:
    """The recipe of docs/add-a-kind.md, executed for a service that is not on the list: four files, one line changed,
    and the event is that kind's from then on; the general tests hold it at once."""
    (checkout / "event.json").write_text(json.dumps(EVENT))
    environ = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(checkout),
        "PYTHONPATH": str(checkout / "src"),
        "PYTHONIOENCODING": "utf-8",
    }

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=checkout, env=environ, capture_output=True, text=True, timeout=120)

    main = "from tocsin_cli.app import main; main()"
    made = run(sys.executable, "-c", main, "new-kind", "braket_task", "event.json")
    assert (made.returncode, made.stderr) == (0, "")
    changed = run("git", "status", "--porcelain", "-uall").stdout.split("\n")
    assert sorted(line[3:] for line in changed if line and not line.endswith(" event.json")) == [
        "src/tocsin/kinds/__init__.py",
        "src/tocsin/kinds/braket_task.py",
        "tests/events/braket_task/first.json",
        "tests/events/braket_task/first.snap.json",
    ]
    assert run("git", "diff", "--shortstat").stdout.strip() == "1 file changed, 1 insertion(+)"
    seen = json.loads(run(sys.executable, "-c", main, "preview", "--json", "event.json").stdout)
    assert (seen["kind"], seen["via"], seen["title"]) == ("braket_task", "eventbridge", "Braket task: COMPLETED")
    tests = run(
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "tests/test_events.py",
        "tests/test_kinds.py",
        "-k",
        "braket or not events",
    )
    assert tests.returncode == 0, tests.stdout


@pytest.mark.parametrize(
    ("name", "event", "says"),
    [
        ("Braket", json.dumps(EVENT), "no name for a kind"),
        ("guardduty", json.dumps(EVENT), "a kind guardduty already"),
        ("other", "{broken", "no JSON"),
        (
            "other",
            json.dumps(EVENT | {"source": "aws.guardduty", "detail-type": "GuardDuty Finding"}),
            "claims this event already",
        ),
        ("other", json.dumps("just a text"), "nothing that a skeleton could be found by"),
    ],
)
def test_what_cannot_become_a_kind_writes_nothing(tmp_path: Path, name: str, event: str, says: str) -> None:
    """A bad name, a known kind, no JSON, an event that is understood: one line that says so, and no file."""
    registry = tmp_path / "src" / "tocsin" / "kinds" / "__init__.py"
    registry.parent.mkdir(parents=True)
    shutil.copy(ROOT / "src/tocsin/kinds/__init__.py", registry)
    shutil.copytree(ROOT / "src/tocsin/kinds/guardduty", registry.with_name("guardduty"))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConfigError, match=says):
        write(tmp_path, name, event)
    assert sorted(tmp_path.rglob("*")) == before


def test_outside_of_a_clone(tmp_path: Path) -> None:
    """Where there is no repository there is nothing to add to."""
    with pytest.raises(ConfigError, match="no checkout"):
        write(tmp_path, "other", json.dumps(EVENT))
