"""The options that let other accounts in, and what they ask for together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tocsin_cli.stack.account_lists import read_accounts, read_class, read_organization
from tocsin_cli.stack.accounts import Asked


@dataclass(frozen=True, slots=True)
class Invited:
    """As the options were given."""

    accounts: str
    file: Path | None
    organization: str
    label: str

    def asked(self, home: str, without: tuple[str, ...]) -> Asked:
        """What they mean for the account that is ``home``. ConfigError."""
        named = read_accounts(self.accounts, home, self.label)
        listed = read_class(self.file, home) if self.file else {}
        return Asked(listed | named, read_organization(self.organization), without)


def invited_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives the command one argument ``invited`` for four options."""

    @functools.wraps(command)
    def packed(accounts: str, accounts_file: Path | None, organization: str, label: str, **others: Any) -> Any:
        return command(invited=Invited(accounts, accounts_file, organization, label), **others)

    made: Callable[..., Any] = packed
    for option in reversed(_OPTIONS):
        made = option(made)
    return made


_OPTIONS = (
    click.option("--accounts", default="", metavar="LIST", help="Other accounts whose alarms are let in."),
    click.option(
        "--accounts-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="The same from a file, one to a line: 111122223333,student 12",
    ),
    click.option("--label", default="", metavar="TEXT", help="What the one account in --accounts is called."),
    click.option("--organization", default="", metavar="ID", help="All accounts of this organization (o-…)."),
)
