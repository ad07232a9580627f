"""Composite alarms: the state that a rule gives, AWS's reason for it, and what may not be saved.

A composite is evaluated when a child changes, so time plays no part here beyond the children's own change times.
The reason data names the children that stand where the triggering one stands, the newest change first (seen in events
of 2022 and 2023; which children AWS names beyond the triggering one is unverified).
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tocsin.ports import ConfigError
from tocsin_local.alarms import rule
from tocsin_local.alarms.definition import CompositeAlarm
from tocsin_local.alarms.evaluate import State
from tocsin_local.alarms.spelling import full_date, long_date


@dataclass(frozen=True, slots=True)
class Child:
    """An alarm that a rule names, as it stands: ``since`` (ms) is when it took its state."""

    name: str
    arn: str
    state: State
    since: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a composite is after a change, and why."""

    state: State
    reason: str
    triggering: tuple[Child, ...]

    @property
    def reason_data(self) -> dict[str, Any]:
        """StateReasonData as an object."""
        return {
            "triggeringAlarms": [
                {"arn": child.arn, "state": {"value": child.state, "timestamp": full_date(child.since)}}
                for child in self.triggering
            ]
        }

    @property
    def triggering_children(self) -> list[dict[str, Any]]:
        """TriggeringChildren of the SNS message."""
        return [
            {"Arn": child.arn, "State": {"Value": child.state, "Timestamp": full_date(child.since)}}
            for child in self.triggering
        ]


def state_of(alarm: CompositeAlarm, children: Iterable[Child]) -> State:
    """ALARM while the rule holds, else OK."""
    return "ALARM" if rule.holds(alarm.rule, {child.name: child.state for child in children}) else "OK"


def after_change(alarm: CompositeAlarm, children: Collection[Child], changed: str) -> Finding:
    """What a composite is once the child named ``changed`` has changed."""
    trigger = next(child for child in children if child.name == changed)
    reason = f"{trigger.arn} transitioned to {trigger.state} at {long_date(trigger.since)}"
    alike = [child for child in _named(alarm, children) if child.state == trigger.state and child is not trigger]
    return Finding(state_of(alarm, children), reason, (trigger, *_newest_first(alike)))


def after_saving(
    alarm: CompositeAlarm, children: Collection[Child], arn: str, how: Literal["created", "updated"]
) -> Finding:
    """What a composite is once it was created or its rule was updated; ``arn`` is its own."""
    state = state_of(alarm, children)
    which = "its alarm rule" if how == "created" else "its new alarm rule"
    return Finding(state, f"{arn} was {how} and {which} evaluates to {state}", _newest_first(_named(alarm, children)))


def check(composites: Iterable[CompositeAlarm], others: Collection[str]) -> None:
    """Refuse rules over alarms that do not exist and rules that lead back to themselves. Raises ConfigError.

    ``others`` are the names of the alarms that are no composites.
    """
    edges = {alarm.name: tuple(map(rule.name_of, rule.children(alarm.rule))) for alarm in composites}
    for name, named in edges.items():
        if unknown := [child for child in named if child not in edges and child not in others]:
            missing = f"alarms [{', '.join(unknown)}] in the alarm rule do not exist"
            raise ConfigError(f'alarm "{name}": Could not save the composite alarm as {missing}', "Define them too.")
    done: set[str] = set()
    for name in edges:
        _walk(name, edges, done)


def _walk(start: str, edges: Mapping[str, tuple[str, ...]], done: set[str]) -> None:
    path: list[str] = []
    waiting: list[tuple[str, bool]] = [(start, False)]
    while waiting:
        name, left = waiting.pop()
        if left:
            path.pop()
            done.add(name)
        elif name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            raise ConfigError(f"composite alarms form a cycle: {circle}", "CloudWatch stops evaluating a cycle.")
        elif name not in done:
            path.append(name)
            waiting.append((name, True))
            waiting.extend((child, False) for child in edges.get(name, ()))


def _named(alarm: CompositeAlarm, children: Iterable[Child]) -> list[Child]:
    names = set(map(rule.name_of, rule.children(alarm.rule)))
    return [child for child in children if child.name in names]


def _newest_first(children: Iterable[Child]) -> tuple[Child, ...]:
    return tuple(sorted(children, key=lambda child: -child.since))
