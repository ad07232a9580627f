"""Shows drafts in the terminal: each in full, or, where there are many, one in full and a line for each."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.text import Text

from tocsin_cli import backtest_tables, ui
from tocsin_cli.cloud import Cloud
from tocsin_cli.recipes.draft import Draft
from tocsin_local.alarms import telling

_FULL = 5  # drafts


def show(here: Cloud, drafts: Sequence[Draft]) -> None:
    """What would be put, why, what is there already, and what it would have done."""
    if len(drafts) <= _FULL:
        for each in drafts:
            _in_full(here, each)
        return
    _in_full(here, drafts[0])
    ui.line(f"That was the first of {len(drafts)} (--json has them all in full):")
    for each in drafts:
        ui.line(f"  {each.name}: {'; '.join((_done(each), *_otherwise(each)))}")
    ui.line()


def question(new: Sequence[Draft]) -> str:
    """What is asked before they are put."""
    changed = sum(each.before is not None for each in new)
    what = "this alarm" if len(new) == 1 else f"these {len(new)} alarms"
    if changed == len(new):
        return f"Change {what}?"
    how = f", {changed} of them a change" if changed else ""
    return f"Put {what}{how}? It costs about {_more(new):.2f} USD a month more."


def left(each: Draft) -> str:
    """That an alarm of this name is there otherwise, and was not touched."""
    return f"- {each.name}: left as it is ({'; '.join(_otherwise(each))}). --replace changes it."


def _more(new: Sequence[Draft]) -> float:
    return sum(each.price for each in new if each.before is None)


def _in_full(here: Cloud, each: Draft) -> None:
    ui.line(f"{each.name}, in {here.where}:")
    ui.line(json.dumps(each.given, ensure_ascii=False, indent=2))
    for note in (*each.notes, f"Price: about {each.price:.2f} USD a month."):
        ui.line(f"  {note}")
    for line in _otherwise(each):
        ui.line(f"  {line[0].upper()}{line[1:]}")
    ui.line()
    if each.history is None:
        ui.line(f"No datapoint in the last {each.span}: when it would have fired cannot be told.")
    else:
        ui.show(Text(f"What it would have done in the last {each.span}:"))
        ui.show(backtest_tables.told(each.history, (), each.samples))
    ui.line()


def _otherwise(each: Draft) -> list[str]:
    """What is there already."""
    if each.is_there:
        return ["is there already, just so: nothing to do"]
    near = [f"watches the same metric already: {other}" for other in each.others]
    return near + [f"is there with another {field}: {_json(old)} → {_json(new)}"
                   for field, (old, new) in each.changes.items()]  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _done(each: Draft) -> str:
    """Lately."""
    if each.history is None:
        return f"no datapoint in {each.span}"
    count, spent = len(each.history.episodes), each.history.time_in("ALARM")
    return f"{count} alarms in {each.span}, {telling.lasted(spent)}" if count else f"no alarm in {each.span}"
