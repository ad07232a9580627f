"""The bucket for the package: how it is made, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.bucket import upload


class Refused(Exception):
    """As boto3's ClientError says it."""

    def __init__(self, status: int) -> None:
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}}


@dataclass
class S3:
    """``head``: the status by which it answers whether the bucket is there. It knows no call but those that follow."""

    head: int = 404
    calls: list[str] = field(default_factory=list)
    exceptions: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(ClientError=Refused))

    def head_bucket(self, **_: str) -> None:
        if self.head != 200:
            raise Refused(self.head)

    def create_bucket(self, **wanted: Any) -> None:
        self._called("create")

    def put_object(self, **wanted: Any) -> None:
        self._called("put", wanted)

    def _called(self, name: str, wanted: dict[str, Any] | None = None) -> None:
        assert wanted is None or wanted["ExpectedBucketOwner"] == "123456789012"
        self.calls.append(name)


def _upload(s3: S3) -> None:
    upload(Cloud("123456789012", "eu-north-1", lambda *_: s3), "tocsin", b"package")


def test_a_bucket_is_made_once() -> None:
    """It asks for no right but those to make it and to fill it: S3 closes each new bucket to others by itself."""
    new, old = S3(), S3(head=200)
    _upload(new)
    _upload(old)

    assert (new.calls, old.calls) == (["create", "put"], ["put"])


def test_a_strangers_bucket_is_not_used() -> None:
    """Whoever took the name first gets nothing of ours; the way without a bucket is named."""
    s3 = S3(head=403)
    with pytest.raises(ConfigError, match="tocsin-123456789012-eu-north-1 is not this account's") as refused:
        _upload(s3)

    assert not s3.calls and "`tocsin template`" in refused.value.hint
