"""The command group: what there is, told at a glance."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
from click.testing import CliRunner

from tocsin_cli.app import COMMANDS, cli, say_stopped

PROGRAM = """
import sys
from tocsin_cli.app import main
try:
    main()
finally:
    print(*sorted(name for name in sys.modules if name.startswith("tocsin_cli.commands.")), file=sys.stderr)
"""


def test_every_command_has_its_line_and_every_line_fits() -> None:
    """One line of a narrow terminal each, none cut short, whatever its name."""
    lines = CliRunner().invoke(cli, ["--help"], terminal_width=80).output.splitlines()
    told = [line.split()[0] for line in lines if line.startswith("  ") and line.split()[0] in COMMANDS]

    assert told == list(COMMANDS)
    assert not [line for line in lines[1:] if len(line) > 80 or line.endswith("...")]
    for group in ("alarm", "spoke"):
        assert "..." not in CliRunner().invoke(cli, [group, "--help"], terminal_width=80).output.partition("\n")[2]


def test_every_module_of_a_command_is_one() -> None:
    """A file in commands/ is a command that is listed; the parts of one lie beside it under its name."""
    modules = {path.stem for path in (Path(__file__).parents[1] / "src/tocsin_cli/commands").glob("[a-z]*.py")}
    listed = {name.replace("-", "_") for name in COMMANDS}

    assert listed <= modules
    assert not {name for name in modules - listed if name.partition("_")[0] not in listed}


def test_a_misspelt_command_is_guessed_at() -> None:
    """The nearest one is named, and nothing is run; what is near to none is only unknown."""
    near, far = (CliRunner().invoke(cli, [word]) for word in ("deplyo", "zzz"))

    assert (near.exit_code, far.exit_code) == (2, 2)
    assert "Is it 'deploy'?" in near.output and "No such command 'zzz'" in far.output


def test_a_no_is_told_on_a_line_of_its_own() -> None:
    """An answer ends its line; Ctrl-D does not, so that is done for it."""
    said = []
    for answer in ("n\n", ""):
        with CliRunner().isolation(input=answer) as (output, *_):
            try:
                if not click.confirm("Do this?"):
                    raise click.Abort
            except click.Abort as stopped:
                say_stopped(stopped)
            said.append(output.getvalue().decode())

    assert said == ["Do this? [y/N]: n\nNothing was changed.\n", "Do this? [y/N]: \nNothing was changed.\n"]


def test_help_wakes_no_command() -> None:
    """Whoever only looks waits for nothing."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, "--help"], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "" and "deploy" in done.stdout
