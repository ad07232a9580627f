"""Amazon SES: a mail bounced, was complained about, delayed, rejected, received …; or the account's sending changed.

Shapes: docs.aws.amazon.com/ses/latest/dg/notification-contents.html (notificationType),
/event-publishing-retrieving-sns-contents.html (eventType) and /monitoring-eventbridge.html
"""

from __future__ import annotations

from typing import NamedTuple

from tocsin.envelope import Envelope
from tocsin.model import Fact, Phrase, Severity, Signal, State, Strong, Value
from tocsin.reading import arns, console, fields, instants, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "bounced": "Mail to {to} bounced",
        "bounced_for_now": "Mail to {to} bounced for now",
        "complaint": "{to} called a mail spam",
        "complaint_suppressed": "Mail to {to} not sent: the address is on a suppression list",
        "delivered": "Mail to {to} was delivered",
        "sent": "Mail to {to} was handed to SES",
        "rejected": "SES refused to send a mail to {to}",
        "unrendered": "A mail to {to} could not be made from its template",
        "delayed": "Mail to {to} is delayed",
        "subscription": "{to} changed the subscription",
        "opened": "{to} opened a mail",
        "clicked": "{to} clicked a link in a mail",
        "received": "Mail received from {sender}",
        "infected": "Mail with a virus received from {sender}",
        "sending_off": "SES does not send for this account any more",
        "sending_on": "SES sends for this account again",
        "other": "SES: {what}",
        "ready": "SES can send its notifications here",
        "nobody": "somebody",
        "and_more": "{to} and {n} more",
        "why_bounce": "The address does not exist or does not take mail. Too many bounces (5 % and more) make AWS "
        "review your account; more may stop its sending.",
        "why_complaint": "Complaints of more than 0.1 % make AWS review your account; more may stop its sending.",
        "why_off": "AWS or somebody in your account stopped the sending: no mail leaves.",
        "drop": "Do not write to this address again.",
        "ask": "Write only to people who asked for it, and let them leave with one click.",
        "virus": "SES found a virus in the mail: see which program made the attachment.",
        "template": "Give the template all the values that it names.",
        "review": "Look at the account's dashboard in SES and at your mailbox for a message of AWS.",
        "subject": "Mail subject",
        "from": "From",
        "recipients": "To",
        "kind": "Bounce type",
        "feedback": "Complaint type",
        "delay": "Delay type",
        "until": "Given up at",
        "took": "Took (ms)",
        "template_name": "Template",
        "link": "Link",
        "agent": "User agent",
        "verdicts": "Verdicts",
        "verdict": "{name} {verdict}",
        "stored": "Stored at",
        "contact_list": "Contact list",
        "set": "Configuration set",
        "message": "Message ID",
        "reporter": "Reported by",
        "at": "Mail sent",
        "open": "Open SES",
    },
    "ko": {
        "bounced": "{to} 메일 반송됨",
        "bounced_for_now": "{to} 메일 일시적으로 반송됨",
        "complaint": "{to}: 스팸 신고 접수",
        "complaint_suppressed": "{to} 메일 미발송: 발송 금지 목록에 있는 주소",
        "delivered": "{to} 메일 전달됨",
        "sent": "{to} 메일 SES에 접수됨",
        "rejected": "{to} 메일을 SES가 발송 거부함",
        "unrendered": "{to} 메일의 템플릿 렌더링 실패",
        "delayed": "{to} 메일 전달 지연",
        "subscription": "{to}: 구독 설정 변경",
        "opened": "{to}: 메일 열람",
        "clicked": "{to}: 메일 링크 클릭",
        "received": "{sender}에게서 메일 수신",
        "infected": "{sender}에게서 바이러스가 있는 메일 수신",
        "sending_off": "이 계정의 SES 발송이 중지되었습니다",
        "sending_on": "이 계정의 SES 발송이 재개되었습니다",
        "other": "SES: {what}",
        "ready": "SES가 이곳으로 알림을 보낼 수 있습니다",
        "nobody": "알 수 없는 수신자",
        "and_more": "{to} 외 {n}명",
        "why_bounce": "없는 주소이거나 메일을 받지 않는 주소입니다. "
        "반송률이 5 % 이상이면 AWS가 계정을 검토하고 발송을 중지할 수 있습니다.",
        "why_complaint": "신고율이 0.1 %를 넘으면 AWS가 계정을 검토하고 발송을 중지할 수 있습니다.",
        "why_off": "AWS 또는 계정 내 누군가가 발송을 중지했습니다. 메일이 나가지 않습니다.",
        "drop": "이 주소로는 다시 보내지 마세요.",
        "ask": "수신에 동의한 사람에게만 보내고, 한 번의 클릭으로 수신을 거부할 수 있게 하세요.",
        "virus": "SES가 메일에서 바이러스를 발견했습니다. 어떤 프로그램이 첨부 파일을 만들었는지 확인하세요.",
        "template": "템플릿에 쓰인 변수의 값을 모두 넘겨주세요.",
        "review": "SES 계정 대시보드와 AWS가 보낸 메일을 확인하세요.",
        "subject": "메일 제목",
        "from": "보낸 사람",
        "recipients": "받는 사람",
        "kind": "반송 유형",
        "feedback": "신고 유형",
        "delay": "지연 유형",
        "until": "발송 포기 시각",
        "took": "소요 시간(ms)",
        "template_name": "템플릿",
        "link": "링크",
        "agent": "사용자 에이전트",
        "verdicts": "판정",
        "verdict": "{name} {verdict}",
        "stored": "저장 위치",
        "contact_list": "연락처 목록",
        "set": "구성 세트",
        "message": "메시지 ID",
        "reporter": "보고 서버",
        "at": "메일 발송",
        "open": "SES 열기",
    },
}


