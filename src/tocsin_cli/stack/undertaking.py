"""All that one deployment changes, planned before any of it is done: the stack, who is let in, the spokes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tocsin_cli.stack.accounts import Opening
from tocsin_cli.stack.changes import Plan
from tocsin_cli.stack.deployment import Deployment
from tocsin_cli.stack.plain_words import plan_lines
from tocsin_cli.stack.planned_json import stack_changes
from tocsin_cli.stack.spokes import Spoke, Spokes
from tocsin_cli.stack.telling import goes_on


@dataclass(frozen=True, slots=True)
class Undertaking:
    """``plan``: the stack's; ``spokes``: what becomes of each. What is not begun is forgotten when it is left."""

    ready: Deployment
    guests: Opening
    around: Spokes
    plan: Plan
    spokes: tuple[Spoke, ...]
    _stack_waits: ExitStack = field(repr=False)
    _spokes_wait: ExitStack = field(repr=False)

    @property
    def is_news(self) -> bool:
        """Whether there is something to do."""
        return bool(self.plan.changes) or self.guests.is_news or any(each.is_news for each in self.spokes)

    @property
    def makes(self) -> bool:
        """Whether there will be a stack where there is none."""
        return self.plan.makes or any(each.plan.makes for each in self.spokes if each.plan)

    def lines(self) -> Iterator[str]:
        """What changes, in plain words."""
        yield from plan_lines(self.plan, self.ready.changes.cloud.where)
        yield from self.guests.lines()
        for each in self.spokes:
            yield from each.lines()

    def told(self) -> dict[str, Any]:
        """The same for programs."""
        cloud = self.ready.changes.cloud
        return {
            "account": cloud.account,
            "region": cloud.region,
            "stack": self.plan.stack,
            "up_to_date": not self.is_news,
            "stacks": [stack_changes(cloud, self.plan), *(each.told() for each in self.spokes)],
            **self.guests.told(),
        }

    def change_stack(self) -> None:
        """Do the stack's part. Errors as Changes.carry_out has them."""
        self._stack_waits.pop_all()
        if self.plan.id:
            self.ready.carry_out(self.plan)

    def change_around(self) -> None:
        """Do the rest: names and spokes."""
        self.guests.carry_out()
        self._spokes_wait.pop_all()
        self.around.carry_out(self.spokes)


@contextmanager
def undertaking(
    ready: Deployment,
    guests: Opening,
    around: Spokes,
    parameters: Mapping[str, str],
    regions: tuple[Sequence[str], Sequence[str]],
) -> Iterator[Undertaking]:
    """It as planned; ``regions``: those that come and those that go. ConfigError, or as boto3 raises it."""
    with ExitStack() as later, ExitStack() as now:
        with goes_on("Nothing was changed."):
            plan = ready.plan(parameters)
            now.callback(ready.changes.drop, plan)
            spokes = around.plans(*regions)
            for each in spokes:
                later.callback(each.drop)
        yield Undertaking(ready, guests, around, plan, spokes, now, later)
