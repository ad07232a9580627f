"""An AWS on loopback that knows who asks and refuses all else, in each of the ways that AWS's services word an error.

The forms: https://smithy.io/2.0/aws/protocols/index.html and botocore's models, which read them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from answering import Answer, Request, answering

_WHO = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::123456789012:user/you</Arn><UserId>AIDA</UserId><Account>123456789012</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_STACK = (
    '<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>'
    "<member><StackName>tocsin</StackName><CreationTime>2026-11-24T12:00:00Z</CreationTime>"
    "<StackStatus>{status}</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
)
_XML = {"Content-Type": "text/xml"}


@dataclass
class Refusals:
    """``address``; what is refused, and how: ``code``, ``knows_you`` also whoever asks who they are. ``stack``: the
    status of a stack that it describes, "" where that is refused too. ``asked``: the operations, in their order."""

    address: str
    code: str = "AccessDenied"
    knows_you: bool = True
    stack: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        """Who asks and the stack, where they are known; else a refusal."""
        name = operation(request)
        self.asked.append(name)
        if name == "GetCallerIdentity" and self.knows_you:
            return Answer(200, _WHO.encode(), _XML)
        if name == "DescribeStacks" and self.stack:
            return Answer(200, _STACK.format(status=self.stack).encode(), _XML)
        return refusal(request, self.code)


@contextmanager
def refusing() -> Iterator[Refusals]:
    """It listens as long as this lasts."""
    refusals = Refusals("")
    with answering(refusals.answer) as refusals.address:
        yield refusals


def refusal(request: Request, code: str) -> Answer:
    """By this code, in the words of the protocol that asks."""
    message = f"User: arn:aws:iam::123456789012:user/you is not authorized to perform: {operation(request)}"
    if b"Action=" in request.body:
        text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        return Answer(403, text.encode(), _XML)
    if "/s3/" in request.headers.get("Authorization", ""):
        text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return Answer(403, text.encode(), _XML)
    told = {"__type": code, "message": message}
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return Answer(403, _cbor(told), {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"})
    kind = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
    return Answer(403, json.dumps(told).encode(), kind)


def operation(request: Request) -> str:
    """What is asked for, by its name."""
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    action = re.search(r"(?:^|&)Action=(\w+)", request.body.decode("utf-8", "replace"))
    return target or (action[1] if action else request.path.rpartition("/")[2].partition("?")[0])


def _cbor(words: Mapping[str, str]) -> bytes:
    """A map of texts of less than 65,536 bytes: https://www.rfc-editor.org/rfc/rfc8949"""
    texts = [text.encode() for pair in words.items() for text in pair]
    return bytes([0xA0 + len(words)]) + b"".join(b"\x79" + len(text).to_bytes(2, "big") + text for text in texts)
