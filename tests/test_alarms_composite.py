"""Composite alarms: grammar, evaluation, reasons, and rules that may not be saved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ports import ConfigError
from tocsin_local.alarms import rule
from tocsin_local.alarms.composite import Child, after_change, after_saving, check, state_of
from tocsin_local.alarms.definition import CompositeAlarm, read
from tocsin_local.alarms.evaluate import STATES, State
from tocsin_local.alarms.spelling import milliseconds

AT = milliseconds("2022-07-22T15:57:45.394Z")
ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"


def composite(text: str, name: str = "all") -> CompositeAlarm:
    """A composite alarm with this rule."""
    found = read({"AlarmName": name, "AlarmRule": text}, "a test")
    assert isinstance(found, CompositeAlarm)
    return found


def child(name: str, state: State, since: int = AT) -> Child:
    """A child as it stands."""
    return Child(name, ARN + name, state, since)


@pytest.mark.parametrize(
    ("text", "states", "expected"),
    [
        ("TRUE", {}, True),
        ("FALSE", {}, False),
        ("NOT FALSE", {}, True),
        ("NOT NOT TRUE", {}, True),
        ("ALARM(a)", {"a": "ALARM"}, True),
        ("ALARM( a )", {"a": "ALARM"}, True),
        ("OK(a) OR ALARM(b)", {"a": "ALARM", "b": "ALARM"}, True),
        ("TRUE OR TRUE AND FALSE", {}, True),
        ("(TRUE OR TRUE) AND FALSE", {}, False),
        ('ALARM("a b(c), \\"d\\"")', {'a b(c), "d"': "ALARM"}, True),
        ("ALARM('a')", {"'a'": "ALARM"}, True),
        (f"ALARM({ARN}a)", {"a": "ALARM"}, True),
        (f'INSUFFICIENT_DATA("{ARN}a b")', {"a b": "INSUFFICIENT_DATA"}, True),
        ("ALARM(gone)", {}, False),
        ("AT_LEAST(2, ALARM, (a, b, c))", {"a": "ALARM", "b": "OK", "c": "ALARM"}, True),
        ("AT_LEAST(2, NOT OK, (a, b, c))", {"a": "ALARM", "b": "OK", "c": "OK"}, False),
        ("AT_LEAST(50%, ALARM, (a, b, c))", {"a": "ALARM", "b": "OK", "c": "OK"}, False),
        ("AT_LEAST(50%, ALARM, (a, b, c))", {"a": "ALARM", "b": "ALARM", "c": "OK"}, True),
        ("ALARM(a)\nAND\nNOT OK(b)", {"a": "ALARM", "b": "INSUFFICIENT_DATA"}, True),
    ],
)
def test_rules_hold_as_the_reference_says(text: str, states: dict[str, State], expected: bool) -> None:
    """States, constants, NOT, AND before OR, brackets, quotes, ARNs and AT_LEAST."""
    assert rule.holds(rule.parse(text), states) is expected


def test_a_word_in_lower_case_is_refused_as_aws_refuses_it() -> None:
    """Keywords are case-sensitive; the error is AWS's, word for word."""
    with pytest.raises(rule.RuleError) as caught:
        rule.parse("true")
    assert str(caught.value) == (
        "Error in AlarmRule [Unsupported token 'true' at char 0, must be: '(', 'NOT', AT_LEAST, TRUE or FALSE, ALARM, "
        "OK, or INSUFFICIENT_DATA]"
    )


@pytest.mark.parametrize(
    "text",
    [
        " ", "ALARM", "ALARM()", "ALARM(a", "ALARM(a))", "alarm(a)", "UNKNOWN(a)", "!ALARM(a)", "ALARM(a) && OK(b)",
        "ALARM(a) and OK(b)", "ALARM(a) AND", "OR ALARM(a)", "ALARM(a b)", 'ALARM("a)', "ALARM(a) ALARM(b)", "()",
        "AT_LEAST(0, ALARM, (a))", "AT_LEAST(2, ALARM, (a))", "AT_LEAST(x, ALARM, (a))", "AT_LEAST(1, ALARM, ())",
        "AT_LEAST(101%, ALARM, (a))", 'ALARM("")', "(" * 5000,
        " OR ".join(f"ALARM(a{number})" for number in range(101)), " OR ".join(["TRUE"] * 501), "T" * 10_241,
    ],
)  # fmt: skip
def test_what_the_grammar_does_not_know_is_refused(text: str) -> None:
    """Other spellings, loose ends and rules beyond the limits are errors, never a guess."""
    with pytest.raises(rule.RuleError):
        rule.parse(text)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\\"), min_size=1, max_size=12)


