"""Looks at the road from outside, part by part: what an alarm may be stuck in, and which check says more about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tocsin_cli import pasted
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack import parts
from tocsin_cli.stack.seen import Seen, guarded
from tocsin_cli.stack.standing import Stack

# What a part is called, the doctor's check that tells more of it, and who looks; in the order in which an alarm passes.
_PARTS: tuple[tuple[str, str, Callable[[Cloud, Stack, str], Iterable[Seen]]], ...] = (
    ("topic", "subscription", parts.subscription),
    ("rule for all alarms", "rule", parts.all_alarms),
    ("queue", "backlog", parts.queue),
    ("dead letters", "dead-letters", parts.dead_letters),
    ("function", "function", parts.function),
    ("function", "mapping", parts.mapping),
    ("minute tick", "tick", parts.tick),
    ("Slack secret", "secret", parts.secret),
    ("Slack door", "signing-secret", parts.door),
    ("e-mail", "e-mail", parts.email),
)


def look(cloud: Cloud, stack: Stack, now: int) -> Iterator[Seen]:
    """Each hop in the order in which an alarm passes them; one that is gone, or may not be looked at, hides no other.
    ``now`` in ms.

    Errors as boto3 raises them only where AWS does not know who asks.
    """
    watches = pasted.tocsin(cloud, stack.name, "doctor", "watches")
    yield from guarded("the alarms about tocsin itself", watches, parts.watches(cloud, stack, now, watches))
    for what, check, part in _PARTS:
        mend = pasted.tocsin(cloud, stack.name, "doctor", check)
        yield from guarded(what, mend, part(cloud, stack, mend))
