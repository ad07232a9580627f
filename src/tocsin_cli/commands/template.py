"""`tocsin template`: the whole stack as one file, for whoever would rather upload than run."""

from __future__ import annotations

import click

from tocsin_cli import ui
from tocsin_cli.artefacts.lambda_zip import package
from tocsin_cli.stack.bundle import one_file


@click.command()
@click.option("--digest", is_flag=True, help="Only the digest of the function's sources.")
def template(digest: bool) -> None:
    """Print the CloudFormation template with the function inside: one file to upload in the console.

    `tocsin template > tocsin.yaml`, then CloudFormation, Create stack, Upload a template file; the stack's output
    NextStep says how to hand over the Slack secret. The digest is the SHA-256 of `sha256sum`'s lines for the sources,
    sorted by name; a deployed function carries it as its tag tocsin:digest.
    """
    made = package(None)
    ui.line(made.digest if digest else one_file(made).rstrip("\n"))
