"""Runs the checks; what one of them may not look at becomes a finding, and never the end of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin_cli.doctor.finding import SEVERITIES, Check, Finding, Severity
from tocsin_cli.doctor.mending import made_again
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.refusals import code_of, is_denied, is_gone, is_of_a_stranger, right_of

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
        if is_of_a_stranger(error):
            raise
        yield _refused(scene, check, error)
    except BotoCoreError as error:
        yield Finding("unseen", f"{check.name}: {' '.join(str(error).split())}", _UNKNOWN, scene.tocsin("doctor"))


_UNKNOWN = "whether this works is not known"


def _refused(scene: Scene, check: Check, error: Any) -> Finding:
    message = " ".join(str(error.response.get("Error", {}).get("Message", "")).split())
    if is_gone(error):
        return Finding(
            "broken",
            f"{check.name}: {error.operation_name} finds nothing: {message}",
            "a part of the stack was deleted by hand",
            made_again(scene),
        )
    if is_denied(error):
        what = f"{check.name}: you may not look: {error.operation_name} is denied"
        mend = f"ask for the right {right_of(error)}, or use another profile with --profile"
        return Finding("unseen", what, _UNKNOWN, mend)
    what = f"{check.name}: {error.operation_name}: {code_of(error)}"
    return Finding("unseen", what, f"{_UNKNOWN}: {message}", scene.tocsin("doctor", check.name))
