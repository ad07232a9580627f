"""The bucket that CloudFormation takes the package from: one per account and region, made and removed by us."""

from __future__ import annotations

import hashlib

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud


def bucket_of(cloud: Cloud) -> str:
    """Its name."""
    return f"tocsin-{cloud.account}-{cloud.region}"


def key_of(stack: str, package: bytes) -> str:
    """The name in the bucket of a package: another content is another name, so that CloudFormation sees a change."""
    return f"{stack}/{hashlib.sha256(package).hexdigest()[:32]}.zip"


def upload(cloud: Cloud, stack: str, package: bytes) -> None:
    """Put the package there, in a bucket that is made where there is none.

    The name can be guessed, so somebody else may own it; each call says whose it must be, and fails otherwise.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    if not _is_there(cloud):
        _make(cloud)
    cloud.client("s3").put_object(
        Bucket=bucket_of(cloud), Key=key_of(stack, package), Body=package, ExpectedBucketOwner=cloud.account
    )


def _make(cloud: Cloud) -> None:
    """A bucket that nobody else can get into: S3 makes each so, and some organizations forbid to say it again.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
    cloud.client("s3").create_bucket(Bucket=bucket_of(cloud), **({} if cloud.region == "us-east-1" else elsewhere))


def clear(cloud: Cloud, stack: str, keep: str = "") -> None:
    """Remove the stack's packages but ``keep``, and the bucket once no stack has any in it."""
    if not _is_there(cloud):
        return
    s3, name = cloud.client("s3"), bucket_of(cloud)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=f"{stack}/"):
        for found in page.get("Contents", ()):
            if found["Key"] != keep:
                s3.delete_object(Bucket=name, Key=found["Key"], ExpectedBucketOwner=cloud.account)
    if not s3.list_objects_v2(Bucket=name, MaxKeys=1).get("KeyCount"):
        s3.delete_bucket(Bucket=name, ExpectedBucketOwner=cloud.account)


def _is_there(cloud: Cloud) -> bool:
    s3, name = cloud.client("s3"), bucket_of(cloud)
    try:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=cloud.account)
    except s3.exceptions.ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return False
        if status == 403:
            raise ConfigError(
                f"the bucket {name} is not this account's, or it may not be used",
                "ask for s3:ListBucket and s3:PutObject on it; if it is a stranger's, use `tocsin template` instead",
            ) from None
        raise
    return True
