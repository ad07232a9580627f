"""Makes one of two tellings of the same change: each road knows something that the other does not. Pure."""

from __future__ import annotations

from dataclasses import replace

from tocsin.model import Fact, Link, Phrase, Signal, Value


def richer(said: Signal, signal: Signal) -> Signal:
    """``said`` with what ``signal`` adds to it; equal to ``said`` if that is nothing."""
    return replace(
        said,
        facts=said.facts + new_facts(signal.facts, said.facts),
        links=said.links + new_links(signal.links, said.links),
        summary=fuller(said.summary, signal.summary),
        quote=said.quote or signal.quote,
        series=said.series or signal.series,
        labels={**signal.labels, **said.labels},
    )


def new_facts(facts: tuple[Fact, ...], said: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Those whose label was not said."""
    labels = [fact.label for fact in said]
    return tuple(fact for fact in facts if fact.label not in labels)


def new_links(links: tuple[Link, ...], said: tuple[Link, ...]) -> tuple[Link, ...]:
    """Those that lead somewhere else."""
    urls = {link.url for link in said}
    return tuple(link for link in links if link.url not in urls)


def fuller(old: Phrase | None, new: Phrase | None) -> Phrase | None:
    """The one that tells more; ``old`` where that is the same."""
    if old is None or new is None:
        return old or new
    return new if _told_by(new) > _told_by(old) else old


def _told_by(value: Value) -> int:
    """How much a phrase tells: the values in it, however deep."""
    if isinstance(value, Phrase):
        return sum(map(_told_by, value.args.values()))
    return sum(map(_told_by, value)) if isinstance(value, tuple) else 1
