"""One runtime process and the children it may have: started, watched, ended, and no others."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil


class Process:
    """Runs in a session of its own, so that it ends with all its children. It is not reaped before `end`: until then
    its number, and that of its group, cannot belong to anybody else."""

    def __init__(self, command: Sequence[str], folder: Path, variables: Mapping[str, str], output: int) -> None:
        self._ending = threading.Lock()
        self._popen = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def ended(self) -> bool:
        """Whether it has ended by itself."""
        try:
            return psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    def peak_kb(self) -> int | None:
        """The most memory it ever had resident; None where the system does not tell, or it is gone."""
        with contextlib.suppress(OSError), Path(f"/proc/{self.pid}/status").open(encoding="utf-8") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
        return None

    def end(self) -> int:
        """Kill what still runs, children too. The exit code, negative for a signal. Any thread may, more than once."""
        with self._ending:
            if self._popen.returncode is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):  # the second: macOS, all dead already
                    os.killpg(self.pid, signal.SIGKILL)
            return self._popen.wait()
