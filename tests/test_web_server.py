"""The stage's server: how other commands find it, and that it runs where nobody can."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin_cli import slack_target
from tocsin_cli.rig import rig
from tocsin_cli.rig_plan import Plan
from tocsin_local.web.desk import Desk
from tocsin_local.web.server import Server


@pytest.fixture
def desk() -> Iterator[Desk]:
    with rig(Plan(slack_target.local("en"), metrics=lambda now: ())) as running:
        yield running.desk


def test_the_address_stands_in_its_file_while_it_runs(desk: Desk, tmp_path: Path) -> None:
    """The file is made with its folder, and gone afterwards; a later stage's stays."""
    file = tmp_path / "state" / "stage.json"
    with Server(desk, file) as server:
        assert (json.loads(file.read_text())["url"], server.told) == (server.url, True)
    assert not file.exists()
    with Server(desk, file), Server(desk, file) as later:
        file.write_text(json.dumps({"url": "a third one's"}))
        assert later.told
    assert file.exists()


def test_a_home_that_cannot_be_written_to_stops_no_stage(desk: Desk, tmp_path: Path) -> None:
    """Then nobody is told the address, and the commands say it on their lines."""
    (tmp_path / "home").write_text("no folder")
    with Server(desk, tmp_path / "home" / "stage.json") as server:
        assert not server.told
