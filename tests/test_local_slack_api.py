"""The Web API of the local Slack: rules F29-F37, driven as plain HTTP."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from plain_http import Reply, post_json, request
from tocsin_local.slack import LocalSlack, Message, VirtualClock

DIVIDER = {"type": "divider"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(VirtualClock(), burst=50) as running:
        yield running


def call(slack: LocalSlack, method: str, **arguments: Any) -> Any:
    reply = post_json(f"{slack.api_url}/{method}", arguments, Authorization=f"Bearer {slack.bot_token}")
    assert reply.status == 200
    return reply.json()


def error(slack: LocalSlack, method: str, **arguments: Any) -> str:
    body = call(slack, method, **arguments)
    return "ok" if body["ok"] else str(body["error"])


def sent(slack: LocalSlack, text: str = "a", **more: Any) -> Message:
    body = call(slack, "chat.postMessage", channel=slack.channel.id, text=text, **more)
    return next(message for message in slack.messages() if message.ts == body["ts"])


def place(message: Message) -> dict[str, str]:
    return {"channel": message.channel, "ts": message.ts}


# The door (F29)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "not_authed"),
        ({"Authorization": "Bearer "}, "not_authed"),
        ({"Authorization": "Bearer xoxb-wrong"}, "invalid_auth"),
        ({"Authorization": "Bearer é"}, "invalid_auth"),
    ],
)
def test_without_a_good_token_nothing_is_done(slack: LocalSlack, headers: dict[str, str], code: str) -> None:
    """No token and a bad one each have their word, with status 200 (F29)."""
    headers = {"Content-Type": "application/json; charset=utf-8", **headers}
    body = json.dumps({"channel": "#alarms", "text": "a"})
    reply = request(f"{slack.api_url}/chat.postMessage", body, headers)
    assert (reply.status, reply.json(), slack.messages()) == (200, {"ok": False, "error": code}, [])


@pytest.mark.parametrize(
    ("state", "code"),
    [("revoked", "token_revoked"), ("expired", "token_expired"), ("account_inactive", "account_inactive")],
)
def test_a_token_can_end(slack: LocalSlack, state: str, code: str) -> None:
    """A revoked, an expired and a dead account's token each have their word (F29)."""
    slack.set_token_state(state)
    assert error(slack, "auth.test") == code


def test_a_missing_scope_is_named(slack: LocalSlack) -> None:
    """The answer says which scope was needed and which were there (F29)."""
    slack.set_scopes({"files:write", "chat:write"})
    body = call(slack, "reactions.add", channel="C1", timestamp="1", name="eyes")
    assert body == {
        "ok": False,
        "error": "missing_scope",
        "needed": "reactions:write",
        "provided": "chat:write,files:write",
    }


def test_a_token_may_stand_among_the_arguments(slack: LocalSlack) -> None:
    """A form may carry the token instead of the header (F29)."""
    reply = request(f"{slack.api_url}/auth.test", urlencode({"token": slack.bot_token}), FORM)
    assert reply.json()["ok"]


def raw(slack: LocalSlack, body: bytes, kind: str) -> Reply:
    headers = {"Authorization": f"Bearer {slack.bot_token}", **({"Content-Type": kind} if kind else {})}
    return request(f"{slack.api_url}/auth.test", body, headers)


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("text/xml", b"<a/>", "invalid_post_type"),
        ("", b"a=b", "missing_post_type"),
        ("application/json; charset=utf-16", b"{}", "invalid_charset"),
        ("application/json; charset=utf-8", b"{", "invalid_json"),
        ("application/json; charset=utf-8", b'{"a": NaN}', "invalid_json"),
        ("application/json; charset=utf-8", b"[]", "json_not_object"),
        ("application/x-www-form-urlencoded", b"a=%ff", "invalid_form_data"),
    ],
)
def test_arguments_must_come_in_a_known_form(slack: LocalSlack, kind: str, body: bytes, code: str) -> None:
    """A wrong or missing content type, a wrong charset and broken data each have their word (F29)."""
    assert raw(slack, body, kind).json()["error"] == code


def test_json_without_a_charset_warns(slack: LocalSlack) -> None:
    """The call works, with a warning in its answer; with the charset there is none (F29)."""
    warned, quiet = raw(slack, b"{}", "application/json"), raw(slack, b"{}", "application/json; charset=utf-8")
    assert (warned.json()["ok"], warned.json()["warning"]) == (True, "missing_charset")
    assert "warning" not in quiet.json()


