"""Keeps count of an incident's episodes: which one is current, which times they cover. Pure; times are milliseconds."""

from __future__ import annotations

from dataclasses import replace

from tocsin.model import Episode, Incident

SAME = 2_000  # the same state within this time is the same change told twice
KEPT_EPISODES = 8


def blank(incident: Incident, at: int) -> Incident:
    """The incident as a new episode that began at ``at`` finds it."""
    return Incident(
        key=incident.key,
        source=incident.source,
        at=incident.at,
        episode=next_number(incident),
        opened_at=at,
        count=1,
        episodes=incident.episodes,
        said=incident.said,
        held=incident.held,
        parts_at=incident.parts_at,
    )


def reopened(incident: Incident) -> Incident:
    """The current episode goes on."""
    again = with_episode(incident, Episode(incident.episode, incident.opened_at))
    return replace(again, phase="open", resolved_at=None)


def closed(incident: Incident, at: int) -> Incident:
    """The current episode ended at ``at``."""
    return with_episode(incident, Episode(incident.episode, incident.opened_at, at))


def next_number(incident: Incident) -> int:
    """No episode, not even a late one, ever had this number."""
    return 1 + max([incident.episode, *(one.number for one in incident.episodes)])


def with_episode(incident: Incident, episode: Episode) -> Incident:
    """Keep the newest episodes, and always the current one."""
    others = [one for one in incident.episodes if one.number != episode.number]
    current = [one for one in others if one.number == incident.episode]
    rest = [one for one in others if one.number != incident.episode]
    kept = sorted([*rest[-(KEPT_EPISODES - 1 - len(current)) :], *current, episode], key=lambda one: one.number)
    return replace(incident, episodes=tuple(kept))


def covers(episode: Episode, at: int) -> bool:
    """Whether what fired at ``at`` lies within the episode."""
    return episode.opened - SAME < at and (episode.closed is None or at <= episode.closed)
