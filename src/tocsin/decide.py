"""What does this signal change, and why: the state machine of an incident, pure.

AWS speaks once per change, SNS delivers at least once and in any order. So states are ordered by the source's own time,
a duplicate changes nothing, and a firing that comes too late is still told once. Times are milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tocsin.episodes import SAME, blank, closed, covers, next_number, reopened, with_episode
from tocsin.grouping import incident_key
from tocsin.merging import richer
from tocsin.model import Episode, Incident, Notice, Reason, Show, Signal, Step

KEPT_FLIPS = 32
LONGEST_MUTE = 15 * 86_400_000  # a mute rule's longest window: API reference, AlarmMuteRule, Duration
# On a tie of times the state that people must not miss wins, whatever came first.
RANK = {"firing": 2, "unknown": 1, "ok": 0}


@dataclass(frozen=True, slots=True)
class Policy:
    """Durations in milliseconds, but ``enter``, a number of flips."""

    reopen: int = 600_000  # firing again within this time after the end is the same episode
    window: int = 1_800_000  # flips are counted over this time
    enter: int = 4
    quiet: int = 900_000  # no flip for this long ends flapping
    stale: int = 86_400_000  # open without data for this long is closed
    repeats: int = 600_000  # one story told again within this time is one message that counts
    period: int = 60_000  # an alarm's period where the signal does not say
    parts: int = 60_000  # a whole that fires this near to one of its parts is told by its parts
    hush: int = 3_600_000  # how long a firing is held back that AWS keeps quiet without saying until when


def decide(incident: Incident, signal: Signal, policy: Policy, *, seen: bool = False) -> Step:
    """The next step of ``incident``. ``signal.at`` must be known; ``seen``: this happening's id was said before."""
    if signal.sort == "happening":
        return _happening(incident, signal, policy, seen)
    if _is_duplicate(incident, signal):
        return _merge(incident, signal)
    if signal.drill:
        policy = _each_time(policy)
    if _at(signal) < incident.at:
        return _late(incident, signal, policy)
    ticked = tick(incident, _at(signal), policy)
    step = _change(ticked.incident, signal, policy)
    return replace(step, shows=_together(ticked.shows, step.shows))


def _each_time(policy: Policy) -> Policy:
    """An end is an end at once, and however often it changes it does not flap: each drill is told like a first one."""
    return replace(policy, reopen=0, enter=KEPT_FLIPS + 1)


def tick(incident: Incident, now: int, policy: Policy) -> Step:
    """What time alone changes: flapping, a resolved episode, a mute window end; without data an incident does."""
    ended = _ended(incident, now, policy)
    held = ended.incident.held
    if held is None or now < _held_until(held, policy):
        return ended
    # AWS repeats its actions when a window ends, but no event, so nobody else would say that it is still firing.
    step = _change(ended.incident, replace(held, muted=False), policy)
    return replace(step, shows=_together(ended.shows, step.shows))


def due(incident: Incident, policy: Policy) -> int | None:
    """When ``tick`` will have something to show; None: not before a signal comes."""
    times = []
    if incident.flapping:
        times.append(_last_flip(incident) + policy.quiet)
    if incident.phase == "open" and incident.stale:
        times.append(incident.at + policy.stale)
    if incident.held:
        times.append(_held_until(incident.held, policy))
    return min(times, default=None)


def told_by(part: Signal, whole: Incident, policy: Policy) -> Incident:
    """The whole after one of its parts has fired, which is told by itself: the whole then needs no word of its own."""
    at, held = _at(part), whole.held
    if held and abs(_at(held) - at) < policy.parts:
        return replace(whole, held=None, parts_at=max(at, whole.parts_at))
    # Not for every part of many that fire at once: they would all wait for this one row.
    return replace(whole, parts_at=at) if at - whole.parts_at > policy.parts // 2 else whole


def _told_by_parts(whole: Incident, at: int, policy: Policy) -> bool:
    return abs(at - whole.parts_at) < policy.parts


def _held_until(held: Signal, policy: Policy) -> int:
    until = _at(held) + policy.hush if held.muted_until is None else held.muted_until
    return min(until, _at(held) + LONGEST_MUTE)


def _last_flip(incident: Incident) -> int:
    return incident.flips[-1] if incident.flips else incident.at


