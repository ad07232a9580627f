"""`tocsin test`: a real alarm of the stack's own, followed hop by hop until Slack has it."""

from __future__ import annotations

import sys

import click

from tocsin_cli import ui
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.hops import Probe, Trace, told
from tocsin_cli.stack.outlook import look
from tocsin_cli.stack.standing import Stack, made


@click.command()
@cloud_options
def test(profile: str | None, region: str | None, name: str) -> None:
    """Set off the stack's own alarm and follow it hop by hop: CloudWatch, topic or bus, queue, function, Slack.

    The message in Slack says TEST. Then the alarm is set to OK and followed again. Exit code 1 if a hop is missing:
    the output names it and what to do.
    """
    with cloud(profile, region) as here:
        if not prove(here, made(here, name)):
            sys.exit(1)


def prove(here: Cloud, stack: Stack) -> bool:
    """Whether the test alarm arrived, and its end; tells each hop on the way."""
    probe = Probe(here, stack)
    ui.line(f"Setting off {probe.canary}, and waiting until Slack has it ({probe.patience:.0f} s at most) …")
    probe.rest()
    arrives = all(_passed(probe, probe.follow(state)) for state in ("ALARM", "OK"))
    if arrives:
        ui.line("Alarms arrive.")
    return arrives


def _passed(probe: Probe, trace: Trace) -> bool:
    for line in told(trace):
        ui.line(line)
    if trace.arrived:
        return True
    if trace.taken:
        reasons = ", ".join(sorted({str(line.about.get("reason")) for line in trace.taken}))
        ui.line(f"  ✗ {trace.state} was stored ({reasons}), and Slack has not accepted it yet")
    else:
        ui.line(f"  ✗ {trace.state} did not reach the function")
    now = int(probe.clock() * 1000)
    for seen in (*(() if trace.taken else (probe.acted(trace),)), *look(probe.cloud, probe.stack, now)):
        for line in seen.lines():
            ui.line(line)
    return False
