"""The template that carries the package: one file, and what Lambda makes of it runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

import emulator
from stack_template import parsed, template
from tocsin.aws.calls import Call
from tocsin.ports import ConfigError
from tocsin_cli.app import cli
from tocsin_cli.artefacts.lambda_zip import RUNTIME, Package, package
from tocsin_cli.stack.bundle import LARGEST, index, one_file
from tocsin_local.lambda_runtime import Environment, find_python
from tocsin_local.slack.server import LocalSlack
from tocsin_local.tutorial import tutorial_event

QUEUED = json.loads((Path(__file__).parent / "events/cloudwatch_alarm/sqs-sns.json").read_bytes())

# Whether a module comes from bytecode.
FOUND = """
import importlib
import index
for name in ("pipeline", "kinds", "kinds.cloudwatch_alarm.reasons", "kinds.rds"):
    print(importlib.import_module(f"tocsin.{name}").__file__.endswith(".pyc"))
"""


@pytest.fixture(scope="module")
def made() -> Package:
    return package(find_python(RUNTIME))


@pytest.fixture(scope="module")
def text(made: Package) -> str:
    return one_file(made)


def test_one_file_fits_into_the_console(text: str, made: Package) -> None:
    """It stays below what CloudFormation takes, is the same each time, and says which sources it carries."""
    assert len(text.encode()) <= LARGEST < 1_000_000
    assert text == one_file(made)
    assert parsed(text)["Parameters"]["CodeDigest"]["Default"] == made.digest


def test_what_an_alarm_needs_is_compiled_ahead(tmp_path: Path) -> None:
    """The bytecode of the interpreter that it was made for is found there; other kinds are compiled when one comes."""
    (tmp_path / "index.py").write_text(index(compiled := package(Path(sys.executable))), "utf-8")
    here = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", FOUND], cwd=tmp_path, env=here, capture_output=True, text=True, timeout=60
    )

    assert len(one_file(compiled).encode()) <= LARGEST
    assert (done.returncode, done.stdout.split()) == (0, ["True", "True", "True", "False"]), done.stderr


def test_a_package_that_does_not_fit_is_refused() -> None:
    """A file that the console would refuse is not made."""
    noise = Random(0).randbytes(LARGEST)

    with pytest.raises(ValueError, match=r"more than 900,000"):
        one_file(Package({"noise.py": noise}, {}))


def test_it_is_the_template_but_for_the_package(text: str) -> None:
    """Everything but code, entry and the parameters for the bucket is what the command line deploys."""
    one, other = parsed(text), template()
    for found in (one, other):
        function = found["Resources"]["Function"]["Properties"]
        del function["Code"], function["Handler"], found["Metadata"]
        for name in ("CodeBucket", "CodeKey"):
            found["Parameters"].pop(name, None)
    one["Parameters"]["CodeDigest"].pop("Default")

    assert one == other


def test_it_is_written_as_it_is_printed(text: str, tmp_path: Path) -> None:
    """Byte by byte, whatever the shell makes of what is printed; a folder that is not there is said in one line."""
    file = tmp_path / "tocsin.yaml"
    written = CliRunner().invoke(cli, ["template", "--to", str(file)])
    printed = CliRunner().invoke(cli, ["template"])

    assert (written.exit_code, printed.exit_code) == (0, 0)
    assert f"{len(text.encode()):,} bytes" in written.output
    assert file.read_bytes() == text.encode() and printed.output == text
    with pytest.raises(ConfigError, match="cannot write"):
        CliRunner().invoke(cli, ["template", "--to", str(tmp_path / "no" / "file")], catch_exceptions=False)


def test_cfn_lint_finds_nothing_in_it(text: str, tmp_path: Path) -> None:
    """The file as it is uploaded passes AWS's own linter too."""
    file = tmp_path / "tocsin.yaml"
    file.write_text(text, "utf-8")
    lint = Path(sysconfig.get_path("scripts"), "cfn-lint")
    done = subprocess.run([str(lint), str(file)], capture_output=True, text=True, timeout=120, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_as_uploaded_it_remembers_within_128_mb(text: str, tmp_path: Path, aws: str) -> None:
    """With its table and its secret it fits the smallest function: an alarm is shown, and told again it is known."""
    function: Any = parsed(text)["Resources"]["Function"]["Properties"]
    (tmp_path / "index.py").write_text(function["Code"]["ZipFile"], "utf-8")
    here = emulator.access(aws)
    with LocalSlack() as slack, emulator.client(aws) as client:
        secret = {"Name": "/in-128-mb", "Value": slack.webhook_url, "Type": "SecureString", "Overwrite": True}
        client.call(Call("ssm", "PutParameter", "parameter", ()), secret)
        settings = {
            "TOCSIN_STORE": f"dynamodb:{emulator.make_table(client)}",
            "TOCSIN_SLACK_WEBHOOK_PARAMETER": "/in-128-mb",
            "TOCSIN_AWS_ENDPOINT_URL": aws,
            "AWS_REGION": here.region,
            "AWS_ACCESS_KEY_ID": here.key_id,
            "AWS_SECRET_ACCESS_KEY": here.secret,
        }
        with Environment(tmp_path, function["Handler"], settings=settings, memory=128) as environment:
            first, second = environment.invoke(QUEUED), environment.invoke(QUEUED)

    assert first.ok and second.ok, (first, second)
    assert '"reason": "first"' in "".join(first.logs) and '"reason": "none-duplicate"' in "".join(second.logs)
    assert len(slack.messages()) == 1


def test_as_uploaded_it_runs_under_lambdas_own_runtime_client(text: str, tmp_path: Path) -> None:
    """What CloudFormation makes of it - one index.py - turns strangers away and brings an alarm to Slack."""
    function: Any = parsed(text)["Resources"]["Function"]["Properties"]
    (tmp_path / "index.py").write_text(function["Code"]["ZipFile"], "utf-8")
    with (
        LocalSlack() as slack,
        Environment(
            tmp_path,
            function["Handler"],
            settings={"TOCSIN_SLACK_WEBHOOK_URL": slack.webhook_url},
            memory=function["MemorySize"],
        ) as environment,
    ):
        knocked, alarm = environment.invoke({"requestContext": {"http": {}}}), environment.invoke(tutorial_event())
        message = slack.wait_for(lambda _: True)

    assert knocked.ok and knocked.payload["statusCode"] == 401, knocked
    assert alarm.ok and "Example alarm name" in str(message), alarm.logs
