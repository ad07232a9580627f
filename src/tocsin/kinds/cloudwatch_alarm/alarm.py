"""The nouns of an alarm: what every road tells of it, under one name each. What a road does not tell is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.reading import fields
from tocsin.reading.arns import Arn


@dataclass(frozen=True, slots=True)
class Moment:
    """A state and why: ``data`` is AWS's reasonData where it could be read, ``at`` in milliseconds."""

    value: str = ""
    reason: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    at: int | None = None
    suppressed_by: str = ""
    suppressed_reason: str = ""
    evaluation: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """One metric, or one expression over metrics; ``period`` in seconds."""

    id: str = ""
    namespace: str = ""
    name: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    statistic: str = ""
    unit: str = ""
    period: int | None = None
    expression: str = ""
    label: str = ""
    returned: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """What the alarm compares with what, as far as its road tells; M of N is ``needed`` of ``periods``."""

    operator: str = ""
    threshold: float | None = None
    periods: int | None = None
    needed: int | None = None
    missing: str = ""
    low_samples: str = ""


@dataclass(frozen=True, slots=True)
class Logs:
    """What a log alarm asks of which log groups."""

    groups: tuple[str, ...] = ()
    query: str = ""
    aggregation: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    """An alarm that a composite alarm hangs on, and the state that it went to."""

    name: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite alarm's rule, the children that triggered it, and the alarm that may suppress its actions.

    ``wait`` and ``extension``: seconds for which they are suppressed at most before and after that alarm's ALARM.
    """

    rule: str = ""
    children: tuple[Child, ...] = ()
    suppressor: str = ""
    wait: int | None = None
    extension: int | None = None


@dataclass(frozen=True, slots=True)
class Mute:
    """An AWS mute rule that keeps the alarm's actions quiet; its window in milliseconds."""

    by: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm's change of state, whatever the road.

    ``no_data_targets`` are the InsufficientDataActions; None where the road does not tell them. ``action``: it came
    because one of the alarm's actions ran.
    """

    name: str
    arn: Arn
    now: Moment
    before: Moment | None = None
    description: str = ""
    queries: tuple[Query, ...] = ()
    rule: Rule = Rule()
    logs: Logs = Logs()
    composite: Composite = Composite()
    contributor: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    mute: Mute = Mute()
    after_mute: bool = False
    no_data_targets: tuple[str, ...] | None = None
    action: bool = False

    @property
    def metric(self) -> Query:
        """What the alarm judges: the returned expression of a math alarm (but not a band), else its metric."""
        judged = [
            query for query in self.queries if query.returned and "ANOMALY_DETECTION_BAND" not in query.expression
        ]
        return judged[0] if judged else self.queries[0] if self.queries else Query()

    @property
    def period(self) -> int | None:
        """Seconds; from the metrics, else from the reason's data."""
        known = [query.period for query in (self.metric, *self.queries) if query.period]
        return known[0] if known else fields.whole(self.now.data, "period")
