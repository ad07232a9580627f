"""Makes one of two tellings of the same change: each road knows something that the other does not. Pure."""

from __future__ import annotations

from dataclasses import replace

from tocsin.model import Phrase, Signal, Value


def richer(said: Signal, signal: Signal) -> Signal:
    """``said`` with what ``signal`` adds to it; equal to ``said`` if that is nothing."""
    labels = [fact.label for fact in said.facts]
    urls = {link.url for link in said.links}
    return replace(
        said,
        facts=said.facts + tuple(fact for fact in signal.facts if fact.label not in labels),
        links=said.links + tuple(link for link in signal.links if link.url not in urls),
        summary=_fuller(said.summary, signal.summary),
        quote=said.quote or signal.quote,
        series=said.series or signal.series,
        labels={**signal.labels, **said.labels},
    )


def _fuller(old: Phrase | None, new: Phrase | None) -> Phrase | None:
    if old is None or new is None:
        return old or new
    return new if _told_by(new) > _told_by(old) else old


def _told_by(value: Value) -> int:
    """How much a phrase tells: the values in it, however deep."""
    if isinstance(value, Phrase):
        return sum(map(_told_by, value.args.values()))
    return sum(map(_told_by, value)) if isinstance(value, tuple) else 1
