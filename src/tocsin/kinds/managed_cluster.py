"""EKS and MSK: whatever a cluster, node group or add-on says of itself over EventBridge, beside its API calls.

EKS documents one event of its own (docs.aws.amazon.com/eks/latest/userguide/fargate-pod-patching.html), MSK none; so
this reads any event of these sources by the fields that their APIs name.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal
from tocsin.reading import arns, console, fields, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "event": "Cluster {name}: {what}",
        "status": "Cluster {name}: {what}: {status}",
        "cluster": "Cluster",
        "part": "Part",
        "event_label": "Event",
        "open": "Open cluster",
    },
    "ko": {
        "event": "{name} 클러스터: {what}",
        "status": "{name} 클러스터: {what} {status}",
        "cluster": "클러스터",
        "part": "구성 요소",
        "event_label": "이벤트",
        "open": "클러스터 열기",
    },
}

_BAD = re.compile(r"(?i)fail|error|degraded|unhealthy|health issue")
_SAID = ("clusterName", "cluster-name", "cluster", "message", "errorMessage", "statusReason", "reason", "nodegroupName")
_PARTS = ("podName", "nodegroupName", "addonName", "fargateProfileName", "nodegroup-name", "podIdentityAssociation")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per event."""
    detail = plainly.detail(envelope)
    what = fields.text(envelope.body, "detail-type")
    partition, account, region = plainly.origin(envelope)
    listed = [fields.clean(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    known = fields.text(detail, "clusterName", "cluster-name", "cluster", "name")
    known = known or fields.text(fields.mapping(detail, "involvedObject"), "name")
    name = known or (arns.name(listed[0]).partition("/")[0] if listed else "")
    status, part = fields.text(detail, "status", "state"), fields.text(detail, *_PARTS)
    service = fields.text(envelope.body, "source").removeprefix("aws.")
    severity: Severity = "high" if _BAD.search(f"{what} {status}") else "medium" if "Termination" in what else "info"
    identity = ":".join((partition, account, region, service, name))
    page = f"eks/clusters/{quote(name, safe='')}" if service == "eks" else "msk/home"
    return (
        Signal(
            kind="managed_cluster",
            sort="happening",
            subject=identity,
            title=Phrase(
                "managed_cluster.status" if status else "managed_cluster.event",
                {"name": plainly.called(name), "what": what, "status": status},
            ),
            at=plainly.moment(envelope),
            story=f"{identity}:{part}:{what}:{status}",
            severity=severity,
            quote=cut(fields.text(detail, "message", "errorMessage", "statusReason", "reason"), 1000)[0],
            facts=(
                *plainly.facts(
                    ("managed_cluster.cluster", name),
                    ("managed_cluster.part", part),
                    ("managed_cluster.event_label", what),
                ),
                *plainly.rows({key: value for key, value in detail.items() if key not in _SAID})[:6],
            ),
            links=plainly.links(("managed_cluster.open", console.page(partition, region, page))),
            labels={"cluster": name, "event": what},
            partition=partition,
            account=account,
            region=region,
        ),
    )
