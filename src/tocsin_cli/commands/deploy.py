"""`tocsin deploy`: brings tocsin into an AWS account, or up to date there, and proves that alarms arrive."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import click

from tocsin.ports import ConfigError
from tocsin_cli import pasted, slack_target, ui
from tocsin_cli.asking import agreed
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.commands.test import prove
from tocsin_cli.doctor.restoring import restored
from tocsin_cli.inviting import Invited, invited_options
from tocsin_cli.planning import plan_options
from tocsin_cli.stack.account_lists import read_leavers
from tocsin_cli.stack.accounts import Opening, opening
from tocsin_cli.stack.changes import Changes
from tocsin_cli.stack.deployment import Wish, deployment
from tocsin_cli.stack.greeting import greet
from tocsin_cli.stack.heartbeat import beats
from tocsin_cli.stack.home import home_of
from tocsin_cli.stack.names import FEW, PAUSE
from tocsin_cli.stack.offers import Offers
from tocsin_cli.stack.slack_secret import CLOSED, OPENED, Mode, Vault, asked, given, signing
from tocsin_cli.stack.spokes import Spokes, read_regions
from tocsin_cli.stack.standing import Stack, made, ours
from tocsin_cli.stack.telling import goes_on, tell, tell_aside, tolerated
from tocsin_cli.stack.undertaking import undertaking

BEGUN = "What CloudFormation has begun goes on by itself: run the same again to follow it; `tocsin destroy` undoes it."
IDLE_MONTH = 2  # dollars: docs/cost.md has each line
_FIRST_TICK = 150.0  # seconds: the schedule's first minute, and what a new rule takes to be known


@click.command()
@cloud_options
@click.option("--webhook", "mode", flag_value="webhook", help="Post by an incoming webhook (the default).")
@click.option("--bot", "mode", flag_value="bot", help="Post as a bot, which edits its messages.")
@click.option("--channel", default="", metavar="ID", help="For a bot: the id of its channel, e.g. C0123456789.")
@click.option("--email", default="", metavar="ADDRESS", help="Who is told when tocsin itself is in trouble.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A parameter of the template, by name.")
@click.option("--regions", default="", metavar="LIST", help="Other regions whose alarms shall come here too.")
@invited_options
@click.option("--without", default="", metavar="LIST", help="Regions, accounts or the organization to take back.")
@plan_options
@click.option("--yes", is_flag=True, help="Do not ask before changing anything.")
@slack_target.LANGUAGE
@slack_target.webhook_option
@click.option(
    "--slack-signing-secret-file",
    "signing_file",
    metavar="PATH|-",
    help="File with your Slack app's signing secret: opens a public address for clicks. Or set "
    "TOCSIN_SLACK_SIGNING_SECRET.",
)
def deploy(
    profile: str | None,
    region: str | None,
    name: str,
    mode: Mode | None,
    channel: str,
    email: str,
    settings: tuple[str, ...],
    regions: str,
    invited: Invited,
    without: str,
    only_plan: bool,
    as_json: bool,
    yes: bool,
    lang: str | None,
    webhook_file: str | None,
    signing_file: str | None,
) -> None:
    """Bring tocsin into your AWS account, or up to date there: once, or as often as you like.

    Shows what will change and asks before it does. The Slack secret is typed unseen, or comes from a file (a bot's
    token by --slack-webhook-url-file too) or the environment (TOCSIN_SLACK_WEBHOOK_URL, TOCSIN_SLACK_BOT_TOKEN), and is
    kept as a SecureString in Parameter Store.
    In the end a message says what is watched, a test alarm goes the whole way, and what your account lacks is named
    with its price; nothing is added unasked.

    Other regions: --regions us-east-1,eu-west-1. Each gets one rule, which hands its alarms on to here.

    Other accounts: --accounts 111122223333 lets in the alarms that it hands on; `tocsin spoke add` makes it do so.

    Clicks on buttons: a signing secret opens a public address for them. --set SlackButtons=no closes it, and forgets
    the secret.

    What is seldom changed: --set LogRetentionDays=90, TimeZone=Asia/Seoul or EncryptTopics=yes.
    """
    hear = tell_aside if as_json else tell
    with cloud(profile, region) as here:
        left, others = read_leavers(without)
        more, less = read_regions(regions, here.region), read_regions(left, here.region)
        before = ours(here, name)
        if before is not None and (before.is_broken or before.is_stuck):
            _agree_to_mend(before, only_plan, yes)
        door = Vault(here, name, "signing")
        sealed = signing(door, settings, signing_file, may_ask=not only_plan)
        wish = Wish(mode or _kept(before), channel, lang or "", email, (*settings, OPENED) if sealed else settings)
        vault = Vault(here, name, wish.mode)
        guests = opening(here, name, before, invited.asked(here.account, others))
        parameters = wish.parameters(before) | guests.after.parameters()
        secret = "" if only_plan else _missing(vault, wish.mode, webhook_file)
        ready, around = deployment(here, Changes(here, name, hear)), Spokes(here, name, hear, only_plan)
        with undertaking(ready, guests, around, parameters, (more, less)) as planned:
            if as_json:
                ui.document(planned.told())
                return
            for line in planned.lines():
                ui.line(line)
            if planned.plan.makes:
                price = IDLE_MONTH + (parameters.get("EncryptTopics") == "yes")  # a key is a dollar more
                ui.line(f"It costs less than {price} USD a month as long as little happens.")
            if only_plan:
                return
            if planned.is_news and not (yes or agreed("Do this?")):
                raise click.Abort
            with goes_on(BEGUN):
                if sealed:
                    door.fill(sealed)
                planned.change_stack()
                if CLOSED in settings:
                    door.empty()
                if secret:
                    vault.fill(secret)
                _say_how_long(guests)
                planned.change_around()
        with goes_on("The stack is made: `tocsin test` proves that alarms arrive, `tocsin doctor` looks at each part."):
            stack = made(here, name)
            for line in restored(here, stack, time.time_ns() // 1_000_000):
                ui.line(line)
            _hand_on(here, name, guests)
            _finish(here, stack, around.regions(), planned.makes or bool(secret))
            for offer in Offers(here, stack).lines():
                ui.line(offer)


def _agree_to_mend(stack: Stack, only_plan: bool, yes: bool) -> None:
    """Before there can be a plan; unasked no more than anything else. ConfigError where only a plan is wanted."""
    if only_plan:
        raise ConfigError(
            f"the stack {stack.name} is {stack.status}: it has to be mended before there can be a plan", stack.way_on
        )
    what = "what is left of it is removed" if stack.is_broken else "its last update, which got stuck, is taken back"
    ui.line(f"The stack {stack.name} is {stack.status}: first {what}.")
    if not (yes or agreed("Do this?", "go on with --yes")):
        raise click.Abort


def _kept(before: Stack | None) -> Mode:
    return "bot" if before and before.parameters.get("SlackMode") == "bot" else "webhook"


def _missing(vault: Vault, mode: Mode, webhook_file: str | None) -> str:
    """The secret that is to be kept, "" where one is kept already and no other is handed over."""
    secret = given(mode, webhook_file)
    return secret if secret or vault.is_filled() else asked(mode)


def _say_how_long(guests: Opening) -> None:
    if len(guests.names) > FEW:
        ui.line(f"Writing {len(guests.names)} names of accounts (about {len(guests.names) * PAUSE:.0f} s) …")


def _finish(here: Cloud, stack: Stack, regions: Sequence[str], new: bool) -> None:
    """Wait for the first tick, say hello and prove it; a stack that had all that before is only proven."""
    if new:
        with tolerated("whether it lives could not be seen"):
            _wait_for_tick(here, stack)
        with tolerated("no greeting was posted"):
            greet(here, stack, regions)
    where = ", ".join((here.region, *regions))
    ui.line(f"Every alarm of {where} is shown from now on. Budgets, cost alerts and whatever you like may publish to")
    ui.line(f"  {stack.outputs['TopicArn']}")
    if not stack.parameters.get("OpsEmail"):
        ui.line("Nobody is told yet when tocsin itself is in trouble:")
        ui.line(f"  $ {pasted.tocsin(here, stack.name, 'deploy', '--email', 'YOU@EXAMPLE.COM')}")
    elif new:
        ui.line(
            f"{stack.parameters['OpsEmail']}: click the link in the mail from AWS, or no trouble is reported there."
        )
    if door := stack.outputs.get("DoorUrl"):
        ui.line("For clicks on buttons, set the Request URL of your Slack app (Interactivity & Shortcuts) to")
        ui.line(f"  {door}")
    if not prove(here, stack).arrives:
        sys.exit(1)


def _hand_on(here: Cloud, name: str, guests: Opening) -> None:
    """What those who were let in have to do."""
    if guests.newcomers or guests.before.organization != guests.after.organization != "":
        stack = f" --stack {name}" if name != "tocsin" else ""
        ui.line("Their alarms come once they are handed on. In each account, with its own credentials:")
        ui.line(f"  $ tocsin spoke add --home {home_of(here, name).where}{stack}")
        ui.line("or hand out what `tocsin spoke template` prints; for a whole organization see docs/install.md")


def _wait_for_tick(here: Cloud, stack: Stack) -> None:
    ui.line("Waiting for the first heartbeat (a minute or two) …")
    since, end = int(time.time() * 1000) - 60_000, time.monotonic() + _FIRST_TICK
    while not beats(here, stack, since):
        if time.monotonic() > end:
            ui.line("  ✗ none yet: `tocsin logs` shows why, `tocsin status` whether it came")
            return
        time.sleep(2)
    ui.line("  ✓ it lives")
