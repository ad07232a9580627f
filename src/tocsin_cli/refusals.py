"""What sort of refusal an error of AWS's is, by its code: each service has words of its own."""

from __future__ import annotations

import re
from typing import Any

_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError",
           "AuthorizationErrorException")  # fmt: skip
# Parts of the codes by which services say that something is not there.
_GONE = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")
_STRANGERS = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
              "SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired")  # fmt: skip
_THROTTLED = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown")


def code_of(error: Any) -> str:
    """The code of a botocore ClientError."""
    return str(error.response.get("Error", {}).get("Code", ""))


def right_of(error: Any) -> str:
    """The right that is missing, as the message says it (sqs:GetQueueAttributes); else the operation."""
    found = re.search(r"to perform: ([\w-]+:\w+)", str(error.response.get("Error", {}).get("Message", "")))
    return found[1] if found else str(error.operation_name)


def is_denied(error: Any) -> bool:
    """Whether a right is missing."""
    return code_of(error) in _DENIED


def is_gone(error: Any) -> bool:
    """Whether what was asked about is not there."""
    return any(word in code_of(error) for word in _GONE)


def is_throttled(error: Any) -> bool:
    """Whether too much was asked at once, after all that boto3 itself has tried."""
    return any(word in code_of(error) for word in _THROTTLED)


def is_of_a_stranger(error: Any) -> bool:
    """Whether AWS does not know who asks, so that nothing can be looked at."""
    return code_of(error) in _STRANGERS
