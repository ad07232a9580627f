"""What was found out adds to what signals say, for good, and replaces nothing of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

import strategies
from tocsin.findings import as_known, enriched, is_about, joined, learned
from tocsin.model import Fact, Found, Incident, Message, Phrase, Series, Signal
from tocsin.stores.codec import decode, encode

points = st.lists(st.tuples(st.integers(0, 50), st.floats(-9, 9)), max_size=8).map(tuple)
bands = st.lists(st.tuples(st.integers(0, 50), st.floats(-9, 0), st.floats(0, 9)), max_size=2).map(tuple)
lines = st.builds(Series, st.sampled_from(["cpu", "disk"]), points, st.none() | st.floats(0, 9), bands)


@given(strategies.signals, strategies.signals)
def test_what_is_found_is_what_was_added(said: Signal, more: Signal) -> None:
    """What is kept is about this change, and painted on it all that the signal says stands first and unchanged."""
    found = learned(said, more)
    shown = enriched(said, found)
    assert is_about(found, said)
    assert shown.facts[: len(said.facts)] == said.facts
    assert shown.links[: len(said.links)] == said.links
    assert shown.labels.items() >= said.labels.items()
    assert shown.severity == more.severity
    kept = ("kind", "sort", "subject", "title", "state", "at", "word", "account", "region", "test", "drill", "muted")
    assert all(getattr(shown, name) == getattr(said, name) for name in kept)


@given(strategies.signals)
def test_nothing_new_is_nothing_kept(said: Signal) -> None:
    """An enricher that knows nothing leaves nothing behind, and the message as it was."""
    found = learned(said, said)
    assert found == Found(said.state, said.at)
    assert enriched(said, found) == said


@given(strategies.signals, strategies.signals, strategies.signals)
def test_what_was_known_outlives_a_silence(first: Signal, more: Signal, then: Signal) -> None:
    """A later change about which nobody answers is painted with what was found, unless it says that itself."""
    known = learned(first, more)
    later = learned(then, then, known)
    shown = enriched(then, later)
    labels = [fact.label for fact in shown.facts]
    assert all(fact.label in labels for fact in known.facts)
    assert {link.url for link in shown.links} >= {link.url for link in known.links}
    assert shown.labels.keys() >= known.labels.keys()
    assert shown.account_name == (known.account_name or then.account_name)
    assert later.severity == known.severity


@given(strategies.signals, strategies.signals, strategies.signals)
def test_a_sentence_is_about_one_change_alone(first: Signal, more: Signal, then: Signal) -> None:
    """What was found to say of one change in a sentence is not said of the next, about which nobody answers."""
    assume((first.state, first.at) != (then.state, then.at))
    known = learned(first, more)
    assert enriched(then, known).summary == then.summary
    assert enriched(then, learned(then, then, known)).summary == then.summary


@given(strategies.signals, strategies.signals)
def test_what_is_found_is_kept_by_every_store(said: Signal, more: Signal) -> None:
    """The row that holds it is read back as it was written."""
    message = Message("slack", "m", Incident("v1:I#k", said=said), found=learned(said, more))
    assert decode(encode(message)) == message


@given(strategies.messages)
def test_a_message_is_painted_with_what_is_known(message: Message) -> None:
    """Only its words change: what is owed, what was taken and whose it is stay."""
    shown = as_known(message)
    assert replace(shown, incident=message.incident) == message


@given(lines, lines)
def test_two_tellings_of_one_metric_are_one_line(known: Series, told: Series) -> None:
    """Their points stand in order, none twice, the newer telling's where both know one; other metrics are not mixed."""
    both = joined(known, told)
    assert both is not None
    if known.name != told.name:
        assert both == told
    else:
        assert [at for at, _ in both.points] == sorted({at for at, _ in known.points + told.points})
        assert dict(both.points).items() >= dict(told.points).items()
        assert both.threshold == (known.threshold if told.threshold is None else told.threshold)
        assert both.band == (told.band or known.band)
    assert joined(known, None) == joined(None, known) == known


@given(lines, lines)
def test_a_chart_that_was_found_goes_on_with_the_next_change(known: Series, told: Series) -> None:
    """Of its own change it is drawn as it was found; the next change's points are joined to it."""
    first = Signal("k", "condition", "s", Phrase("words.test"), state="firing", at=1, series=told)
    found = learned(first, replace(first, series=known))
    assert enriched(first, found).series == known
    then = replace(first, state="ok", at=2)
    assert enriched(then, found).series == joined(found.series, told)


def test_a_row_has_an_end() -> None:
    """However much is found, only so many facts and datapoints are kept beside a message: of these the newest."""
    said = Signal("k", "condition", "s", Phrase("words.test"))
    many = tuple(Fact(Phrase("words.plain", {"n": n}), "x") for n in range(900))
    assert len(learned(said, replace(said, facts=many)).facts) == 50
    known, told = (Series("cpu", tuple((at, 1.0) for at in range(start, start + 90))) for start in (0, 60))
    both = joined(known, told)
    assert both is not None and [at for at, _ in both.points] == list(range(50, 150))
