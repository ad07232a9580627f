"""The command group: finds each command in its own file and turns our errors into one line and a hint."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.secrets import refuse_secrets

# What for -> command -> what it does. Each is a module of tocsin_cli.commands, called as it is but with _ for -.
_PURPOSES = {
    "See it on this machine, without an account": {
        "demo": "the whole road once: metric, alarm, SNS, tocsin, Slack",
        "up": "the same for as long as you like, with your own alarms",
        "preview": "what an event would look like in Slack",
        "send": "hand an event to a demo, or to a real webhook",
        "stress": "load the CPU, as in the tutorial",
    },
    "On AWS": {
        "deploy": "bring tocsin into your account, or up to date there",
        "test": "set off a test alarm and follow it into Slack",
        "status": "how everything stands",
        "doctor": "find out why nothing arrives, and how to mend it",
        "logs": "what the function did, and why",
        "redrive": "bring back what could not be processed",
        "destroy": "take tocsin out of the account",
    },
    "Alarms, topics, accounts": {
        "alarm": "add a good alarm; try alarms on recorded data",
        "connect": "join topics and alarms that you already have",
        "disconnect": "take them off again",
        "spoke": "another account's part, which hands its alarms on",
    },
    "More": {
        "migrate": "the way from another forwarder to tocsin",
        "template": "the CloudFormation template, for the console",
        "kinds": "which AWS events are understood",
        "new-kind": "begin a kind for events that are not",
    },
}
COMMANDS = tuple(name for commands in _PURPOSES.values() for name in commands)

EXIT_CODES = """\b
Exit codes:
  0  done
  1  it did not work: the output says which part
  2  wrong usage, or a file or setting that must be mended first
  3  `tocsin doctor` found a risk, and nothing worse
  130  stopped, by Ctrl-C or by your no"""


class LazyGroup(click.Group):
    """Imports a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = vars(import_module(f"tocsin_cli.commands.{name}"))[name]
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = get_close_matches(args[0], COMMANDS, 1)
        if near and args[0] not in COMMANDS:
            ctx.fail(f"There is no command {args[0]!r}. Is it {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for purpose, commands in _PURPOSES.items():
            with formatter.section(purpose):
                formatter.write_dl(tuple(commands.items()), col_max=10)


@click.group(cls=LazyGroup, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tocsin", prog_name="tocsin")
def cli() -> None:
    """AWS alarms in Slack: never lost, never doubled silently, readable at a glance."""


def main() -> None:
    """Run, and end with a documented exit code; an unexpected error is a bug and keeps its traceback."""
    if isinstance(sys.stdout, TextIOWrapper):  # a terminal of another encoding has no emoji: no reason to fail
        sys.stdout.reconfigure(errors="replace")
    try:
        refuse_secrets(sys.argv[1:])
        cli.main(prog_name="tocsin", standalone_mode=False)
    except ConfigError as problem:
        ui.error(str(problem), problem.hint or None)
        sys.exit(2)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except click.Abort as stopped:
        say_stopped(stopped)
        sys.exit(130)


def say_stopped(how: click.Abort) -> None:
    """What a no leaves behind; Ctrl-C while something was done says nothing."""
    if how.__cause__ is None:
        if how.__context__ is not None:  # Ctrl-C or Ctrl-D in answer to a question, which leaves its line open
            ui.line()
        ui.line("Nothing was changed.")