def _ended(incident: Incident, now: int, policy: Policy) -> Step:
    """Flapping that is over, and episodes."""
    notices: tuple[Notice, ...] = ()
    reason: Reason = "none-fine"
    last = _last_flip(incident)
    if incident.flapping and now >= last + policy.quiet:
        incident = replace(incident, flapping=False, flips=())
        notices, reason = (Notice(1, "flap-end", now, times=incident.changes),), "flap-end"
    if incident.phase == "resolved" and not incident.flapping and now >= last + policy.reopen:
        incident, reason = replace(incident, phase="closed"), reason if notices else "closed"
    elif incident.phase == "open" and incident.stale and now >= incident.at + policy.stale:
        incident, reason = closed(replace(incident, phase="closed"), now), "expired"
        notices = (*notices, Notice(1, "expired", now))
    shows = (Show(incident, notices),) if reason in ("flap-end", "expired") else ()
    return Step(incident, reason, shows)


def alone(signal: Signal) -> Step:
    """What one signal says without any memory: each change is told once, by itself. Its time may be unknown."""
    at = signal.at or 0
    known = -1 if signal.at is None else at
    fresh = Incident(incident_key(signal), at=known, source=signal.state, said=signal, episode=1, count=1)
    if signal.sort == "happening":
        return _said(fresh, Notice(1, "said", at))
    if signal.state == "ok":
        opened = signal.old_at if signal.old == "firing" and at else None
        over = replace(fresh, phase="resolved", fired=True, opened_at=opened or 0, resolved_at=signal.at)
        return _said(over, Notice(1, "resolved", at, lasted=(at - opened) / 1000 if opened else None))
    firing = signal.state == "firing"
    open_ = replace(fresh, phase="open", fired=firing, stale=not firing, opened_at=at)
    return _said(open_, Notice(1, "first", at))


def _at(signal: Signal) -> int:
    if signal.at is None:
        raise ValueError("a signal must have a time before it is decided on")
    return signal.at


def _is_duplicate(incident: Incident, signal: Signal) -> bool:
    if incident.source is None or signal.state is None:
        return False
    if signal.unmuted and incident.phase != "open" and signal.state == "firing":
        return False
    apart = abs(_at(signal) - incident.at)
    if signal.state == incident.source and apart < SAME:
        return True
    return apart == 0 and RANK[signal.state] <= RANK[incident.source]


def _merge(incident: Incident, signal: Signal) -> Step:
    """The same change by another road may know more: keep what it adds, and never lose the newer time."""
    newest = replace(incident, at=max(incident.at, _at(signal)))
    said = incident.said
    if said is None or signal.state != incident.source or incident.phase == "closed":
        return Step(newest, "none-duplicate")
    both = richer(said, signal)
    if both == said:
        return Step(newest, "none-duplicate")
    newest = replace(newest, said=both)
    return Step(newest, "merged", (Show(newest),))


def _late(incident: Incident, signal: Signal, policy: Policy) -> Step:
    """Something older than what we know: history, unless nobody was ever told that it fired."""
    at = _at(signal)
    over = min([incident.at, *(one.opened for one in incident.episodes if one.opened > at)])
    if signal.state != "firing" or any(covers(one, at) for one in incident.episodes):
        return Step(incident, "none-late")
    if signal.muted and (over < _held_until(signal, policy) or _told_by_parts(incident, at, policy)):
        return Step(incident, "none-late")
    number = next_number(incident)
    view = Incident(
        key=incident.key,
        source=incident.source,
        at=over,
        episode=number,
        opened_at=at,
        resolved_at=over,
        fired=True,
        count=1,
        said=signal,
    )
    kept = with_episode(incident, Episode(number, at, over))
    return Step(kept, "late", (Show(view, (Notice(1, "late", at, lasted=(over - at) / 1000),)),))


def _change(incident: Incident, signal: Signal, policy: Policy) -> Step:
    """A newer state of a condition."""
    if incident.held and _at(incident.held) <= _at(signal):
        incident = replace(incident, held=None)
    if signal.state == "firing":
        return _firing(incident, signal, policy)
    if signal.state == "ok":
        return _ok(incident, signal, policy)
    return _unknown(incident, signal)


