"""Puts right what CloudFormation does not see: parts of the stack that were changed behind its back, or left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from tocsin.destinations.http import Connections
from tocsin.destinations.slack.api import API_URL
from tocsin_cli.cloud import Cloud
from tocsin_cli.doctor.checks import CHECKS
from tocsin_cli.doctor.examine import examine
from tocsin_cli.doctor.finding import Finding
from tocsin_cli.doctor.scene import scene
from tocsin_cli.stack.standing import Stack

# The stack's own, and never what somebody may have switched off on purpose.
_OWN = ("subscription", "queue-policy", "dead-letter-road", "mapping", "loops", "settings", "table", "tick", "rule")


def restored(cloud: Cloud, stack: Stack, now: int) -> Iterator[str]:
    """What was put right, where that is safe; or that it was refused. What may not be looked at is passed over, since
    whoever may deploy need not be who may look. ``now`` in ms."""
    with closing(Connections()) as connections:
        seen = scene(cloud, stack, now, connections, API_URL)
        for result in examine(seen, [check for check in CHECKS if check.name in _OWN]):
            known = [finding for finding in result.findings if finding.severity != "unseen"]
            yield from (_put_right(finding, seen.tocsin("doctor", result.check.name)) for finding in known)


def _put_right(finding: Finding, doctor: str) -> str:
    from botocore.exceptions import ClientError

    if finding.fix is None:
        return f"  ✗ {finding.what}: {doctor}"
    try:
        finding.fix()
    except ClientError as error:
        return f"  ✗ {finding.what} ({error.operation_name} is refused): {doctor}"
    return f"  ✓ put right: {finding.what}"
