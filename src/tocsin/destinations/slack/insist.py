"""Brings one message home: once more when the road failed, plainer when it was refused, never dropped.

A lost alarm is worse than a double one, so what may already have been taken is sent once more, and says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from tocsin.destinations.slack.answers import Verdict
from tocsin.destinations.slack.api import Payload
from tocsin.ports import DeliveryError

log = logging.getLogger("tocsin")

TRIES = 2  # of one rendering within one call; later ones are the pipeline's
LINE = 3  # the plainest rendering: one line of text


@dataclass(frozen=True, slots=True)
class Errand:
    """One message to bring home. ``send`` never raises; ``draw`` renders at a plainness of 0 to LINE; ``again`` marks
    a rendering as one that may have been taken before; None where twice is once."""

    send: Callable[[Payload], Verdict]
    draw: Callable[[int], Payload]
    again: Callable[[Payload], Payload] | None


def insist(errand: Errand, plainness: int = 0, doubt: bool = False) -> tuple[Verdict, int]:
    """The answer that took it, or said that what it is about is gone ("ok", "forget"), and how plain it had to be.

    ``doubt``: an earlier call may have been taken. Raises DeliveryError when nothing helps now.
    """
    tries = 0
    while True:
        plainness, payload = _drawn(errand.draw, plainness)
        verdict = errand.send(errand.again(payload) if doubt and errand.again else payload)
        kind = verdict.kind
        if kind in ("ok", "forget"):
            return verdict, plainness
        doubt = doubt or kind == "ambiguous"
        log.warning("slack: %s (%s)", verdict.code, kind, extra={"code": verdict.code, "plainness": plainness})
        if kind == "degrade" and plainness < LINE:
            plainness += 1
            continue
        tries += 1
        if kind in ("retry", "ambiguous", "other") and tries < TRIES:
            continue
        if kind == "other" and plainness < LINE:
            plainness = LINE
            continue
        raise failure(verdict, doubt and errand.again is not None)


def failure(verdict: Verdict, doubt: bool = False) -> DeliveryError:
    """A verdict in the pipeline's four words."""
    permanent = verdict.kind in ("broken", "degrade", "other", "forget")
    return DeliveryError(verdict.code, permanent=permanent, ambiguous=doubt, retry_after=verdict.retry_after)


def _drawn(draw: Callable[[int], Payload], plainness: int) -> tuple[int, Payload]:
    """A rendering that fails is a fault of ours, and no reason to keep an alarm from people."""
    for plainer in range(plainness, LINE):
        try:
            return plainer, draw(plainer)
        except Exception:
            log.exception("could not draw at plainness %d", plainer)
    return LINE, draw(LINE)
