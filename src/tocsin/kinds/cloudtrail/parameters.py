"""What was requested, readably: one row for each parameter, secrets never among them.

CloudTrail hides most secrets itself; what it leaves, and what services add later, is hidden here by its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tocsin.kinds.cloudtrail import policy
from tocsin.kinds.cloudtrail.record import WRAPPERS
from tocsin.model import Fact, Phrase, Value
from tocsin.reading import fields, plainly
from tocsin.reading.content import cut

_SHOWN, _KNOWN, _DEEP, _VALUES, _LONG = 6, 30, 16, 5, 200
# What only machines read.
_NOISE = re.compile(
    r"(next|client|idempotency)_?(request)?token|requestid|xmlns\S*|marker|maxresults|maxitems|host|acl\Z", re.I
)
_SECRET = re.compile(
    r"passw|passphrase|secret|token|credential|private_?key|user_?data|environment|variables|authenticationcode|mfacode|"
    r"otp\Z|authorization|plaintext|ciphertext|blob|connectionstring|parametervalue|zipfile|signature|hyperparameters|"
    r"defaultarguments|api_?key|^(value|message|commands?)\Z",
    re.I,
)
# Names of secrets, rules about passwords and kinds of tokens are no secrets themselves.
_PLAIN = re.compile(
    r"secret(id|idlist|name|arn)s?\Z|password(length|age|reuse|lastused|resetrequired)|credentialid|httptokens|"
    r"environment(name|id|arn|type)s?\Z|authorizationtype",
    re.I,
)
# A value beside the name of a tag, a filter or an attribute is what it says, not a secret.
_VALUED = re.compile(r"tag|filter|attribute", re.I)
# Bounded on every side: who chooses a long name must not choose how long we look at it.
_INLINE = re.compile(
    r"(?i)((?:password|passwd|secret|token|api[_-]?key)[\w-]{0,40}[\"']?\s{0,4}[=:]\s{0,4}[\"']?)[^\s\"',;&}]{1,4096}"
)


def facts(request: Mapping[str, object]) -> tuple[Fact, ...]:
    """The parameters as facts, the first ones shown and the others as details."""
    found: dict[str, list[Value]] = {}
    _walk(request, "", found, _DEEP)
    return tuple(
        Fact(plainly.named(cut(path, 80)[0]), _row(values), detail=place >= _SHOWN)
        for place, (path, values) in enumerate(found.items())
    )


def redacted(text: str) -> str:
    """A text with whatever it calls a password, secret, token or API key struck out."""
    return _INLINE.sub(r"\1•••", text)


def _walk(value: object, path: str, found: dict[str, list[Value]], depth: int) -> None:
    if isinstance(value, Mapping) and depth and policy.document(value) is None:
        for key, inner in value.items():
            _step(str(key), inner, path, found, depth)
    elif isinstance(value, list) and depth:
        for inner in value:
            _walk(inner, path, found, depth - 1)
    elif (said := _said(value)) is not None and (path in found or len(found) < _KNOWN):
        values = found.setdefault(path, [])
        values += [one for one in said if one not in values]


def _step(key: str, inner: object, path: str, found: dict[str, list[Value]], depth: int) -> None:
    low = key.lower()
    if low in WRAPPERS:
        _walk(inner, path, found, depth - 1)
    elif inner in (None, "", [], {}) or _NOISE.fullmatch(low) or (low == "tag" and isinstance(inner, int)):
        return
    else:
        name = f"{path}.{fields.clean(key)}" if path else fields.clean(key)
        if _is_secret(low, path, inner):
            found.setdefault(name, [Phrase("cloudtrail.hidden")])
        else:
            _walk(inner, name, found, depth - 1)


def _is_secret(key: str, path: str, inner: object) -> bool:
    if isinstance(inner, bool) or policy.document(inner) is not None or _PLAIN.search(key):
        return False
    return bool(_SECRET.search(key)) and not (key == "value" and _VALUED.search(path))


def _said(value: object) -> tuple[Value, ...] | None:
    read = policy.document(value)
    if read is not None:
        return policy.said(read)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, (int, float)):
        return (str(value),)  # an account, a port, an id: nothing that wants its thousands kept apart
    if not isinstance(value, str) or not value.strip():
        return None
    return (cut(redacted(fields.clean(value)), _LONG)[0],)


def _row(values: list[Value]) -> Value:
    if len(values) == 1:
        return values[0]
    shown = tuple(values[:_VALUES])
    return (*shown, "…") if len(values) > _VALUES else shown
