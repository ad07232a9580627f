"""LocalStack for one session: without Docker, on loopback, its functions under AWS's own runtime client.

`make localstack` installs it in a virtual environment of its own; `make test ARGS="-n 0 tests/localstack"` tells it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import emulator

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-localstack" / "bin" / "python"
READY = 120.0


@pytest.fixture(scope="session")
def localstack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address. A skip where it is not installed, which `make localstack` mends."""
    if not PYTHON.exists():
        pytest.skip("LocalStack is not installed: make localstack PYTHON=python3.13")
    folder, port = tmp_path_factory.mktemp("localstack"), emulator.free_port()
    address = f"http://127.0.0.1:{port}"
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [str(PYTHON), "-m", "localstack.runtime.main"],
            env=_environment(folder, port),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(f"{address}/_localstack/health", process, folder / "log")
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment(folder: Path, port: int) -> dict[str, str]:
    ministack = f"{sys.executable} -m ministack"
    store = f"BIND_HOST=127.0.0.1 GATEWAY_PORT={{port}} IOT_MTLS_ENABLED=0 SERVICES=dynamodb HOME={folder}"
    store += f" MINISTACK_ACCOUNT_ID={emulator.environment('', '')['AWS_ACCESS_KEY_ID']}"  # it knows one alone
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return inherited | {
        "PYTHONPATH": str(ROOT / "src"),
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "LOCALSTACK_HOST": f"127.0.0.1:{port}",
        "SQS_ENDPOINT_STRATEGY": "off",  # queues by account and name alone: Terraform takes no other address
        "OVERRIDE_IN_DOCKER": "0",
        "FILESYSTEM_ROOT": str(folder),
        "DISABLE_EVENTS": "1",  # it tells nobody that it runs
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",
        "LAMBDA_RUNTIME_EXECUTOR": "tocsin",
        "LAMBDA_RETRY_BASE_DELAY": "1",
        "TOCSIN_DYNAMODB": f"env {store} {ministack}",
    }


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            os.sched_yield()
    raise AssertionError(f"LocalStack did not start:\n{log.read_text()[-3000:]}")
