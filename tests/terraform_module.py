"""The Terraform module as data: plain values, and text whose expressions stand in ${…}, as Terraform writes them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import hcl2

MODULE = Path(__file__).parents[1] / "deploy" / "terraform"
SPOKE = MODULE / "spoke"

# Around a value: what hands it on unchanged, or leaves out names without one.
_AROUND = (
    r"\$\{jsonencode\((\{.*\})\)\}",
    r"\$\{(\{(?!for ).*\})\}",
    r"\$\{\{for name, value in (\{.*\}) : name => value if value != null\}\}",
)


def module(folder: Path = MODULE) -> dict[str, Any]:
    """Address -> attributes for all resources, "var.x" for variables, "output.x" for outputs, "local.x" for locals."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.tf")):
        read = hcl2.loads(path.read_text("utf-8"))
        for each in read.get("resource", ()):
            for sort, named in each.items():
                found |= {f"{sort[1:-1]}.{name[1:-1]}": _plain(body) for name, body in named.items() if sort[0] == '"'}
        for prefix, blocks in (("var", read.get("variable", ())), ("output", read.get("output", ()))):
            found |= {f"{prefix}.{name[1:-1]}": _plain(body) for each in blocks for name, body in each.items()}
        for each in read.get("locals", ()):
            found |= {f"local.{name}": value for name, value in _plain(each).items()}
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_unquoted(name): _plain(inner) for name, inner in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if not isinstance(value, str):
        return value
    for around in _AROUND:
        if inner := re.fullmatch(around, value, re.DOTALL):
            return _plain(hcl2.loads(f"x = {inner[1]}\n")["x"])
    return _unquoted(value)


def _unquoted(text: str) -> str:
    return text[1:-1] if text.startswith('"') else text
