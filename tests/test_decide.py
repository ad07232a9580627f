"""The state machine of an incident: its truth table, and what holds over any history."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.decide import Policy, alone, decide, due, tick, told_by
from tocsin.model import Fact, Incident, Phrase, Signal, State, Step

T = 1_790_000_000_000  # some instant; the tests count seconds from it
POLICY = Policy()
NAME = Phrase("words.text", {"text": "cpu"})


def condition(state: State, second: float, old: State | None = None, **more: object) -> Signal:
    at = T + round(second * 1000)
    plain = Signal(kind="k", sort="condition", subject="s", title=NAME, state=state, at=at, old=old)
    return replace(plain, **more)  # type: ignore[arg-type]


def happening(event: str, second: float, **more: object) -> Signal:
    plain = Signal(kind="k", sort="happening", subject="s", title=NAME, at=T + round(second * 1000), event_id=event)
    return replace(plain, **more)  # type: ignore[arg-type]


def told(step: Step) -> list[str]:
    return [notice.reason for show in step.shows for notice in show.notices]


def after(*signals: Signal) -> Incident:
    incident = Incident("v1:I#s")
    for signal in signals:
        incident = decide(incident, signal, POLICY).incident
    return incident


CLOSED = after()
OPEN = after(condition("firing", 0))
NO_DATA = after(condition("unknown", 0, tell=True))
RESOLVED = after(condition("firing", 0), condition("ok", 100))
STALE = after(condition("firing", 0), condition("unknown", 100))
FINE = after(condition("ok", 100))
MUTED = condition("firing", 200, muted=True, muted_until=T + 3_000_000)
HELD = after(condition("ok", 100), MUTED)

TABLE = [
    # what stood,  what came,                                    reason,          phase,      what is said
    (CLOSED, condition("firing", 0), "first", "open", ["first"]),
    (CLOSED, condition("ok", 0), "none-fine", "closed", []),
    (CLOSED, condition("ok", 0, tell=True), "told", "closed", ["told"]),
    (CLOSED, condition("unknown", 0), "none-fine", "closed", []),
    (CLOSED, condition("unknown", 0, tell=True), "first", "open", ["first"]),
    (CLOSED, condition("firing", 0, muted=True), "none-muted", "closed", []),
    (CLOSED, condition("firing", 0, unmuted=True), "first", "open", ["first"]),
    (HELD, MUTED, "none-muted", "closed", []),
    (HELD, condition("firing", 200, unmuted=True), "first", "open", ["first"]),
    (HELD, condition("firing", 3001, unmuted=True), "refresh", "open", ["first"]),
    (HELD, condition("ok", 300), "none-fine", "closed", []),
    (HELD, condition("ok", 3100), "resolved", "resolved", ["first", "resolved"]),
    (RESOLVED, condition("ok", 200), "none-fine", "resolved", []),
    (RESOLVED, condition("ok", 200, tell=True), "none-fine", "resolved", []),
    (RESOLVED, condition("unknown", 200, tell=True), "first", "open", ["first"]),
    (RESOLVED, MUTED, "none-muted", "resolved", []),
    (OPEN, MUTED, "refresh", "open", []),
    (FINE, condition("firing", 40, muted=True), "none-late", "closed", []),
    (FINE, condition("firing", 40, muted=True, muted_until=T + 90_000), "late", "closed", ["late"]),
    (FINE, condition("firing", 40, muted=True, muted_until=T + 110_000), "none-late", "closed", []),
    (
        told_by(condition("firing", 20), FINE, POLICY),
        condition("firing", 40, muted=True, muted_until=T + 70_000),
        "none-late",
        "closed",
        [],
    ),
    (NO_DATA, condition("firing", 60), "worse", "open", ["worse"]),
    (NO_DATA, condition("ok", 60), "resolved", "resolved", ["resolved"]),
    (OPEN, condition("firing", 30), "refresh", "open", []),
    (OPEN, condition("firing", 61, old="ok"), "reopen", "open", ["reopen"]),
    (OPEN, condition("firing", 60, old="ok"), "refresh", "open", []),
    (OPEN, condition("firing", 61, old="ok", period=300), "refresh", "open", []),
    (OPEN, condition("firing", 61, old="ok", unmuted=True), "refresh", "open", []),
    (OPEN, condition("ok", 90), "resolved", "resolved", ["resolved"]),
    (OPEN, condition("unknown", 90), "stale", "open", []),
    (STALE, condition("firing", 200), "refresh", "open", []),
    (STALE, condition("ok", 200), "resolved", "resolved", ["resolved"]),
    (RESOLVED, condition("firing", 200), "reopen", "open", ["reopen"]),
    (RESOLVED, condition("firing", 800), "first", "open", ["first"]),
    (RESOLVED, condition("ok", 200), "none-fine", "resolved", []),
    (RESOLVED, condition("unknown", 200), "none-fine", "resolved", []),
    (RESOLVED, condition("unknown", 200, tell=True), "first", "open", ["first"]),
    (RESOLVED, condition("ok", 50), "none-late", "resolved", []),
    (RESOLVED, condition("firing", 50), "none-late", "resolved", []),
    (RESOLVED, condition("firing", -50), "late", "resolved", ["late"]),
    (OPEN, condition("ok", -50), "none-late", "open", []),
    (FINE, condition("firing", 40), "late", "closed", ["late"]),
    (FINE, condition("firing", 100), "first", "open", ["first"]),
    (OPEN, condition("firing", 1.9), "none-duplicate", "open", []),
    (OPEN, condition("firing", -1.9), "none-duplicate", "open", []),
    (OPEN, condition("ok", 0), "none-duplicate", "open", []),
    (OPEN, condition("unknown", 0), "none-duplicate", "open", []),
]


@pytest.mark.parametrize(("incident", "signal", "reason", "phase", "said"), TABLE)
def test_truth_table(incident: Incident, signal: Signal, reason: str, phase: str, said: list[str]) -> None:
    """Each row of the table: what stood and what came give this reason, this phase and these lines."""
    step = decide(incident, signal, POLICY)
    assert (step.reason, step.incident.phase, told(step)) == (reason, phase, said)


def test_a_late_firing_is_one_closed_message_of_its_own() -> None:
    """An OK that overtook its ALARM leaves neither red nor silence: one message, already over, with its length."""
    step = decide(FINE, condition("firing", 40), POLICY)
    (show,) = step.shows
    assert (show.view.phase, show.view.opened_at, show.view.resolved_at) == ("closed", T + 40_000, T + 100_000)
    assert show.notices[0].lasted == 60
    assert decide(step.incident, condition("firing", 40), POLICY).reason == "none-late"
    following = decide(step.incident, condition("firing", 5000), POLICY)
    assert following.shows[0].view.episode > show.view.episode


def test_the_same_change_by_another_road_adds_its_facts() -> None:
    """SNS knows the threshold, EventBridge does not: whichever comes second fills in what it alone knows."""
    threshold = Fact(Phrase("words.text", {"text": "threshold"}), 80)
    step = decide(OPEN, condition("firing", 0, facts=(threshold,)), POLICY)
    assert step.reason == "merged"
    assert step.shows[0].view.said is not None
    assert threshold in step.shows[0].view.said.facts
    assert decide(step.incident, condition("firing", 0, facts=(threshold,)), POLICY).reason == "none-duplicate"


def test_happenings_of_one_story_are_one_message_that_counts() -> None:
    """Ten minutes hold a story together; a new event id is said, a seen one is not."""
    first = decide(Incident("k"), happening("1", 0), POLICY)
    again = decide(first.incident, happening("2", 500), POLICY)
    later = decide(again.incident, happening("3", 1200), POLICY)
    twice = decide(again.incident, happening("2", 500), POLICY, seen=True)
    assert [told(one) for one in (first, again, later, twice)] == [["said"], ["repeated"], ["said"], []]
    assert (again.incident.episode, again.incident.count) == (first.incident.episode, 2)
    assert (later.incident.episode, later.incident.count) == (first.incident.episode + 1, 1)


def test_flapping_is_said_once_and_ends_once() -> None:
    """1,440 changes in a day, one a minute, are at most 6 lines; the last one tells that it is over."""
    incident, lines = Incident("k"), list[str]()
    for minute in range(1440):
        state: State = "ok" if minute % 2 else "firing"
        step = decide(incident, condition(state, 60 * minute, "firing" if minute % 2 else "ok"), POLICY)
        incident, lines = step.incident, lines + told(step)
    over = tick(incident, T + 60_000 * 1440 + 900_000, POLICY)
    assert lines == ["first", "resolved", "reopen", "resolved", "flap-start"]
    assert told(over) == ["flap-end"]
    assert not over.incident.flapping


def test_an_incident_without_data_for_a_day_is_closed() -> None:
    """Nobody watches a red message for ever because its metric is gone."""
    assert tick(STALE, T + 100_000 + 86_399_000, POLICY).incident.phase == "open"
    step = tick(STALE, T + 100_000 + 86_400_000, POLICY)
    assert (step.reason, step.incident.phase) == ("expired", "closed")
    assert (told(step), step.shows[0].view.episode) == (["expired"], STALE.episode)


def test_what_aws_keeps_quiet_is_a_first_word_when_its_window_ends() -> None:
    """A muted firing that still stands at the end of the window is told then, as of when it fired."""
    assert due(HELD, POLICY) == T + 3_000_000
    assert tick(HELD, T + 2_999_999, POLICY).incident == HELD
    step = tick(HELD, T + 3_000_000, POLICY)
    assert told(step) == ["first"]
    assert (step.incident.phase, step.incident.opened_at, step.incident.held) == ("open", T + 200_000, None)
    repeated = decide(step.incident, replace(MUTED, muted=False, unmuted=True), POLICY)
    assert told(repeated) == []


@pytest.mark.parametrize(
    "over", [condition("ok", 300), condition("unknown", 300), condition("firing", 300, unmuted=True)]
)
def test_a_muted_firing_counts_no_more_when_it_is_over(over: Signal) -> None:
    """What ended inside its window, or was told another way, is not told when the window ends."""
    incident = decide(HELD, over, POLICY).incident
    assert (incident.held, due(incident, POLICY)) == (None, None)


def test_a_muted_firing_survives_what_is_older() -> None:
    """Whatever else comes late and is older than the muted firing, the muted firing is still told."""
    incident = HELD
    for older in (condition("firing", 120), condition("ok", 140)):
        incident = decide(incident, older, POLICY).incident
    assert incident.phase == "resolved"
    assert told(tick(incident, T + 3_000_000, POLICY)) == ["first"]


def test_without_an_end_a_muted_firing_waits_an_hour() -> None:
    """A suppressor says no end, and a broken event an absurd one: neither is silence for ever."""
    endless = after(condition("firing", 0, muted=True))
    absurd = after(condition("firing", 0, muted=True, muted_until=T + 10**15))
    assert (due(endless, POLICY), due(absurd, POLICY)) == (T + 3_600_000, T + 15 * 86_400_000)


@pytest.mark.parametrize("second", [-59, 0, 10, 59])
@pytest.mark.parametrize("whole_first", [True, False])
def test_a_whole_is_told_by_its_parts(second: float, whole_first: bool) -> None:
    """An alarm that only counts its time series needs no word where one of them fires by itself about then."""
    whole = condition("firing", 0, muted=True, muted_until=T + 30_000)
    part = condition("firing", second)
    if whole_first:
        incident = told_by(part, after(whole), POLICY)
    else:
        incident = decide(told_by(part, CLOSED, POLICY), whole, POLICY).incident
    assert (incident.held, incident.phase, due(incident, POLICY)) == (None, "closed", None)


def test_a_whole_without_parts_is_told() -> None:
    """Where no part is heard of, or only long before, the whole is told, a little later."""
    whole = condition("firing", 1000, muted=True, muted_until=T + 1_030_000)
    incident = decide(told_by(condition("firing", 0), CLOSED, POLICY), whole, POLICY).incident
    assert told(tick(incident, T + 1_030_000, POLICY)) == ["first"]


def test_many_parts_seldom_touch_their_whole() -> None:
    """A hundred parts that fire at once are no queue before one row."""
    once = told_by(condition("firing", 0), CLOSED, POLICY)
    assert once != CLOSED
    assert all(told_by(condition("firing", second), once, POLICY) == once for second in range(-10, 30))


def test_a_day_later_both_messages_are_brought_up_to_date() -> None:
    """What time changed in an old episode is shown beside what a signal opens anew."""
    step = decide(STALE, condition("firing", 100_000), POLICY)
    assert [show.view.phase for show in step.shows] == ["closed", "open"]
    assert [show.view.episode for show in step.shows] == [1, 2]


def test_alone_a_signal_says_what_it_knows() -> None:
    """Without memory each change is told; an OK tells how long it lasted only where its event knows."""
    assert alone(condition("firing", 0)).reason == "first"
    assert alone(condition("unknown", 0)).reason == "first"
    assert alone(happening("1", 0)).reason == "said"
    (known,) = alone(condition("ok", 720, "firing", old_at=T)).shows[0].notices
    (unknown,) = alone(condition("ok", 720, "firing")).shows[0].notices
    assert (known.lasted, unknown.lasted) == (720, None)


STATES: tuple[State, ...] = ("firing", "ok", "unknown")


@st.composite
def histories(draw: st.DrawFn) -> list[Signal]:
    """What a source may truly have gone through: states that change, at times that grow."""
    second, state, signals = 0.0, "ok", []
    for _ in range(draw(st.integers(1, 14))):
        second += draw(st.sampled_from((2.5, 5, 60, 300, 700, 2000, 90_000)))
        new = draw(st.sampled_from([one for one in STATES if one != state]))
        signals.append(condition(new, second, state, tell=draw(st.booleans())))  # type: ignore[arg-type]
        state = new
    return signals


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Signal], list[Signal]]:
    """A true history, and the same with repetitions in any order."""
    history = draw(histories())
    copies = [one for one in history for _ in range(draw(st.integers(1, 3)))]
    return history, draw(st.permutations(copies))


def walk(signals: list[Signal]) -> tuple[Incident, list[Step]]:
    incident, steps = Incident("v1:I#s"), []
    for signal in signals:
        step = decide(incident, signal, POLICY)
        incident = step.incident
        steps.append(step)
    return incident, steps


@given(histories(), st.data())
def test_duplicates_change_nothing(history: list[Signal], data: st.DataObject) -> None:
    """A copy that follows its original leaves the incident as it is and says nothing."""
    incident, _ = walk(history)
    doubled = [one for signal in history for one in [signal] * data.draw(st.integers(1, 3))]
    again, steps = walk(doubled)
    assert again == incident
    assert [line for step in steps for line in told(step)] == [line for step in walk(history)[1] for line in told(step)]


@given(deliveries())
def test_any_order_and_repetition_ends_in_the_same_source_state(pair: tuple[list[Signal], list[Signal]]) -> None:
    """The newest state by the source's own time wins, however it was delivered."""
    history, delivered = pair
    incident, _ = walk(delivered)
    assert (incident.source, incident.at) == (history[-1].state, history[-1].at)
    if history[-1].state == "firing":
        assert incident.phase == "open"
    if history[-1].state == "ok":
        assert incident.phase != "open"


