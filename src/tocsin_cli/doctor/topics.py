"""Looks at who may publish to the topics, with which key, and who reads what is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from tocsin_cli.alarms_there import ACTIONS, Alarm
from tocsin_cli.doctor.finding import Finding, some
from tocsin_cli.doctor.keys import GONE, read_key
from tocsin_cli.doctor.mending import enabled, rewritten
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.doctor.topic import Topic
from tocsin_cli.policies import extended, written
from tocsin_cli.wiring.rewriting import knows_all
from tocsin_cli.wiring.topics import region_of

_CLOUDWATCH = "cloudwatch.amazonaws.com"
_PUBLISHERS = {"TopicArn": (_CLOUDWATCH, "budgets.amazonaws.com", "costalerts.amazonaws.com"),
               "OpsTopicArn": (_CLOUDWATCH,)}  # fmt: skip
_SID = "AlarmsBudgetsAndCostAlerts"


def own_policies(scene: Scene) -> Iterator[Finding]:
    """The stack's topics let each service in that publishes to them."""
    for topic, services in _own(scene):
        if refused := _refused(scene, topic, services):
            mended = _admitting(topic, services, scene.cloud.account)
            yield Finding(
                "broken",
                f"the policy of {topic.arn} keeps {', '.join(refused)} out",
                "what they publish is refused, and only the history of the alarm says so",
                scene.aws("sns", "set-topic-attributes", "--topic-arn", topic.arn, "--attribute-name", "Policy",
                          "--attribute-value", written(mended.policy)),
                None if _refused(scene, mended, services) else partial(_put_policy, scene, mended),
            )  # fmt: skip


def their_policies(scene: Scene) -> Iterator[Finding]:
    """The topics that your alarms act on let these alarms in."""
    for topic, acting in _used(scene):
        refused = [each.name for each in acting if not topic.admits(_CLOUDWATCH, scene.cloud.account, each.arn)]
        if refused:
            mended = _admitting(topic, (_CLOUDWATCH,), scene.cloud.account)
            yield Finding(
                "broken",
                f"the policy of {topic.arn} keeps out: {some(refused)}",
                "these alarms act on the topic in vain; only their history says so",
                scene.aws("sns", "set-topic-attributes", "--topic-arn", topic.arn, "--attribute-name", "Policy",
                          "--attribute-value", written(mended.policy)),
            )  # fmt: skip


def keys(scene: Scene) -> Iterator[Finding]:
    """The keys of all these topics let those in who publish to them."""
    needed = [*_own(scene)]
    needed += [(topic, (_CLOUDWATCH,)) for topic, _ in _used(scene)]
    for topic, services in needed:
        if topic.key:
            yield from _key(scene, topic, services)


def _key(scene: Scene, topic: Topic, services: Iterable[str]) -> Iterator[Finding]:
    key = read_key(scene.cloud, topic.key)
    refused = key.shut_out(services, scene.cloud.account)
    without = scene.aws("sns", "set-topic-attributes", "--topic-arn", topic.arn, "--attribute-name", "KmsMasterKeyId",
                        "--attribute-value", "")  # fmt: skip
    if key.state != "Enabled":
        mend = without if key.state == GONE else enabled(scene, key)
        means = "nothing that is published there is delivered"
        yield Finding("broken", f"the key of {topic.arn} is {key.state}", means, mend)
    elif refused and key.is_of_aws:
        yield Finding(
            "broken",
            f"{topic.arn} is encrypted with AWS's own key {key.id}, which admits no service",
            f"{', '.join(refused)} cannot publish there; that key cannot be changed: take it off, or name one of yours",
            without,
        )
    elif refused:
        policy = written(key.admitting(services, scene.cloud.account))
        yield Finding(
            "broken",
            f"the key of {topic.arn} does not admit {', '.join(refused)}",
            "they may publish, but not encrypt: every alarm is refused, and only its history says so",
            scene.aws("kms", "put-key-policy", "--key-id", key.id, "--policy-name", "default", "--policy", policy),
        )


