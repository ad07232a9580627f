"""`tocsin logs`: what the function says it did, and why."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.function_log import Line, lines
from tocsin_cli.stack.standing import made
from tocsin_local.alarms.spelling import iso_date

_UNSAID = ("did", "times", "_aws")  # said before it, for `tocsin test`, and for CloudWatch's metrics
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PAUSE = 2.0
_LATE = 60_000  # ms: lines may be known that much later than they say


@click.command()
@cloud_options
@click.option("--since", default="1h", show_default=True, metavar="30m|6h|2d", help="How far to look back.")
@click.option("--follow", is_flag=True, help="Go on until Ctrl-C.")
@click.option("--all", "everything", is_flag=True, help="Lambda's own lines and the heartbeats too.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per line of the log, for programs.")
def logs(
    profile: str | None, region: str | None, name: str, since: str, follow: bool, everything: bool, as_json: bool
) -> None:
    """What the function did: what came in, why it changed what it changed, what Slack was shown or refused."""
    start = int(time.time() * 1000) - _seconds(since) * 1000
    with cloud(profile, region) as here:
        telling = _Telling(here, made(here, name).outputs["LogGroupName"], everything, _json if as_json else _said)
        newest, told = telling.tell(start)
        if not told and not follow:
            hidden = "; Lambda's own lines and heartbeats are there: --all" if telling.read else ""
            (ui.aside if as_json else ui.line)(f"Nothing was logged in the last {since}{hidden}.")
        while follow:
            time.sleep(_PAUSE)
            newest, _ = telling.tell(max(start, newest - _LATE))


@dataclass(frozen=True, slots=True)
class _Telling:
    """Tells of a log what is new. ``everything``: Lambda's own lines too; ``said`` is the text of each line; ``read``
    has the ids of those that are known."""

    cloud: Cloud
    group: str
    everything: bool
    said: Callable[[Line], str]
    read: set[str] = field(default_factory=set)

    def tell(self, start: int) -> tuple[int, int]:
        """Since then (ms). The time of the newest line (ms), and how many were told."""
        newest, told = start, 0
        for line in lines(self.cloud, self.group, start):
            newest = max(newest, line.at)
            if line.id not in self.read and (self.everything or (line.level and line.did != "beat")):
                ui.line(self.said(line))
                told += 1
            self.read.add(line.id)
        return newest, told


def _said(line: Line) -> str:
    at = datetime.fromtimestamp(line.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    mark = f" {line.level}" if line.level not in ("", "INFO") else ""
    if not line.did:
        return f"{at}{mark} {line.text}"
    about = ", ".join(f"{key}={value}" for key, value in line.about.items() if key not in _UNSAID and value)
    rest = line.text.partition("\n")[2]
    return f"{at}{mark} {line.did}: {about}" + (f"\n{rest}" if rest else "")


def _json(line: Line) -> str:
    """The same as JSON; ``text`` is what is said beside ``about``, a traceback for instance."""
    about = {key: value for key, value in line.about.items() if key not in ("did", "_aws")}
    text = line.text.partition("\n")[2] if line.did else line.text
    found = {"at": iso_date(line.at), "level": line.level, "did": line.did, "about": about, "text": text}
    return json.dumps(found, ensure_ascii=False)


def _seconds(since: str) -> int:
    found = re.fullmatch(r"(\d{1,6})([smhd])", since)
    if found is None:
        raise ConfigError(f"--since {since} is no span of time", "write 30m, 6h or 2d")
    return int(found[1]) * _UNITS[found[2]]