def _firing(incident: Incident, signal: Signal, policy: Policy) -> Step:
    at = _at(signal)
    if signal.muted and incident.phase != "open":
        told = _told_by_parts(incident, at, policy)
        return Step(incident if told else replace(incident, held=incident.held or signal), "none-muted")
    if incident.phase == "closed":
        return _open(incident, signal)
    heard = replace(incident, source="firing", at=at, said=signal, fired=True, stale=False)
    if incident.phase == "resolved":
        return _flip(incident, reopened(heard), at, 1, policy, "reopen")
    if not incident.fired:
        return _said(heard, Notice(1, "worse", at))
    period = policy.period if signal.period is None else signal.period * 1000
    if signal.old == "ok" and incident.source == "firing" and at - incident.at > period and not signal.unmuted:
        return _flip(incident, heard, at, 2, policy, "reopen")
    return Step(heard, "refresh", (Show(heard),))


def _ok(incident: Incident, signal: Signal, policy: Policy) -> Step:
    at = _at(signal)
    heard = replace(incident, source="ok", at=at, said=signal, stale=False)
    if incident.phase == "open":
        over = closed(replace(heard, phase="resolved", resolved_at=at), at)
        return _flip(incident, over, at, 1, policy, "resolved")
    if incident.phase == "closed" and signal.tell:
        told = replace(blank(heard, at), resolved_at=at)
        told = with_episode(told, Episode(told.episode, at, at))
        return _said(told, Notice(1, "told", at))
    return Step(replace(incident, source="ok", at=at), "none-fine")


def _unknown(incident: Incident, signal: Signal) -> Step:
    at = _at(signal)
    if incident.phase == "open":
        # The newest words stay those of the firing: "no data" says nothing new about what is wrong.
        stale = replace(incident, source="unknown", at=at, stale=True)
        return Step(stale, "stale", (Show(stale),))
    if signal.tell:
        return _open(incident, signal)
    return Step(replace(incident, source="unknown", at=at), "none-fine")


def _open(incident: Incident, signal: Signal) -> Step:
    at = _at(signal)
    firing = signal.state == "firing"
    fresh = replace(
        blank(incident, at),
        source=signal.state,
        at=at,
        phase="open",
        fired=firing,
        stale=not firing,
        said=signal,
    )
    fresh = with_episode(fresh, Episode(fresh.episode, at))
    return _said(fresh, Notice(1, "first", at))


def _flip(before: Incident, after: Incident, at: int, times: int, policy: Policy, reason: Reason) -> Step:
    """Count an open/resolved change; flapping is said once, and while it lasts each change is only an edit."""
    flips = (*(one for one in before.flips if one > at - policy.window), *(at,) * times)[-KEPT_FLIPS:]
    flapping = before.flapping or len(flips) >= policy.enter
    after = replace(after, flips=flips, flapping=flapping, changes=before.changes + times)
    if before.flapping:
        return Step(after, "refresh", (Show(after),))
    if flapping:
        return _said(after, Notice(1, "flap-start", at, times=after.changes))
    if reason == "resolved":
        return _said(after, Notice(1, reason, at, lasted=(at - after.opened_at) / 1000))
    # The nth firing of this episode: each reopening took two changes, the end before it and itself.
    return _said(after, Notice(1, reason, at, times=1 + (after.changes + 1) // 2))


def _said(incident: Incident, notice: Notice) -> Step:
    return Step(incident, notice.reason, (Show(incident, (notice,)),))


def _happening(incident: Incident, signal: Signal, policy: Policy, seen: bool) -> Step:
    at = _at(signal)
    if seen:
        return Step(incident, "none-duplicate")
    if incident.episode and abs(at - incident.at) <= policy.repeats:
        again = replace(incident, at=max(at, incident.at), count=incident.count + 1, said=signal)
        return _said(again, Notice(1, "repeated", at, times=again.count))
    fresh = replace(blank(incident, at), at=max(at, incident.at), said=signal)
    return _said(fresh, Notice(1, "said", at, times=1))


def _together(before: tuple[Show, ...], after: tuple[Show, ...]) -> tuple[Show, ...]:
    """One show per episode: what time changed first, then what the signal changed."""
    if not before or not after or before[-1].view.episode != after[0].view.episode:
        return before + after
    return (*before[:-1], replace(after[0], notices=before[-1].notices + after[0].notices), *after[1:])
