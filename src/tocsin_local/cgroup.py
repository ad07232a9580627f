"""Finds the CPU quota that binds this process: in a container, what there is to use is not what the machine has.

Sources: https://docs.kernel.org/admin-guide/cgroup-v2.html (cpu.max, cpu.stat),
https://docs.kernel.org/scheduler/sched-bwc.html (cpu.cfs_quota_us), proc_pid_mountinfo(5), cgroups(7).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class Quota:
    """A CPU limit in cores, and the file that counts what the limited group has used (None: it is not shown to us)."""

    cores: float
    counter: Path | None


@dataclass(frozen=True, slots=True)
class _Mount:
    """One mounted cgroup tree: `top` is the group that is visible as the folder `at`."""

    version: int
    controllers: frozenset[str]
    top: PurePosixPath
    at: PurePosixPath


def tightest(root: Path = Path("/")) -> Quota | None:
    """The narrowest quota among this process's group and its ancestors; None when nothing limits it.

    `root` is the root of the file system that is read (proc/self/… and wherever the groups are mounted). A quota on an
    ancestor is shared by all below it, so its counter is the ancestor's too.
    """
    mounts, own = _mounts(root), _own_groups(root)
    found = [*_unified_quotas(root, mounts, own), *_legacy_quotas(root, mounts, own)]
    return min(found, key=lambda quota: quota.cores, default=None)


def used_seconds(counter: Path) -> float | None:
    """CPU seconds used so far by the group of a Quota's counter; None when it cannot be read."""
    text = _text(counter)
    try:
        if counter.name == "cpuacct.usage":
            return int(text) / 1e9
        fields = dict(line.split(None, 1) for line in text.splitlines())
        return int(fields["usage_usec"]) / 1e6
    except (ValueError, KeyError):
        return None


def _unified_quotas(root: Path, mounts: list[_Mount], own: dict[str, PurePosixPath]) -> Iterator[Quota]:
    for mount in mounts:
        if mount.version == 2:
            for folder in _lineage(mount, own.get("", PurePosixPath("/"))).values():
                cores = _ratio(_text(root / folder / "cpu.max").split())
                if cores is not None:
                    yield Quota(cores, root / folder / "cpu.stat")


def _legacy_quotas(root: Path, mounts: list[_Mount], own: dict[str, PurePosixPath]) -> Iterator[Quota]:
    counted = _legacy_lineage("cpuacct", mounts, own)
    for group, folder in _legacy_lineage("cpu", mounts, own).items():
        names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        cores = _ratio([_text(root / folder / name).strip() for name in names])
        if cores is not None:
            counter = root / counted[group] / "cpuacct.usage" if group in counted else None
            yield Quota(cores, counter)


def _legacy_lineage(
    controller: str, mounts: list[_Mount], own: dict[str, PurePosixPath]
) -> dict[PurePosixPath, PurePosixPath]:
    for mount in mounts:
        if mount.version == 1 and controller in mount.controllers:
            return _lineage(mount, own.get(controller, PurePosixPath("/")))
    return {}


def _lineage(mount: _Mount, group: PurePosixPath) -> dict[PurePosixPath, PurePosixPath]:
    """The group and its visible ancestors, narrowest first: the name below the mount → its folder below the root."""
    below = PurePosixPath()
    if group.is_relative_to(mount.top) and ".." not in group.parts:
        below = group.relative_to(mount.top)
    # Otherwise a namespace hides the real path, and what is mounted is our own group.
    return {name: mount.at / name for name in dict.fromkeys([below, *below.parents])}


def _ratio(quota_and_period: list[str]) -> float | None:
    try:
        quota, period = (int(word) for word in quota_and_period)
    except ValueError:  # "max 100000", or no such file
        return None
    return quota / period if quota > 0 and period > 0 else None


def _mounts(root: Path) -> list[_Mount]:
    mounts = []
    for line in _text(root / "proc/self/mountinfo").splitlines():
        left, _, right = line.partition(" - ")
        where, what = left.split(), right.split()
        if len(where) > 4 and len(what) > 2 and what[0] in ("cgroup", "cgroup2"):
            version = 2 if what[0] == "cgroup2" else 1
            at = PurePosixPath(where[4].lstrip("/"))
            mounts.append(_Mount(version, frozenset(what[2].split(",")), PurePosixPath(where[3]), at))
    return mounts


def _own_groups(root: Path) -> dict[str, PurePosixPath]:
    """Controller → this process's group; the unified tree stands under the empty name."""
    groups = {}
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        groups.update(dict.fromkeys(controllers.split(","), PurePosixPath(path)))
    return groups


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