def test_an_unknown_method_says_so(slack: LocalSlack) -> None:
    """A method that is not there is unknown_method, token or not (F29)."""
    assert request(f"{slack.api_url}/chat.shout").json()["error"] == "unknown_method"


def test_auth_test_says_who_one_is(slack: LocalSlack) -> None:
    """The answer names team, user and bot (F36)."""
    assert call(slack, "auth.test").keys() == {"ok", "url", "team", "user", "team_id", "user_id", "bot_id"}


# chat.postMessage (F30, F31)


def test_a_post_returns_its_place_and_itself(slack: LocalSlack) -> None:
    """The answer holds the channel's id, a ts and the message as Slack keeps it, which is not quite what came (F30)."""
    body = call(slack, "chat.postMessage", channel="#alarms", text="a", blocks=[DIVIDER])
    assert (body["ok"], body["channel"]) == (True, slack.channel.id)
    assert re.fullmatch(r"\d{10}\.\d{6}", body["ts"])
    assert body["message"]["ts"] == body["ts"] and "block_id" in body["message"]["blocks"][0]
    assert slack.messages()[0].blocks == [DIVIDER]


def test_every_ts_is_later_than_the_last(slack: LocalSlack) -> None:
    """Even while the clock stands still, each message has its own ts, in order (F30)."""
    stamps = [sent(slack, str(number)).ts for number in range(20)]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "#nope", "text": "a"}, "channel_not_found"),
        ({"text": "a"}, "invalid_arguments"),
        ({"channel": "#alarms"}, "no_text"),
        ({"channel": "#alarms", "text": "a", "blocks": "{"}, "invalid_blocks_format"),
        ({"channel": "#alarms", "text": "a", "attachments": [{"text": "a"}] * 101}, "too_many_attachments"),
        ({"channel": "#alarms", "text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"channel": "#alarms", "markdown_text": "b" * 12_001}, "msg_too_long"),
        ({"channel": "#alarms", "markdown_text": "*b*"}, "ok"),
        ({"channel": "#alarms", "text": "a", "metadata": {"event_type": 1}}, "invalid_metadata_format"),
        ({"channel": "#secret", "text": "a"}, "not_in_channel"),
        ({"channel": "#public", "text": "a"}, "not_in_channel"),
        ({"channel": "#old", "text": "a"}, "is_archived"),
        ({"channel": "#alarms", "text": {"a": 1}}, "invalid_arguments"),
        (
            {
                "channel": "#alarms",
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "a" * 2500}} for _ in range(5)],
            },
            "msg_blocks_too_long",
        ),
    ],
)
def test_a_post_is_refused_with_its_word(slack: LocalSlack, arguments: dict[str, Any], code: str) -> None:
    """Each reason why a message cannot be posted has its own word (F30)."""
    slack.add_channel("#secret", private=True, member=False)
    slack.add_channel("#public", member=False)
    slack.archive(slack.add_channel("#old"))
    assert error(slack, "chat.postMessage", **arguments) == code


def test_a_public_channel_opens_with_a_scope(slack: LocalSlack) -> None:
    """chat:write.public lets the bot write where it is no member, in public channels only (F30)."""
    slack.add_channel("#public", member=False)
    slack.add_channel("#secret", private=True, member=False)
    slack.set_scopes({"chat:write", "chat:write.public"})
    answers = [error(slack, "chat.postMessage", channel=name, text="a") for name in ("#public", "#secret")]
    assert answers == ["ok", "not_in_channel"]


def test_invalid_blocks_explain_themselves(slack: LocalSlack) -> None:
    """Unlike a webhook, the Web API names what is wrong and where (F30)."""
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "a" * 3001}}
    body = call(slack, "chat.postMessage", channel="#alarms", text="a", blocks=[block])
    reason = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert body["error"] == "invalid_blocks"
    assert reason in body["errors"] and f"[ERROR] {reason}" in body["response_metadata"]["messages"]


def test_a_reply_hangs_on_its_parent(slack: LocalSlack) -> None:
    """A reply to a reply is one to the parent (F31)."""
    parent = sent(slack)
    reply = sent(slack, "b", thread_ts=parent.ts)
    second = sent(slack, "c", thread_ts=reply.ts, reply_broadcast=True)
    assert [reply.thread_ts, second.thread_ts] == [parent.ts, parent.ts]
    assert [reply.broadcast, second.broadcast] == [False, True]


def test_another_name_needs_its_scope(slack: LocalSlack) -> None:
    """A username is ignored until the app may customise its messages (F30)."""
    plain = sent(slack, username="Alarm bell")
    slack.set_scopes({"chat:write", "chat:write.customize"})
    assert [plain.username, sent(slack, username="Alarm bell").username] == ["", "Alarm bell"]


