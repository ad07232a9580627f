"""Reads the policies that calls carry: what they allow, to whom, and whether that is everything or everybody.

Grammar: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from tocsin.model import Phrase, Value
from tocsin.reading import fields
from tocsin.reading.content import cut

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_STATEMENTS, _LISTED, _LONG = 3, 4, 90


def document(value: object) -> fields.Json | None:
    """The policy in an object or in a text of JSON, percent-encoded or not; None when it is none."""
    if isinstance(value, str):
        value = fields.parsed(unquote(value) if value.lstrip().lower().startswith("%7b") else value)
    return value if isinstance(value, dict) and "Statement" in value else None


def documents(value: object) -> Iterator[fields.Json]:
    """Every policy in a request, wherever it stands."""
    found = document(value)
    if found is not None:
        yield found
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from documents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from documents(inner)


def is_admin(policy: fields.Json) -> bool:
    """Whether it allows everything on everything."""
    return any("*" in _many(one, "Action") and "*" in _many(one, "Resource") for one in _allowing(policy))


def is_public(policy: fields.Json) -> bool:
    """Whether it allows something to everybody, without any condition."""
    return any("*" in _principals(one) and not one.get("Condition") for one in _allowing(policy))


def strangers(policy: fields.Json, account: str) -> list[str]:
    """The accounts other than ``account`` that it lets in."""
    named = [found for one in _allowing(policy) for who in _principals(one) for found in _ACCOUNT.findall(who)]
    return [one for one in dict.fromkeys(named) if one != account]


def said(policy: fields.Json) -> tuple[Phrase, ...]:
    """The first statements, each in one line."""
    return tuple(_statement(one) for one in _statements(policy)[:_STATEMENTS])


def _statement(one: fields.Json) -> Phrase:
    resources, principals = _listed(one, "Resource"), _principals(one)
    known: dict[str, Value] = {
        "effect": fields.text(one, "Effect"),
        "actions": _short(_listed(one, "Action")) or "?",
        "resources": _short(resources),
        "principals": _short(principals),
    }
    if principals:
        return Phrase("cloudtrail.statement_for" if resources else "cloudtrail.statement_trust", known)
    return Phrase("cloudtrail.statement", known)


def _allowing(policy: fields.Json) -> list[fields.Json]:
    return [one for one in _statements(policy) if fields.text(one, "Effect").lower() == "allow"]


def _statements(policy: fields.Json) -> list[fields.Json]:
    found = policy.get("Statement")
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def _principals(one: fields.Json) -> list[str]:
    value = one.get("Principal")
    if isinstance(value, dict):
        return [who for names in value.values() for who in _texts(names)]
    return _texts(value)


def _many(one: fields.Json, name: str) -> list[str]:
    return _texts(one.get(name))


def _listed(one: fields.Json, name: str) -> list[str]:
    """As it is written: what is excepted says so in AWS's own word."""
    return _many(one, name) or [f"Not{name} {excepted}" for excepted in _many(one, f"Not{name}")]


def _texts(value: object) -> list[str]:
    return [fields.clean(one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _short(names: list[str]) -> tuple[str, ...]:
    shown = tuple(cut(one, _LONG)[0] for one in names[:_LISTED])
    return (*shown, "…") if len(names) > _LISTED else shown
