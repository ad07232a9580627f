"""What a stage on this machine is to be made of."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tocsin.config import Config
from tocsin_local.metrics import Datapoint

Metrics = Callable[[int], tuple[Datapoint, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """``config``: language and zone, and the real Slack if there is one (``real``). ``folder``: where to keep state,
    None for nowhere. ``runtime``: under Lambda's runtime. ``metrics``: datapoints at an instant (ms), None for this
    host's; ``clock``: the instant."""

    config: Config
    real: bool = False
    folder: Path | None = None
    runtime: bool = False
    metrics: Metrics | None = None
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
