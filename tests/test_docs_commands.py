"""The commands that the documents give to paste: each is one that its program takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import ListShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator

from aws_home import understood

DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
# The command line's own options, which no operation has: docs.aws.amazon.com/cli/latest/reference/
_ITS_OWN = {"--region", "--profile", "--output", "--query", "--follow"}
_SERVICES = {"s3api": "s3"}
_ITS_OWN_PROGRAMS = {("logs", "tail"), ("s3", "cp")}


def _lines(program: str) -> list[str]:
    """Those of fenced blocks that begin with the program, without what is said behind them."""
    pages = [path.read_text("utf-8") for path in sorted(DOCS.glob("*.md")) if path.name != "reference.md"]
    lines = [line for page in pages for block in _BLOCK.findall(page) for line in block.splitlines()]
    return [re.split(r"\s{2,}#|\s+[>|]\s", line)[0].strip() for line in lines if line.startswith(f"{program} ")]


@pytest.mark.parametrize("line", _lines("tocsin"))
def test_each_command_of_ours_would_be_taken(line: str) -> None:
    """By name, options and arguments, as they stand."""
    assert understood(line)


@pytest.mark.parametrize("line", _lines("aws"))
def test_each_command_of_aws_would_be_taken(line: str) -> None:
    """As AWS's own model of the service has its operations, options and what they hold."""
    _, service, operation, *options = shlex.split(line)
    if (service, operation) not in _ITS_OWN_PROGRAMS:
        model = botocore.session.Session().get_service_model(_SERVICES.get(service, service))
        names = {xform_name(name, "-"): name for name in model.operation_names}
        found = model.operation_model(names[operation])
        report = ParamValidator().validate(dict(_given(found, options)), found.input_shape)

        assert not report.has_errors(), report.generate_report()


def test_there_are_commands_to_look_at() -> None:
    """And one that does not exist is seen."""
    assert len(_lines("tocsin")) > 10 and len(_lines("aws")) >= 3
    with pytest.raises(KeyError):
        test_each_command_of_aws_would_be_taken("aws cloudformation create-stackset")
    with pytest.raises(KeyError):
        test_each_command_of_aws_would_be_taken("aws cloudformation create-stack-set --stack-set tocsin-spoke")


def _given(operation: OperationModel, options: list[str]) -> Iterator[tuple[str, Any]]:
    """The parameters that the options mean: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html"""
    members = {f"--{xform_name(name, '-')}": (name, shape) for name, shape in operation.input_shape.members.items()}
    starts = [at for at, option in enumerate(options) if option.startswith("--")]
    for start, end in zip(starts, [*starts[1:], len(options)], strict=True):
        if options[start] not in _ITS_OWN:
            name, shape = members[options[start]]
            yield name, _meant(shape, options[start + 1 : end])


def _meant(shape: Shape, words: list[str]) -> Any:
    if isinstance(shape, ListShape):
        return [_meant(shape.member, [word]) for word in words]
    if isinstance(shape, StructureShape):
        pairs = (pair.partition("=") for word in words for pair in word.split(","))
        return {name: _meant(shape.members[name], [text]) for name, _, text in pairs}
    match shape.type_name:
        case "boolean":
            return words != ["false"]
        case "integer" | "long":
            return int(words[0])
    return words[0]
