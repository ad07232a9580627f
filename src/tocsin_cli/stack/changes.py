"""Changes the stack the way that can be looked at first: a change set is made, shown, carried out and followed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.reasons import why_not
from tocsin_cli.stack.standing import Stack, find

_PAUSE = 2.0  # seconds between two looks
_PATIENCE = 3600.0
# What was in the way at first (a rule's target, a queue in use) may be gone by now.
_TRIES = 2
_NOTHING = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class Change:
    """In CloudFormation's words. ``action``: Add, Modify or Remove; ``replacement`` of what is modified: True, False or
    Conditional, "" for the rest."""

    action: str
    name: str
    sort: str
    replacement: str = ""
    what: tuple[str, ...] = ()

    @property
    def replaces(self) -> bool:
        """Whether the old one goes, with what it holds."""
        return self.replacement == "True"


@dataclass(frozen=True, slots=True)
class Plan:
    """A change set that waits. ``id`` is empty where there is nothing to change."""

    stack: str
    id: str
    makes: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a resource just now; ``status`` and ``reason`` are CloudFormation's words."""

    name: str
    sort: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of one stack. ``hear`` gets each step, ``sleep`` takes seconds."""

    cloud: Cloud
    name: str
    hear: Callable[[Step], None]
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def plan(self, body: str, parameters: Mapping[str, str]) -> Plan:
        """What would change. Waits for what is already under way, and finishes a rollback that got stuck."""
        makes = self._mended()
        cloudformation = self.cloud.client("cloudformation")
        made = cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=f"tocsin-{time.time_ns()}",
            ChangeSetType="CREATE" if makes else "UPDATE",
            TemplateBody=body,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(parameters.items())],
            Capabilities=["CAPABILITY_IAM"],
            Tags=[{"Key": "tocsin", "Value": self.name}],
        )["Id"]
        plan = Plan(self.name, made, makes, ())
        with ExitStack() as failing:
            failing.callback(self._forget, plan)
            found = self._until(lambda: self._ready(made))
            if found["Status"] == "FAILED":
                return self._without(plan, found.get("StatusReason", ""))
            plan = replace(plan, changes=tuple(self._changes(made)))
            failing.pop_all()
        return plan

    def _without(self, plan: Plan, reason: str) -> Plan:
        """The plan where nothing changes. ConfigError where CloudFormation had another ``reason``."""
        if any(words in reason for words in _NOTHING):
            return replace(plan, id="")
        why = why_not(self.cloud, plan.id, reason)
        raise ConfigError(f"CloudFormation cannot do this: {why}", "nothing was changed: mend that and run it again")

    def drop(self, plan: Plan) -> None:
        """Forget a plan, and the empty stack that it may have begun; one that somebody else has made since stays."""
        cloudformation = self.cloud.client("cloudformation")
        try:
            if plan.id:
                cloudformation.delete_change_set(ChangeSetName=plan.id, StackName=self.name)
        finally:
            stack = find(self.cloud, self.name) if plan.makes else None
            if stack is not None and stack.status == "REVIEW_IN_PROGRESS":
                cloudformation.delete_stack(StackName=self.name)

    def _forget(self, plan: Plan) -> None:
        """The same after something went wrong, which is the thing to tell: CloudFormation, say, deletes no change set
        that it still makes."""
        with suppress(self.cloud.client("cloudformation").exceptions.ClientError):
            self.drop(plan)

    def carry_out(self, plan: Plan) -> None:
        """Do what was planned. ConfigError with CloudFormation's first reason where it was rolled back instead."""
        cloudformation = self.cloud.client("cloudformation")
        with ExitStack() as failing:
            failing.callback(self._forget, plan)
            steps = self._steps()
            failing.pop_all()
        try:
            cloudformation.execute_change_set(ChangeSetName=plan.id, StackName=self.name)
        except cloudformation.exceptions.ClientError:
            self._forget(plan)
            raise
        stack = self._follow(steps, starts=True)
        if stack is None or stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise self._failed(stack, steps)

    def remove(self) -> None:
        """Delete the stack and follow it, once an update that is under way has ended: CloudFormation deletes none in
        the middle of one. ConfigError where something stays."""
        steps = self._steps()
        stack = find(self.cloud, self.name)
        if stack is not None and stack.is_busy and stack.status != "CREATE_IN_PROGRESS":
            self._follow(steps, starts=False)
        for _ in range(_TRIES):
            self.cloud.client("cloudformation").delete_stack(StackName=self.name)
            stack = self._follow(steps, starts=False)
            if stack is None:
                return
        raise self._failed(stack, steps)

    def _mended(self) -> bool:
        """See that the stack can be changed; whether it must be made."""
        stack = find(self.cloud, self.name)
        if stack is not None and stack.is_busy:
            stack = self._follow(self._steps(), starts=False)
        if stack is not None and stack.is_stuck:
            stack = self._rolled_back()
        if stack is not None and stack.is_broken:
            self.remove()
            stack = None
        return stack is None or stack.status == "REVIEW_IN_PROGRESS"

    def _rolled_back(self) -> Stack | None:
        """Finish a rollback that got stuck. ConfigError where it is stuck still."""
        steps = self._steps()
        self.cloud.client("cloudformation").continue_update_rollback(StackName=self.name)
        stack = self._follow(steps, starts=True)
        if stack is not None and stack.is_stuck:
            raise self._failed(stack, steps)
        return stack

    def _ready(self, change_set: str) -> dict[str, Any] | None:
        cloudformation = self.cloud.client("cloudformation")
        found: dict[str, Any] = cloudformation.describe_change_set(ChangeSetName=change_set, StackName=self.name)
        return None if found["Status"].endswith(("PENDING", "IN_PROGRESS")) else found

    def _changes(self, change_set: str) -> Iterator[Change]:
        more: dict[str, str] = {}
        while True:
            page = self.cloud.client("cloudformation").describe_change_set(
                ChangeSetName=change_set, StackName=self.name, **more
            )
            yield from (_change(each["ResourceChange"]) for each in page["Changes"] if "ResourceChange" in each)
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}

    def _steps(self) -> _Steps:
        """Those to come: what happened before is not told again."""
        steps = _Steps(self.cloud, self.name, set(), [])
        tuple(steps.new())
        steps.told.clear()
        return steps

    def _follow(self, steps: _Steps, *, starts: bool) -> Stack | None:
        """Tell each step until CloudFormation rests. ``starts``: it may rest still, but will begin."""
        before = find(self.cloud, self.name) if starts else None

        def rested() -> tuple[Stack | None] | None:
            for step in steps.new():
                self.hear(step)
            stack = find(self.cloud, self.name)
            waits = stack is not None and (stack.is_busy or stack.status == "REVIEW_IN_PROGRESS")
            waits = waits or (starts and stack == before and not steps.told)
            return None if waits else (stack,)

        found: tuple[Stack | None] = self._until(rested)
        return found[0]

    def _until(self, look: Callable[[], Any]) -> Any:
        end = self.clock() + _PATIENCE
        while (found := look()) is None:
            if self.clock() > end:
                raise ConfigError("CloudFormation has not finished within an hour", "`tocsin status` shows how it is")
            self.sleep(_PAUSE)
        return found

    def _failed(self, stack: Stack | None, steps: _Steps) -> ConfigError:
        first = next((step for step in steps.told if step.status.endswith("FAILED") and step.reason), None)
        why = f"{first.name}: {first.reason}" if first else stack.reason if stack else "the stack is gone"
        now = stack.status if stack else "gone"
        hint = "mend that and run the command again: it starts from there"
        return ConfigError(f"{why} (the stack is now {now})", hint)


