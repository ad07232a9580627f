"""`tocsin doctor`: finds what keeps alarms from Slack without a sound, and says how to mend it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing

import click

from tocsin.destinations.http import Connections
from tocsin.destinations.slack.api import API_URL
from tocsin_cli import ui
from tocsin_cli.asking import agreed
from tocsin_cli.cloud import cloud, cloud_options
from tocsin_cli.doctor.checks import CHECKS
from tocsin_cli.doctor.examine import EXIT_CODES, Result, examine, gravest
from tocsin_cli.doctor.finding import Check
from tocsin_cli.doctor.scene import Scene, scene
from tocsin_cli.stack.standing import made
from tocsin_cli.stack.telling import tolerated

_RIGHTS = "AWS's policy ReadOnlyAccess holds the rights to look."
_UNASKED = "look without --fix, then go on with --fix --yes"


@click.command()
@cloud_options
@click.argument("chosen", nargs=-1, metavar="[CHECK]...")
@click.option("--fix", is_flag=True, help="Mend what can be mended safely, after asking for each.")
@click.option("--yes", is_flag=True, help="With --fix: do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def doctor(
    profile: str | None, region: str | None, name: str, chosen: tuple[str, ...], fix: bool, yes: bool, as_json: bool
) -> None:
    """Look at every part of an alarm's way, from the alarm to Slack, in the stack's region and in the others.

    With CHECK only at that part: the names are those of --json and of docs/doctor.md.

    Each finding says what is wrong, what that means, and the command that mends it. Nothing is changed and nothing is
    posted; --fix mends what belongs to the stack itself and can be mended without harm. What your credentials may not
    look at is a finding too.

    \b
    Exit codes:
      0  nothing wrong; notes at most
      1  broken: alarms do not arrive
      2  wrong usage, no stack, or no credentials
      3  a risk: some alarms will not arrive, or something could not be looked at
    """
    if as_json and fix:
        raise click.UsageError("--json only looks: leave --fix out.")
    checks = _named(chosen)
    with cloud(profile, region) as here, closing(Connections()) as connections:
        slack_api = os.environ.get("TOCSIN_SLACK_API_URL", "").strip() or API_URL
        seen = scene(here, made(here, name), int(time.time() * 1000), connections, slack_api)
        results = list(_told(seen, checks, quiet=as_json))
        if as_json:
            ui.document(_document(seen, results))
        mended = _mend(results, yes) if fix else 0
    worst = gravest(results)
    if not as_json:
        ui.line(_summary(results, mended))
    if worst is not None and EXIT_CODES[worst]:
        sys.exit(EXIT_CODES[worst])


def _named(chosen: Sequence[str]) -> Sequence[Check]:
    there = {check.name: check for check in CHECKS}
    if strange := [name for name in chosen if name not in there]:
        raise click.UsageError(f"there is no check {strange[0]}: {', '.join(there)}.")
    return [there[name] for name in chosen] or CHECKS


def _told(seen: Scene, checks: Sequence[Check], quiet: bool) -> Iterator[Result]:
    """Each result, told as it comes."""
    if not quiet:
        ui.line(f"Stack {seen.stack.name} in {seen.cloud.where}, as {_identity(seen)}:")
    for result in examine(seen, checks):
        if not quiet:
            for line in _lines(result):
                ui.line(line)
        yield result


def _identity(seen: Scene) -> str:
    return str(seen.cloud.client("sts").get_caller_identity()["Arn"])


def _lines(result: Result) -> Iterator[str]:
    if not result.findings:
        yield f"  ✓ {result.check.well}"
    for finding in result.findings:
        mark = "·" if finding.severity == "note" else "?" if finding.severity == "unseen" else "✗"
        yield f"  {mark} {finding.severity}: {finding.what}"
        yield f"      {finding.means}"
        yield f"      $ {finding.mend}" if _is_command(finding.mend) else f"      {finding.mend}"


def _is_command(mend: str) -> bool:
    return mend.startswith(("aws ", "tocsin ", "pipx ", "terraform "))


def _mend(results: Sequence[Result], yes: bool) -> int:
    """How many were mended; what is refused keeps nothing else from it."""
    count = 0
    try:
        for finding in (each for result in results for each in result.findings):
            if finding.fix is not None and (yes or agreed(f"Mend this: {finding.what}?", _UNASKED)):
                with tolerated(f"not mended: {finding.what}"):
                    finding.fix()
                    ui.line(f"  ✓ mended: {finding.what}")
                    count += 1
    except click.Abort as stopped:
        if not count:
            raise
        ui.line(f"\n{count} mended before that; run it again for the rest.")
        raise click.Abort from stopped
    return count


def _summary(results: Sequence[Result], mended: int) -> str:
    findings = [finding for result in results for finding in result.findings]
    if not findings:
        return "Nothing is wrong."
    unseen = sum(1 for finding in findings if finding.severity == "unseen")
    if unseen == len(findings):
        return f"Nothing is wrong that could be looked at; {unseen} could not. {_RIGHTS}"
    fixable = sum(1 for finding in findings if finding.fix is not None)
    if mended:
        return f"{mended} of {len(findings)} mended: run it again to see."
    counted = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
    counted += f", {fixable} of which --fix mends." if fixable else "."
    return f"{counted} {unseen} could not be looked at. {_RIGHTS}" if unseen else counted


def _document(seen: Scene, results: Sequence[Result]) -> dict[str, object]:
    findings = [
        {
            "check": result.check.name,
            "severity": finding.severity,
            "what": finding.what,
            "means": finding.means,
            "mend": finding.mend,
            "fixable": finding.fix is not None,
        }
        for result in results
        for finding in result.findings
    ]
    return {
        "account": seen.cloud.account,
        "region": seen.cloud.region,
        "as": _identity(seen),
        "stack": seen.stack.name,
        "checks": [result.check.name for result in results],
        "worst": gravest(results),
        "findings": findings,
    }
