"""Which other accounts home lets in, and what each is called: as it is, as it is wished, and what that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.names import Names, found_names
from tocsin_cli.stack.standing import Stack

# The policy of a bus holds 10 KB, and a template's parameter 4,096 characters.
_MOST = 250
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whose alarms are let in: accounts by number, and those of an organization ("" for none)."""

    accounts: tuple[str, ...] = ()
    organization: str = ""

    def parameters(self) -> dict[str, str]:
        """As the template takes them."""
        return {"Accounts": ",".join(self.accounts), "OrganizationId": self.organization}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asks: accounts that come in, each with its label or ""; accounts or an organization that go."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    organization: str = ""
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """What a deployment changes about it. ``names``: what is kept anew; ``known``: all names, as they will be."""

    before: Admitted
    after: Admitted
    names: Mapping[str, str]
    known: Mapping[str, str]
    keeper: Names

    @property
    def is_news(self) -> bool:
        """Whether there is something to do."""
        return bool(self.names) or self.before != self.after

    @property
    def newcomers(self) -> tuple[str, ...]:
        """Accounts that were not let in before."""
        return tuple(each for each in self.after.accounts if each not in self.before.accounts)

    @property
    def leavers(self) -> tuple[str, ...]:
        """Accounts that are let in no longer."""
        return tuple(each for each in self.before.accounts if each not in self.after.accounts)

    def lines(self) -> Iterator[str]:
        """What changes, in plain words."""
        yield from _listed("+ let in  alarms of account", [called(each, self.known) for each in self.newcomers])
        yield from _listed("- shut out alarms of account", [called(each, self.known) for each in self.leavers])
        if self.before.organization != self.after.organization:
            if self.before.organization:
                yield f"  - shut out alarms of organization {self.before.organization}"
            if self.after.organization:
                yield f"  + let in  alarms of organization {self.after.organization}"
        yield from _listed("~ name    account", [f"{each}: {name}" for each, name in self.names.items()])

    def told(self) -> dict[str, Any]:
        """The same for programs, an organization among the accounts."""
        was, will = self.before.organization, self.after.organization
        return {
            "let_in": [*self.newcomers, *([will] if will != was and will else [])],
            "shut_out": [*self.leavers, *([was] if will != was and was else [])],
            "names": dict(self.names),
        }

    def carry_out(self) -> None:
        """Keep the names, and forget those of whoever is let in no longer; the stack's own part is its parameters."""
        self.keeper.keep(self.names)
        if self.after.organization:
            return
        gone = self.known.keys() - {*self.after.accounts, self.keeper.cloud.account}
        self.keeper.forget(sorted(gone) if self.before.organization else self.leavers)


def admitted(stack: Stack | None) -> Admitted:
    """Whom a stack lets in."""
    parameters = stack.parameters if stack else {}
    accounts = tuple(each for each in parameters.get("Accounts", "").split(",") if each)
    return Admitted(accounts, parameters.get("OrganizationId", ""))


def opening(cloud: Cloud, name: str, before: Stack | None, asked: Asked) -> Opening:
    """What would change: a label takes the place of the name that there was, what AWS knows does not. ConfigError."""
    now = admitted(before)
    for each in asked.without:
        if each not in (*now.accounts, now.organization):
            raise ConfigError(f"the alarms of {each} are not let in anyway", "`tocsin status` names whose are")
    away = (*asked.without, cloud.account)  # its own are heard anyway
    after = Admitted(
        tuple(each for each in dict.fromkeys((*now.accounts, *asked.accounts)) if each not in away),
        asked.organization or ("" if now.organization in asked.without else now.organization),
    )
    if len(after.accounts) > _MOST:
        raise ConfigError(
            f"{len(after.accounts)} accounts are more than a bus's policy holds ({_MOST})",
            "let in the whole organization: --organization o-…",
        )
    keeper = Names(cloud, name)
    known = keeper.known()
    told = {account: label for account, label in asked.accounts.items() if label}
    names = found_names(cloud, after.accounts, bool(after.organization)) | known | told
    fresh = {account: text for account, text in names.items() if known.get(account) != text}
    return Opening(now, after, dict(sorted(fresh.items())), names, keeper)


def called(account: str, names: Mapping[str, str]) -> str:
    """``student 12 (111122223333)``, or the number alone."""
    return f"{names[account]} ({account})" if account in names else account


def _listed(what: str, names: list[str]) -> Iterator[str]:
    yield from (f"  {what} {name}" for name in names[:_LISTED])
    if len(names) > _LISTED:
        yield f"  {what}s: {len(names) - _LISTED} more"
