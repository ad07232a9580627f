"""Events to try, as AWS hands them over: copies of some of the project's own test events, shipped with the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Sample:
    """One event: ``name`` is its file's, ``title`` and ``about`` are by language."""

    name: str
    title: Mapping[str, str]
    about: Mapping[str, str]

    def text(self) -> str:
        """Its JSON."""
        return (files(__name__) / f"{self.name}.json").read_text("utf-8")


def _sample(name: str, en: tuple[str, str], ko: tuple[str, str]) -> Sample:
    return Sample(name, {"en": en[0], "ko": ko[0]}, {"en": en[1], "ko": ko[1]})


SAMPLES = (
    _sample(
        "tutorial-test-event",
        ("The tutorial’s test event", "SNS test event of the Lambda console; shown every time, marked as a test"),
        ("튜토리얼의 테스트 이벤트", "Lambda 콘솔의 SNS 테스트 이벤트, 매번 시험으로 표시"),
    ),
    _sample(
        "sns-alarm",
        ("A CPU alarm fires", "an alarm by SNS; sent twice, it is a duplicate"),
        ("CPU 경보 발생", "SNS로 온 경보, 두 번 보내면 중복으로 처리"),
    ),
    _sample(
        "sns-ok",
        ("The same alarm is over", "the message turns green"),
        ("같은 경보의 복구", "메시지가 초록색으로 바뀜"),
    ),
    _sample(
        "sns-composite",
        ("A composite alarm", "which children fired"),
        ("복합 경보", "어느 하위 경보가 울렸는지 표시"),
    ),
    _sample(
        "sns-billing",
        ("The bill", "EstimatedCharges over its threshold"),
        ("요금 경보", "EstimatedCharges가 임계값 초과"),
    ),
    _sample(
        "sns-math",
        ("Metric math", "an alarm on an expression over several metrics"),
        ("지표 수식", "여러 지표의 수식에 대한 경보"),
    ),
    _sample(
        "eventbridge-anomaly",
        ("An anomaly band", "by EventBridge, without SNS"),
        ("이상 탐지 밴드", "SNS 없이 EventBridge로 온 것"),
    ),
    _sample(
        "sns-no-data-told",
        ("No data any more", "an alarm with an action for INSUFFICIENT_DATA"),
        ("데이터가 끊김", "INSUFFICIENT_DATA 작업이 있는 경보"),
    ),
    _sample(
        "alarm-deleted",
        ("An alarm is deleted", "somebody took it away: worth a word"),
        ("경보가 삭제됨", "누군가 지웠으므로 알림"),
    ),
    _sample(
        "other-service",
        ("An event nobody knows", "any other EventBridge event is shown plainly"),
        ("알려지지 않은 이벤트", "그 밖의 EventBridge 이벤트도 그대로 표시"),
    ),
    _sample(
        "subscription",
        ("A subscription to confirm", "shown with its link, never followed"),
        ("구독 확인 요청", "링크만 보여 주고 방문하지 않음"),
    ),
    _sample(
        "plain-text",
        ("Plain text", "published to the topic by a script, in Korean"),
        ("글로 된 알림", "스크립트가 주제에 게시한 한국어 글"),
    ),
    _sample(
        "sns-hostile",
        ("A hostile name", "mentions, markup and links that must stay text"),
        ("악의적인 이름", "멘션, 서식, 링크가 글로만 남아야 함"),
    ),
)


def sample(name: str) -> Sample | None:
    """The event of that name."""
    return next((one for one in SAMPLES if one.name == name), None)
