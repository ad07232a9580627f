"""What the page shows and may do, in one hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from tocsin_local.journal import Journal
from tocsin_local.loading import Loading
from tocsin_local.stage import Stage


@dataclass(frozen=True, slots=True)
class Desk:
    """``language`` and ``zone`` are those of the messages; a reader may choose another language for the page.

    ``real``: a real Slack is told too, and the channel is a copy.
    """

    stage: Stage
    journal: Journal
    loading: Loading
    language: str = "en"
    zone: tzinfo = UTC
    real: bool = False
    channel: str = "alarms"
