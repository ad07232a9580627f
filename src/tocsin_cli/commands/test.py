"""`tocsin test`: a real alarm of the stack's own, followed hop by hop until Slack has it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import click

from tocsin_cli import ui
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.hops import Probe, Trace, road, told
from tocsin_cli.stack.outlook import look
from tocsin_cli.stack.seen import Seen
from tocsin_cli.stack.standing import Stack, made
from tocsin_local.alarms.spelling import iso_date


@click.command()
@cloud_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def test(profile: str | None, region: str | None, name: str, as_json: bool) -> None:
    """Set off the stack's own alarm and follow it hop by hop: CloudWatch, topic or bus, queue, function, Slack.

    The message in Slack says TEST. Then the alarm is set to OK and followed again. Exit code 1 if a hop is missing:
    the output names it and what to do.
    """
    with cloud(profile, region) as here:
        stack = made(here, name)
        proof = prove(here, stack, ui.aside if as_json else ui.line)
        if as_json:
            ui.document(_document(here, stack, proof))
    if not proof.arrives:
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class Proof:
    """The changes of the test alarm that were followed; ``parts``: what was looked at because the last went missing."""

    traces: tuple[Trace, ...]
    parts: tuple[Seen, ...] = ()

    @property
    def arrives(self) -> bool:
        """Whether Slack accepted all of them."""
        return all(trace.arrived for trace in self.traces)


def prove(here: Cloud, stack: Stack, say: Callable[[str], None] = ui.line) -> Proof:
    """Whether the test alarm arrives, and its end; ``say`` gets each hop on the way."""
    probe, traces = Probe(here, stack), list[Trace]()
    say(f"Setting off {probe.canary}, and waiting until Slack has it ({probe.patience:.0f} s at most) …")
    probe.rest()
    for state in ("ALARM", "OK"):
        trace = probe.follow(state)
        traces.append(trace)
        for line in told(trace):
            say(line)
        if not trace.arrived:
            return Proof(tuple(traces), tuple(_looked_for(probe, trace, say)))
    say("Alarms arrive.")
    return Proof(tuple(traces))


def _looked_for(probe: Probe, trace: Trace, say: Callable[[str], None]) -> Iterator[Seen]:
    """Each part of the way on which it went missing, told as it is looked at."""
    if trace.taken:
        reasons = ", ".join(sorted({road(trace, line).reason for line in trace.taken}))
        say(f"  ✗ {trace.state} was stored ({reasons}), and Slack has not accepted it yet")
    else:
        say(f"  ✗ {trace.state} did not reach the function")
    history = () if trace.taken else (probe.acted(trace),)
    for seen in chain(history, look(probe.cloud, probe.stack, int(probe.clock() * 1000))):
        for line in seen.lines():
            say(line)
        yield seen


def _document(here: Cloud, stack: Stack, proof: Proof) -> dict[str, object]:
    return {
        "account": here.account,
        "region": here.region,
        "stack": stack.name,
        "arrives": proof.arrives,
        "changes": [_change(trace) for trace in proof.traces],
        "parts": [each.told() for each in proof.parts],
    }


def _change(trace: Trace) -> dict[str, object]:
    roads, shown = [road(trace, line) for line in trace.taken], trace.shown
    return {
        "state": trace.state,
        "set_at": iso_date(trace.set_at),
        "roads": [
            {
                "by": each.by,
                "reason": each.reason,
                "hops": [{"hop": hop.name, "at": iso_date(hop.at), "ms": hop.took} for hop in each.hops],
            }
            for each in roads
        ],
        "slack": {"at": iso_date(shown.at), "ms": max(0, shown.at - trace.set_at)} if shown else None,
        "missing": None if shown else "Slack" if roads else "function",
    }
