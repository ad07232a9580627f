"""A small AWS on loopback, for one test session: MiniStack in a process of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from uuid import uuid4

from tocsin.aws.calls import Call
from tocsin.aws.client import Client
from tocsin.aws.dynamodb_store import DynamoStore
from tocsin.aws.table import SHAPE, TIME_TO_LIVE
from tocsin.config import Aws
from tocsin.destinations.http import Connections

# It ends with whoever started it, even one that was killed: its input is a pipe that closes then.
_PROGRAM = f"""
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
runpy.run_path({str(Path(__file__).with_name("emulator_bus.py"))!r})["add"]()
runpy.run_module("ministack", run_name="__main__")
"""
_LISTENS = re.compile(r"Running on (http://127\.0\.0\.1:\d+)")


@contextmanager
def running(folder: Path, port: int = 0, *, strict: bool = False) -> Iterator[str]:
    """Starts it, and gives its address. ``folder`` is its home: it may leave files there. Functions that it runs only
    find it where ``port`` is a number that was chosen before. ``strict``: it refuses what IAM does not allow."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1"}
    settings |= {"IOT_MTLS_ENABLED": "0", "HOME": str(folder), "AUTH": str(strict).lower()}
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        env=environment | settings,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: Queue[str] = Queue()
    listener = Thread(target=_listen, args=(process, said))
    listener.start()
    try:
        yield said.get(timeout=60)
    finally:
        process.terminate()
        process.wait()
        listener.join()
        assert process.stdin
        process.stdin.close()


def _listen(process: subprocess.Popen[str], said: Queue[str]) -> None:
    """Reads its log to the end, so that it never waits for a reader."""
    assert process.stdout
    with process.stdout as log:
        for line in log:
            if found := _LISTENS.search(line):
                said.put(found[1])


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def environment(endpoint: str, region: str) -> dict[str, str]:
    """What points boto3 at an emulator, and at nothing else."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def access(endpoint: str) -> Aws:
    """Somebody whom the emulator lets in; it takes twelve digits for the account."""
    return Aws("eu-north-1", "123456789012", "not-a-secret", "", endpoint)


@contextmanager
def client(endpoint: str, patience: float = 30) -> Iterator[Client]:
    """A client that hangs up in the end."""
    connections = Connections()
    try:
        yield Client(access(endpoint), connections, patience=patience)
    finally:
        connections.close()


def make_table(client: Client) -> str:
    """A table as the stack makes it, new and empty."""
    name = f"tocsin-{uuid4().hex}"
    client.call(Call("dynamodb", "CreateTable", "table", ()), {"TableName": name, **SHAPE})
    lives = {"TableName": name, "TimeToLiveSpecification": TIME_TO_LIVE}
    client.call(Call("dynamodb", "UpdateTimeToLive", "table", ()), lives)
    return name


@contextmanager
def dynamo_store(endpoint: str) -> Iterator[DynamoStore]:
    """A store over a table of its own."""
    with client(endpoint) as calls:
        yield DynamoStore(calls, make_table(calls))
