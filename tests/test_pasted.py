"""Commands to paste mean what they say, whatever strangers have called their things."""

from __future__ import annotations

import shlex

import click

from tocsin_cli import pasted
from tocsin_cli.cloud import Cloud
from tocsin_cli.commands.connect import connect

HERE = Cloud("123456789012", "eu-north-1", lambda service, region: None, "work")


def _read(command: str) -> dict[str, object]:
    program, name, *arguments = shlex.split(command)
    assert (program, name) == ("tocsin", "connect")
    with connect.make_context(name, arguments, parent=click.Context(connect)) as read:
        return read.params


def test_an_alarm_called_like_an_option_is_connected_and_is_none() -> None:
    """Else whoever may make an alarm called --all would decide what is connected."""
    for names in (("plain",), ("--all", "--yes"), ("web 1", "-n")):
        read = _read(pasted.connect(HERE, "other", *names))

        assert read["names"] == names and not read["everything"] and not read["yes"]
        assert (read["region"], read["profile"], read["name"]) == ("eu-north-1", "work", "other")
