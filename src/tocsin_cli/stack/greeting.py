"""The one message that says that tocsin is connected, and what it watches from now on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from tocsin_cli.alarms_there import alarms, own
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.names import account_alias
from tocsin_cli.stack.standing import Stack

_NAMED = 10
_WORDS = {
    "en": {
        "subject": "tocsin is connected",
        "none": "Watching account {account} in {region}, which has no alarms yet: `tocsin alarm add`.",
        "one": "Watching 1 alarm in {region}, account {account}.",
        "watches": "Watching {n} alarms in {region}, account {account}.",
        "firing": "Already firing ({n}): {names}",
        "more": "and {n} more",
    },
    "ko": {
        "subject": "tocsin이 연결되었습니다",
        "none": "{account} 계정, {region} 리전을 지켜봅니다. 아직 경보가 없습니다: `tocsin alarm add`",
        "one": "{account} 계정, {region} 리전의 경보 1개를 지켜봅니다.",
        "watches": "{account} 계정, {region} 리전의 경보 {n}개를 지켜봅니다.",
        "firing": "이미 울리고 있던 경보 {n}개: {names}",
        "more": "외 {n}개",
    },
}


@dataclass(frozen=True, slots=True)
class Watched:
    """How many alarms there are beside the stack's own, and the names of those that fire."""

    count: int
    firing: tuple[str, ...]


def watched(cloud: Cloud, stack: Stack, regions: Sequence[str]) -> Watched:
    """The alarms of this region and of those ``regions``, as they stand."""
    there = [alarm for region in regions for alarm in alarms(cloud.elsewhere(region))]
    others = [alarm for alarm in alarms(cloud) if alarm.name not in own(stack)] + there
    return Watched(len(others), tuple(sorted(alarm.name for alarm in others if alarm.state == "ALARM")))


def greet(cloud: Cloud, stack: Stack, regions: Sequence[str] = ()) -> None:
    """Publish it on the stack's own topic: it goes the way that alarms go."""
    language = stack.parameters.get("Language") or "en"
    where, seen = ", ".join((cloud.region, *regions)), watched(cloud, stack, regions)
    message = greeting(_WORDS[language]["subject"], sentences(language, seen, where, _called(cloud)))
    cloud.client("sns").publish(TopicArn=stack.outputs["TopicArn"], Message=message)


def greeting(title: str, said: Sequence[str]) -> str:
    """A notification in the schema of AWS's own chat product, which takes any letters and a grade.

    https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    """
    content = {"title": title, "description": "\n".join(said), "keywords": ["info"]}
    return json.dumps({"version": "1.0", "source": "custom", "content": content}, ensure_ascii=False)


def sentences(language: str, seen: Watched, where: str, account: str) -> list[str]:
    """What is watched, and, if anything fires, what."""
    words, which = _WORDS[language], {0: "none", 1: "one"}.get(seen.count, "watches")
    said = [words[which].format(n=seen.count, region=where, account=account)]
    if seen.firing:
        names = ", ".join(seen.firing[:_NAMED])
        rest = len(seen.firing) - _NAMED
        listed = f"{names}, {words['more'].format(n=rest)}" if rest > 0 else names
        said.append(words["firing"].format(n=len(seen.firing), names=listed))
    return said


def _called(cloud: Cloud) -> str:
    """The account's number, with its alias where it has one that we may read."""
    alias = account_alias(cloud)
    return f"{alias} ({cloud.account})" if alias else cloud.account
