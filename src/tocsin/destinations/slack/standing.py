"""How an incident, or one notice of it, stands: its mark, its colour, and what there is to say. Draws nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tocsin.model import At, Incident, Lapse, Notice, Phrase, Signal, State, Value

Stand = Literal["firing", "flapping", "ok", "no-data", "late", "ended", "happening"]

RED, AMBER, GREEN, GREY = "#D92D20", "#F79009", "#12B76A", "#98A2B3"
_BY_SEVERITY = {
    "critical": ("🔴", RED),
    "high": ("🟠", RED),
    "medium": ("🟡", AMBER),
    "low": ("🔵", GREY),
    "info": ("⚪", GREY),
}
_BY_STAND = {
    "flapping": ("🟠", AMBER),
    "ok": ("✅", GREEN),
    "late": ("✅", GREEN),
    "no-data": ("⚪", GREY),
    "ended": ("⚪", GREY),
}
# CloudWatch's own words stay as they are in every language.
CLOUDWATCH: dict[State, str] = {"firing": "ALARM", "ok": "OK", "unknown": "INSUFFICIENT_DATA"}


@dataclass(frozen=True, slots=True)
class Standing:
    """``word`` is CloudWatch's word for the state, "" for all but its alarms. ``short`` says in a few words, without
    an instant, what ``lines`` say in sentences."""

    stand: Stand
    emoji: str
    colour: str
    word: str
    short: Value | None = None
    lines: tuple[Value, ...] = ()

    @property
    def over(self) -> bool:
        return self.stand in ("ok", "late", "ended")


def newest(incident: Incident) -> Signal:
    """What was last said about it. Raises ValueError if nothing ever was: there is nothing to draw."""
    if incident.said is None:
        raise ValueError("an incident that nothing was said about cannot be drawn")
    return incident.said


def is_alarm(signal: Signal) -> bool:
    return signal.sort == "condition" and signal.word in CLOUDWATCH.values()


def stands(incident: Incident, notices: tuple[Notice, ...] = ()) -> Standing:
    """The whole incident as it now stands; ``notices`` are those of its message."""
    stand = _stand(incident, notices)
    signal = newest(incident)
    if stand == "happening":
        return _mark(stand, signal, _times(incident.count), (_happened(signal), _times_last(incident)))
    if stand == "ok":
        return _recovered(incident, notices)
    if stand == "late":
        short, long = _late(incident, notices)
        return _mark(stand, signal, short, (signal.summary, long))
    if stand == "ended":
        phrase = _ended(incident, notices)
        return _mark(stand, signal, phrase, (signal.summary, phrase))
    since = _since(signal.summary, _began(incident))
    if stand == "flapping":
        phrase = _flapping(incident, incident.changes)
        return _mark(stand, signal, phrase, (since, phrase))
    if stand == "no-data":
        return _mark(stand, signal, _silence(signal), _silent_since(incident))
    return _mark(stand, signal, _condition(signal), (since,))


def notes(incident: Incident, notice: Notice, notices: tuple[Notice, ...] = ()) -> Standing:
    """One notice by itself. It may be older than what the incident shows by now."""
    signal = newest(incident)
    if notice.reason == "resolved":
        opened = notice.at - round((notice.lasted or 0) * 1000)
        lapse: dict[str, Value] = {"opened": At(opened), "lapse": Lapse(notice.lasted or 0)}
        line = Phrase("words.opened", lapse) if notice.lasted else Phrase("words.only_since", {"at": At(notice.at)})
        return _mark("ok", signal, _after(notice.lasted), (line,))
    if notice.reason == "reopen":
        nth: dict[str, Value] = {"n": notice.times, "nth": _nth(notice.times), "at": At(notice.at)}
        return _mark("firing", signal, Phrase("words.again", nth), (Phrase("words.again_since", nth),))
    if notice.reason == "worse":
        return _mark("firing", signal, _condition(signal), (_since(signal.summary, notice.at),))
    if notice.reason == "flap-start":
        phrase = _flapping(incident, notice.times)
        return _mark("flapping", signal, phrase, (phrase,))
    if notice.reason == "flap-end":
        phrase = _flapping(incident, notice.times, "words.flapped")
        whole = stands(incident, notices)
        return Standing(whole.stand, whole.emoji, whole.colour, whole.word, phrase, (phrase,))
    if notice.reason == "repeated":
        again = Phrase("words.repeated", {"n": notice.times})
        return _mark("happening", signal, again, (_since(signal.summary, notice.at, "words.when"), again))
    return stands(incident, (notice,))


def _mark(stand: Stand, signal: Signal, short: Value | None, lines: tuple[Value | None, ...]) -> Standing:
    if stand in _BY_STAND:
        emoji, colour = _BY_STAND[stand]
    elif stand == "firing" and is_alarm(signal):
        emoji, colour = "🔴", RED
    else:
        emoji, colour = _BY_SEVERITY[signal.severity]
    return Standing(stand, emoji, colour, _word(stand, signal), short, tuple(one for one in lines if one is not None))


def _stand(incident: Incident, notices: tuple[Notice, ...]) -> Stand:
    """The order is the precedence: what is over is over, then flapping, then no data."""
    signal = newest(incident)
    if signal.sort == "happening":
        return "happening"
    if incident.phase != "open" and any(notice.reason in ("expired", "closed") for notice in notices):
        return "ended"
    if incident.phase == "resolved" or signal.state == "ok":
        return "ok"
    if incident.phase == "closed" and incident.resolved_at is not None:
        return "late"
    if incident.flapping:
        return "flapping"
    return "no-data" if incident.stale or signal.state == "unknown" else "firing"


def _word(stand: Stand, signal: Signal) -> str:
    of: dict[Stand, State] = {"firing": "firing", "late": "firing", "ok": "ok", "no-data": "unknown"}
    state = of.get(stand, signal.state)
    return CLOUDWATCH[state] if state and is_alarm(signal) else ""


def _condition(signal: Signal) -> Value | None:
    """What an alarm's line says; for other kinds the title says it all."""
    return signal.summary or signal.quote or None if is_alarm(signal) else None


