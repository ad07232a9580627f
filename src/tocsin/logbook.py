"""The log: one line of JSON per thing that happened, so that both people and Logs Insights can ask why.

Fields: ``did`` (what happened), then what it happened to. No text from outside but identifiers, and no secret.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

log = logging.getLogger("tocsin")


def note(did: str, about: Mapping[str, object]) -> None:
    """Something happened as it should."""
    log.info("%s", _line(did, about))


def trouble(did: str, about: Mapping[str, object], *, bug: bool = False) -> None:
    """Something did not; ``bug``: with the traceback of the exception being handled."""
    log.error("%s", _line(did, about), exc_info=bug)


def _line(did: str, about: Mapping[str, object]) -> str:
    return json.dumps({"did": did, **about}, ensure_ascii=False, default=str)
