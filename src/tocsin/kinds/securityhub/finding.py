"""One finding, whichever of Security Hub's two formats told of it. What it does not tell is empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tocsin.model import Severity, State, Value

Nature = Literal["threat", "vulnerability", "setting", "data", "exposure", "other"]


@dataclass(frozen=True, slots=True)
class Resource:
    name: str
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """``id`` is the finding's own, mostly an ARN; instants in milliseconds; ``fix`` is AWS's advice and ``fix_url`` its
    page; ``nature`` chooses what is explained; ``more`` are rows for plainly.facts that one format alone has."""

    id: str
    title: str
    state: State
    severity: Severity
    grade: str = ""
    about: str = ""
    product: str = ""
    nature: Nature = "other"
    resources: tuple[Resource, ...] = ()
    control: str = ""
    compliance: str = ""
    workflow: str = ""
    types: tuple[str, ...] = ()
    fix: str = ""
    fix_url: str = ""
    at: int | None = None
    first: int | None = None
    last: int | None = None
    partition: str = ""
    account: str = ""
    account_name: str = ""
    region: str = ""
    url: str = ""
    more: tuple[tuple[str, Value | None], ...] = ()
