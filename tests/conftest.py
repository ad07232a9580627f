"""What every test may ask for, and what a skip means: on CI, a failure."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

REQUIRE_ALL = os.environ.get("TOCSIN_REQUIRE_ALL") == "1"

# Terraform, asked for its version, would ask the network whether there is a newer one.
_QUIET = os.environ | {"CHECKPOINT_DISABLE": "1"}

# The files that take longest, the longest first: no worker is left alone with one of them in the end.
LONG = (
    "test_connect.py",
    "test_doctor.py",
    "test_stack_on_ministack.py",
    "test_hostile_fields.py",
    "test_made_by_terraform.py",
    "test_other_accounts.py",
    "test_terraform.py",
    "test_site.py",
    "test_page.py",
    "test_doctor_door.py",
    "test_rig.py",
    "test_doctor_answers.py",
    "test_poison_on_ministack.py",
    "test_stack_bundle.py",
    "test_migrate.py",
    "test_status.py",
    "test_on_aws.py",
    "test_dist.py",
    "test_bench.py",
    "test_cli_preview.py",
    "test_alarm_add.py",
    "test_findings.py",
    "test_crashes.py",
    "test_conftest.py",
    "test_cli_kinds.py",
)

# No deadline: a busy neighbour is not a fault of the code. On CI there are more examples, the same each time.
settings.register_profile(
    "tocsin",
    max_examples=100 if REQUIRE_ALL else 40,
    deadline=None,
    database=None,
    derandomize=REQUIRE_ALL,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tocsin")


@pytest.fixture(scope="session")
def needs() -> Callable[..., str]:
    """`needs("stress")` is the path of a program, under the first of its names that answers; without it: a skip."""
    return _find


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small AWS on loopback; one for all tests of a session."""
    import emulator

    with emulator.running(tmp_path_factory.mktemp("aws")) as endpoint:
        yield endpoint


def _find(*names: str) -> str:
    for name in names:
        path = shutil.which(name)
        # a shim may stand on PATH for a program that is not installed
        if path and subprocess.run([path, "--version"], env=_QUIET, capture_output=True, timeout=30).returncode == 0:
            return path
    pytest.skip(f"needs {' or '.join(names)}, which is not on this machine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With TOCSIN_REQUIRE_ALL=1 a skipped test has failed, unless what it needs cannot be installed everywhere."""
    report = yield
    return report if item.get_closest_marker("may_be_absent") else _strict(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """With TOCSIN_REQUIRE_ALL=1 a skipped file has failed."""
    return _strict((yield))


def _strict(report: Any) -> Any:
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"TOCSIN_REQUIRE_ALL=1 allows no skip: {report.longrepr[2]}"
    return report


def pytest_xdist_auto_num_workers() -> int:
    """More workers than processors: the long tests wait for other processes, half of their time."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files begin first; within a file the order stays."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))
