"""Judges resource and role policies as AWS does, as far as a policy alone can tell: who may do what, on what.

How AWS evaluates: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html, the
conditions: …/reference_policies_elements_condition_operators.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Policy = Mapping[str, Any]

_NEGATED = {"StringNotEquals", "StringNotLike", "StringNotEqualsIgnoreCase", "ArnNotEquals", "ArnNotLike"}


@dataclass(frozen=True, slots=True)
class Asked:
    """``action`` by ``principal`` (a service's name; "" for whoever a role's own policy is about) on ``resource``.

    ``context``: what is known of the request, by condition key in small letters.
    """

    action: str
    resource: str
    principal: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


def parsed(text: str) -> Policy:
    """A policy's JSON, empty where there is none."""
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def allows(policies: Iterable[Policy], asked: Asked) -> bool:
    """Whether a statement allows it and none denies it.

    What cannot be known here, such as a condition on something that ``context`` does not hold, counts for the policy:
    a check built on this stays silent when in doubt.
    """
    said = [each for policy in policies for each in statements(policy)]
    if any(each.get("Effect") == "Deny" and _applies(each, asked) is True for each in said):
        return False
    return any(each.get("Effect") == "Allow" and _applies(each, asked) is not False for each in said)


def extended(policy: Policy, *more: Mapping[str, Any]) -> Policy:
    """The policy with these statements, in place of those of the same Sid."""
    ours = {each["Sid"] for each in more}
    kept = [each for each in statements(policy) if each.get("Sid") not in ours]
    return {"Version": "2012-10-17", **policy, "Statement": [*kept, *more]}


def reduced(policy: Policy, sid: str) -> Policy:
    """The policy without the statement of that Sid."""
    return {**policy, "Statement": [each for each in statements(policy) if each.get("Sid") != sid]}


def written(policy: Policy) -> str:
    """As AWS takes it: JSON, "" for a policy that says nothing."""
    return json.dumps(policy, separators=(",", ":")) if statements(policy) else ""


def statements(policy: Policy) -> list[Mapping[str, Any]]:
    """All of them: a single one may stand without a list around it."""
    found = policy.get("Statement", ())
    return [found] if isinstance(found, dict) else list(found)


def _applies(statement: Mapping[str, Any], asked: Asked) -> bool | None:
    """Whether a statement is about this: None if that cannot be known."""
    return _all(
        (
            _is_of(statement, asked.principal),
            _names(statement, "Action", asked.action.lower(), str.lower),
            _names(statement, "Resource", asked.resource, str),
            *_conditions(statement.get("Condition", {}), asked.context),
        )
    )


def _all(parts: Iterable[bool | None]) -> bool | None:
    found = list(parts)
    return False if False in found else None if None in found else True


def _is_of(statement: Mapping[str, Any], principal: str) -> bool | None:
    if not principal:
        return True
    if "NotPrincipal" in statement:
        return None
    named = statement.get("Principal", {})
    if named == "*" or "*" in _listed(named.get("AWS", ())):
        return True
    return principal in _listed(named.get("Service", ()))


def _names(statement: Mapping[str, Any], what: str, value: str, spelled: Callable[[str], str]) -> bool:
    if f"Not{what}" in statement:
        return not any(_like(spelled(each), value) for each in _listed(statement[f"Not{what}"]))
    return any(_like(spelled(each), value) for each in _listed(statement.get(what, "*")))


def _conditions(conditions: Mapping[str, Any], context: Mapping[str, str]) -> Iterator[bool | None]:
    for operator, block in conditions.items():
        plain = operator.rpartition(":")[2].removesuffix("IfExists")
        for key, wanted in block.items():
            known = context.get(key.lower())
            yield None if known is None else _holds(plain, known, [str(each) for each in _listed(wanted)])


def _holds(operator: str, value: str, wanted: Sequence[str]) -> bool | None:
    match operator:
        case "StringEquals" | "StringNotEquals":
            found = value in wanted
        case "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" | "Bool":
            found = value.lower() in [each.lower() for each in wanted]
        case "StringLike" | "StringNotLike" | "ArnEquals" | "ArnLike" | "ArnNotEquals" | "ArnNotLike":
            found = any(_like(each, value) for each in wanted)
        case _:
            return None
    return found != (operator in _NEGATED)


def _like(pattern: str, value: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value, re.DOTALL) is not None


def _listed(value: Any) -> list[Any]:
    """A value alone is no list: text, or in conditions also a number or a truth."""
    return [*value] if isinstance(value, list | tuple) else [value]
