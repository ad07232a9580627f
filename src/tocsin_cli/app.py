"""The command group: finds each command in its own file and turns our errors into one line and a hint."""

from __future__ import annotations

import sys
from importlib import import_module
from io import TextIOWrapper

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.secrets import refuse_secrets

# name of the command -> the module under tocsin_cli.commands that holds it, by the module's own name
COMMANDS = {
    "alarm": "alarm",
    "connect": "connect",
    "demo": "demo",
    "deploy": "deploy",
    "destroy": "destroy",
    "disconnect": "disconnect",
    "doctor": "doctor",
    "kinds": "kinds",
    "logs": "logs",
    "migrate": "migrate",
    "new-kind": "new_kind",
    "preview": "preview",
    "redrive": "redrive",
    "send": "send",
    "spoke": "spoke",
    "status": "status",
    "stress": "stress",
    "template": "template",
    "test": "test",
    "up": "up",
}

EXIT_CODES = """\b
Exit codes:
  0  done
  1  it did not work: the output says which part
  2  wrong usage, or a file or setting that must be mended first
  3  `tocsin doctor` found a risk, and nothing worse
  130  stopped by Ctrl-C"""


class LazyGroup(click.Group):
    """Imports a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"tocsin_cli.commands.{COMMANDS[cmd_name]}")
        command: click.Command = vars(module)[COMMANDS[cmd_name]]
        return command


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
        if stopped.__cause__ is None:  # a no, and not Ctrl-C
            ui.line("Nothing was changed.")
        sys.exit(130)
