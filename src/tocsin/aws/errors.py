"""What an AWS service's refusal means: one table by its code word, since the status says little.

Codes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html, the reasons of a
cancelled transaction: …/APIReference/API_TransactWriteItems.html, what all services share: …/CommonErrors.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from tocsin.aws.calls import Call
from tocsin.destinations.http import Answer

# condition: what we knew of a row is no longer so. conflict: another transaction holds a row. throttled: too much at
# once. down: no answer yet, or a fault of theirs. denied: a permission is missing. credentials: ours are not accepted.
# absent: no such table, parameter or queue. refused: never unchanged.
Kind = Literal["condition", "conflict", "throttled", "down", "denied", "credentials", "absent", "refused"]

_WORDS: dict[Kind, str] = {
    "condition": "ConditionalCheckFailedException ConditionalCheckFailed",
    "conflict": "TransactionConflictException TransactionConflict",
    "throttled": """ProvisionedThroughputExceededException ProvisionedThroughputExceeded ThrottlingException
        ThrottlingError Throttling ThrottledException RequestLimitExceeded TooManyRequestsException RequestThrottled""",
    "down": """TransactionInProgressException InternalServerError InternalServerException InternalFailure
        InternalServiceFault ServiceUnavailable ServiceUnavailableException ServiceUnavailableError RequestTimeout""",
    "denied": "AccessDeniedException AccessDenied NotAuthorized KMS.AccessDeniedException KmsAccessDenied",
    "credentials": """UnrecognizedClientException InvalidClientTokenId ExpiredTokenException ExpiredToken
        InvalidSignatureException SignatureDoesNotMatch MissingAuthenticationTokenException MissingAuthenticationToken
        IncompleteSignatureException IncompleteSignature RequestExpired OptInRequired""",
    "absent": """ResourceNotFoundException ParameterNotFound ParameterVersionNotFound QueueDoesNotExist
        AWS.SimpleQueueService.NonExistentQueue""",
}
KINDS: Mapping[str, Kind] = {word: kind for kind, words in _WORDS.items() for word in words.split()}

# Of several reasons the gravest decides; trying again unchanged helps least with the first.
_GRAVEST: tuple[Kind, ...] = ("refused", "condition", "conflict", "throttled", "down")


class AwsError(Exception):
    """An AWS call that did not do what it should. ``code`` is the service's word, or how the road to it failed.

    ``reasons``: why a transaction was cancelled, one word per row ("None" for those that were not the cause).
    ``item``: the row that failed a single write's condition, as it stands. The service's own sentence is repeated only
    where it says what is missing or wrong: others may quote what was signed, credentials included.
    """

    def __init__(
        self, call: Call, kind: Kind, code: str, *, reasons: tuple[str, ...] = (), item: Any = None, more: str = ""
    ) -> None:
        super().__init__(f"{call.service}:{call.action}: {code}" + (f": {more}" if more else ""))
        self.action = call.action
        self.kind = kind
        self.code = code
        self.reasons = reasons
        self.item = item


def failure(call: Call, answer: Answer) -> AwsError:
    """The error that an answer other than 200 means."""
    body = _json(answer.body)
    code = _code(answer, body)
    reasons = _reasons(body)
    kind = _kind(code, answer.status)
    if code == "TransactionCanceledException":
        kinds = {_kind(reason, 400) for reason in reasons if reason != "None"}
        kind = next((one for one in _GRAVEST if one in kinds), "refused")
    tells = kind == "denied" or code == "ValidationException"
    more = str(body.get("message") or body.get("Message") or "")[:300] if tells else ""
    return AwsError(call, kind, code, reasons=reasons, item=body.get("Item"), more=more)


def _code(answer: Answer, body: Mapping[str, Any]) -> str:
    """AWS's word for the error: in the body, else in a header, each perhaps with a namespace or an address around.

    The rule: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization
    """
    said = body.get("__type") or body.get("code") or answer.headers.get("x-amzn-errortype")
    word = said if isinstance(said, str) else ""
    return word.partition(":")[0].rpartition("#")[2].strip()[:80] or f"http_{answer.status}"


def _kind(code: str, status: int) -> Kind:
    return KINDS.get(code) or ("throttled" if status == 429 else "down" if status >= 500 else "refused")


def _reasons(body: Mapping[str, Any]) -> tuple[str, ...]:
    found = body.get("CancellationReasons")
    rows = found if isinstance(found, list) else []
    return tuple(str(row.get("Code") or "None") if isinstance(row, dict) else "None" for row in rows)


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
