"""tocsin as the stack deploys it, and an AWS on loopback that answers at once what an emulator answered before.

The emulator's own time would be measured else; and answers made up here might ask less of tocsin than AWS's do.
"""

from __future__ import annotations

import runpy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

from sink import Certificate, Reply, listening

from tocsin.aws.calls import Call
from tocsin.config import Aws

EMULATOR = runpy.run_path(str(Path(__file__).parents[1] / "tests" / "emulator.py"))
SECRET = "/tocsin/tocsin/slack-webhook"
PASSED_ON = ("Content-Type", "X-Amz-Target", "X-Amz-Date", "X-Amz-Security-Token", "Authorization")

Handle = Callable[[Mapping[str, str]], None]


@dataclass(slots=True)
class Recording:
    """Asks ``upstream`` and keeps its answers, until they are ``played``: then each action has its own in their order,
    over and over, since every alarm asks the same."""

    upstream: str
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    played: bool = False

    @property
    def calls(self) -> Mapping[str, int]:
        """How often an alarm asks for each action."""
        return {action: len(answers) for action, answers in self.answers.items()}

    def reply(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """Each service has a host of its own on AWS: as here all have one, SSM ends its connection, and DynamoDB's
        next call opens one."""
        service, _, action = headers["X-Amz-Target"].partition(".")
        answers = self.answers.setdefault(action, [])
        if not self.played:
            passed = {name: headers[name] for name in PASSED_ON if name in headers}
            with urlopen(Request(self.upstream, body, passed)) as answer:
                answers.append(answer.read())
        if not answers:
            return Reply(b'{"__type": "NeverRecorded"}', 400)
        self.asked[action] += 1
        return Reply(answers[(self.asked[action] - 1) % len(answers)], last=service == "AmazonSSM")


@dataclass(frozen=True, slots=True)
class Deployed:
    """The settings of a function on AWS, and the recording that answers it."""

    settings: Mapping[str, str]
    recording: Recording


@contextmanager
def deployed(folder: Path, shown: Certificate, webhook: str, handle: Handle) -> Iterator[Deployed]:
    """``handle`` has a function with these settings handle an alarm: that is recorded, and played from then on."""
    with ExitStack() as closing:
        with EMULATOR["running"](folder) as upstream, EMULATOR["client"](upstream) as client:
            recording = Recording(upstream)
            endpoint = closing.enter_context(listening(shown, recording.reply))
            settings = _settings(endpoint, EMULATOR["make_table"](client), EMULATOR["access"](endpoint))
            secret = {"Name": SECRET, "Value": webhook, "Type": "SecureString"}
            client.call(Call("ssm", "PutParameter", "parameter", ()), secret)
            handle(settings)
        recording.played, recording.asked = True, Counter()
        yield Deployed(settings, recording)


def _settings(endpoint: str, table: str, access: Aws) -> dict[str, str]:
    return {
        "TOCSIN_STORE": f"dynamodb:{table}",
        "TOCSIN_QUEUE_URL": f"{endpoint}/queue",
        "TOCSIN_MAX_RECEIVES": "5",
        "TOCSIN_SLACK_WEBHOOK_PARAMETER": SECRET,
        "TOCSIN_METRICS_NAMESPACE": "tocsin/tocsin",
        "TOCSIN_CANARY": "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:tocsin-canary",
        "TOCSIN_AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": access.region,
        "AWS_ACCESS_KEY_ID": access.key_id,
        "AWS_SECRET_ACCESS_KEY": access.secret,
    }
