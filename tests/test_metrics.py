"""This host's metrics: what may be used, what is used of it, and how CloudWatch would name it."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_local import cgroup, cpu
from tocsin_local.metrics import Datapoint, Readings, Sampler, look_here


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


UNIFIED = "31 28 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
LEGACY = (
    "32 31 0:29 /docker/ab /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
    "33 31 0:30 /docker/ab /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct\n"
)


def test_unlimited(tmp_path: Path) -> None:
    """Where no group has a quota, and where there are no groups at all, nothing limits us."""
    assert cgroup.tightest(tmp_path / "nothing") is None
    files = {"proc/self/mountinfo": UNIFIED, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}
    assert cgroup.tightest(tree(tmp_path, files)) is None


def test_tightest_ancestor_v2(tmp_path: Path) -> None:
    """In nested groups the narrowest quota counts, wherever it stands, with the counter of the group that has it."""
    files = {
        "proc/self/mountinfo": UNIFIED,
        "proc/self/cgroup": "0::/pod/box/app\n",
        "sys/fs/cgroup/pod/cpu.max": "400000 100000\n",
        "sys/fs/cgroup/pod/box/cpu.max": "50000 100000\n",
        "sys/fs/cgroup/pod/box/cpu.stat": "usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\n",
        "sys/fs/cgroup/pod/box/app/cpu.max": "max 100000\n",
    }
    quota = cgroup.tightest(tree(tmp_path, files))
    assert quota == cgroup.Quota(0.5, tmp_path / "sys/fs/cgroup/pod/box/cpu.stat")
    assert quota.counter is not None
    assert cgroup.used_seconds(quota.counter) == 2.5


def test_legacy_quota(tmp_path: Path) -> None:
    """Under the old trees the quota stands in the cpu tree and the usage, in nanoseconds, in the cpuacct tree."""
    files = {
        "proc/self/mountinfo": LEGACY,
        "proc/self/cgroup": "5:cpuacct:/docker/ab/inner\n4:cpu:/docker/ab/inner\n0::/\n",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/cpu/inner/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu/inner/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/cpuacct/cpuacct.usage": "7000000000\n",
    }
    quota = cgroup.tightest(tree(tmp_path, files))
    assert quota == cgroup.Quota(1.5, tmp_path / "sys/fs/cgroup/cpuacct/cpuacct.usage")
    assert quota.counter is not None
    assert cgroup.used_seconds(quota.counter) == 7.0


def test_joined_legacy_mount(tmp_path: Path) -> None:
    """One mount that carries cpu and cpuacct together, as most distributions had it, is both trees."""
    files = {
        "proc/self/mountinfo": "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n",
        "proc/self/cgroup": "4:cpu,cpuacct:/a\n",
        "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "200000\n",
        "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
    }
    assert cgroup.tightest(tree(tmp_path, files)) == cgroup.Quota(
        2.0, tmp_path / "sys/fs/cgroup/cpu,cpuacct/a/cpuacct.usage"
    )


@pytest.mark.parametrize("seen", ["0::/../../other\n", "0::/docker/abc\n", ""])
def test_hidden_path(tmp_path: Path, seen: str) -> None:
    """Where a namespace or a bind mount hides the real path, the mounted group is taken for our own."""
    files = {
        "proc/self/mountinfo": UNIFIED.replace(" / /sys", " /kube/pod /sys"),
        "proc/self/cgroup": seen,
        "sys/fs/cgroup/cpu.max": "100000 100000\n",
        "sys/fs/other/cpu.max": "1000 100000\n",
    }
    assert cgroup.tightest(tree(tmp_path, files)) == cgroup.Quota(1.0, tmp_path / "sys/fs/cgroup/cpu.stat")


@pytest.mark.parametrize("text", ["", "nonsense", "usage_usec many\n", "user_usec 5\n"])
def test_unreadable_counter(tmp_path: Path, text: str) -> None:
    """A counter that says nothing sensible is no reading rather than a zero."""
    path = tmp_path / "cpu.stat"
    assert cgroup.used_seconds(path) is None
    path.write_text(text)
    assert cgroup.used_seconds(path) is None


def test_neighbour_outside_the_quota(tmp_path: Path) -> None:
    """With a quota only the own group's counter matters: 0.5 CPU seconds in 2 s of half a core are 50 %."""
    files = {
        "proc/self/mountinfo": UNIFIED,
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/cpu.max": "50000 100000",
        "sys/fs/cgroup/cpu.stat": "usage_usec 1000000\n",
    }
    allowed = cpu.Allowance((0, 1, 2, 3), cgroup.tightest(tree(tmp_path, files)))
    before = cpu.host_use(allowed, lambda: 100.0)
    (tmp_path / "sys/fs/cgroup/cpu.stat").write_text("usage_usec 1500000\n")
    after = cpu.host_use(allowed, lambda: 102.0)
    assert before and after
    assert cpu.percent(before, after) == 50.0


