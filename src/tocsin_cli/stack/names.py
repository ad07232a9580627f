"""What accounts are called: kept beside the secret, where the function reads it, and found where AWS knows it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tocsin_cli.cloud import Cloud

LONGEST = 64  # characters of a name
_AT_ONCE = 10  # parameters that one DeleteParameters takes
# Parameter Store takes few writes a second, and gives up on whoever goes on:
# https://docs.aws.amazon.com/general/latest/gr/ssm.html
FEW, PAUSE = 10, 0.35


@dataclass(frozen=True, slots=True)
class Names:
    """Those of a home stack, a String parameter each: free, and as many as there are accounts. ``sleep`` takes seconds.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
    """

    cloud: Cloud
    stack: str
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    @property
    def path(self) -> str:
        """Under which they are kept; the template has the same."""
        return f"/tocsin/{self.stack}/accounts"

    def known(self) -> dict[str, str]:
        """Account -> name. Errors as boto3 raises them."""
        pages = self.cloud.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=self.path)
        found = {each["Name"].rpartition("/")[2]: each["Value"] for page in pages for each in page["Parameters"]}
        return dict(sorted(found.items()))

    def keep(self, names: Mapping[str, str]) -> None:
        """Call these accounts so from now on. More than a few take a while: three in a second."""
        for number, (account, name) in enumerate(names.items()):
            if number >= FEW:
                self.sleep(PAUSE)
            self.cloud.client("ssm").put_parameter(
                Name=f"{self.path}/{account}", Value=name, Type="String", Overwrite=True
            )

    def forget(self, accounts: Iterable[str]) -> None:
        """Call these by their numbers alone; unknown ones are no error."""
        gone = [f"{self.path}/{account}" for account in accounts]
        for start in range(0, len(gone), _AT_ONCE):
            self.cloud.client("ssm").delete_parameters(Names=gone[start : start + _AT_ONCE])


def is_name(text: str) -> bool:
    """Whether it fits into a line, and Parameter Store takes it: that reads ``{{`` as its own."""
    return 0 < len(text) <= LONGEST and text.isprintable() and "{{" not in text


def found_names(cloud: Cloud, accounts: Collection[str], everyone: bool) -> dict[str, str]:
    """What AWS calls these ``accounts`` and our own, or ``everyone`` of the organization; what it does not tell is left
    out: the organization tells its management account and its delegated administrators alone, an alias its account.
    So is what is no name for us: an account may call itself anything, and must not stop a deployment at home.
    """
    wanted = {*accounts, cloud.account}
    names = {id: name for id, name in _organization(cloud) if (everyone or id in wanted) and is_name(name)}
    alias = account_alias(cloud)
    return names | ({cloud.account: alias} if alias and cloud.account not in names else {})


def account_alias(cloud: Cloud) -> str:
    """The alias of the account, "" where it has none or where we may not ask."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        aliases = cloud.client("iam").list_account_aliases()["AccountAliases"]
    except (ClientError, BotoCoreError):
        return ""
    return str(aliases[0]) if aliases else ""


def _organization(cloud: Cloud) -> Iterator[tuple[str, str]]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        for page in cloud.client("organizations").get_paginator("list_accounts").paginate():
            for each in page["Accounts"]:
                yield each["Id"], each["Name"]
    except (ClientError, BotoCoreError):  # names are no reason for a deployment to fail
        return
