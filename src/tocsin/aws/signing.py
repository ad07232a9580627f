"""Signs a request with Signature Version 4, so that AWS knows whose it is.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping

from tocsin.config import Aws

_ALGORITHM = "AWS4-HMAC-SHA256"


def signed(aws: Aws, service: str, host: str, headers: Mapping[str, str], body: bytes, now: float) -> dict[str, str]:
    """The headers of a POST to ``/`` of ``host``, signed. ``now``: seconds since 1970; AWS allows 5 minutes' error."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    scope = f"{stamp[:8]}/{aws.region}/{service}/aws4_request"
    sent = {**headers, "X-Amz-Date": stamp}
    if aws.token:
        sent["X-Amz-Security-Token"] = aws.token
    lines = sorted((name.lower(), value) for name, value in {**sent, "Host": host}.items())
    names = ";".join(name for name, _ in lines)
    canonical = "\n".join(
        ("POST", "/", "", *(f"{name}:{value}" for name, value in lines), "", names, hashlib.sha256(body).hexdigest())
    )
    text = "\n".join((_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{aws.secret}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    signature = _hmac(key, text).hex()
    proof = f"Credential={aws.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**sent, "Authorization": f"{_ALGORITHM} {proof}"}


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
