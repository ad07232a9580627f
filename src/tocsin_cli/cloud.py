"""The AWS account that a command works on; what AWS refuses becomes one line and a way out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import click

from tocsin.ports import ConfigError
from tocsin_cli.refusals import code_of, is_denied, is_gone, is_throttled

_LOGIN = "log in again (`aws sso login`, or new keys), or name another profile with --profile"
_STRANGER = f"{_LOGIN}; a region that the account has not enabled answers the same"
_CLOCK = "set this machine's clock right, then log in again"
_BETWEEN = "a proxy or the log-in page of a network may be between: run it again, or from another network"
_OVERTAKEN = "the stack was changed meanwhile: run it again, and it is planned anew"
_PROTECTED = (
    "take the protection off first: aws cloudformation update-termination-protection "
    "--no-enable-termination-protection --stack-name with that name"
)
_WAYS_OUT = {
    "ExpiredToken": _LOGIN,
    "ExpiredTokenException": _LOGIN,
    "400": f"S3 does not say why; most often a session has expired: {_LOGIN}",  # its answer to HEAD has no text
    "RequestExpired": _CLOCK,
    "RequestTimeTooSkewed": _CLOCK,
    "InvalidClientTokenId": _STRANGER,
    "UnrecognizedClientException": _STRANGER,
    "SignatureDoesNotMatch": "the secret access key does not belong to the key id: set both again",
    "InvalidSignatureException": "set this machine's clock right, or set the access key again",
    "ChangeSetNotFound": _OVERTAKEN,
    "InvalidChangeSetStatus": _OVERTAKEN,
    "OptInRequired": "enable this region for the account, or name another with --region",
    "InsufficientCapabilitiesException": "update tocsin: its template asks for more than this version grants",
    "LimitExceededException": "ask AWS for a higher quota, or remove what is no longer needed",
}


@dataclass(frozen=True, slots=True)
class Cloud:
    """An account and a region. ``clients`` makes one client per service and region, of boto3's own type. ``profile``:
    as it was named, for commands to paste."""

    account: str
    region: str
    clients: Callable[[str, str], Any] = field(repr=False)
    profile: str | None = None

    def client(self, service: str) -> Any:
        """The client of a service in this region."""
        return self.clients(service, self.region)

    def listed(self, service: str, operation: str, key: str, **asked: Any) -> Iterator[Any]:
        """What an operation lists under ``key``, page after page. Errors as boto3 raises them."""
        for page in self.client(service).get_paginator(operation).paginate(**asked):
            yield from page.get(key, ())

    def elsewhere(self, region: str) -> Cloud:
        """The same account in another region."""
        return replace(self, region=region)

    @property
    def where(self) -> str:
        """Account and region in words."""
        return f"account {self.account}, {self.region}"


def cloud_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which a command is told which account, region and stack it is about."""
    stack = click.option("--stack", "name", default="tocsin", show_default=True, metavar="NAME", help="The stack.")
    region = click.option("--region", metavar="REGION", help="AWS region (default: your profile's).")
    profile = click.option("--profile", metavar="NAME", help="Profile of your AWS configuration.")
    return profile(region(stack(command)))


@contextmanager
def cloud(profile: str | None, region: str | None) -> Iterator[Cloud]:
    """Whoever the credentials belong to. Raises ConfigError for whatever AWS, or the road to it, refuses."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError
    except ImportError:
        raise ConfigError("this command needs boto3", "install it beside tocsin: pip install boto3") from None
    try:
        with ExitStack() as closing:
            session = boto3.Session(botocore_session=_core(), profile_name=profile, region_name=region)
            yield replace(_opened(session, closing), profile=profile)
    except ClientError as error:
        raise _refused(error) from None
    except BotoCoreError as error:
        raise _unreachable(error) from None
    except ResponseParserError:  # a page instead of an answer, whose text says nothing here
        raise ConfigError("what answered is not AWS, or it was cut off on the way", _BETWEEN) from None


def _core() -> Any:
    from botocore.session import Session

    core = Session()
    core.register_component("data_loader", _descriptions(core.get_config_variable("data_path")))
    return core


@functools.cache
def _descriptions(path: str | None) -> Any:
    """What botocore knows of the services, read once for all sessions of a process: nothing takes a client longer."""
    from botocore.loaders import create_loader

    return create_loader(path)


def _opened(session: Any, closing: ExitStack) -> Cloud:
    if not session.region_name:
        raise ConfigError("no AWS region is named", "name one: --region eu-north-1, or AWS_DEFAULT_REGION")

    @functools.cache
    def client(service: str, region: str) -> Any:
        made = _made(session, service, region)
        closing.callback(made.close)
        return made

    here = Cloud("", session.region_name, client)
    return replace(here, account=here.client("sts").get_caller_identity()["Account"])


def _made(session: Any, service: str, region: str) -> Any:
    from botocore.exceptions import BotoCoreError

    try:
        return session.client(service, region_name=region)
    except BotoCoreError:
        raise
    except ValueError as error:  # of an address, or a number, that is none
        hint = "look at AWS_ENDPOINT_URL and what else begins with AWS_ in this shell, and at ~/.aws/config"
        raise ConfigError(f"a setting for AWS cannot be used: {error}", hint) from None


def _refused(error: Any) -> ConfigError:
    """AWS's own word and sentence, on one line."""
    said = " ".join(str(error.response.get("Error", {}).get("Message", "")).split())
    return ConfigError(f"AWS refused {error.operation_name}: {code_of(error)}: {said}", _way_out(error, said))


def _way_out(error: Any, said: str) -> str:
    if "Signature expired" in said or "Signature not yet current" in said:
        return _CLOCK
    if "TerminationProtection" in said:
        return _PROTECTED
    if known := _WAYS_OUT.get(code_of(error)):
        return known
    if is_denied(error):
        return "ask for the right that is named there, or use another profile with --profile"
    if is_gone(error):
        return "`tocsin doctor` names what was deleted by hand, and what makes it again"
    if is_throttled(error):
        return "AWS asks for a pause: run it again in a minute, nothing is lost"
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return "AWS has trouble of its own: run it again in a few minutes, nothing is lost"
    return "`tocsin status` shows how things stand; nothing is lost by running the command again"


def _unreachable(error: Exception) -> ConfigError:
    """By the names of botocore's exceptions: importing them all would only say the same."""
    match type(error).__name__:
        case "NoCredentialsError" | "PartialCredentialsError" | "CredentialRetrievalError":
            hint = "log in (`aws configure`, `aws sso login`), set AWS_PROFILE, or run it in AWS CloudShell"
        case "TokenRetrievalError" | "UnauthorizedSSOTokenError" | "SSOTokenLoadError":
            hint = _LOGIN
        case "ProfileNotFound":
            hint = "`aws configure list-profiles` shows those that there are"
        case "EndpointConnectionError" | "InvalidRegionError" | "ConnectTimeoutError":
            hint = "is the region spelled right (--region), and does this machine reach AWS?"
        case _:
            hint = "nothing is lost by running the command again"
    return ConfigError(" ".join(str(error).split()), hint)