# chat.update (F32)


def test_an_update_replaces_what_it_names(slack: LocalSlack) -> None:
    """New text without blocks drops the old blocks; blocks alone keep the text; metadata goes only with {} (F32)."""
    meta = {"event_type": "t", "event_payload": {"a": 1}}
    message = sent(slack, blocks=[DIVIDER], metadata=meta)
    call(slack, "chat.update", **place(message), attachments=[{"text": "x"}])
    first = slack.messages()[0]
    call(slack, "chat.update", **place(message), text="b")
    second = slack.messages()[0]
    call(slack, "chat.update", **place(message), blocks=[DIVIDER], metadata={})
    third = slack.messages()[0]
    assert (first.text, first.blocks, first.attachments) == ("a", [DIVIDER], [{"text": "x"}])
    assert (second.text, second.blocks, second.metadata) == ("b", [], meta)
    assert (third.text, third.blocks, third.metadata, third.versions) == ("b", [DIVIDER], None, 4)


def test_blocks_leave_no_edited_mark(slack: LocalSlack) -> None:
    """Slack shows "(edited)" only where an update brings no blocks (F32)."""
    quiet, marked = sent(slack, blocks=[DIVIDER]), sent(slack)
    call(slack, "chat.update", **place(quiet), text="b", blocks=[DIVIDER])
    call(slack, "chat.update", **place(marked), text="b")
    assert [message.edited for message in slack.messages()] == [False, True]


def test_an_update_tells_those_who_listen(slack: LocalSlack) -> None:
    """A new version counts as seen by those who wait, and keeps whom the first one notified."""
    message = sent(slack, "<!here>")
    call(slack, "chat.update", **place(message), text="calm")
    assert slack.wait_for(lambda seen: seen.text == "calm").notified == ("here",)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"ts": "1.0", "text": "b"}, "message_not_found"),
        ({"text": "b" * 4_001}, "msg_too_long"),
        ({"text": ""}, "no_text"),
        ({}, "no_text"),
        ({"blocks": [{"type": "nope"}]}, "invalid_blocks"),
        ({"channel": "#alarms", "text": "b"}, "channel_not_found"),
    ],
)
def test_an_update_is_refused_with_its_word(slack: LocalSlack, arguments: dict[str, Any], code: str) -> None:
    """Each reason why a message cannot be updated has its own word, and the message stays as it was (F32)."""
    message = sent(slack)
    assert error(slack, "chat.update", **{**place(message), **arguments}) == code
    assert slack.messages() == [message]


def test_only_own_messages_can_be_updated(slack: LocalSlack) -> None:
    """What a webhook posted is not the bot's to change (F32)."""
    post_json(slack.webhook_url, {"text": "a"})
    assert error(slack, "chat.update", **place(slack.messages()[0]), text="b") == "cant_update_message"


def test_what_a_person_deleted_is_gone(slack: LocalSlack) -> None:
    """An update of a deleted message finds nothing (F32)."""
    message = sent(slack)
    slack.remove_message(message)
    assert error(slack, "chat.update", **place(message), text="b") == "message_not_found"


def test_an_archived_channel_is_inactive(slack: LocalSlack) -> None:
    """In an archived channel nothing changes any more (F32, F33)."""
    message = sent(slack)
    slack.archive()
    reaction = {"channel": message.channel, "timestamp": message.ts, "name": "eyes"}
    assert error(slack, "chat.update", **place(message), text="b") == "is_inactive"
    assert error(slack, "reactions.add", **reaction) == "is_archived"


# Reactions, ephemeral messages (F33, F34)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "ok"),
        ({"name": "thumbsup::skin-tone-3"}, "ok"),
        ({"name": ":eyes:"}, "invalid_name"),
        ({"timestamp": "soon"}, "bad_timestamp"),
        ({"timestamp": "1600000000.000001"}, "message_not_found"),
    ],
)
def test_a_reaction_has_a_name_and_a_message(slack: LocalSlack, arguments: dict[str, str], code: str) -> None:
    """A reaction needs a bare name, a well-formed ts and a message that is there (F33)."""
    message = sent(slack)
    given = {"channel": message.channel, "timestamp": message.ts, "name": "eyes", **arguments}
    assert error(slack, "reactions.add", **given) == code


