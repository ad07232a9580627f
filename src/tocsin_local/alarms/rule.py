"""The rule of a composite alarm: its grammar, and whether it holds.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html (AlarmRule). Keywords are
case-sensitive. A name is quoted, with ``\\"`` for a quote, or free of blanks, round brackets and commas; single quotes
belong to it; an ARN stands for its alarm. Assumptions: AND binds tighter than OR, a percentage is rounded up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

from tocsin_local.alarms.evaluate import STATES, State

MAX_LENGTH, MAX_CHILDREN, MAX_ELEMENTS = 10_240, 100, 500
MAX_DEPTH = 100  # ours: AWS names none
STARTS = "'(', 'NOT', AT_LEAST, TRUE or FALSE, ALARM, OK, or INSUFFICIENT_DATA"
TOKEN = re.compile(r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<mark>[(),])|(?P<word>[^\s(),"][^\s(),]*))')
ALARM_ARN = re.compile(r"arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:(.+)", re.DOTALL)


class RuleError(ValueError):
    """The rule cannot be read, said as AWS says it."""


@dataclass(frozen=True, slots=True)
class Constant:
    """TRUE or FALSE."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Is:
    """A child is in a state. ``child`` as it was written, a name or an ARN."""

    state: State
    child: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Both:
    """All (AND) or any (OR) of the parts."""

    word: Literal["AND", "OR"]
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``count`` of the children are (not) in a state."""

    count: int
    state: State
    negated: bool
    children: tuple[str, ...]


Node = Constant | Is | Not | Both | AtLeast


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the rule and where it begins; ``name`` is what it means as a child's name."""

    text: str
    at: int
    name: str


def parse(text: str) -> Node:
    """The rule as a tree. Raises RuleError with AWS's wording, or with the limit that it breaks."""
    if len(text) > MAX_LENGTH:
        raise RuleError(f"AlarmRule has {len(text)} characters, more than {MAX_LENGTH}")
    reader = _Reader(text)
    node = reader.alternatives()
    reader.end()
    if (named := len(set(children(node)))) > MAX_CHILDREN:
        raise RuleError(f"AlarmRule names {named} alarms, more than {MAX_CHILDREN}")
    if (size := elements(node)) > MAX_ELEMENTS:
        raise RuleError(f"AlarmRule has {size} elements, more than {MAX_ELEMENTS}")
    return node


def children(node: Node) -> Iterator[str]:
    """The children in the order of the rule, as written, repeats included."""
    match node:
        case Is(child=child):
            yield child
        case AtLeast(children=named):
            yield from named
        case Not(inner=inner):
            yield from children(inner)
        case Both(parts=parts):
            for part in parts:
                yield from children(part)


def elements(node: Node) -> int:
    """How many things a rule consists of. What AWS counts is unverified: here every child, constant and operator."""
    match node:
        case Not(inner=inner):
            return 1 + elements(inner)
        case Both(parts=parts):
            return len(parts) - 1 + sum(map(elements, parts))
        case AtLeast(children=named):
            return 1 + len(named)
    return 1


def holds(node: Node, states: Mapping[str, State]) -> bool:
    """Whether the rule is true for these states by child's name; a child that is not there is in no state."""
    match node:
        case Constant(holds=value):
            return value
        case Is(state=state, child=child):
            return states.get(name_of(child)) == state
        case Not(inner=inner):
            return not holds(inner, states)
        case Both(word=word, parts=parts):
            return (all if word == "AND" else any)(holds(part, states) for part in parts)
        case AtLeast():
            fitting = sum((states.get(name_of(child)) == node.state) != node.negated for child in node.children)
            return fitting >= node.count


def name_of(child: str) -> str:
    """The alarm's name behind a name or an ARN."""
    found = ALARM_ARN.fullmatch(child)
    return found[1] if found else child


def _tokens(text: str) -> list[Token]:
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        piece = TOKEN.match(text, place)
        if piece is None:
            raise RuleError(f"Error in AlarmRule [Unclosed quotation mark at char {text.index(chr(34), place)}]")
        quoted = piece["quoted"]
        name = re.sub(r"\\(.)", r"\1", quoted[1:-1]) if quoted else ""
        written = quoted or piece["mark"] or piece["word"]
        found.append(Token(written, piece.end() - len(written), name or piece["word"] or ""))
        place = piece.end()
    return found


class _Reader:
    """Walks along the tokens, one method per line of the grammar."""

    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text), Token("", len(text), "")]
        self._place = 0
        self._depth = 0

    def alternatives(self) -> Node:
        parts = [self._together()]
        while self._take("OR"):
            parts.append(self._together())
        return parts[0] if len(parts) == 1 else Both("OR", tuple(parts))

    def end(self) -> None:
        if self._next.text:
            raise self._unsupported("AND, OR or the end")

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _together(self) -> Node:
        parts = [self._single()]
        while self._take("AND"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Both("AND", tuple(parts))

    def _single(self) -> Node:
        negated = False
        while self._take("NOT"):
            negated = not negated
        node = self._primary()
        return Not(node) if negated else node

    def _primary(self) -> Node:
        for word in ("TRUE", "FALSE"):
            if self._take(word):
                return Constant(word == "TRUE")
        if self._take("("):
            return self._bracketed()
        if self._take("AT_LEAST"):
            return self._at_least()
        state = self._state(STARTS)
        self._expect("(")
        child = self._name()
        self._expect(")")
        return Is(state, child)

    def _bracketed(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RuleError(f"AlarmRule has brackets inside brackets more than {MAX_DEPTH} deep")
        inner = self.alternatives()
        self._expect(")")
        self._depth -= 1
        return inner

    def _at_least(self) -> Node:
        self._expect("(")
        amount = re.fullmatch(r"(\d{1,3})(%?)", self._next.text)
        if amount is None:
            raise self._unsupported("a number or a percentage")
        self._place += 1
        self._expect(",")
        negated = self._take("NOT")
        state = self._state("ALARM, OK, or INSUFFICIENT_DATA")
        self._expect(",")
        named = self._names()
        self._expect(")")
        count = ceil(int(amount[1]) * len(named) / 100) if amount[2] else int(amount[1])
        if not 1 <= count <= len(named):
            raise RuleError(f"Error in AlarmRule [AT_LEAST asks for {amount[0]} of {len(named)} alarms]")
        return AtLeast(count, state, negated, named)

    def _names(self) -> tuple[str, ...]:
        self._expect("(")
        named = [self._name()]
        while self._take(","):
            named.append(self._name())
        self._expect(")")
        return tuple(named)

    def _state(self, allowed: str) -> State:
        for state in STATES:
            if self._take(state):
                return state
        raise self._unsupported(allowed)

    def _name(self) -> str:
        token = self._next
        if not token.name:
            raise self._unsupported("the name of an alarm")
        self._place += 1
        return token.name

    def _take(self, text: str) -> bool:
        if self._next.text != text:
            return False
        self._place += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._unsupported(f"'{text}'")

    def _unsupported(self, allowed: str) -> RuleError:
        found = f"'{self._next.text}' at char {self._next.at}"
        return RuleError(f"Error in AlarmRule [Unsupported token {found}, must be: {allowed}]")
