"""Results of an insight that somebody sent by a custom action: the insight's groups with their numbers of findings.

Shape: docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Link, Phrase, Signal, Value
from tocsin.reading import arns, console, fields, plainly

_SHOWN = 10


def signal(envelope: Envelope, detail: fields.Json) -> Signal:
    """One happening."""
    partition, account, region = plainly.origin(envelope)
    name = fields.text(detail, "insightName", "insightArn")
    results = [row for one in fields.items(detail, "insightResults") for row in _rows(one)]
    url = console.page(partition, region, "securityhub/home", "#/insights")
    return Signal(
        kind="securityhub",
        sort="happening",
        subject=f"{partition}:{account}:{region}:{fields.text(detail, 'insightArn') or name}",
        title=Phrase("securityhub.insight", {"name": name}),
        at=plainly.moment(envelope),
        severity="info",
        summary=Phrase("securityhub.by_hand", {"action": fields.text(detail, "actionName") or "-"}),
        quote=fields.text(detail, "actionDescription"),
        facts=plainly.facts(
            ("securityhub.results", tuple(results[:_SHOWN])),
            ("securityhub.total", fields.whole(detail, "number of results", "numberOfResults") or len(results) or None),
            ("words.type", fields.text(detail, "resultType")),
            details=(("securityhub.action", fields.text(detail, "actionName")),),
        ),
        links=(Link(Phrase("securityhub.open"), url),) if url else (),
        partition=partition,
        account=account,
        region=region,
    )


def _rows(one: object) -> list[Value]:
    """`{"i-0abc": 5}`: what was grouped by, and its number of findings."""
    if not isinstance(one, dict):
        return []
    found = ((arns.name(fields.clean(str(name))), fields.text(one, name)) for name in one)
    return [Phrase("securityhub.result", {"what": what, "n": n}) for what, n in found if n]