def test_one_reacts_once(slack: LocalSlack) -> None:
    """The same reaction again is already_reacted, and people see it once (F33)."""
    message = sent(slack)
    given = {"channel": message.channel, "timestamp": message.ts, "name": "eyes"}
    assert [error(slack, "reactions.add", **given) for _ in range(2)] == ["ok", "already_reacted"]
    assert len(slack.messages()[0].reactions["eyes"]) == 1


def test_an_ephemeral_message_is_for_one_alone(slack: LocalSlack) -> None:
    """It is shown to a user in the channel, stays out of the history, and cannot be updated (F34)."""
    channel = slack.add_channel("#people", users={"U1"})
    body = call(slack, "chat.postEphemeral", channel=channel.id, user="U1", text="psst")
    assert slack.messages("#people")[0].seen_by == "U1"
    assert call(slack, "conversations.history", channel=channel.id)["messages"] == []
    assert error(slack, "chat.update", channel=channel.id, ts=body["message_ts"], text="b") == "message_not_found"


def test_an_ephemeral_message_needs_its_user_and_no_blocks_in_attachments(slack: LocalSlack) -> None:
    """Somebody outside the channel sees nothing, and attachments with blocks are refused (F34)."""
    channel = slack.add_channel("#people", users={"U1"})
    outside = error(slack, "chat.postEphemeral", channel=channel.id, user="U2", text="a")
    blocks = error(
        slack, "chat.postEphemeral", channel=channel.id, user="U1", text="a", attachments=[{"blocks": [DIVIDER]}]
    )
    assert (outside, blocks) == ("user_not_in_channel", "invalid_attachments")


# Files (F35)


def announced(slack: LocalSlack, length: int = 3) -> Any:
    return call(slack, "files.getUploadURLExternal", filename="a.txt", length=length)


def completed(slack: LocalSlack, file: str, **more: Any) -> str:
    return error(slack, "files.completeUploadExternal", files=[{"id": file, "title": "t"}], **more)


def test_a_file_goes_three_steps(slack: LocalSlack) -> None:
    """Announced, uploaded, completed: then the channel holds a message with it (F35)."""
    step = announced(slack)
    assert request(step["upload_url"], b"abc").body == b"OK - 3"
    assert completed(slack, step["file_id"], channel_id=slack.channel.id, initial_comment="look") == "ok"
    assert [(message.text, message.files) for message in slack.messages()] == [("look", (step["file_id"],))]
    assert completed(slack, step["file_id"]) == "file_not_found"


def test_a_file_may_come_as_a_form(slack: LocalSlack) -> None:
    """The bytes may stand in one part of a multipart form (F35)."""
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nabc\r\n--x--\r\n'
    reply = request(announced(slack)["upload_url"], body, {"Content-Type": "multipart/form-data; boundary=x"})
    assert reply.body == b"OK - 3"


def test_an_upload_keeps_its_word(slack: LocalSlack) -> None:
    """The bytes must be as many as announced, and the address works once (F35)."""
    url = announced(slack)["upload_url"]
    assert [request(url, body).status for body in (b"ab", b"abc", b"abc")] == [400, 200, 404]


def test_files_are_refused_with_their_words(slack: LocalSlack) -> None:
    """No length, an unknown file, one that was not uploaded, a channel without the bot: each has its word (F35)."""
    hidden = slack.add_channel("#hidden", member=False)
    step = announced(slack)
    codes = [
        error(slack, "files.getUploadURLExternal", filename="a", length=0),
        completed(slack, "F999"),
        completed(slack, step["file_id"]),
        error(slack, "files.completeUploadExternal", files="nope"),
    ]
    request(step["upload_url"], b"abc")
    codes += [completed(slack, step["file_id"], channel_id=name) for name in (hidden.id, "C9")]
    assert codes == [
        "missing_argument",
        "file_not_found",
        "file_not_found",
        "invalid_arguments",
        "not_in_channel",
        "channel_not_found",
    ]


# History (F36)


def test_history_is_newest_first_with_metadata_on_request(slack: LocalSlack) -> None:
    """History shows the channel newest first, replies only if broadcast, metadata only if asked for (F36)."""
    meta = {"event_type": "t", "event_payload": {"a": 1}}
    parent = sent(slack, "parent", metadata=meta)
    sent(slack, "quiet", thread_ts=parent.ts)
    sent(slack, "loud", thread_ts=parent.ts, reply_broadcast=True)
    plain = call(slack, "conversations.history", channel=parent.channel)["messages"]
    full = call(slack, "conversations.history", channel=parent.channel, include_all_metadata=True)["messages"]
    assert [message["text"] for message in plain] == ["loud", "parent"]
    assert (plain[1].get("metadata"), full[1]["metadata"], plain[1]["reply_count"]) == (None, meta, 2)


