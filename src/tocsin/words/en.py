"""English sentences that several rooms say."""

WORDS = {
    "days": "{n} d",
    "hours": "{n} h",
    "minutes": "{n} min",
    "seconds": "{n} s",
    "text": "{text}",
    "account": "Account",
    "region": "Region",
    "time": "Time",
    "open_console": "Open in console",
    "runbook": "Runbook",
}
