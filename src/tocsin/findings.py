"""What was found out about a message beyond what its signals say: kept, and joined to them for each painting. Pure."""

from __future__ import annotations

from dataclasses import replace

from tocsin.merging import fuller, new_facts, new_links, richer
from tocsin.model import Found, Message, Series, Signal

_POINTS = 100  # of a series that grows with each telling
_MOST = 50  # facts and links: a message's row has an end


def is_about(found: Found | None, said: Signal) -> bool:
    """Whether this very change was asked about."""
    return found is not None and (found.state, found.at) == (said.state, said.at)


def learned(said: Signal, more: Signal, known: Found | None = None) -> Found:
    """What ``more`` adds to ``said``; what was ``known`` before is kept where ``more`` has nothing to say about it."""
    old = known or Found()
    facts, links = new_facts(more.facts, said.facts), new_links(more.links, said.links)
    summary = fuller(said.summary, more.summary)
    series = more.series if more.series != said.series else joined(old.series, said.series)
    return Found(
        state=said.state,
        at=said.at,
        facts=(facts + new_facts(old.facts, facts))[:_MOST],
        links=(links + new_links(old.links, links))[:_MOST],
        labels={**old.labels, **{name: more.labels[name] for name in more.labels if name not in said.labels}},
        series=series if series != said.series else None,
        summary=summary if summary != said.summary else old.summary if is_about(known, said) else None,
        severity=more.severity if more.severity != said.severity else old.severity,
        account_name=more.account_name if more.account_name != said.account_name else old.account_name,
    )


def enriched(said: Signal, found: Found) -> Signal:
    """``said`` with what was found out. What it says itself stays, but for the severity: that is its owner's to say."""
    same = is_about(found, said)
    more = replace(
        said, facts=found.facts, links=found.links, labels=found.labels, summary=found.summary if same else None
    )
    series = found.series or said.series if same else joined(found.series, said.series)
    name = found.account_name or said.account_name
    return replace(richer(said, more), series=series, severity=found.severity or said.severity, account_name=name)


def joined(known: Series | None, told: Series | None) -> Series | None:
    """One series of what two tell of the same metric; ``told`` wins where both know an instant, or are not the same."""
    if known is None or told is None or known.name != told.name:
        return told or known
    points = sorted({**dict(known.points), **dict(told.points)}.items())[-_POINTS:]
    threshold = known.threshold if told.threshold is None else told.threshold
    return Series(told.name, tuple(points), threshold, told.band or known.band)


def is_to_be_asked(message: Message, now: int) -> bool:
    """Whether its newest change was not asked about yet, or not answered and it is time to ask again."""
    said = message.incident.said
    return said is not None and (not is_about(message.found, said) or is_due_again(message, now))


def is_due_again(message: Message, now: int) -> bool:
    """Whether it is time to ask again what was not answered."""
    return message.found is not None and message.found.again_at is not None and message.found.again_at <= now


def as_known(message: Message) -> Message:
    """The message as it is to be painted: with what was found."""
    incident = message.incident
    if message.found is None or incident.said is None:
        return message
    return replace(message, incident=replace(incident, said=enriched(incident.said, message.found)))
