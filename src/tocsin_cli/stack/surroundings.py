"""Looks at what hands alarms on to here: the spokes in other regions, and other accounts at the bus."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin_cli import pasted
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.accounts import admitted, called
from tocsin_cli.stack.bus import let_in
from tocsin_cli.stack.home import spoke_of
from tocsin_cli.stack.names import Names
from tocsin_cli.stack.seen import Seen, guarded, rule
from tocsin_cli.stack.spoke_letters import letters_held
from tocsin_cli.stack.spokes import spoke_regions
from tocsin_cli.stack.standing import Stack

_AWAY = "they do not come here"


def look_around(cloud: Cloud, stack: Stack) -> Iterator[Seen]:
    """Each region whose alarms are handed on to here, and whose alarms of other accounts are let in."""
    doctor = pasted.tocsin(cloud, stack.name, "doctor", "regions")
    yield from guarded("other regions", doctor, _regions(cloud, stack))
    yield from guarded("other accounts", doctor, _accounts(cloud, stack))


def _regions(cloud: Cloud, stack: Stack) -> Iterator[Seen]:
    for region in spoke_regions(cloud, stack.name):
        what, mend = f"alarms of {region}", _again(cloud, stack, "--regions", region)
        yield from guarded(what, mend, rule(cloud.elsewhere(region), spoke_of(stack.name), what, _AWAY, mend))
        letters, redrive = f"dead letters of {region}", pasted.tocsin(cloud, stack.name, "redrive")
        yield from guarded(letters, redrive, _letters(cloud.elsewhere(region), stack, letters, redrive))


def _letters(there: Cloud, stack: Stack, what: str, redrive: str) -> Iterator[Seen]:
    """Nothing where there are none, as there mostly are."""
    if held := letters_held(there, stack.name):
        yield Seen(f"{what}: {held}", "they did not come here", redrive)


def _accounts(cloud: Cloud, stack: Stack) -> Iterator[Seen]:
    wanted, there, names = admitted(stack), let_in(cloud, stack.name), Names(cloud, stack.name).known()
    for account in dict.fromkeys((*wanted.accounts, *there.accounts)):  # what Terraform wants only it knows
        what, away = f"alarms of account {called(account, names)}", _again(cloud, stack, "--accounts", account)
        yield Seen(f"{what}: let in") if account in there.accounts else Seen(what, "they are turned away", away)
    if organization := wanted.organization or there.organization:
        what, away = f"alarms of organization {organization}", _again(cloud, stack, "--organization", organization)
        if there.organization == organization:
            yield Seen(f"{what}: let in, {len(names)} accounts have a name")
        else:
            yield Seen(what, "they are turned away", away)


def _again(cloud: Cloud, stack: Stack, option: str, value: str) -> str:
    """CloudFormation does not see what was removed behind its back: deploying again would change nothing."""
    return " && ".join(pasted.tocsin(cloud, stack.name, "deploy", each, value) for each in ("--without", option))