def test_history_comes_in_pages_and_between_two_times(slack: LocalSlack) -> None:
    """A cursor leads from page to page; oldest and latest bound it, themselves only if inclusive (F36)."""
    messages = [sent(slack, str(number)) for number in range(5)]
    where = {"channel": slack.channel.id}
    first = call(slack, "conversations.history", **where, limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    second = call(slack, "conversations.history", **where, limit=3, cursor=cursor)
    bounds = {"oldest": messages[1].ts, "latest": messages[3].ts}
    within = call(slack, "conversations.history", **where, **bounds)
    inclusive = call(slack, "conversations.history", **where, **bounds, inclusive=True)
    pages = [[m["text"] for m in page["messages"]] for page in (first, second, within, inclusive)]
    assert pages == [["4", "3", "2"], ["1", "0"], ["2"], ["3", "2", "1"]]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_replies_are_one_thread(slack: LocalSlack) -> None:
    """The parent comes first, then its replies, oldest first, whichever of them was named (F36)."""
    parent = sent(slack, "parent")
    reply = sent(slack, "one", thread_ts=parent.ts)
    sent(slack, "two", thread_ts=parent.ts)
    threads = [call(slack, "conversations.replies", **place(named))["messages"] for named in (parent, reply)]
    assert [[message["text"] for message in thread] for thread in threads] == [["parent", "one", "two"]] * 2
    assert error(slack, "conversations.replies", channel=parent.channel, ts="1.0") == "thread_not_found"


def test_reading_needs_a_scope_and_membership(slack: LocalSlack) -> None:
    """Public and private channels each have their scope, and only members read (F36)."""
    secret = slack.add_channel("#secret", private=True)
    outside = slack.add_channel("#outside", member=False)
    assert error(slack, "conversations.history", channel=outside.id) == "not_in_channel"
    slack.set_scopes({"channels:history"})
    assert error(slack, "conversations.history", channel=slack.channel.id) == "ok"
    assert call(slack, "conversations.history", channel=secret.id)["needed"] == "groups:history"


# blocks.validate (F37)


def validate(slack: LocalSlack, **arguments: str) -> Any:
    return request(f"{slack.api_url}/blocks.validate", urlencode(arguments), FORM).json()


def test_blocks_are_validated_without_a_token(slack: LocalSlack) -> None:
    """Good blocks and a good message are ok, with no token (F37)."""
    assert validate(slack, blocks=json.dumps([DIVIDER])) == {"ok": True}
    assert validate(slack, message=json.dumps({"text": "a"})) == {"ok": True}


def test_each_error_has_pointer_code_and_constraint(slack: LocalSlack) -> None:
    """An error says where, what kind, and which limit was met by how much (F37)."""
    buttons = [{"type": "button", "text": {"type": "plain_text", "text": "x"}, "action_id": str(n)} for n in range(26)]
    body = validate(slack, blocks=json.dumps([{"type": "actions", "elements": buttons}]))
    assert body["error"] == "invalid_blocks"
    assert body["errors"] == [
        {
            "pointer": "/0/elements",
            "code": "failed_constraint",
            "message": "no more than 25 items allowed",
            "constraint": {"type": "max_items", "expected": 25, "got": 26},
        }
    ]


def test_a_missing_field_is_named(slack: LocalSlack) -> None:
    """A message's errors point from its root, and name the field (F37)."""
    body = validate(slack, message=json.dumps({"blocks": [{"type": "header"}]}))
    assert body["error"] == "invalid_message"
    assert {"pointer": "/blocks/0", "code": "missing_field", "field": "text"}.items() <= body["errors"][0].items()


@pytest.mark.parametrize(
    "arguments",
    [{}, {"blocks": "[]", "message": "{}"}, {"blocks": "["}, {"blocks": "{}"}, {"message": "[]"}, {"view": "{}"}],
)
def test_exactly_one_argument_of_the_right_shape(slack: LocalSlack, arguments: dict[str, str]) -> None:
    """None, two, broken JSON, the wrong shape, and a view (not judged here): invalid_arguments (F37)."""
    assert validate(slack, **arguments)["error"] == "invalid_arguments"


def test_validate_takes_forms_only(slack: LocalSlack) -> None:
    """The same arguments as a JSON body are invalid_arguments (F37)."""
    assert post_json(f"{slack.api_url}/blocks.validate", {"blocks": "[]"}).json()["error"] == "invalid_arguments"
