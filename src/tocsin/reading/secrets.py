"""Hides what opens doors in content of unknown shape: values under the names of secrets, signed addresses."""

from __future__ import annotations

import re

HIDDEN = "•••"
_DEPTH = 40
_SECRET = re.compile(
    r"passw|passphrase|secret|token|credential|private_?key|api_?key|access_?key\Z|authorization|connectionstring|"
    r"user_?data\Z|environmentvariables",
    re.I,
)
# The name of a secret, rules about passwords and kinds of tokens open nothing.
_PLAIN = re.compile(
    r"secret_?(id|name|arn)s?\Z|password_?(length|age|reuse|lastused|resetrequired|enabled)|httptokens|"
    r"(token|credential|authorization)_?(type|expiry|expiration|status|name|use)\Z",
    re.I,
)
_NAMES, _VALUES = ("name", "key"), ("value", "stringvalue")
# What signs an address (AWS's Signature Version 4 in a query), who logs in there, and JSON within text.
_INLINE = (
    (re.compile(r"(?i)(x-amz-(?:signature|security-token)=)[^&\s\"']{1,4096}"), r"\1" + HIDDEN),
    (re.compile(r"(://[^\s/:@]{1,100}:)[^\s/@]{1,200}(?=@)"), r"\1" + HIDDEN),
    (re.compile(r"(?i)(\"[\w-]{0,40}(?:passw|secret|token|api_?key)[\w-]{0,40}\\?\"\s?:\s?\\?\")[^\"\\]{1,4096}"),
     r"\1" + HIDDEN),
)  # fmt: skip


def hidden(value: object, depth: int = _DEPTH) -> object:
    """A copy of a JSON value in which each text, list or object under the name of a secret is "•••".

    A pair of a name and a value counts as well. What nests deeper than ``depth`` becomes "…".
    """
    if isinstance(value, str):
        return masked(value)
    if not isinstance(value, (dict, list)):
        return value
    if not depth:
        return "…"
    if isinstance(value, list):
        return [hidden(inner, depth - 1) for inner in value]
    pair = any(key.lower() in _NAMES and _named(inner) for key, inner in value.items() if isinstance(key, str))
    return {key: _inner(str(key), inner, pair, depth - 1) for key, inner in value.items()}


def masked(text: str) -> str:
    """A text without what signs its addresses, without passwords in them, and without secrets in JSON within it."""
    for pattern, instead in _INLINE:
        text = pattern.sub(instead, text)
    return text


def _inner(key: str, value: object, pair: bool, depth: int) -> object:
    if not isinstance(value, (str, dict, list)) or not value:
        return value
    return HIDDEN if _named(key) or (pair and key.lower() in _VALUES) else hidden(value, depth)


def _named(name: object) -> bool:
    return isinstance(name, str) and bool(_SECRET.search(name)) and not _PLAIN.search(name)
