"""One evaluation: the user guide's tables, the reference rules, and laws that hold for any marks."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_local.alarms.evaluate import State, Terms, Treatment, decide, in_use

DOCS = json.loads((Path(__file__).parent / "data" / "eval-docs.json").read_text())["cases"]

MARKS = st.text("0X-", min_size=1, max_size=12).map(str.encode)
TREATMENTS: st.SearchStrategy[Treatment] = st.sampled_from(get_args(Treatment))


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    """M of N with any treatment."""
    periods = draw(st.integers(1, 8))
    return Terms(periods, draw(st.integers(1, periods)), draw(TREATMENTS))


def terms(periods: int, needed: int, treatment: Treatment = "missing") -> Terms:
    """M of N, as the cases write them."""
    return Terms(periods, needed, treatment)


@pytest.mark.parametrize("case", DOCS, ids=lambda case: case["id"])
def test_the_user_guides_tables_and_sentences_hold(case: dict[str, Any]) -> None:
    """Every case of the AWS user guide comes out as the guide says."""
    marks = case["datapoints"].replace(" ", "").encode()
    assert len(marks) == case["evaluation_range"]
    found = decide(marks, Terms(case["evaluation_periods"], case["datapoints_to_alarm"], case["treat"]))
    if case["expected"] == "RETAIN":
        assert found is None
    elif case["expected"] == "NOT_ALARM":
        assert found != "ALARM"
    else:
        assert found == case["expected"]


@pytest.mark.parametrize(
    ("marks", "given_terms", "expected"),
    [
        (b"-----X---", terms(3, 3), "ALARM"),
        (b"-------X-", terms(3, 3), None),
        (b"------X--", terms(3, 3), "ALARM"),
        (b"X--------", terms(3, 3), "ALARM"),
        (b"---------", terms(3, 3), "INSUFFICIENT_DATA"),
        (b"---------", terms(3, 3, "ignore"), None),
        (b"0----", terms(3, 2), "OK"),
        (b"----X", terms(3, 3, "breaching"), "ALARM"),
        (b"XX--0", terms(5, 2), "ALARM"),
        (b"XXX00", terms(2, 1), "OK"),
        (b"000LX", terms(2, 1), None),
        (b"L0000", terms(2, 1), "OK"),
    ],
)
def test_the_reference_rules_hold(marks: bytes, given_terms: Terms, expected: State | None) -> None:
    """A lone breach decides once it is M slots old, in the whole range; gaps and low samples count as told."""
    assert decide(marks, given_terms) == expected


@given(MARKS, any_terms())
def test_gaps_never_matter_while_enough_real_datapoints_are_there(marks: bytes, some: Terms) -> None:
    """With N real datapoints the treatment is unused and only the newest N decide."""
    real = marks.replace(b"-", b"")
    if len(real) >= some.periods:
        expected = "ALARM" if real[-some.periods :].count(b"X") >= some.needed else "OK"
        assert decide(marks, some) == expected


@given(MARKS, any_terms())
def test_only_gaps_can_lead_to_insufficient_data_or_keep_the_state(marks: bytes, some: Terms) -> None:
    """INSUFFICIENT_DATA needs an empty range under missing; keeping the state needs missing or ignore."""
    found = decide(marks, some)
    if found == "INSUFFICIENT_DATA":
        assert set(marks) == {ord("-")} and some.treatment == "missing"
    if found is None:
        assert some.treatment in ("missing", "ignore")
        assert b"0" not in marks


@given(MARKS, st.integers(1, 8), st.data())
def test_breaching_alarms_at_least_where_not_breaching_does(marks: bytes, periods: int, data: st.DataObject) -> None:
    """Treating gaps as breaching never alarms less than treating them as fine."""
    needed = data.draw(st.integers(1, periods))
    if decide(marks, Terms(periods, needed, "notBreaching")) == "ALARM":
        assert decide(marks, Terms(periods, needed, "breaching")) == "ALARM"


@given(MARKS, any_terms())
def test_an_evaluation_rests_on_n_slots_newest_first(marks: bytes, some: Terms) -> None:
    """The slots in use are N at most, newest first, all the real ones before any gap is taken."""
    slots = in_use(marks, some.periods)
    assert list(slots) == sorted(set(slots), reverse=True)
    assert len(slots) == min(some.periods, len(marks))
    real = sum(mark != ord("-") for mark in marks)
    assert sum(marks[slot] != ord("-") for slot in slots) == min(real, some.periods)
