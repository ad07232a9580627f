"""`tocsin kinds`: which AWS events are understood, by which road, with an example each."""

from __future__ import annotations

import json
from difflib import get_close_matches

import click
from rich.table import Table

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.kinds_known import Known, known


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per kind, with an example event.")
def kinds(name: str | None, as_json: bool) -> None:
    """List the kinds of AWS events that are understood; with NAME, what one is found by and its example events.

    Draw an example with `tocsin preview FILE`. What no kind claims is read by the fallbacks, so that no event is lost.
    """
    found = list(known())
    if name:
        chosen = [one for one in found if one.name == name]
        if not chosen:
            near = get_close_matches(name, [one.name for one in found], 3)
            raise ConfigError(
                f"there is no kind {name}", f"did you mean {', '.join(near)}?" if near else "see `tocsin kinds`"
            )
        found = chosen
    if as_json:
        for one in found:
            ui.line(_line(one))
    elif name:
        _show(found[0])
    else:
        _list(found)


def _line(one: Known) -> str:
    example = json.loads(one.examples[0].read_text("utf-8")) if one.examples else None
    told = {
        "kind": one.name,
        "what": one.what,
        "roads": one.roads,
        "claims": one.claims,
        "fallback": one.fallback,
        "examples": len(one.examples),
        "example": example,
    }
    return json.dumps(told, ensure_ascii=False)


def _list(found: list[Known]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("kind", "road", "what it is"):
        table.add_column(column)
    for one in found:
        table.add_row(one.name, ", ".join(one.roads), one.what)
    ui.rows(table)
    own = sum(not one.fallback for one in found)
    ui.line()
    ui.line(
        f"{own} kinds, and {len(found) - own} fallbacks for everything else. `tocsin kinds NAME` tells more of one."
    )


def _show(one: Known) -> None:
    ui.line(f"{one.name}: {one.what}")
    for claim in one.claims:
        ui.line(f"  found by {claim}")
    for path in one.examples:
        ui.line(f"  example {path}")
