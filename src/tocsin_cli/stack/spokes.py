"""The spokes: other regions of the account, each with one small stack that hands its alarms on to the home stack."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.changes import Changes, Plan, Step
from tocsin_cli.stack.standing import find

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


@dataclass(frozen=True, slots=True)
class Spokes:
    """Those of one home stack. ``hear`` gets each step. Which they are stands in a parameter beside the secret."""

    home: Cloud
    stack: str
    hear: Callable[[Step], None]

    def regions(self) -> tuple[str, ...]:
        """Where there are spokes, as they were last carried out."""
        return spoke_regions(self.home, self.stack)

    def plans(self, more: Sequence[str] = (), without: Sequence[str] = ()) -> tuple[Spoke, ...]:
        """What would change in the regions that there are and those that come or go. A region that cannot be reached
        is found out before anything is begun. ConfigError, or as boto3 raises it."""
        known = self.regions()
        if strange := [region for region in without if region not in known]:
            raise ConfigError(
                f"the alarms of {strange[0]} do not come here anyway", "`tocsin status` names the regions"
            )
        wanted = [region for region in dict.fromkeys((*known, *more)) if region not in without]
        for region in wanted:
            find(self.home.elsewhere(region), spoke_of(self.stack))
        made = [self._made(region) for region in wanted]
        return (*made, *(Spoke(self._changes(region), None) for region in known if region not in wanted))

    def carry_out(self, spokes: Sequence[Spoke]) -> None:
        """Do what was planned; each region is on record before anything is made there, so that `destroy` finds it."""
        if not spokes:
            return
        here = [each.changes.cloud.region for each in spokes if each.plan is not None]
        self._record([each.changes.cloud.region for each in spokes])
        for each in spokes:
            each.carry_out()
        self._record(here)

    def remove(self) -> None:
        """Take all of them away, and the record."""
        for region in self.regions():
            self._changes(region).remove()
        self._record(())

    def _record(self, regions: Sequence[str]) -> None:
        ssm, name = self.home.client("ssm"), _record_of(self.stack)
        if regions:
            ssm.put_parameter(Name=name, Value=",".join(regions), Type="StringList", Overwrite=True)
        else:
            ssm.delete_parameters(Names=[name])

    def _changes(self, region: str) -> Changes:
        return Changes(self.home.elsewhere(region), spoke_of(self.stack), self.hear)

    def _made(self, region: str) -> Spoke:
        changes = self._changes(region)
        return Spoke(changes, changes.plan(TEMPLATE.read_text("utf-8"), {"HomeRegion": self.home.region}))


def spoke_of(stack: str) -> str:
    """The name of a home stack's spokes, and of the rule in each."""
    return f"{stack}-spoke"


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
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    wrong = [name for name in names if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d{1,2}", name)]
    if wrong:
        raise ConfigError(f"{wrong[0]} is no region", "write them as AWS does: --regions us-east-1,eu-west-1")
    if home in names:
        raise ConfigError(f"{home} is tocsin's own region", f"name only others; where it lives is --region {home}")
    return names
