"""Loads the CPU with worker processes, so that a CPU alarm has a reason to fire; needs no `stress` package.

Run as a file, this module is one worker: it spins for argv[1] seconds, or until its parent is not process argv[2].
"""

import os
import subprocess
import sys
import time
from types import TracebackType

_GRACE_S = 2.0


class Load:
    """`workers` busy processes for at most `seconds`; a context manager that ends its own processes and no others.

    Every worker carries the deadline itself and stops at once when its parent is gone, so that even a killed parent
    leaves no load behind.
    """

    def __init__(self, workers: int, seconds: float) -> None:
        if workers < 1 or not 0 < seconds < float("inf"):
            raise ValueError(f"a load takes at least one worker and a positive time, not {workers} and {seconds}")
        self._workers = workers
        self._seconds = seconds
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Load":
        try:
            for _ in range(self._workers):
                self._processes.append(_start(self._seconds))
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pids(self) -> tuple[int, ...]:
        """The workers that are still running."""
        return tuple(process.pid for process in self._processes if process.poll() is None)

    def wait(self) -> None:
        """Returns when the last worker has ended by itself."""
        for process in self._processes:
            process.wait()

    def stop(self) -> None:
        """Ends what still runs; harmless when nothing does."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def spin(seconds: float, parent: int) -> None:
    """Keeps one core busy for `seconds`, or until the parent of this process is no longer `parent`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and os.getppid() == parent:
        for _ in range(50_000):
            pass


def _start(seconds: float) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches the parent alone, which ends the workers. Isolated (-I): this folder holds
    # modules that must not stand in for the standard library's.
    return subprocess.Popen(
        [sys.executable, "-I", __file__, str(seconds), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


if __name__ == "__main__":
    spin(float(sys.argv[1]), int(sys.argv[2]))
