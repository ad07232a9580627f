"""Who looks at a message, and the few words that Slack's own client writes around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo


@dataclass(frozen=True, slots=True)
class View:
    """`language` is "en" or "ko". Dates are written in `zone`."""

    language: str = "en"
    zone: tzinfo = UTC

    def say(self, key: str, **values: object) -> str:
        """One of the client's words, its braces filled."""
        return _WORDS[self.language][key].format_map(values)


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "app": "APP",
        "edited": "(edited)",
        "only_you": "Only visible to {who}",
        "thread_reply": "replied to a thread",
        "replies_1": "1 reply",
        "replies": "{n} replies",
        "last_reply": "Last reply {at}",
        "notified": "Notifies {n}: {who}",
        "unknown": "This view cannot show a block of type “{type}”.",
        "hidden_image": "Image, not loaded here",
        "empty": "This message has no text.",
        "chart_series": "{name}: {n} points from {low} to {high}, last {last}",
        "file": "File {id}",
        "phone": "Phone",
        "desktop": "Desktop",
        "now": "now",
        "more": "More",
        "channel": "#{name}",
        "came_in": "What came in",
    },
    "ko": {
        "app": "앱",
        "edited": "(편집됨)",
        "only_you": "{who}에게만 표시",
        "thread_reply": "스레드에 댓글을 남겼습니다",
        "replies_1": "댓글 1개",
        "replies": "댓글 {n}개",
        "last_reply": "마지막 댓글 {at}",
        "notified": "호출 {n}: {who}",
        "unknown": "이 화면은 “{type}” 블록을 표시할 수 없습니다.",
        "hidden_image": "이미지 (여기서는 불러오지 않음)",
        "empty": "내용이 없는 메시지입니다.",
        "chart_series": "{name}: 데이터 {n}개, {low}–{high}, 마지막 {last}",
        "file": "파일 {id}",
        "phone": "휴대폰",
        "desktop": "데스크톱",
        "now": "지금",
        "more": "더 보기",
        "channel": "#{name}",
        "came_in": "들어온 이벤트",
    },
}
