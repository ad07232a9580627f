"""What a message looks like in Slack: pure, and the only room that knows Slack's looks.

Layout and colours: a title that reads well alone, one sentence, AWS's own reason, a chart; below it, beside the colour
bar, what belongs to it. The limits are Slack's, or ours where Slack's total (about 12,000 characters) forces them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Literal

from tocsin.destinations.slack import shapes
from tocsin.destinations.slack.chart import chart
from tocsin.destinations.slack.graphemes import breadth, cut, units
from tocsin.destinations.slack.mrkdwn import clean, escape, mrkdwn, spoken, web_address
from tocsin.destinations.slack.shapes import Block
from tocsin.destinations.slack.standing import CLOUDWATCH, Standing, is_alarm, newest, notes, stands
from tocsin.model import Fact, Incident, Message, Notice, Phrase, Signal, Value
from tocsin.words import Piece, compose
from tocsin.words import plain as say

PRODUCT = "tocsin"
DOT = " · "
NAME, LINE, PLACE, TELLING, ACCOUNT = 80, 300, 60, 600, 40  # graphemes
SENTENCE, QUOTE, TEACHING, SUBJECT, FOOT = 900, 800, 900, 180, 300  # UTF-16 units
LABEL, VALUE, ALL_FIELDS = 60, 240, 2800
BARE = 2800  # of the 3,000 that text alone may have


@dataclass(frozen=True, slots=True)
class Look:
    """``zone`` writes times where Slack cannot. "blocks" has no attachment, so no colour bar."""

    language: str
    zone: tzinfo
    layout: Literal["card", "blocks"] = "card"


def draw(message: Message, look: Look, plainness: int = 0) -> dict[str, Any]:
    """The whole card of ``message.incident`` as it now stands: an exact payload.

    ``plainness``: 0 everything, 1 without chart, 2 text alone with all that matters, 3 only the one line.
    Raises ValueError if nothing was ever said about the incident.
    """
    standing, signal = stands(message.incident, message.notices), newest(message.incident)
    text = _text(standing, signal, look)
    if plainness >= 2:
        return _payload(_telling(text, standing, signal, look) if plainness == 2 else text)
    top = [*_top(standing, signal, look), *(_chart(signal, look) if plainness == 0 else ())]
    below = _below(signal, look)
    if look.layout == "blocks":
        return _payload(text, top + below)
    return _payload(text, top, [{"color": standing.colour, "fallback": text, "blocks": below}])


def draw_notice(message: Message, notice: Notice, look: Look, plainness: int = 0) -> dict[str, Any]:
    """One notice as a compact message or a line in a thread: it says by itself what it is about."""
    standing, signal = notes(message.incident, notice, message.notices), newest(message.incident)
    text = _text(standing, signal, look)
    if plainness >= 2:
        return _payload(text)
    pieces = [Piece("words", f"{_test(signal, look)}{standing.emoji} ")]
    if standing.word:
        pieces += [Piece("strong", standing.word), Piece("words", " · ")]
    pieces += _compose(_name(signal, look), look)
    for part in (*standing.lines, _place(signal)):
        pieces += [Piece("words", " · "), *_compose(part, look)] if part else []
    return _payload(text, shapes.section(mrkdwn(pieces, look.zone, SENTENCE)))


def line(what: Message | Incident, look: Look) -> str:
    """The one line that a phone shows: no clock time, at most 300 graphemes, escaped."""
    incident, notices = (what.incident, what.notices) if isinstance(what, Message) else (what, ())
    return _text(stands(incident, notices), newest(incident), look)


def _payload(text: str, blocks: list[Block] | None = None, attachments: list[Block] | None = None) -> dict[str, Any]:
    """``mrkdwn: false``: the text is for notifications, and none of it is markup."""
    payload: dict[str, Any] = {"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    if blocks is not None:
        payload["blocks"] = blocks
    if attachments is not None:
        payload["attachments"] = attachments
    return payload


def _text(standing: Standing, signal: Signal, look: Look) -> str:
    """The parts in order; what is long gives way to the place, because "where" is half of an alarm."""
    lead = _lead(standing, signal, look)
    short = "" if standing.short is None else clean(_say(standing.short, look))
    place = _spoken_place(signal)
    room = LINE - breadth(lead) - breadth(place) - 2 * len(DOT)
    name = clean(_say(_name(signal, look), look))
    if standing.word:
        name = spoken(cut(name, NAME, cost=breadth), room * 2 // 3)
        short = spoken(short, room - breadth(name))
    else:
        short = spoken(short, room // 3)
        name = spoken(name, room - breadth(short))
    return lead + DOT.join(part for part in (name, short, place) if part)


def _lead(standing: Standing, signal: Signal, look: Look) -> str:
    return f"{_test(signal, look)}{standing.emoji} {standing.word + DOT if standing.word else ''}"


def _test(signal: Signal, look: Look) -> str:
    return _say(Phrase("words.test"), look) + DOT if signal.test or signal.drill else ""


def _top(standing: Standing, signal: Signal, look: Look) -> list[Block]:
    sentences = [piece for one in standing.lines for piece in (Piece("words", "\n"), *_compose(one, look))]
    return [
        *shapes.header(_lead(standing, signal, look) + _say(_name(signal, look), look)),
        *shapes.section(mrkdwn(sentences[1:], look.zone, SENTENCE)),
        *shapes.small(signal.quote, QUOTE),
        *([] if standing.over else _teaching(signal, look)),
    ]


def _teaching(signal: Signal, look: Look) -> list[Block]:
    """What it means and what to do, for the kinds that know."""
    taught = ((Phrase("words.meaning"), signal.meaning, "\n"), (Phrase("words.advice"), signal.advice, "\n• "))
    blocks: list[Block] = []
    for title, phrases, mark in taught:
        pieces = [Piece("words", f"*{_say(title, look)}*")]
        for phrase in phrases:
            pieces += [Piece("words", mark), *_compose(phrase, look)]
        blocks += shapes.section(mrkdwn(pieces, look.zone, TEACHING)) if phrases else []
    return blocks


def _below(signal: Signal, look: Look) -> list[Block]:
    shown, omitted = _fields(signal, look)
    more = _say(Phrase("words.omitted", {"n": omitted}), look) if omitted else ""
    return [
        *shapes.fields(shown),
        *shapes.small(more, FOOT),
        *shapes.buttons(_links(signal, look)),
        *shapes.small(DOT.join(part for part in (_short(signal), _history(signal), PRODUCT) if part), FOOT),
    ]


def _fields(signal: Signal, look: Look) -> tuple[list[str], int]:
    """The facts as label over value, and how many there was no room for."""
    shown: list[str] = []
    facts = _facts(signal, look)
    room = ALL_FIELDS
    for number, fact in enumerate(facts):
        value = mrkdwn(_compose(fact.value, look), look.zone, VALUE)
        label = mrkdwn([Piece("strong", _say(fact.label, look))], look.zone, LABEL)
        room -= units(label) + units(value)
        if room < 0:
            return shown, len(facts) - number
        shown += [f"{label}\n{value}".strip()] if value else []
    return shown, 0


def _facts(signal: Signal, look: Look) -> list[Fact]:
    """Account and region first, in the kind's own words where it has any (an account's name, say)."""
    where = [Fact(Phrase("words.account"), _account(signal)), Fact(Phrase("words.region"), signal.region)]
    kinds = [fact for fact in signal.facts if not (fact.label == where[0].label and fact.value == signal.account)]
    # A label from outside (a tag's name, say) is nobody's own word for an account.
    named = {_say(fact.label, look): fact for fact in kinds if fact.label.key != "words.text"}
    first = [named.get(_say(fact.label, look), fact) for fact in where]
    return [fact for fact in first if fact.value] + [
        fact for fact in kinds if not fact.detail and all(fact is not one for one in first)
    ]


def _account(signal: Signal) -> str:
    """With its name, where that is known; the number stays, because anybody may choose a name."""
    name = cut(clean(signal.account_name), NAME, cost=breadth)
    return f"{name} ({signal.account})" if name else signal.account


def _chart(signal: Signal, look: Look) -> list[Block]:
    return chart(signal.series, look.language, look.zone) if signal.series else []


def _telling(text: str, standing: Standing, signal: Signal, look: Look) -> str:
    """Text alone, with all that matters and no markup: one thing to a line."""
    facts = [f"{_say(fact.label, look)}: {_say(fact.value, look)}" for fact in _facts(signal, look)]
    teaching = () if standing.over else (*signal.meaning, *signal.advice)
    said = [*(_say(one, look) for one in (*standing.lines, signal.quote, *teaching)), *facts]
    lines = [text, *(spoken(one, TELLING) for one in said)]
    lines += [f"{spoken(label, LABEL)}: {escape(address)}" for label, address in _links(signal, look)]
    kept = ""
    for one in filter(None, lines):
        if units(kept) + units(one) > BARE:
            return f"{kept}\n…"
        kept = f"{kept}\n{one}" if kept else one
    return kept


def _links(signal: Signal, look: Look) -> list[tuple[str, str]]:
    """Label and address of each link that leads to the web."""
    links = ((_say(link.label, look), web_address(link.url)) for link in signal.links)
    return [(label, address) for label, address in links if address and clean(label)]


def _name(signal: Signal, look: Look) -> Value:
    """The title, unless nothing of it can be seen."""
    return next((one for one in (signal.title, signal.subject) if clean(_say(one, look))), signal.kind)


def _place(signal: Signal) -> str:
    return "/".join(part for part in (_called(signal), clean(signal.region)) if part)


def _spoken_place(signal: Signal) -> str:
    """The same for the one line: a long name gives way to the region."""
    region = spoken(signal.region, PLACE // 2)
    account = spoken(_called(signal), PLACE - breadth(region) - 1)
    return "/".join(part for part in (account, region) if part)


def _called(signal: Signal) -> str:
    """The account's name, or else its number."""
    return cut(clean(signal.account_name), ACCOUNT, cost=breadth) or clean(signal.account)


def _short(signal: Signal) -> str:
    """The subject without what stands elsewhere: of an ARN its service and resource."""
    subject = signal.subject.removeprefix(f"{signal.partition}:{signal.account}:{signal.region}:")
    parts = subject.split(":", 5)
    known = f"{parts[2]} {parts[5]}" if len(parts) == 6 and parts[0] == "arn" else subject
    return cut(clean(known), SUBJECT)


def _history(signal: Signal) -> str:
    """How an alarm changed, in CloudWatch's own words."""
    if not (is_alarm(signal) and signal.old and signal.state) or signal.old == signal.state:
        return ""
    return f"{CLOUDWATCH[signal.old]} → {CLOUDWATCH[signal.state]}"


def _say(value: Value, look: Look) -> str:
    return say(value, look.language, look.zone)


def _compose(value: Value, look: Look) -> list[Piece]:
    return list(compose(value, look.language))
