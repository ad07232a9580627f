"""The load: it is real, it ends on time, and it takes nobody else's processes along."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from click.testing import CliRunner

from tocsin_cli.commands.stress import stress
from tocsin_local import cpu
from tocsin_local.load import Load, spin


def gone(pids: list[int]) -> bool:
    """Whether all of these end within a few seconds (a zombie has ended)."""
    _, living = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=10)
    return all(process.status() == psutil.STATUS_ZOMBIE for process in living)


def test_load_is_seen_as_own_use() -> None:
    """A load counts as the use of the process that started it, also after its workers have ended."""
    allowed = cpu.allowance()
    before = cpu.own_use(allowed)
    with Load(1, 0.6) as load:
        assert len(load.pids) == 1
        load.wait()
        assert not load.pids
    assert cpu.own_use(allowed).used - before.used > 0.2


def test_leaving_ends_the_workers() -> None:
    """Leaving the context ends all workers long before their time, and nobody else's process."""
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with Load(2, 300) as load:
            pids = load.pids
            assert len(pids) == 2
        assert not load.pids
        assert not any(psutil.pid_exists(pid) for pid in pids)
        assert bystander.poll() is None
    finally:
        bystander.communicate(b"\n")


def test_an_error_inside_ends_the_workers() -> None:
    """An error in the body goes up, and leaves no worker behind."""
    pids: tuple[int, ...] = ()
    with pytest.raises(RuntimeError, match="inside"), Load(1, 300) as load:
        pids = load.pids
        raise RuntimeError("inside")
    assert pids
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_worker_stops_by_itself() -> None:
    """A worker keeps to its own deadline, and works no longer for a parent that is gone."""
    started = time.monotonic()
    spin(0.2, os.getppid())
    assert 0.2 <= time.monotonic() - started < 5
    started = time.monotonic()
    spin(300, os.getppid() + 1)
    assert time.monotonic() - started < 5


def test_killed_parent_leaves_no_load() -> None:
    """Even when its parent is killed outright, a worker ends long before its deadline."""
    code = (
        "from tocsin_local.load import Load\n"
        "with Load(2, 300) as load:\n"
        "    print(*load.pids, flush=True)\n"
        "    load.wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    assert gone(pids)


@pytest.mark.parametrize(("workers", "seconds"), [(0, 1.0), (1, 0.0), (1, -1.0), (1, float("inf")), (1, float("nan"))])
def test_nonsense_is_refused(workers: int, seconds: float) -> None:
    """A load without workers or without an end is refused before anything starts."""
    with pytest.raises(ValueError, match="at least one worker"):
        Load(workers, seconds)


def test_command_says_what_it_saw() -> None:
    """`tocsin stress` says at the start what it does and at the end what CPUUtilization was, and exits with 0."""
    result = CliRunner().invoke(stress, ["--cpu", "1", "--timeout", "0.5"])
    assert result.exit_code == 0
    first, last = result.stdout.splitlines()
    assert first.startswith("Loading the CPU with 1 worker for 0.5 s")
    assert last.startswith("Done after")
    assert "CPUUtilization was" in last


@pytest.mark.parametrize(
    "arguments", [["--cpu", "0"], ["--cpu", "9999"], ["--timeout", "0"], ["--timeout", "nan"], ["--timeout", "inf"]]
)
def test_command_refuses_nonsense(arguments: list[str]) -> None:
    """Numbers that make no load are a usage error."""
    assert CliRunner().invoke(stress, arguments).exit_code == 2


def test_interrupt_stops_cleanly() -> None:
    """Ctrl-C ends the workers, says what was seen, and is no failure."""
    code = (
        "import signal\n"
        "from tocsin_cli.commands.stress import stress\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background job ignores Ctrl-C
        "stress(['--cpu', '1', '--timeout', '300'])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline().startswith("Loading the CPU with 1 worker for 300 s")
        workers = [child.pid for child in psutil.Process(command.pid).children()]
        command.send_signal(signal.SIGINT)
        output, errors = command.communicate(timeout=60)
    assert command.returncode == 0, errors
    assert output.startswith("Stopped after")
    assert errors == ""
    assert workers
    assert gone(workers)
