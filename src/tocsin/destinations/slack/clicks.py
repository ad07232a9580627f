"""The Slack door: lets in what Slack has signed, and turns everything else away without looking into it.

Slack posts each click here, also on a button that only opens a link, and shows the user a warning unless it is
answered with 200 within 3 seconds: https://docs.slack.dev/interactivity/handling-user-interaction
How it signs: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tocsin.logbook import note

WINDOW = 300  # seconds that a signature is good for, as Slack advises; a repeat within them changes nothing
LARGEST = 512 * 1024  # bytes; a click brings its whole message along, which Slack keeps far below this

_STAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_WORD = re.compile(r"[a-z_]{1,40}")


class Refused(Exception):
    """Not from Slack, or not from now; its text is one word of ours and nothing of the request's."""


@dataclass(frozen=True, slots=True)
class Knock:
    """A request: when and by which signature it claims to be Slack's, and its body as it was sent."""

    stamp: str
    signature: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Door:
    """``secret`` gives the signing secret that is not the one it is handed, "" where there is none other: a first one
    for "", and a newer one for the one that did not fit."""

    secret: Callable[[str], str] = field(repr=False)

    def answer(self, event: Mapping[str, Any], now: float) -> int:
        """The HTTP status for a request at ``now`` (seconds since 1970): 200 if Slack signed it, else 401. Never raises
        for what is in the request, and asks for no secret before all else is as Slack's would be."""
        try:
            knock = heard(event, now)
            if not self._fits(knock):
                raise Refused("signature")
        except Refused as refused:
            note("turned away", {"why": str(refused)})
            return 401
        note("let in", {"what": _what(knock.body)})
        return 200

    def _fits(self, knock: Knock) -> bool:
        first = self.secret("")
        if first and is_signed(knock, first):
            return True
        newer = self.secret(first)
        return bool(newer) and is_signed(knock, newer)


def heard(event: Mapping[str, Any], now: float) -> Knock:
    """What a Function URL, an API Gateway or a load balancer hands in. Raises Refused for what cannot be Slack's.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    found = event.get("headers")
    headers = {str(name).lower(): value for name, value in found.items()} if isinstance(found, dict) else {}
    stamp, signature = headers.get("x-slack-request-timestamp"), headers.get("x-slack-signature")
    if not isinstance(stamp, str) or not isinstance(signature, str):
        raise Refused("unsigned")
    if not _STAMP.fullmatch(stamp) or not _SIGNATURE.fullmatch(signature):
        raise Refused("signature")
    if abs(now - int(stamp)) > WINDOW:
        raise Refused("time")
    return Knock(stamp, signature, _body(event))


def is_signed(knock: Knock, secret: str) -> bool:
    """Whether the signature is one by ``secret``."""
    return hmac.compare_digest(signature(knock.stamp, knock.body, secret), knock.signature)


def signature(stamp: str, body: bytes, secret: str) -> str:
    """As Slack makes it of the time (seconds since 1970, in digits) and the body as it is sent."""
    base = b"v0:" + stamp.encode("ascii") + b":" + body
    return f"v0={hmac.new(secret.encode(), base, 'sha256').hexdigest()}"


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not isinstance(body, str):
        raise Refused("body")
    if len(body) > LARGEST:
        raise Refused("size")
    if not event.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass")
    try:
        return b64decode(body, validate=True)
    except ValueError:
        raise Refused("body") from None


def _what(body: bytes) -> str:
    """What Slack wants, in its own word: "block_actions" is a click, "ssl_check" a look at the certificate."""
    try:
        form = parse_qs(body.decode("ascii"), max_num_fields=100)
        word = "ssl_check" if "ssl_check" in form else json.loads(form["payload"][0])["type"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "other"
    return word if isinstance(word, str) and _WORD.fullmatch(word) else "other"
