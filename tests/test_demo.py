"""`tocsin demo`: where the chain breaks, it ends soon and says which link it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tocsin_cli.commands.demo import demo
from tocsin_local.demo import Broken, Demo, Line
from tocsin_local.slack import LocalSlack
from tocsin_local.stage import Doors, Stage


def test_a_webhook_that_was_removed_is_the_broken_link(tmp_path: Path) -> None:
    """A dead webhook ends the demo with 1, by Slack's own word, and its address is in no line."""
    with LocalSlack() as slack:
        slack.set_hook_state("removed")
        (tmp_path / "url").write_text(slack.webhook_url)
        result = CliRunner().invoke(demo, ["--exit", "--slack-webhook-url-file", str(tmp_path / "url")])
        secret = slack.webhook_url.rpartition("/")[2]
    assert result.exit_code == 1
    assert "broken link: function → Slack (no_service)" in result.output
    assert "Slack shows" not in result.output
    assert secret not in result.output


def test_a_function_that_fails_is_the_broken_link() -> None:
    """What the function raises is told with its tries, and the function is named."""
    said: list[Line] = []
    play = Demo(said.append, workers=1)

    def fail(event: Any) -> None:
        raise ValueError("no")

    with (
        Stage(fail, Doors(lambda now: (), play.hear, lambda: None, delays=(0.0, 0.0))) as stage,
        pytest.raises(Broken, match="function") as broken,
    ):
        play.run(stage)
    assert (broken.value.link, broken.value.waited) == ("function", "the test event's message in Slack")
    assert "the function failed 3 times: ValueError: no" in [line.text for line in said]
