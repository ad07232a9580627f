"""Runs the checks; what one of them may not look at becomes a finding, and never the end of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin_cli.doctor.finding import SEVERITIES, Check, Finding, Severity
from tocsin_cli.doctor.mending import made_again
from tocsin_cli.doctor.scene import Scene

_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError",
           "AuthorizationErrorException")  # fmt: skip
# Parts of the codes by which services say that something is not there.
_GONE = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")
# Then nothing can be looked at: the command says so, once.
_STRANGERS = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
              "SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired")  # fmt: skip
EXIT_CODES: dict[Severity, int] = {"broken": 1, "risk": 3, "unseen": 3, "note": 0}


@dataclass(frozen=True, slots=True)
class Result:
    """A check and what it found."""

    check: Check
    findings: tuple[Finding, ...]


def examine(scene: Scene, checks: Iterable[Check]) -> Iterator[Result]:
    """One check after the other. Errors as boto3 raises them only where AWS does not know who asks."""
    for check in checks:
        yield Result(check, tuple(_looked(scene, check)))


def gravest(results: Sequence[Result]) -> Severity | None:
    """The gravest of all findings, None if there is none."""
    found = {finding.severity for result in results for finding in result.findings}
    return next((each for each in SEVERITIES if each in found), None)


def _looked(scene: Scene, check: Check) -> Iterator[Finding]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield from check.look(scene)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _STRANGERS:
            raise
        yield _refused(scene, check, error)
    except BotoCoreError as error:
        yield Finding("unseen", f"{check.name}: {' '.join(str(error).split())}", _UNKNOWN, scene.tocsin("doctor"))


_UNKNOWN = "whether this works is not known"


def _refused(scene: Scene, check: Check, error: Any) -> Finding:
    told = error.response.get("Error", {})
    code, message = told.get("Code", ""), " ".join(str(told.get("Message", "")).split())
    if any(word in code for word in _GONE):
        return Finding(
            "broken",
            f"{check.name}: {error.operation_name} finds nothing: {message}",
            "a part of the stack was deleted by hand",
            made_again(scene),
        )
    if code in _DENIED:
        what = f"{check.name}: you may not look: {error.operation_name} is denied"
        mend = f"ask for the right to call {error.operation_name}, or use another profile with --profile"
        return Finding("unseen", what, f"{_UNKNOWN}: {message}", mend)
    return Finding(
        "unseen", f"{check.name}: {error.operation_name}: {code}", f"{_UNKNOWN}: {message}", scene.tocsin("doctor")
    )
