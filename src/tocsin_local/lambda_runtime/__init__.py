"""Runs a handler on this machine as Lambda would: AWS's own runtime client, against a Runtime API on loopback."""

from tocsin_local.lambda_runtime.asynchronous import AsyncInvokes
from tocsin_local.lambda_runtime.environment import Environment
from tocsin_local.lambda_runtime.interpreter import find_python
from tocsin_local.lambda_runtime.result import Result, Stopped

__all__ = ["AsyncInvokes", "Environment", "Result", "Stopped", "find_python"]
