"""The bucket for the package: whose it is, and that no half of it is left."""

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
    """``head``: the status by which it answers whether the bucket is there; ``denies``: the call that it refuses."""

    head: int = 404
    denies: str = ""
    calls: list[str] = field(default_factory=list)
    exceptions: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(ClientError=Refused))

    def head_bucket(self, **_: str) -> None:
        if self.head != 200:
            raise Refused(self.head)

    def create_bucket(self, **wanted: Any) -> None:
        self._called("create")

    def put_public_access_block(self, **wanted: Any) -> None:
        self._called("close", wanted)

    def put_object(self, **wanted: Any) -> None:
        self._called("put", wanted)

    def delete_bucket(self, **wanted: Any) -> None:
        self._called("delete", wanted)

    def _called(self, name: str, wanted: dict[str, Any] | None = None) -> None:
        assert wanted is None or wanted["ExpectedBucketOwner"] == "123456789012"
        self.calls.append(name)
        if name == self.denies:
            raise Refused(403)


def _upload(s3: S3) -> None:
    upload(Cloud("123456789012", "eu-north-1", lambda *_: s3), "tocsin", b"package")


def test_a_bucket_is_made_once() -> None:
    """It is closed to others before anything lies in it."""
    new, old = S3(), S3(head=200)
    _upload(new)
    _upload(old)

    assert (new.calls, old.calls) == (["create", "close", "put"], ["put"])


def test_a_bucket_that_cannot_be_closed_is_not_kept() -> None:
    """The next run would take it for one that is."""
    s3 = S3(denies="close")
    with pytest.raises(Refused):
        _upload(s3)

    assert s3.calls == ["create", "close", "delete"]


def test_a_strangers_bucket_is_not_used() -> None:
    """Whoever took the name first gets nothing of ours; the way without a bucket is named."""
    s3 = S3(head=403)
    with pytest.raises(ConfigError, match="tocsin-123456789012-eu-north-1 is not this account's") as refused:
        _upload(s3)

    assert not s3.calls and "`tocsin template`" in refused.value.hint
