"""HTTP requests as each of AWS's front ends hands them to a function."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any


def shapes(headers: Mapping[str, str], body: bytes) -> Iterator[dict[str, Any]]:
    """One request, each way in which it may come; those that leave a body as it is only where it is text."""
    whole = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    yield {**by_url(headers), **whole}
    yield {**by_rest(headers), **whole}
    try:
        text = {"body": body.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return
    yield {**by_url(headers), **text}
    yield {**by_rest(headers), **text}
    yield {**by_balancer(headers), **text}


def by_url(headers: Mapping[str, str]) -> dict[str, Any]:
    """A Function URL, or an API Gateway's HTTP API: header names in lower case.

    docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    return {
        "version": "2.0",
        "rawPath": "/",
        "headers": {name.lower(): value for name, value in headers.items()},
        "requestContext": {"http": {"method": "POST", "path": "/", "sourceIp": "192.0.2.1"}},
    }


def by_rest(headers: Mapping[str, str]) -> dict[str, Any]:
    """An API Gateway's REST API: header names as they were sent.

    docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    several = {name: [value] for name, value in headers.items()}
    return {
        "resource": "/",
        "httpMethod": "POST",
        "headers": dict(headers),
        "multiValueHeaders": several,
        "requestContext": {"accountId": "123456789012", "stage": "prod", "httpMethod": "POST"},
    }


def by_balancer(headers: Mapping[str, str]) -> dict[str, Any]:
    """A load balancer: docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html"""
    return {
        "httpMethod": "POST",
        "path": "/",
        "headers": {name.lower(): value for name, value in headers.items()},
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-north-1:123456789012:x"}},
    }