def test_allowance_is_never_more_than_the_cores() -> None:
    """A quota of eight cores on two cores is two cores; a quota of half a core is half a core."""
    assert cpu.Allowance((0, 1), None).cores == 2.0
    assert cpu.Allowance((0, 1), cgroup.Quota(8.0, None)).cores == 2.0
    assert cpu.Allowance((0, 1), cgroup.Quota(0.5, None)).cores == 0.5


def test_allowance_here() -> None:
    """On this machine at least one core may be used, and never more than it has."""
    assert 0 < cpu.allowance().cores <= (os.cpu_count() or 1)


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e9))
def test_percent_stays_a_percentage(used: float, possible: float, used_later: float, possible_later: float) -> None:
    """Whatever the counters do, a use is between 0 and 100, or unknown when no time has passed."""
    result = cpu.percent(cpu.Use(used, possible), cpu.Use(used_later, possible_later))
    if possible_later <= possible:
        assert result is None
    else:
        assert result is not None
        assert 0.0 <= result <= 100.0


def test_own_work_is_seen() -> None:
    """Work of this process shows up in its own use and in the host's."""
    allowed = cpu.Allowance(cpu.allowance().cpus, None)
    own, host = cpu.own_use(allowed), cpu.host_use(allowed)
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    own_later, host_later = cpu.own_use(allowed), cpu.host_use(allowed)
    assert host and host_later
    assert own_later.used - own.used >= 0.15
    assert host_later.used - host.used >= 0.1
    assert host_later.possible > host.possible


def readings(seconds: float, used: float, received: int, host: cpu.Use | None) -> Readings:
    return Readings(
        host_cpu=host,
        own_cpu=cpu.Use(used, 2 * seconds),
        received=received,
        sent=received * 2,
        memory_percent=41.5,
        disk_percent=70.0,
        disk_path="/",
        load=(0.5, 0.25),
    )


def test_rates_need_two_calls() -> None:
    """The first sample holds the gauges alone; the second adds what happened in between, all at the given instant."""
    looks = iter([readings(0, 0, 100, cpu.Use(0, 0)), readings(10, 5, 160, cpu.Use(19, 20))])
    sampler = Sampler("box", lambda: next(looks))
    first = sampler.sample(1_000)
    assert [(point.namespace, point.metric) for point in first] == [
        ("CWAgent", "mem_used_percent"),
        ("CWAgent", "disk_used_percent"),
        ("CWAgent", "LoadAverage1min"),
        ("CWAgent", "LoadAverage5min"),
    ]
    second = sampler.sample(11_000)
    assert second[:4] == tuple(Datapoint(p.namespace, p.metric, p.dimensions, 11_000, p.value, p.unit) for p in first)
    assert second[4:] == (
        Datapoint("AWS/EC2", "CPUUtilization", (("InstanceId", "box"),), 11_000, 95.0, "Percent"),
        Datapoint("Tocsin", "OwnCPUUtilization", (("host", "box"),), 11_000, 25.0, "Percent"),
        Datapoint("AWS/EC2", "NetworkIn", (("InstanceId", "box"),), 11_000, 60.0, "Bytes"),
        Datapoint("AWS/EC2", "NetworkOut", (("InstanceId", "box"),), 11_000, 120.0, "Bytes"),
    )
    assert first[1].dimensions == (("host", "box"), ("path", "/"))


def test_what_is_not_told_is_left_out() -> None:
    """A counter that ran backwards or could not be read gives no datapoint, and the others stay."""
    looks = iter([readings(0, 0, 100, None), readings(10, 5, 40, cpu.Use(1, 2))])
    sampler = Sampler("box", lambda: next(looks))
    sampler.sample(0)
    names = [point.metric for point in sampler.sample(10_000)]
    assert "OwnCPUUtilization" in names
    assert not {"CPUUtilization", "NetworkIn", "NetworkOut"} & set(names)


def test_this_host() -> None:
    """On this machine every percentage is one and every value has a unit that CloudWatch knows."""
    ticks = iter(range(0, 100, 5))
    sampler = Sampler("here", look_here(cpu.Allowance(cpu.allowance().cpus, None), lambda: next(ticks)))
    sampler.sample(0)
    points = sampler.sample(5_000)
    assert {"mem_used_percent", "disk_used_percent", "OwnCPUUtilization"} <= {point.metric for point in points}
    assert all(0 <= point.value <= 100 for point in points if point.unit == "Percent")
    assert {point.unit for point in points} <= {"Percent", "Bytes", "None"}
