"""A spoke for an account that this command line does not reach: its template with home filled in, and a link to it."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from tocsin.ports import ConfigError
from tocsin.reading import console
from tocsin.reading.arns import partition_of
from tocsin_cli.stack.home import Home
from tocsin_cli.stack.spokes import TEMPLATE

# A template's address must be one of S3: …/AWSCloudFormation/latest/APIReference/API_CreateStack.html
_IN_S3 = re.compile(r"https://([a-z0-9.-]+\.)?s3[a-z0-9.-]*\.amazonaws\.com(\.cn)?/\S+")


def filled_in(home: Home) -> str:
    """The spoke's template, of which nobody has to know a parameter."""
    text = TEMPLATE.read_text("utf-8")
    for name, value in home.parameters().items():
        head = f"  {name}:\n    Type: String\n"
        if text.count(head) != 1:
            raise ValueError(f"the template has {text.count(head)} parameters {name}, not one")
        text = text.replace(head, f'{head}    Default: "{value}"\n')
    return text


def link(home: Home, template: str, region: str) -> str:
    """Opens the console of ``region`` with the spoke ready to be made, out of the ``template``'s address. ConfigError.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stacks-quick-create-links.html
    """
    if not _IN_S3.fullmatch(template):
        raise ConfigError(
            "the console takes a template from S3 alone", "https://BUCKET.s3.REGION.amazonaws.com/spoke.yaml"
        )
    asked = {"templateURL": template, "stackName": home.spoke}
    asked |= {f"param_{name}": value for name, value in home.parameters().items()}
    place = f"#/stacks/create/review?{urlencode(asked)}"
    return console.page(partition_of(region), region, "cloudformation/home", place)