@given(deliveries())
def test_every_firing_is_covered(pair: tuple[list[Signal], list[Signal]]) -> None:
    """Whatever fired lies within an episode that people are shown."""
    history, delivered = pair
    shown: list[tuple[int, int | None]] = []
    _, steps = walk(delivered)
    for step in steps:
        for show in step.shows:
            episode = next((one for one in step.incident.episodes if one.number == show.view.episode), None)
            assert episode is not None
            shown.append((episode.opened, episode.closed))
    for signal in history:
        if signal.state == "firing":
            at = signal.at or 0
            assert any(opened - 2000 < at and (closed is None or at <= closed) for opened, closed in shown)


@given(histories(), st.data())
def test_time_passes_when_it_is_due(history: list[Signal], data: st.DataObject) -> None:
    """Nothing is shown before an incident is due; when it is, something is, and it is due later or never."""
    incident, _ = walk([replace(one, muted=data.draw(st.booleans())) for one in history])
    while (when := due(incident, POLICY)) is not None:
        assert not tick(incident, when - 1, POLICY).shows
        step = tick(incident, when, POLICY)
        assert step.shows
        following = due(step.incident, POLICY)
        assert following is None or following > when
        incident = step.incident
    assert not (incident.flapping or (incident.stale and incident.phase == "open"))


