"""A plugin for LocalStack 4.14: it needs no Docker and no download, and listens on loopback alone.

Functions run in the product's own Lambda environment (tocsin_local.lambda_runtime), under AWS's runtime client.
DynamoDB is the command in TOCSIN_DYNAMODB, with {port} in it, instead of a Java program that would be downloaded.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from localstack.runtime import hooks
from localstack.services.lambda_.invocation.executor_endpoint import NAMESPACE
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from localstack import config
from tocsin_local.lambda_runtime import Environment

# What our environment sets itself, and what means something to LocalStack's own containers alone.
_NOT_SETTINGS = ("AWS_LAMBDA_", "LAMBDA_", "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_EXECUTION_ENV", "LOCALSTACK_")


class OnThisHost(RuntimeExecutor):
    """One execution environment of a function."""

    def start(self, env_vars: dict[str, str]) -> None:
        function = self.function_version.config
        self.environment = Environment(
            Path(function.code.get_unzipped_code_location()),
            function.handler,
            settings={name: str(value) for name, value in env_vars.items() if not name.startswith(_NOT_SETTINGS)},
            python=sys.executable,
            timeout=function.timeout,
            memory=function.memory_size,
        )
        self.environment.start()

    def stop(self) -> None:
        self.environment.stop()

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}{NAMESPACE}/{self.id}"

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        done = self.environment.invoke(json.loads(payload["payload"]))
        request = payload["invoke-id"]
        took = f"Duration: {done.duration_ms:.2f} ms\tMemory Size: {self.function_version.config.memory_size} MB"
        lines = (
            f"START RequestId: {request}",
            *done.logs,
            f"END RequestId: {request}",
            f"REPORT RequestId: {request}\t{took}",
        )
        logs = "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
        return InvocationResult(request, json.dumps(done.payload).encode(), is_error=not done.ok, logs=logs)

    def get_logs(self) -> str:
        return ""

    @classmethod
    def prepare_version(cls, function_version: Any) -> None:
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: Any) -> None:
        """Nothing is kept for a version."""

    @classmethod
    def validate_environment(cls) -> bool:
        return True


class Plugin(RuntimeExecutorPlugin):
    """Chosen by LAMBDA_RUNTIME_EXECUTOR=tocsin."""

    name = "tocsin"

    def load(self, *args: object, **kwargs: object) -> type[OnThisHost]:
        return OnThisHost


@hooks.on_infra_start(name="tocsin_on_loopback", priority=100)
def on_loopback() -> None:
    """Listen where GATEWAY_LISTEN says; LocalStack itself takes every interface."""
    from localstack.runtime.server.twisted import TwistedRuntimeServer
    from rolo.serving.twisted import TwistedGateway
    from twisted.internet import endpoints, reactor

    def register(self: object, gateway: Any, listen: Any, ssl_creds: object = None) -> None:
        for each in listen:
            endpoints.TCP4ServerEndpoint(reactor, each.port, interface=each.host).listen(TwistedGateway(gateway))

    TwistedRuntimeServer.register = register


@hooks.on_infra_start(name="tocsin_dynamodb", priority=100)
def dynamodb_of_its_own() -> None:
    """Start DynamoDB by the command that was given."""
    from localstack.services.dynamodb.server import DynamodbServer
    from localstack.utils.common import TMP_THREADS
    from localstack.utils.run import ShellCommandThread

    def start(self: Any) -> Any:
        command = shlex.split(os.environ["TOCSIN_DYNAMODB"].format(port=self.port))
        thread = ShellCommandThread(command, strip_color=True, auto_restart=False, name="dynamodb")
        TMP_THREADS.append(thread)
        thread.start()
        return thread

    DynamodbServer.do_start_thread = start
