"""Asks the JSON Schema about one block, and says the answer in Slack's words."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that Slack would not take.

    `pointer` is a JSON pointer into the message, `code` and `constraint` are as blocks.validate names them
    (https://docs.slack.dev/reference/methods/blocks.validate), `field` is the missing or surplus property.
    """

    pointer: str
    message: str
    code: str = "failed_constraint"
    constraint: tuple[str, Any, Any] | None = None
    field: str = ""

    def line(self) -> str:
        """As the Web API words it in `errors`."""
        return f"{self.message} [json-pointer:{self.pointer}]"


_TYPES = {
    "string": "must provide a string",
    "object": "must provide an object",
    "array": "must provide an array",
    "number": "must provide a number",
    "integer": "must provide an integer",
    "boolean": "must provide a boolean",
}
_BOUNDS = {
    "maximum": "max_value",
    "minimum": "min_value",
    "exclusiveMinimum": "min_value",
    "uniqueItems": "unique_items",
}


def check(definition: str, value: Any, pointer: str, strict: bool = True) -> list[Finding]:
    """Everything that is wrong with `value` as a `definition` of the schema; pointers start with `pointer`.

    Not `strict`: unknown properties pass (whether Slack rejects them is not known).
    """
    found: list[Finding] = []
    for error in _validator(definition, strict).iter_errors(value):
        found += (finding for finding in _findings(error, pointer) if finding not in found)
    return found


@cache
def _validator(definition: str, strict: bool) -> Draft7Validator:
    text = resources.files(__package__).joinpath("blockkit.schema.json").read_text("utf-8")
    definitions = json.loads(text)["definitions"]
    if not strict:
        definitions = _open(definitions)
    return Draft7Validator({"$ref": f"#/definitions/{definition}", "definitions": definitions})


def _open(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {k: _open(v) for k, v in schema.items() if not (k == "additionalProperties" and v is False)}
    return [_open(item) for item in schema] if isinstance(schema, list) else schema


def _findings(error: ValidationError, pointer: str) -> Iterator[Finding]:
    at = pointer + "".join(f"/{_escape(step)}" for step in error.absolute_path)
    rule: Any = error.validator_value
    room: Any = error.schema
    held: Any = error.instance
    match error.validator:
        case "anyOf" | "oneOf":
            yield Finding(at, "failed to match all allowed schemas", "no_match")
            for cause in _likeliest(error):
                yield from _findings(cause, pointer)
        case "required":
            missing = [name for name in rule if name not in held]
            yield from (Finding(at, f"missing required field: {name}", "missing_field", None, name) for name in missing)
        case "additionalProperties":
            surplus = [name for name in held if name not in room.get("properties", {})]
            for name in surplus:
                yield Finding(at, f"invalid additional property: {name}", "unexpected_field", None, name)
        case _:
            yield _constraint(error, at)


def _constraint(error: ValidationError, at: str) -> Finding:
    kind = str(error.validator)
    limit: Any = error.validator_value
    got: Any = error.instance
    match kind:
        case "maxLength":
            return Finding(at, f"must be less than {limit + 1} characters", constraint=("max_length", limit, len(got)))
        case "minLength":
            return Finding(at, f"must be more than {limit - 1} characters", constraint=("min_length", limit, len(got)))
        case "maxItems":
            return Finding(at, f"no more than {limit} items allowed", constraint=("max_items", limit, len(got)))
        case "minItems":
            return Finding(at, f"no less than {limit} items allowed", constraint=("min_items", limit, len(got)))
        case "type":
            return Finding(at, _TYPES.get(str(limit), "must provide another type"), "invalid_type")
        case "enum" | "const" if error.absolute_path and error.absolute_path[-1] == "type":
            return Finding(at, f"unsupported type: {got}", "invalid_value")
        case "enum" | "const":
            return Finding(at, f"unsupported value: {got}", "invalid_value")
        case "pattern":
            return Finding(at, "invalid_url" if "http" in limit else f"must match {limit}", "invalid_value")
        case _:
            return Finding(at, f"must respect {kind} {limit}", constraint=(_BOUNDS.get(kind, kind), limit, got))


def _likeliest(error: ValidationError) -> list[ValidationError]:
    """The complaints of the one branch that the author meant: the one whose `type` fits; none if none does."""
    branches: dict[Any, list[ValidationError]] = {}
    for cause in error.context or ():
        branches.setdefault(cause.relative_schema_path[0], []).append(cause)
    fitting = [causes for causes in branches.values() if not _other_type(causes)]
    return min(fitting, key=len, default=[])


def _other_type(causes: Iterable[ValidationError]) -> bool:
    return any(
        (cause.validator in ("const", "enum") and list(cause.relative_path)[-1:] == ["type"])
        or (cause.validator == "type" and not cause.relative_path)
        or (cause.validator in ("anyOf", "oneOf") and not cause.relative_path and not _likeliest(cause))
        for cause in causes
    )


def _escape(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
