"""Korean sentences that several rooms say."""

WORDS = {
    "days": "{n}일",
    "hours": "{n}시간",
    "minutes": "{n}분",
    "seconds": "{n}초",
    "text": "{text}",
    "account": "계정",
    "region": "리전",
    "time": "시각",
    "open_console": "콘솔에서 열기",
    "runbook": "대응 절차",
}
