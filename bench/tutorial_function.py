"""The function of the well-known tutorial, written anew from its description: what tocsin is measured against."""

import json
import os
from urllib.request import Request, urlopen

# The tutorial's needs it to decrypt its setting, and imports it where nothing is encrypted too.
import boto3  # noqa: F401

HOOK_URL = os.environ["HOOK_URL"]


def lambda_handler(event, context):  # type: ignore[no-untyped-def]  # as its readers paste it
    """Post one line about the alarm in the event's first record."""
    alarm = json.loads(event["Records"][0]["Sns"]["Message"])
    line = f"{alarm['AlarmName']} state is now {alarm['NewStateValue']}: {alarm['NewStateReason']}"
    post = Request(HOOK_URL, json.dumps({"text": line}).encode(), {"Content-Type": "application/json"})
    with urlopen(post) as answer:
        answer.read()