@given(NAMES, st.sampled_from(STATES), st.sampled_from(STATES))
def test_any_name_can_be_quoted(name: str, asked: State, stands: State) -> None:
    """A quoted name means itself, whatever it holds."""
    quoted = name.replace('"', '\\"')
    parsed = rule.parse(f'{asked}("{quoted}")')
    assert list(rule.children(parsed)) == [name]
    assert rule.holds(parsed, {rule.name_of(name): stands}) is (asked == stands)


@given(st.text('ALRMTUEFSOKN_D()" ,%0129abNIC\\', max_size=60))
def test_no_text_trips_the_parser(text: str) -> None:
    """Any text is a rule or a RuleError."""
    try:
        node = rule.parse(text)
    except rule.RuleError:
        return
    assert rule.elements(node) >= 1


def test_a_changed_child_is_the_reason() -> None:
    """Reason, reason data and TriggeringChildren as AWS's own events have them."""
    both = [child("cpu", "ALARM"), child("net", "OK", AT - 1000)]
    found = after_change(composite("ALARM(cpu) OR ALARM(net)"), both, "cpu")
    assert found.state == "ALARM"
    assert found.reason == f"{ARN}cpu transitioned to ALARM at Friday 22 July, 2022 15:57:45 UTC"
    stands = "2022-07-22T15:57:45.394+0000"
    assert found.reason_data == {
        "triggeringAlarms": [{"arn": f"{ARN}cpu", "state": {"value": "ALARM", "timestamp": stands}}]
    }
    assert found.triggering_children == [{"Arn": f"{ARN}cpu", "State": {"Value": "ALARM", "Timestamp": stands}}]


def test_children_that_stand_alike_are_named_after_the_trigger() -> None:
    """On the way back to OK the other child that is OK is named too, after the one that changed last."""
    both = [child("test1", "OK", AT - 31_000), child("test2", "OK")]
    found = after_change(composite("ALARM(test1) OR ALARM(test2)"), both, "test2")
    assert found.state == "OK"
    assert [one.name for one in found.triggering] == ["test2", "test1"]


def test_saving_a_composite_evaluates_its_rule() -> None:
    """Creation and update say so and name every child."""
    both = [child("cpu", "OK", AT - 2), child("net", "OK", AT - 1), child("other", "ALARM")]
    created = after_saving(composite("ALARM(cpu) AND ALARM(net)"), both, f"{ARN}all", "created")
    assert created.reason == f"{ARN}all was created and its alarm rule evaluates to OK"
    assert [one.name for one in created.triggering] == ["net", "cpu"]
    updated = after_saving(composite("OK(cpu)"), both, f"{ARN}all", "updated")
    assert updated.reason == f"{ARN}all was updated and its new alarm rule evaluates to ALARM"
    assert state_of(composite("OK(cpu)"), both) == "ALARM"


def test_cycles_and_unknown_children_are_refused() -> None:
    """A rule may not lead back to itself nor name alarms that do not exist; a diamond is no cycle."""
    diamond = [composite("ALARM(b) AND ALARM(c)", "a"), composite("ALARM(d)", "b"), composite("ALARM(d)", "c")]
    check(diamond, {"d"})
    with pytest.raises(ConfigError, match="do not exist"):
        check(diamond, set())
    with pytest.raises(ConfigError, match="b → c → b"):
        check([composite("ALARM(c)", "b"), composite("ALARM(b)", "c"), composite("ALARM(b)", "a")], set())