def _silence(signal: Signal) -> Value | None:
    """AWS's own reason, unless the newest words are still those of the firing before the silence. Where no alarm is
    meant, the outcome is not known yet: the title of a build that has started says so."""
    if signal.state != "unknown":
        return Phrase("words.no_data")
    return (signal.quote or signal.summary or Phrase("words.no_data")) if is_alarm(signal) else None


def _silent_since(incident: Incident) -> tuple[Value | None, ...]:
    """What fired stays readable; where nothing did, the newest words are about the silence themselves."""
    signal = newest(incident)
    if signal.state == "unknown" and (signal.summary or not is_alarm(signal)):
        return (_since(signal.summary, signal.at),)
    return signal.summary, Phrase("words.no_data_since", {"at": At(incident.at)}) if incident.at >= 0 else None


def _began(incident: Incident) -> int | None:
    """When the present trouble began: the episode's opening, or the last firing where it had been over in between."""
    reopened = any(flip > incident.opened_at for flip in incident.flips)
    return incident.opened_at if incident.opened_at and not reopened else newest(incident).at


def _since(what: Phrase | None, at: int | None, key: str = "words.since") -> Value | None:
    if at is None:
        return what
    if what is None:
        return Phrase("words.only_since", {"at": At(at)}) if key == "words.since" else At(at)
    return Phrase(key, {"what": what, "at": At(at)})


def _recovered(incident: Incident, notices: tuple[Notice, ...]) -> Standing:
    signal = newest(incident)
    flapping = _flapping(incident, incident.changes) if incident.flapping else None
    lasted, closed = _lasted(incident, notices), incident.resolved_at or signal.at
    if not lasted or closed is None:
        return _mark("ok", signal, flapping, (_since(signal.summary, signal.at), flapping))
    opened = At(closed - round(lasted * 1000))
    over = Phrase("words.opened_over", {"opened": opened, "closed": At(closed), "lapse": Lapse(lasted)})
    return _mark("ok", signal, flapping or _after(lasted), (signal.summary, over, flapping))


def _lasted(incident: Incident, notices: tuple[Notice, ...]) -> float | None:
    """Seconds from the opening to the end, None where either is not known."""
    if incident.opened_at and incident.resolved_at is not None:
        return max(0, incident.resolved_at - incident.opened_at) / 1000
    return next((notice.lasted for notice in reversed(notices) if notice.reason == "resolved"), None)


def _after(lasted: float | None) -> Value | None:
    return Phrase("words.after", {"lapse": Lapse(lasted)}) if lasted else None


def _late(incident: Incident, notices: tuple[Notice, ...]) -> tuple[Value, Value]:
    lapse = Lapse(_lasted(incident, notices) or 0)
    closed = At(incident.resolved_at or incident.opened_at)
    long = Phrase("words.late", {"opened": At(incident.opened_at), "closed": closed, "lapse": lapse})
    return Phrase("words.late_short", {"lapse": lapse}), long


def _ended(incident: Incident, notices: tuple[Notice, ...]) -> Phrase:
    last = next(notice for notice in reversed(notices) if notice.reason in ("expired", "closed"))
    if last.reason == "closed":
        return Phrase("words.closed")
    return Phrase("words.expired", {"lapse": Lapse((last.at - incident.at) / 1000)})


def _flapping(incident: Incident, changes: int, key: str = "words.flapping") -> Phrase:
    signal = newest(incident)
    state: State = "ok" if incident.phase == "resolved" else incident.source or signal.state or "unknown"
    names = {"firing": "words.state_firing", "ok": "words.state_ok", "unknown": "words.state_unknown"}
    word = CLOUDWATCH[state] if is_alarm(signal) else Phrase(names[state])
    return Phrase(key, {"n": changes, "state": word})


def _happened(signal: Signal) -> Value | None:
    return _since(signal.summary, signal.at, "words.when")


def _times(count: int) -> Value | None:
    return Phrase("words.times", {"n": count}) if count > 1 else None


def _times_last(incident: Incident) -> Value | None:
    if incident.count < 2 or incident.at < 0:
        return None
    return Phrase("words.times_last", {"n": incident.count, "at": At(incident.at)})


def _nth(n: int) -> str:
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
