"""Reads which accounts are meant: lists, a class's file of ids and labels, and who shall come here no longer."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from tocsin.ports import ConfigError
from tocsin_cli.stack.home import is_region
from tocsin_cli.stack.names import LONGEST, is_name


def read_accounts(text: str, home: str, label: str = "") -> dict[str, str]:
    """``111122223333,444455556666`` as accounts, each with the ``label``, which only one can have. ConfigError."""
    accounts = [each.strip() for each in text.split(",") if each.strip()]
    if label and len(set(accounts)) != 1:
        raise ConfigError(
            "a label is for one account in --accounts", "several are labelled by a file: --accounts-file class.csv"
        )
    return dict(_labelled(each, label, home) for each in accounts)


def read_class(path: Path, home: str) -> dict[str, str]:
    """A file of lines ``id,label`` as accounts with their labels; a first line without any digit is a heading.
    ConfigError."""
    try:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(), strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise ConfigError(f"{path} cannot be read: {error}", "one account to a line: 111122223333,student 12") from None
    found: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        id, *rest = [cell.strip() for cell in row] or [""]
        if not any((id, *rest)) or (number == 1 and not any(char.isdigit() for char in id)):
            continue
        account, label = _labelled(id, ", ".join(cell for cell in rest if cell), home)
        if account in found:
            raise ConfigError(f"{path}, line {number}: {account} is there twice", "keep one of them")
        found[account] = label
    return found


def read_organization(text: str) -> str:
    """``o-…`` as it is, "" for none. ConfigError."""
    if not text or re.fullmatch(r"o-[a-z0-9]{10,32}", text):
        return text
    raise ConfigError(f"{text} is no organization", "its id begins with o-: aws organizations describe-organization")


def read_leavers(text: str) -> tuple[str, tuple[str, ...]]:
    """What shall come here no longer: regions, as they were written, and accounts or an organization. ConfigError."""
    names = [each.strip() for each in text.split(",") if each.strip()]
    others = tuple(each for each in names if re.fullmatch(r"\d{12}|o-[a-z0-9]{10,32}", each))
    regions = [each for each in names if each not in others]
    if wrong := [each for each in regions if not is_region(each)]:
        raise ConfigError(
            f"{wrong[0]} is no region, account or organization", "for example --without us-east-1,111122223333"
        )
    return ",".join(regions), others


def _labelled(account: str, label: str, home: str) -> tuple[str, str]:
    """An account with what it is called, "" for nothing. The own account may be called something too."""
    if not re.fullmatch(r"\d{12}", account, re.ASCII):
        raise ConfigError(
            f"{account or 'an empty cell'} is no account",
            "an account has twelve digits; a spreadsheet may have dropped zeros at its beginning",
        )
    if account == home and not label:
        raise ConfigError(f"{account} is tocsin's own account", "its other regions come with --regions")
    if label and not is_name(label):
        raise ConfigError(
            f"{label[:LONGEST]!r} is no label", f"one line of {LONGEST} characters at most, without two braces"
        )
    return account, label
