"""Where a tocsin is at home, as its spokes must know it: account, region and the name of its stack."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.standing import Stack

_REGION = r"[a-z]{2,5}(-[a-z]+)+-\d{1,2}"


@dataclass(frozen=True, slots=True)
class Home:
    """``account`` has twelve digits."""

    account: str
    region: str
    stack: str

    @property
    def where(self) -> str:
        """As an option takes it, and read_home reads it."""
        return f"{self.account}:{self.region}"

    @property
    def spoke(self) -> str:
        """The name of each of its spokes' stacks, and of the rule in them."""
        return spoke_of(self.stack)

    def parameters(self) -> dict[str, str]:
        """Those of a spoke's stack."""
        return {"HomeAccount": self.account, "HomeRegion": self.region, "HomeStack": self.stack}

    def owns(self, spoke: Stack, account: str) -> bool:
        """Whether this spoke, which stands in ``account``, hands on to here; one that is only begun is nobody's."""
        region = spoke.parameters.get("HomeRegion", "")
        owner = Home(spoke.parameters.get("HomeAccount", account), region, self.stack)
        return not region or owner == self


def spoke_of(stack: str) -> str:
    """The name of a home stack's spokes, and of the rule in each."""
    return f"{stack}-spoke"


def home_of(cloud: Cloud, stack: str) -> Home:
    """The home that this stack is, or will be."""
    return Home(cloud.account, cloud.region, stack)


def read_home(text: str, stack: str) -> Home:
    """``999988887777:eu-north-1`` as a home. ConfigError."""
    account, _, region = text.strip().partition(":")
    if re.fullmatch(r"\d{12}", account) and is_region(region):
        return Home(account, region, stack)
    raise ConfigError(f"{text} names no home", "write its account and region: --home 999988887777:eu-north-1")


def is_region(text: str) -> bool:
    """Whether it looks as regions' names do."""
    return re.fullmatch(_REGION, text) is not None


def read_places(text: str) -> tuple[str, ...]:
    """``us-east-1,eu-west-1`` as regions, each once, in their order. ConfigError for what is none."""
    names = tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
    if wrong := [each for each in names if not is_region(each)]:
        raise ConfigError(f"{wrong[0]} is no region", "write them as AWS does: --regions us-east-1,eu-west-1")
    return names
