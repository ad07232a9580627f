"""`tocsin template`: the whole stack as one file, for whoever would rather upload than run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.artefacts.lambda_zip import RUNTIME, package
from tocsin_cli.stack.bundle import one_file
from tocsin_local.lambda_runtime import find_python


@click.command()
@click.option("--to", metavar="FILE", help="Write it there instead of printing it.")
@click.option("--digest", is_flag=True, help="Only the digest of the function's sources.")
def template(to: str | None, digest: bool) -> None:
    """Print the CloudFormation template with the function inside: one file to upload in the console.

    `tocsin template --to tocsin.yaml`, then CloudFormation, Create stack, Upload a template file; the stack's output
    NextStep says how to hand over the Slack secret. The digest is the SHA-256 of `sha256sum`'s lines for the sources,
    sorted by name; a deployed function carries it as its tag tocsin:digest.
    """
    if digest:
        ui.line(package(None).digest)
        return
    made = package(find_python(RUNTIME))
    text = one_file(made)
    if to is not None:
        _write(to, text)
        ui.line(f"{to}, {len(text.encode()):,} bytes: CloudFormation, Create stack, Upload a template file.")
        if not made.bytecode:
            ui.line(f"Made without Python {RUNTIME}, so each new container compiles it: it starts half as fast.")
    elif sys.stdout.isatty():
        raise ConfigError(
            f"the template has {len(text.encode()):,} bytes, too many to read", "tocsin template --to tocsin.yaml"
        )
    else:
        ui.line(text.rstrip("\n"))


def _write(to: str, text: str) -> None:
    try:
        Path(to).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(f"cannot write {to}: {error.strerror}") from None
