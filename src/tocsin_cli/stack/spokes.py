"""The spokes: small stacks in other regions and accounts, each of which hands its alarms on to the home stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.changes import Changes, Plan, Step
from tocsin_cli.stack.home import Home, home_of, read_places
from tocsin_cli.stack.plain_words import plan_lines
from tocsin_cli.stack.planned_json import stack_changes, stack_removed
from tocsin_cli.stack.standing import Stack, find

TEMPLATE = Path(__file__).with_name("spoke.yaml")


@dataclass(frozen=True, slots=True)
class Spoke:
    """One region's part of a deployment: its ``plan``, None where the spoke is to be taken away."""

    changes: Changes
    plan: Plan | None

    @property
    def is_news(self) -> bool:
        """Whether there is something to do."""
        return self.plan is None or bool(self.plan.changes)

    def lines(self) -> Iterator[str]:
        """What changes, in plain words."""
        where = self.changes.cloud.where
        if self.plan is not None:
            yield from plan_lines(self.plan, where)
        else:
            yield f"Stack {self.changes.name} in {where}:"
            yield "  - remove  all of it: the alarms of this region come here no longer"

    def told(self) -> dict[str, Any]:
        """What changes, for programs."""
        cloud = self.changes.cloud
        return stack_changes(cloud, self.plan) if self.plan else stack_removed(cloud, self.changes.name)

    def drop(self) -> None:
        """Forget the plan."""
        if self.plan is not None:
            self.changes.drop(self.plan)

    def carry_out(self) -> None:
        """Do what was planned."""
        if self.plan is None:
            self.changes.remove()
        elif self.plan.id:
            self.changes.carry_out(self.plan)


def plan_spokes(
    home: Home, there: Sequence[Cloud], hear: Callable[[Step], None], only_plan: bool = False
) -> tuple[Spoke, ...]:
    """What would change in each place; ``hear`` gets each step. ConfigError, or as boto3 raises it.

    A place that cannot be reached, is another home's, or, for ``only_plan``, has to be mended before there can be a
    plan, is found out before anything is begun; if a plan fails later, those before it are forgotten.
    """
    for cloud in there:
        stack = find(cloud, home.spoke)
        if stack is not None:
            _keep_off(home, stack, cloud)
            if only_plan:
                _refuse_to_mend(stack, cloud)
    body, made = TEMPLATE.read_text("utf-8"), list[Spoke]()
    with ExitStack() as failing:
        for cloud in there:
            changes = Changes(cloud, home.spoke, hear)
            made.append(Spoke(changes, changes.plan(body, home.parameters())))
            failing.callback(made[-1].drop)
        failing.pop_all()
    return tuple(made)


def carry_out(spokes: Sequence[Spoke]) -> None:
    """Do what was planned, one after the other; once one fails, the plans after it are forgotten."""
    left = list(spokes)
    try:
        while left:
            left.pop(0).carry_out()
    finally:
        for each in left:
            each.drop()


def _keep_off(home: Home, stack: Stack, cloud: Cloud) -> None:
    """Two homes of one name must not take each other's spokes."""
    if not home.owns(stack, cloud.account):
        owner = f"{stack.parameters.get('HomeAccount', cloud.account)} in {stack.parameters['HomeRegion']}"
        raise ConfigError(
            f"the stack {home.spoke} in {cloud.where} hands its alarms on to another tocsin, of account {owner}",
            "give this tocsin another name (--stack), or first take that spoke away where it belongs",
        )


def _refuse_to_mend(stack: Stack, cloud: Cloud) -> None:
    """A plan changes nothing, and what is half-made would have to go first."""
    if stack.is_broken or stack.is_stuck:
        what = f"the stack {stack.name} in {cloud.where} is {stack.status}"
        raise ConfigError(f"{what}: it has to be mended before there can be a plan", "the same without --plan does it")


@dataclass(frozen=True, slots=True)
class Spokes:
    """Those of one home stack in its own account. ``hear`` gets each step; ``only_plan``: nothing is changed. Which
    they are stands in a parameter beside the secret."""

    home: Cloud
    stack: str
    hear: Callable[[Step], None]
    only_plan: bool = False

    def regions(self) -> tuple[str, ...]:
        """Where there are spokes, as they were last carried out."""
        return spoke_regions(self.home, self.stack)

    def plans(self, more: Sequence[str] = (), without: Sequence[str] = ()) -> tuple[Spoke, ...]:
        """What would change in the regions that there are and those that come or go. As plan_spokes raises."""
        known = self.regions()
        if strange := [region for region in without if region not in known]:
            raise ConfigError(
                f"the alarms of {strange[0]} do not come here anyway", "`tocsin status` names the regions"
            )
        wanted = [region for region in dict.fromkeys((*known, *more)) if region not in without]
        there = [self.home.elsewhere(region) for region in wanted]
        made = plan_spokes(self._itself, there, self.hear, self.only_plan)
        return (*made, *(Spoke(self._changes(region), None) for region in known if region not in wanted))

    def carry_out(self, spokes: Sequence[Spoke]) -> None:
        """Do what was planned; each region is on record before anything is made there, so that `destroy` finds it."""
        if not spokes:
            return
        here = [each.changes.cloud.region for each in spokes if each.plan is not None]
        with ExitStack() as failing:
            for each in spokes:
                failing.callback(each.drop)
            self._record([each.changes.cloud.region for each in spokes])
            failing.pop_all()
        carry_out(spokes)
        self._record(here)

    def remove(self) -> None:
        """Take all of them away, and the record; what has become another home's stays."""
        for region in self.regions():
            stack = find(self.home.elsewhere(region), self._itself.spoke)
            if stack is None or self._itself.owns(stack, self.home.account):
                self._changes(region).remove()
        self._record(())

    @property
    def _itself(self) -> Home:
        return home_of(self.home, self.stack)

    def _record(self, regions: Sequence[str]) -> None:
        ssm, name = self.home.client("ssm"), _record_of(self.stack)
        if regions:
            ssm.put_parameter(Name=name, Value=",".join(regions), Type="StringList", Overwrite=True)
        else:
            ssm.delete_parameters(Names=[name])

    def _changes(self, region: str) -> Changes:
        return Changes(self.home.elsewhere(region), self._itself.spoke, self.hear)


def spoke_regions(home: Cloud, stack: str) -> tuple[str, ...]:
    """Where there are spokes, as they were last carried out."""
    ssm = home.client("ssm")
    try:
        found: str = ssm.get_parameter(Name=_record_of(stack))["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        return ()
    return tuple(found.split(","))


def _record_of(stack: str) -> str:
    return f"/tocsin/{stack}/spokes"


def read_regions(text: str, home: str) -> tuple[str, ...]:
    """``us-east-1,eu-west-1`` as regions. ConfigError for what is none, or is ``home``."""
    names = read_places(text)
    if home in names:
        raise ConfigError(f"{home} is tocsin's own region", f"name only others; where it lives is --region {home}")
    return names
