"""The stack's template as data: each short form (`!Ref x`) as CloudFormation's long one (`{"Ref": "x"}`)."""

from __future__ import annotations

from typing import Any

import yaml

from tocsin_cli.stack.bundle import TEMPLATE


class _Loader(yaml.SafeLoader):
    """Knows CloudFormation's tags."""


def _tagged(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Any:
    name = tag if tag == "Ref" or tag == "Condition" else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        text = str(loader.construct_scalar(node))
        return {name: text.split(".", 1) if tag == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _tagged)


def parsed(text: str) -> Any:
    """A template's text as data."""
    return yaml.load(text, Loader=_Loader)


def template() -> Any:
    """The template that is shipped."""
    return parsed(TEMPLATE.read_text("utf-8"))


def resources(sort: str) -> dict[str, Any]:
    """The properties of all resources of a type, by logical name."""
    return {
        name: resource["Properties"]
        for name, resource in template()["Resources"].items()
        if resource["Type"] == f"AWS::{sort}"
    }
