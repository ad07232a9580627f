"""One codec for what every store keeps: a row's content as compact JSON text, and back.

The text is read by other versions too, since a deployment can be rolled back: a field that this version does not know
is passed over, one that is missing takes its default, and a field that has its default is not written at all. So a
default in the model is part of what is stored: changing one changes the meaning of rows that exist.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from tocsin.model import (
    At,
    Episode,
    Fact,
    Found,
    Incident,
    Lapse,
    Link,
    Message,
    Notice,
    Phrase,
    Receipt,
    Seen,
    Series,
    Signal,
    Strong,
)
from tocsin.ports import Content

_NAME = "~"
_CONTENTS = (Incident, Message, Seen)
_VALUES = (Strong, At, Lapse, Phrase)
_PARTS = (Fact, Link, Series, Signal, Episode, Notice, Receipt, Found)
_SCALARS = frozenset({str, int, float, bool, NoneType})


class Unreadable(Exception):
    """A row's text is not what any version of this codec has written. Says where, never what the row holds."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the values of one type hint become JSON, and come back."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Slot:
    """One field of a class: its name, its default (MISSING: it must be there) and its shape."""

    name: str
    default: Any
    shape: _Shape


def encode(content: Content) -> str:
    """``content`` as one line of ASCII. TypeError (a bug of ours) if a field holds what could not be read back."""
    if type(content) not in _CONTENTS:
        raise TypeError(f"a store keeps no {type(content).__name__}")
    return json.dumps(_write(content), separators=(",", ":"))


def decode(text: str) -> Content:
    """What ``encode`` was given. Unreadable if the text is anything else, or names a class that is not known here."""
    try:
        if not text.isascii():
            raise ValueError("it holds what was never written")
        content = _read(json.loads(text), _CONTENTS)
    except (ValueError, TypeError, RecursionError) as error:
        raise Unreadable(f"a stored row cannot be read: {error}") from error
    assert isinstance(content, _CONTENTS)
    return content


def _write(thing: Any) -> dict[str, Any]:
    kind = type(thing)
    out: dict[str, Any] = {} if kind in _PARTS else {_NAME: kind.__name__}
    for slot in _SLOTS[kind]:
        value = getattr(thing, slot.name)
        if value is not slot.default and value != slot.default:
            out[slot.name] = slot.shape.write(value)
    return out


def _read(raw: Any, among: tuple[type, ...]) -> Any:
    """The object that ``raw`` holds. Where its place allows several classes, the text says which one it is."""
    given = _expect(dict, raw)
    kind: Any = among[0] if len(among) == 1 else next((one for one in among if one.__name__ == given.get(_NAME)), None)
    if kind is None:
        raise ValueError(f"expected one of {', '.join(one.__name__ for one in among)}")
    return kind(**{slot.name: slot.shape.read(given[slot.name]) for slot in _SLOTS[kind] if slot.name in given})


def _expect(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}, found {type(value).__name__}")
    return value


def _scalar(value: Any) -> Any:
    """A scalar is kept as it stands, whatever its field's type: a number where text should be costs no alarm."""
    if type(value) not in _SCALARS:
        raise TypeError(f"expected a scalar, found {type(value).__name__}")
    return value


def _write_value(value: Any) -> Any:
    if type(value) is tuple:
        return [_write_value(each) for each in value]
    return _write(value) if type(value) in _VALUES else _scalar(value)


def _read_value(raw: Any) -> Any:
    if type(raw) is list:
        return tuple(_read_value(each) for each in raw)
    return _read(raw, _VALUES) if type(raw) is dict else _scalar(raw)


_SCALAR = _Shape(_scalar, _scalar)
_VALUE = _Shape(_write_value, _read_value)


def _shape(hint: Any) -> _Shape:
    """The shape of a type hint, for the hints that the model uses; TypeError at import for any other."""
    origin, arms = get_origin(hint), get_args(hint)
    if hint in _SCALARS or origin is Literal:
        return _SCALAR
    if isinstance(hint, type) and hint in (*_CONTENTS, *_VALUES, *_PARTS):
        return _object(hint)
    if origin is tuple:
        return _many(_shape(arms[0])) if arms[-1] is Ellipsis else _row(len(arms))
    if origin is Mapping:
        return _mapping(_shape(arms[1]))
    if NoneType in arms and len(arms) == 2:
        return _optional(_shape(next(arm for arm in arms if arm is not NoneType)))
    if set(_VALUES) <= set(arms):
        return _VALUE
    raise TypeError(f"the codec knows no way to keep {hint}")


def _object(kind: type) -> _Shape:
    def write(value: Any) -> dict[str, Any]:
        return _write(_expect(kind, value))

    return _Shape(write, lambda raw: _read(raw, (kind,)))


def _many(each: _Shape) -> _Shape:
    return _Shape(
        lambda values: [each.write(value) for value in _expect(tuple, values)],
        lambda raw: tuple(each.read(value) for value in _expect(list, raw)),
    )


def _row(length: int) -> _Shape:
    """Scalars of a fixed number, such as a datapoint's instant and value."""

    def checked(values: Any) -> Any:
        if len(values) != length:
            raise ValueError(f"expected {length} values, found {len(values)}")
        return (_scalar(value) for value in values)

    return _Shape(lambda values: list(checked(_expect(tuple, values))), lambda raw: tuple(checked(_expect(list, raw))))


def _mapping(each: _Shape) -> _Shape:
    def write(values: Mapping[str, Any]) -> dict[str, Any]:
        return {_expect(str, name): each.write(value) for name, value in values.items()}

    return _Shape(write, lambda raw: {name: each.read(value) for name, value in _expect(dict, raw).items()})


def _optional(inner: _Shape) -> _Shape:
    return _Shape(
        lambda value: None if value is None else inner.write(value),
        lambda raw: None if raw is None else inner.read(raw),
    )


def _default(item: Field[Any]) -> Any:
    return item.default if item.default_factory is MISSING else item.default_factory()


def _slots(kind: Any) -> tuple[_Slot, ...]:
    hints = get_type_hints(kind)
    return tuple(_Slot(item.name, _default(item), _shape(hints[item.name])) for item in fields(kind))


_SLOTS = {kind: _slots(kind) for kind in (*_CONTENTS, *_VALUES, *_PARTS)}
