"""The commands that the documents give to paste, or name: each is one that its program takes."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from aws_home import named, understood
from house import Tree

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / path for path in Tree(ROOT).files if path.endswith(".md") and path != "docs/reference.md"]
_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
# What is said behind a command, or what it is piped to
_BEHIND = re.compile(r"\s{2,}|\s+[>|]\s")
# The command line's own options, which no operation has: docs.aws.amazon.com/cli/latest/reference/
_ITS_OWN = {"--region", "--profile", "--output", "--query", "--follow"}
_SERVICES = {"s3api": "s3"}
_ITS_OWN_PROGRAMS = {("logs", "tail"), ("s3", "cp"), ("sso", "login"), ("configure", "")}


def _lines(program: str) -> list[str]:
    """Those of fenced blocks that begin with the program; where several are named in one, each of them."""
    pages = [path.read_text("utf-8") for path in PAGES]
    lines = [line for page in pages for block in _BLOCK.findall(page) for line in block.splitlines()]
    found = [_BEHIND.split(line)[0] for line in lines if line.startswith(f"{program} ")]
    return [f"{program} {each}" for line in found for each in line.removeprefix(f"{program} ").split(" · ")]


def _mentions(program: str) -> list[str]:
    """Those within the text and its tables, which may leave out what a command or an option is given."""
    texts = [_BLOCK.sub("", path.read_text("utf-8")) for path in PAGES]
    found = {" ".join(code.split()) for text in texts for code in _CODE.findall(text)}
    return sorted(code for code in found if code.startswith(f"{program} "))


@pytest.mark.parametrize("line", _lines("tocsin"))
def test_each_command_of_ours_would_be_taken(line: str) -> None:
    """By name, options and arguments, as they stand."""
    assert understood(line)


def test_each_command_of_ours_that_is_named_is_there() -> None:
    """With the options that are named beside it."""
    assert [each for each in _mentions("tocsin") if not _is_ours(each)] == []
    assert not _is_ours("tocsin deploy --regoins") and not _is_ours("tocsin alarm put")


def _is_ours(mention: str) -> bool:
    try:
        command, _, others = named(mention.split())
    except AssertionError:
        return False
    there = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"--help"}
    return {word.partition("=")[0] for word in others if word.startswith("--")} <= there


@pytest.mark.parametrize("line", [*_lines("aws"), *(each for each in _mentions("aws") if " --" in each)])
def test_each_command_of_aws_would_be_taken(line: str) -> None:
    """As AWS's own model of the service has its operations, options and what they hold."""
    _, service, operation, *options = shlex.split(line)
    if (service, operation) not in _ITS_OWN_PROGRAMS:
        found = _model(service).operation_model(_operations(service)[operation])
        report = ParamValidator().validate(dict(_given(found, options)), found.input_shape)

        assert not report.has_errors(), report.generate_report()


def test_each_command_of_aws_that_is_named_is_there() -> None:
    """By service and operation, or one of the command line's own."""
    names = [([*each.split(), ""][1], [*each.split(), ""][2]) for each in _mentions("aws")]

    assert [each for each in names if each not in _ITS_OWN_PROGRAMS and each[1] not in _operations(each[0])] == []


def test_each_target_of_make_is_there() -> None:
    """Whether it is to be pasted or named."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    wanted = {line.split()[1] for line in (*_lines("make"), *_mentions("make"))}

    assert {"demo", "test"} <= wanted <= set(targets)


def test_there_are_commands_to_look_at() -> None:
    """And one that does not exist is seen."""
    assert len(_lines("tocsin")) > 30 and len(_lines("aws")) >= 3 and len(_mentions("tocsin")) > 30
    with pytest.raises(KeyError):
        test_each_command_of_aws_would_be_taken("aws cloudformation create-stackset")
    with pytest.raises(KeyError):
        test_each_command_of_aws_would_be_taken("aws cloudformation create-stack-set --stack-set tocsin-spoke")


@functools.cache
def _model(service: str) -> ServiceModel:
    return botocore.session.Session().get_service_model(_SERVICES.get(service, service))


@functools.cache
def _operations(service: str) -> dict[str, str]:
    """As the command line spells them -> as the service does."""
    return {xform_name(name, "-"): name for name in _model(service).operation_names}


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