class Case(NamedTuple):
    """One type of event: the field that tells more of it, what is said, and how loud."""

    part: str
    title: str
    severity: Severity
    meaning: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


# By the type without spaces in small letters, as it is in notificationType, eventType and the detail-type.
_CASES = {
    "bounce": Case("bounce", "ses.bounced", "medium", ("ses.why_bounce",), ("ses.drop",)),
    "complaint": Case("complaint", "ses.complaint", "high", ("ses.why_complaint",), ("ses.drop", "ses.ask")),
    "delivery": Case("delivery", "ses.delivered", "info"),
    "send": Case("send", "ses.sent", "info"),
    "reject": Case("reject", "ses.rejected", "high", (), ("ses.virus",)),
    "renderingfailure": Case("failure", "ses.unrendered", "high", (), ("ses.template",)),
    "deliverydelay": Case("deliveryDelay", "ses.delayed", "low"),
    "subscription": Case("subscription", "ses.subscription", "info"),
    "open": Case("open", "ses.opened", "info"),
    "click": Case("click", "ses.clicked", "info"),
    "received": Case("receipt", "ses.received", "info"),
    "sendingstatusdisabled": Case("", "ses.sending_off", "critical", ("ses.why_off",), ("ses.review",)),
    "sendingstatusenabled": Case("", "ses.sending_on", "info"),
    "advisorrecommendationstatusresolved": Case("", "ses.other", "info"),
    "amazonsnssubscriptionsucceeded": Case("", "ses.ready", "info"),
}
_DETAIL_TYPES = {
    "emailbounced": "bounce",
    "emailcomplaintreceived": "complaint",
    "emaildelivered": "delivery",
    "emailsent": "send",
    "emailrejected": "reject",
    "emailrenderingfailed": "renderingfailure",
    "emaildeliverydelayed": "deliverydelay",
    "emailsubscribed": "subscription",
    "emailopened": "open",
    "emailclicked": "click",
}
_OTHER = Case("", "ses.other", "medium")
# What the account is in, not what happened to a mail.
_STATES: dict[str, State] = {"ses.sending_off": "firing", "ses.sending_on": "ok"}
_ADDRESSED = ("bouncedRecipients", "complainedRecipients", "delayedRecipients", "recipients")
_VERDICTS = ("spamVerdict", "virusVerdict", "spfVerdict", "dkimVerdict", "dmarcVerdict")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per mail's event. Raises ValueError when the type of a mail's event is missing."""
    if isinstance(envelope.body, str):
        return (_signal(envelope, {}, Case("", "ses.ready", "info")),)
    body = _mail_event(envelope)
    word = fields.text(body, "notificationType", "eventType") or fields.text(envelope.body, "detail-type")
    word = word or next((key for key, case in _CASES.items() if case.part and case.part in body), "")
    if not word:
        raise ValueError("an event of SES without a type")
    key = word.lower().replace(" ", "")
    return (_signal(envelope, body, _finer(_CASES.get(_DETAIL_TYPES.get(key, key), _OTHER), body)),)


def _mail_event(envelope: Envelope) -> fields.Json:
    """The event, which a Lambda action of a receipt rule hands over one level deeper."""
    found = plainly.detail(envelope)
    return fields.mapping(found, "ses") or found


def _finer(case: Case, body: fields.Json) -> Case:
    """What the type alone does not tell: a bounce for now, a complaint that only says "suppressed", a virus."""
    part = fields.mapping(body, case.part)
    if case.part == "bounce" and fields.text(part, "bounceType").lower() != "permanent":
        return case._replace(title="ses.bounced_for_now", severity="low", meaning=(), advice=())
    if "OnAccountSuppressionList" in fields.text(part, "complaintSubType"):
        return case._replace(title="ses.complaint_suppressed", severity="low")
    if case.part == "receipt" and _status(part, "virusVerdict") == "FAIL":
        return case._replace(title="ses.infected", severity="medium")
    return case


def _signal(envelope: Envelope, body: fields.Json, case: Case) -> Signal:
    mail, part = fields.mapping(body, "mail"), fields.mapping(body, case.part)
    where = plainly.origin(envelope)
    source = arns.parse(fields.text(mail, "sourceArn"))
    account = fields.text(mail, "sendingAccountId") or (source.account if source else where.account)
    partition, region = (source.partition, source.region) if source else (where.partition, where.region)
    message, place = fields.text(mail, "messageId"), f"{partition}:{account}:{region}"
    people, sender = _people(mail, part), _from(mail)
    what = fields.text(envelope.body, "detail-type") or fields.text(body, "notificationType", "eventType")
    own = fields.text(part, "timestamp", "arrivalDate")
    state = _STATES.get(case.title)
    return Signal(
        kind="ses",
        sort="condition" if state else "happening",
        state=state,
        subject=f"{place}:mail:{'sending' if state else message or envelope.event_id}",
        story=f"{place}:{case.title}:{fields.text(mail, 'source')}:{fields.text(part, 'bounceSubType')}",
        title=Phrase(case.title, {"to": _to(people), "sender": Strong(sender), "what": what}),
        at=instants.iso(own) or plainly.moment(envelope),
        severity=case.severity,
        quote=cut(_said(part) or fields.text(body, "message"), 800)[0],
        facts=_facts(mail, part, people) if "mail" in body else _others(body),
        meaning=tuple(Phrase(key) for key in case.meaning),
        advice=tuple(Phrase(key) for key in case.advice),
        links=plainly.links(("ses.open", console.page(partition, region, "ses/home", "#/account"))),
        labels={"mail-event": what, "sender": sender},
        partition=partition,
        account=account,
        region=region,
    )


def _people(mail: fields.Json, part: fields.Json) -> list[str]:
    """Whom the event is about: of those who were addressed only the ones that it names."""
    named = next(
        (found for name in _ADDRESSED if (found := fields.items(part, name))), fields.items(mail, "destination")
    )
    known = (fields.clean(one) if isinstance(one, str) else fields.text(one, "emailAddress") for one in named)
    return [one for one in known if one]


def _to(people: list[str]) -> Value:
    if not people:
        return Phrase("ses.nobody")
    first = Strong(people[0])
    return Phrase("ses.and_more", {"to": first, "n": len(people) - 1}) if len(people) > 1 else first


def _from(mail: fields.Json) -> str:
    headers = fields.items(fields.mapping(mail, "commonHeaders"), "from")
    return next((one for one in headers if isinstance(one, str)), "") or fields.text(mail, "source")


def _said(part: fields.Json) -> str:
    """What the other side, or SES, gave as the reason."""
    people = [one for name in _ADDRESSED for one in fields.items(part, name)]
    told = next(filter(None, (fields.text(one, "diagnosticCode") for one in people)), "")
    return told or fields.text(part, "errorMessage", "reason", "smtpResponse", "description")


def _facts(mail: fields.Json, part: fields.Json, people: list[str]) -> tuple[Fact, ...]:
    kinds = [fields.text(part, name) for name in ("bounceType", "bounceSubType")]
    sub = fields.text(part, "complaintSubType")
    tags = fields.items(fields.mapping(mail, "tags"), "ses:configuration-set")
    return plainly.facts(
        ("ses.recipients", tuple(people[:5])),
        ("ses.from", _from(mail)),
        ("ses.subject", cut(fields.text(fields.mapping(mail, "commonHeaders"), "subject"), 300)[0]),
        ("ses.kind", tuple(kind for kind in kinds if kind)),
        ("ses.feedback", fields.text(part, "complaintFeedbackType") or sub),
        ("ses.delay", fields.text(part, "delayType")),
        ("ses.until", plainly.instant(instants.iso(part.get("expirationTime")))),
        ("ses.template_name", fields.text(part, "templateName")),
        ("ses.link", cut(fields.text(part, "link"), 300)[0]),
        ("words.source_ip", fields.text(part, "ipAddress", "remoteMtaIp")),
        ("ses.verdicts", _verdicts(part)),
        ("ses.stored", _stored(fields.mapping(part, "action"))),
        ("ses.contact_list", fields.text(part, "contactList")),
        details=(
            ("ses.agent", cut(fields.text(part, "userAgent"), 200)[0]),
            ("ses.reporter", fields.text(part, "reportingMTA")),
            ("ses.took", fields.number(part, "processingTimeMillis")),
            ("ses.set", next((one for one in tags if isinstance(one, str)), None)),
            ("ses.at", plainly.instant(instants.iso(mail.get("timestamp")))),
            ("ses.message", fields.text(mail, "messageId")),
        ),
    )


def _others(body: fields.Json) -> tuple[Fact, ...]:
    """What an event tells that is about no mail; recommendations come as a text of JSON."""
    told = fields.parsed(body.get("data"))
    known = {
        name: value for name, value in body.items() if name not in ("message", "notificationType", "version", "content")
    }
    return plainly.rows(told if isinstance(told, dict) else known)


def _status(part: fields.Json, name: str) -> str:
    return fields.text(fields.mapping(part, name), "status")


def _verdicts(part: fields.Json) -> tuple[Value, ...]:
    """What SES thinks of a received mail, without what passed."""
    found = ((name.removesuffix("Verdict"), _status(part, name)) for name in _VERDICTS)
    return tuple(
        Phrase("ses.verdict", {"name": name, "verdict": word}) for name, word in found if word not in ("", "PASS")
    )


def _stored(action: fields.Json) -> str:
    bucket, key = fields.text(action, "bucketName"), fields.text(action, "objectKey")
    return f"s3://{bucket}/{key}" if bucket else ""