@given(deliveries(), st.data())
def test_what_still_fires_when_all_windows_are_over_is_shown(
    pair: tuple[list[Signal], list[Signal]], data: st.DataObject
) -> None:
    """Muted or not, in any order and repetition: in the end an alarm is open exactly if it fires."""
    history, delivered = pair
    muted = {one.at: data.draw(st.booleans()) for one in history}
    incident, _ = walk([replace(one, muted=muted[one.at]) for one in delivered])
    while incident.held and (when := due(incident, POLICY)) is not None:
        incident = tick(incident, when, POLICY).incident
    assert incident.phase == "open" or history[-1].state != "firing"
    assert incident.phase != "open" or history[-1].state != "ok"


@given(deliveries())
def test_nothing_is_said_about_what_never_was_wrong(pair: tuple[list[Signal], list[Signal]]) -> None:
    """Without a firing, and without a wish to hear of missing data, there is no message."""
    calm = [replace(one, tell=False) for one in pair[1] if one.state != "firing"]
    assert not [show for step in walk(calm)[1] for show in step.shows]


@given(deliveries())
def test_an_end_is_only_told_of_what_was_shown(pair: tuple[list[Signal], list[Signal]]) -> None:
    """No message begins with "resolved"."""
    opened: set[int] = set()
    for step in walk(pair[1])[1]:
        for show in step.shows:
            if show.notices and show.notices[0].reason in ("first", "late", "told"):
                opened.add(show.view.episode)
            assert show.view.episode in opened


@given(deliveries())
def test_memory_stays_small(pair: tuple[list[Signal], list[Signal]]) -> None:
    """However long the history, an incident keeps 8 episodes, its current one among them, and 32 flips."""
    incident, _ = walk(pair[1] * 3)
    assert len(incident.episodes) <= 8
    assert len(incident.flips) <= 32
    if incident.phase == "open":
        assert any(one.number == incident.episode and one.closed is None for one in incident.episodes)


def test_each_drill_is_told_anew() -> None:
    """However often within minutes, it never flaps and begins a message of its own; the other road adds none."""
    incident, reasons = CLOSED, []
    for minute in range(8):
        for state, second in (("firing", 0.0), ("firing", 0.3), ("ok", 5.0), ("ok", 5.3)):
            one = condition(state, 60 * minute + second, drill=True)  # type: ignore[arg-type]
            step = decide(incident, one, POLICY)
            incident = step.incident
            reasons.append(step.reason)
    assert reasons == ["first", "none-duplicate", "resolved", "none-duplicate"] * 8
    assert incident.episode == 8
