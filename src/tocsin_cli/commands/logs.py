"""`tocsin logs`: what the function says it did, and why."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.function_log import Line, lines
from tocsin_cli.stack.standing import made

_UNSAID = ("did", "times", "_aws")  # said before it, for `tocsin test`, and for CloudWatch's metrics
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PAUSE = 2.0
_LATE = 60_000  # ms: lines may be known that much later than they say


@click.command()
@cloud_options
@click.option("--since", default="1h", show_default=True, metavar="30m|6h|2d", help="How far to look back.")
@click.option("--follow", is_flag=True, help="Go on until Ctrl-C.")
@click.option("--all", "everything", is_flag=True, help="Lambda's own lines and the heartbeats too.")
def logs(profile: str | None, region: str | None, name: str, since: str, follow: bool, everything: bool) -> None:
    """What the function did: what came in, why it changed what it changed, what Slack was shown or refused."""
    start = int(time.time() * 1000) - _seconds(since) * 1000
    with cloud(profile, region) as here:
        group = made(here, name).outputs["LogGroupName"]
        seen: set[str] = set()
        newest, told = _print(here, group, start, seen, everything)
        if not told and not follow:
            hidden = "; Lambda's own lines and heartbeats are there: --all" if seen else ""
            ui.line(f"Nothing was logged in the last {since}{hidden}.")
        while follow:
            time.sleep(_PAUSE)
            newest, _ = _print(here, group, max(start, newest - _LATE), seen, everything)


def _print(here: Cloud, group: str, start: int, seen: set[str], everything: bool) -> tuple[int, int]:
    """Print what is new; the time of the newest line (ms), and how many were printed."""
    newest, told = start, 0
    for line in lines(here, group, start):
        newest = max(newest, line.at)
        if line.id not in seen and (everything or (line.level and line.did != "beat")):
            ui.line(_said(line))
            told += 1
        seen.add(line.id)
    return newest, told


def _said(line: Line) -> str:
    at = datetime.fromtimestamp(line.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    mark = f" {line.level}" if line.level not in ("", "INFO") else ""
    if not line.did:
        return f"{at}{mark} {line.text}"
    about = ", ".join(f"{key}={value}" for key, value in line.about.items() if key not in _UNSAID and value)
    rest = line.text.partition("\n")[2]
    return f"{at}{mark} {line.did}: {about}" + (f"\n{rest}" if rest else "")


def _seconds(since: str) -> int:
    found = re.fullmatch(r"(\d{1,6})([smhd])", since)
    if found is None:
        raise ConfigError(f"--since {since} is no span of time", "write 30m, 6h or 2d")
    return int(found[1]) * _UNITS[found[2]]
