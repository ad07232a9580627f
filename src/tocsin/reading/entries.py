"""How the registry of kinds says which events are whose: plain data, and the lookup over it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Source:
    """An EventBridge event of this source, and of this detail-type unless it is left out.

    Without a source it is the detail-type alone, whatever the source. Both go before the detail-type alone, and that
    before the source alone.
    """

    source: str
    detail_type: str = ""


@dataclass(frozen=True, slots=True, init=False)
class Keys:
    """An object that has all of these fields, and none called ``without``."""

    names: tuple[str, ...]
    without: str

    def __init__(self, *names: str, without: str = "") -> None:
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "without", without)


@dataclass(frozen=True, slots=True)
class KeyStart:
    """An object with a field whose name starts like this ("ElastiCache:SnapshotComplete")."""

    start: str


@dataclass(frozen=True, slots=True)
class Text:
    """A plain text, searched with regular expressions for its SNS subject and its body."""

    subject: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, init=False)
class Attributes:
    """A message with all of these message attributes whose content nobody claims (a dead letter holds anything)."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind: the name that people see, its module in ``tocsin.kinds``, and where it is found."""

    name: str
    module: str
    where: tuple[Source | Keys | KeyStart | Text | Attributes, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """Entries by what they look for, so that finding one costs little however many there are."""

    sources: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    keys: dict[str, list[tuple[Keys, Entry]]] = field(default_factory=dict)
    starts: list[tuple[KeyStart, Entry]] = field(default_factory=list)
    texts: list[tuple[Text, Entry]] = field(default_factory=list)
    attributes: list[tuple[Attributes, Entry]] = field(default_factory=list)

    def find(self, envelope: Envelope) -> tuple[Entry, ...]:
        """The entries that claim this envelope, each once. More than one is a fault of the registry."""
        body = envelope.body
        found: list[Entry] = []
        if isinstance(body, str):
            found += [entry for text, entry in self.texts if _says(text, envelope.subject or "", body)]
        elif isinstance(body, dict) and envelope.via[-1:] == ("eventbridge",):
            source, detail_type = str(body.get("source")), str(body.get("detail-type"))
            claims = ((source, detail_type), ("", detail_type), (source, ""))
            found += next((self.sources[claim] for claim in claims if claim in self.sources), [])
        elif isinstance(body, dict):
            for first in self.keys.keys() & body.keys():
                found += [entry for keys, entry in self.keys[first] if _has(keys, body)]
            found += [entry for one, entry in self.starts if any(str(key).startswith(one.start) for key in body)]
        if not found and envelope.attributes:
            found += [entry for claim, entry in self.attributes if envelope.attributes.keys() >= set(claim.names)]
        return tuple(dict.fromkeys(found))


def index(entries: Sequence[Entry]) -> Index:
    """The lookup over these entries; their order makes no difference."""
    made = Index()
    for entry in entries:
        for where in entry.where:
            if isinstance(where, Source):
                made.sources.setdefault((where.source, where.detail_type), []).append(entry)
            elif isinstance(where, Keys):
                made.keys.setdefault(where.names[0], []).append((where, entry))
            elif isinstance(where, KeyStart):
                made.starts.append((where, entry))
            elif isinstance(where, Attributes):
                made.attributes.append((where, entry))
            else:
                made.texts.append((where, entry))
    return made


def _has(keys: Keys, body: Mapping[str, object]) -> bool:
    return body.keys() >= set(keys.names) and keys.without not in body


def _says(text: Text, subject: str, body: str) -> bool:
    return bool(re.search(text.subject, subject) and re.search(text.body, body))
