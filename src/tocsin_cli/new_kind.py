"""Writes the skeleton of a kind into a checkout: its module, its line in KINDS, its event."""

from __future__ import annotations

import json
import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.envelope import Envelope, unwrap
from tocsin.kinds import INDEX, KINDS
from tocsin.ports import ConfigError

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

MODULE = '''"""{what}: say in one sentence which events these are, and link the AWS page that describes them."""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Fact, Phrase, Signal
from tocsin.reading import arns, fields, plainly

WORDS = {{
    "en": {{"title": "{what}: {{status}}", "resource": "Resource"}},
    "ko": {{"title": "{what}: {{status}}", "resource": "리소스"}},
}}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per event."""
    where = plainly.origin(envelope)
    detail = fields.mapping(envelope.body, "detail") or envelope.body
    status = fields.text(detail, "status") or fields.text(detail, "state") or "?"
    resource = next(iter(fields.texts(envelope.body, "resources")), "")
    return (
        Signal(
            kind="{name}",
            sort="happening",
            subject=":".join((*where, "{name}", resource or envelope.event_id)),
            title=Phrase("{name}.title", {{"status": status}}),
            at=plainly.moment(envelope),
            severity="info",
            facts=(Fact(Phrase("{name}.resource"), resource),) if resource else (),
            partition=where.partition,
            account=where.account,
            region=where.region,
        ),
    )
'''


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, in the order in which a newcomer reads on."""

    event: Path
    module: Path
    registry: Path


def write(root: Path, name: str, content: str) -> Written:
    """The skeleton of the kind ``name`` for the event in ``content``. Raises ConfigError, and then writes nothing."""
    registry = root / "src" / "tocsin" / "kinds" / "__init__.py"
    if not registry.is_file():
        raise ConfigError(f"{root} is no checkout of tocsin", "run it in a clone of the repository, at its top")
    module, event = registry.with_name(f"{name}.py"), root / "tests" / "events" / name / "first.json"
    _check_name(name, module)
    parsed = _parsed(content)
    envelope = unwrap(parsed, http=True)[0]
    claim = _claim(envelope)
    source = registry.read_text("utf-8")
    line = f'    Entry("{name}", "{name}", ({claim},)),\n'
    event.parent.mkdir(parents=True, exist_ok=True)
    event.write_text(json.dumps(parsed, indent=1, ensure_ascii=False) + "\n", "utf-8")
    module.write_text(MODULE.format(name=name, what=name.replace("_", " ").capitalize()), "utf-8")
    registry.write_text(_with_line(source, name, line), "utf-8")
    return Written(event, module, registry)


def _check_name(name: str, module: Path) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ConfigError(
            f"{name!r} is no name for a kind", "lower case letters, digits and single underscores: ecs_task"
        )
    if module.exists() or module.with_suffix("").exists() or any(name == entry.name for entry in KINDS):
        raise ConfigError(f"there is a kind {name} already", "choose another name, or extend that one")


def _parsed(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise ConfigError(f"the event is no JSON: {problem}", "give it as AWS hands it over") from None


def _claim(envelope: Envelope) -> str:
    """How the event can be told from all that is known so far. Raises ConfigError if a kind claims it already."""
    claimed = [entry.name for entry in INDEX.find(envelope)]
    if claimed:
        raise ConfigError(f"the kind {claimed[0]} claims this event already", f"`tocsin kinds {claimed[0]}` shows how")
    body = envelope.body
    if isinstance(body, dict) and "eventbridge" in envelope.via:
        return f"Source({json.dumps(str(body.get('source')))}, {json.dumps(str(body.get('detail-type')))})"
    if isinstance(body, dict) and len(body) > 1:
        return f"Keys({', '.join(json.dumps(str(key)) for key in list(body)[:3])})"
    raise ConfigError(
        "this event has nothing that a skeleton could be found by",
        "a text needs a pattern of your own: see docs/add-a-kind.md",
    )


def _with_line(source: str, name: str, line: str) -> str:
    """KINDS with one more line, where the alphabet wants it."""
    start = source.index("KINDS = (\n") + len("KINDS = (\n")
    end = source.index(")  # fmt: skip", start)
    entries = list(re.finditer(r'^    Entry\("([a-z0-9_]+)"', source[start:end], re.MULTILINE))
    behind = next((found for found in entries if found[1] > name), None)
    place = start + behind.start() if behind else end
    return source[:place] + line + source[place:]