def readers(scene: Scene) -> Iterator[Finding]:
    """Somebody reads each topic that alarms act on."""
    gone = {arn: acting for arn, acting in _acting(scene).items() if scene.topic(arn) is None}
    for arn, acting in gone.items():
        yield Finding(
            "broken",
            f"{arn}, which alarms act on, is gone: {_names(acting)}",
            "these alarms tell nobody by it; the first command makes it again, the second lets tocsin read it",
            f"{scene.aws('sns', 'create-topic', '--name', arn.rpartition(':')[2])} && {scene.tocsin('connect', arn)}",
        )
    for topic, acting in _used(scene):
        if not topic.is_read:
            yield Finding(
                "broken",
                f"nobody reads {topic.arn}, which alarms act on: {_names(acting)}",
                "these alarms are published and thrown away",
                scene.connect(topic.arn),
            )
        elif topic.pending:
            waiting = ", ".join(f"{each['Protocol']} {each['Endpoint']}" for each in topic.pending)
            yield Finding(
                "risk",
                f"not confirmed at {topic.arn}: {waiting}",
                "whoever that is gets nothing, and the request to confirm ends after two days",
                scene.aws("sns", "subscribe", "--topic-arn", topic.arn, "--protocol", topic.pending[0]["Protocol"],
                          "--notification-endpoint", topic.pending[0]["Endpoint"]),
            )  # fmt: skip


def far_topics(scene: Scene) -> Iterator[Finding]:
    """No alarm acts on a topic of another region."""
    for alarm in scene.theirs():
        for arn in alarm.topics:
            if region_of(arn) != scene.cloud.region:
                yield Finding(
                    "broken",
                    f"the alarm {alarm.name} acts on {arn}, which is in {region_of(arn)}",
                    f"CloudWatch publishes to topics of the alarm's own region only, {scene.cloud.region}",
                    _told_near(scene, alarm),
                )


def _told_near(scene: Scene, alarm: Alarm) -> str:
    """The stack's own topic in the place of all far ones."""
    if not knows_all(scene.cloud):  # its definition would not be whole
        return scene.connect(alarm.name)
    ours, region = scene.stack.outputs["TopicArn"], scene.cloud.region
    actions = {
        field: list(dict.fromkeys(ours if arn in alarm.topics and region_of(arn) != region else arn for arn in acting))
        for field in ACTIONS
        if (acting := alarm.actions(field))
    }
    return rewritten(scene, alarm, actions)


def _own(scene: Scene) -> Iterator[tuple[Topic, tuple[str, ...]]]:
    for output, services in _PUBLISHERS.items():
        topic = scene.topic(scene.stack.outputs[output])
        if topic is not None:
            yield topic, services


def _used(scene: Scene) -> Iterator[tuple[Topic, list[Alarm]]]:
    """The topics of others that your alarms act on, with these alarms."""
    for arn, acting in _acting(scene).items():
        topic = scene.topic(arn)
        if topic is not None:
            yield topic, acting


def _acting(scene: Scene) -> Mapping[str, list[Alarm]]:
    ours = {scene.stack.outputs[output] for output in _PUBLISHERS}
    found: dict[str, list[Alarm]] = {}
    for alarm in scene.theirs():
        for arn in alarm.topics:
            if arn not in ours and region_of(arn) == scene.cloud.region and arn.split(":")[4] == scene.cloud.account:
                found.setdefault(arn, []).append(alarm)
    return found


def _source(scene: Scene, service: str) -> str:
    if service != _CLOUDWATCH:
        return ""
    name = f"alarm:{scene.stack.outputs['CanaryName']}"
    return f"arn:{scene.partition}:cloudwatch:{scene.cloud.region}:{scene.cloud.account}:{name}"


def _admitting(topic: Topic, services: Iterable[str], account: str) -> Topic:
    statement = {
        "Sid": _SID,
        "Effect": "Allow",
        "Principal": {"Service": list(services)},
        "Action": "sns:Publish",
        "Resource": topic.arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    return Topic(topic.arn, extended(topic.policy, statement), topic.key, topic.subscriptions)


def _refused(scene: Scene, topic: Topic, services: Iterable[str]) -> list[str]:
    return [each for each in services if not topic.admits(each, scene.cloud.account, _source(scene, each))]


def _put_policy(scene: Scene, topic: Topic) -> None:
    scene.cloud.client("sns").set_topic_attributes(
        TopicArn=topic.arn, AttributeName="Policy", AttributeValue=written(topic.policy)
    )


def _names(alarms: Iterable[Alarm]) -> str:
    return some([alarm.name for alarm in alarms])