@dataclass(slots=True)
class _Steps:
    """The stack's events, each told once."""

    cloud: Cloud
    name: str
    seen: set[str]
    told: list[Step]

    def new(self) -> Iterator[Step]:
        """What happened since the last look, the oldest first."""
        cloudformation = self.cloud.client("cloudformation")
        fresh: list[dict[str, Any]] = []
        try:
            for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.name):
                events = page["StackEvents"]
                fresh += [event for event in events if event["EventId"] not in self.seen]
                if any(event["EventId"] in self.seen for event in events):
                    break
        except cloudformation.exceptions.ClientError as error:
            if "does not exist" not in str(error):  # a stack that is gone has no more to say
                raise
        self.seen |= {event["EventId"] for event in fresh}
        for event in reversed(fresh):
            step = Step(
                event["LogicalResourceId"],
                event["ResourceType"],
                event["ResourceStatus"],
                event.get("ResourceStatusReason") or "",
            )
            self.told.append(step)
            yield step


def _change(found: Mapping[str, Any]) -> Change:
    targets = (detail.get("Target", {}) for detail in found.get("Details", ()))
    return Change(
        found["Action"],
        found["LogicalResourceId"],
        found["ResourceType"],
        found.get("Replacement", ""),
        tuple(sorted({target["Name"] for target in targets if target.get("Name")})),
    )
