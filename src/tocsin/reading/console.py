"""Links into the AWS console; "" where a link would lead nowhere (no region, or a partition without a public host)."""

from __future__ import annotations

import re
from urllib.parse import quote

from tocsin.reading import arns

_HOSTS = {
    "aws": "https://{region}.console.aws.amazon.com",
    "aws-cn": "https://{region}.console.amazonaws.cn",
    "aws-us-gov": "https://console.amazonaws-us-gov.com",
    "aws-eusc": "https://console.amazonaws-eusc.eu",
}

_CONSOLE = re.compile(
    r"https://([a-z0-9-]+\.)?(console\.aws\.amazon\.com|console\.amazonaws\.cn|console\.amazonaws-us-gov\.com"
    r"|console\.amazonaws-eusc\.eu)/"
)
# Services without regions live in one, as far as the console is concerned.
_GLOBAL = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1"}


def quoted(text: str) -> str:
    """Text from outside as a part of an address: every character that could mean something is percent-encoded."""
    return quote(text, safe="", errors="replace")


def page(partition: str, region: str, path: str, place: str = "") -> str:
    """Any page of a service ("guardduty/home") in a region, and the ``place`` within it ("#/findings")."""
    host = _HOSTS.get(partition, "")
    return f"{host.format(region=region)}/{path}?region={region}{place}" if host and arns.is_region(region) else ""


def home(partition: str, region: str) -> str:
    """The console's start page in a region."""
    return _page(partition, region, "console")


def alarm(partition: str, region: str, name: str) -> str:
    """A metric, log or composite alarm's page; its name may hold any character."""
    page = _page(partition, region, "cloudwatch")
    return page and f"{page}#alarmsV2:alarm/{quote(name, safe='')}"


def log_group(partition: str, region: str, name: str) -> str:
    """A log group's page. The console wants the name encoded twice, with "$" for "%"."""
    page = _page(partition, region, "cloudwatch")
    coded = quote(quote(name, safe=""), safe="").replace("%", "$")
    return page and f"{page}#logsV2:log-groups/log-group/{coded}"


def api_call(partition: str, region: str, event_id: str) -> str:
    """One event in CloudTrail's event history, which keeps 90 days of management events."""
    page = _page(partition, region, "cloudtrailv2")
    return page and f"{page}#/events/{quote(event_id, safe='')}"


def iam(partition: str, kind: str, name: str) -> str:
    """An IAM page (``kind`` is "users" or "roles"). IAM knows no regions, but the console wants one."""
    page = _page(partition, _GLOBAL.get(partition, ""), "iam")
    return page and f"{page}#/{kind}/details/{quote(name, safe='')}"


def money(partition: str, place: str) -> str:
    """A page about costs ("#/budgets", "#/anomaly-detection"). China knows them by another name."""
    path = "billing/home" if partition == "aws-cn" else "costmanagement/home"
    return page(partition, _GLOBAL.get(partition, ""), path, place)


def trusted(url: str) -> str:
    """The address, if it leads to AWS's own console, else ""; a message may come from anybody."""
    return url if _CONSOLE.match(url) else ""


def _page(partition: str, region: str, service: str) -> str:
    return page(partition, region, f"{service}/home")
