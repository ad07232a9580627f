"""SNS asks whether a subscription is wanted (or says that it ended): a human decides, nobody here visits the link."""

from __future__ import annotations

import re

from tocsin.envelope import Envelope
from tocsin.model import Fact, Link, Phrase, Signal
from tocsin.reading import arns, fields

WORDS = {
    "en": {
        "confirm": "Confirm the subscription to {topic}",
        "ended": "The subscription to {topic} has ended",
        "wait": "Nothing from this topic arrives here until somebody opens the link.",
        "again": "If that was a mistake, the link subscribes again.",
        "doubt": "The link does not lead to SNS: do not open it.",
        "open": "Confirm subscription",
        "topic": "Topic",
        "link": "Link",
    },
    "ko": {
        "confirm": "{topic} 구독을 확인해 주세요",
        "ended": "{topic} 구독이 해지되었습니다",
        "wait": "링크를 열어 확인하기 전까지 이 주제의 알림은 오지 않습니다.",
        "again": "실수로 해지했다면 링크를 열어 다시 구독할 수 있습니다.",
        "doubt": "SNS로 연결되는 링크가 아닙니다. 열지 마세요.",
        "open": "구독 확인",
        "topic": "주제",
        "link": "링크",
    },
}

# docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html: only SNS's own hosts are to be trusted.
_SNS = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.(com|com\.cn|eu)/")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening, for SubscriptionConfirmation and UnsubscribeConfirmation alike."""
    body = envelope.body
    topic = fields.text(body, "TopicArn")
    arn = arns.parse(topic)
    url = fields.text(body, "SubscribeURL")
    ours = _SNS.match(url) is not None
    ended = fields.text(body, "Type") == "UnsubscribeConfirmation"
    name = arn.resource if arn else topic
    title = Phrase("sns_subscription.ended" if ended else "sns_subscription.confirm", {"topic": name})
    hint = Phrase("sns_subscription.again" if ended else "sns_subscription.wait")
    return (
        Signal(
            kind="sns_subscription",
            sort="happening",
            subject=f"{topic}:{envelope.event_id}",
            title=title,
            at=envelope.times.sns,
            summary=hint if ours else Phrase("sns_subscription.doubt"),
            facts=(
                Fact(Phrase("sns_subscription.topic"), topic, detail=True),
                Fact(Phrase("sns_subscription.link"), url, detail=ours),
            ),
            links=(Link(Phrase("sns_subscription.open"), url),) if ours else (),
            partition=arn.partition if arn else "aws",
            account=arn.account if arn else "",
            region=arn.region if arn else "",
        ),
    )
