"""CPU use in percent of what this process may use, so that 100 means "nothing left for us" in a container as well."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from tocsin_local import cgroup

Clock = Callable[[], float]
"""Seconds that only go forward, as time.monotonic tells them."""


@dataclass(frozen=True, slots=True)
class Use:
    """CPU seconds used so far and CPU seconds that there could have been, both since an arbitrary beginning."""

    used: float
    possible: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What this process may use: the numbers of its cores, and the quota over them when one is set."""

    cpus: tuple[int, ...]
    quota: cgroup.Quota | None

    @property
    def cores(self) -> float:
        """In cores, fractions included: a quota wider than the cores gives nothing more than the cores."""
        return min(float(len(self.cpus)), self.quota.cores) if self.quota else float(len(self.cpus))


def allowance(root: Path = Path("/")) -> Allowance:
    """What this process may use, read now: affinity (which a cpuset narrows too) and the cgroup's quota."""
    if hasattr(os, "sched_getaffinity"):
        cpus = tuple(sorted(os.sched_getaffinity(0)))
    else:  # macOS has neither affinity nor cgroups
        cpus = tuple(range(os.cpu_count() or 1))
    return Allowance(cpus, cgroup.tightest(root))


def percent(before: Use, after: Use) -> float | None:
    """0–100 between two readings; None when no time has passed between them."""
    possible = after.possible - before.possible
    if possible <= 0:
        return None
    # The counters of the kernel and the clock are not read at the same instant, so both ends need a stop.
    return min(100.0, max(0.0, 100.0 * (after.used - before.used) / possible))


def host_use(allowed: Allowance, clock: Clock = time.monotonic) -> Use | None:
    """Use of what is allowed, by whomever: by the quota's group where there is a quota, else by all on our cores."""
    if allowed.quota is not None and allowed.quota.counter is not None:
        used = cgroup.used_seconds(allowed.quota.counter)
        return None if used is None else Use(used, allowed.cores * clock())
    return _core_use(allowed.cpus)


def own_use(allowed: Allowance, clock: Clock = time.monotonic) -> Use:
    """Use of what is allowed by this process and all its children, living and ended."""
    own = psutil.Process()
    used = sum(_process_seconds(process) for process in (own, *own.children(recursive=True)))
    return Use(used, allowed.cores * clock())


def _core_use(cpus: tuple[int, ...]) -> Use:
    cores = psutil.cpu_times(percpu=True)
    # The list leaves out cores that are offline, so numbers are positions only while none is.
    chosen = [cores[number] for number in cpus] if max(cpus) < len(cores) else cores
    used = possible = 0.0
    for core in chosen:
        times = core._asdict()
        # Guest time is counted in user time already; stolen time was never ours to use.
        total = sum(times.values()) - sum(times.get(name, 0.0) for name in ("guest", "guest_nice", "steal"))
        used += total - times["idle"] - times.get("iowait", 0.0)
        possible += total
    return Use(used, possible)


def _process_seconds(process: psutil.Process) -> float:
    """A process and its children that ended and were waited for (which macOS does not tell)."""
    try:
        times = process.cpu_times()
    except psutil.Error:  # it ended since the list was made
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
