"""Slack's official Python client drives the local Slack: what it understands, others will (rule F47)."""

import re
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from tocsin_local.slack import LocalSlack, VirtualClock

DIVIDER = {"type": "divider"}


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(VirtualClock()) as running:
        yield running


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return WebClient(token=slack.bot_token, base_url=f"{slack.api_url}/")


def test_the_webhook_client_sends(slack: LocalSlack) -> None:
    """WebhookClient sees 200 and "ok", then a word, then 429 with its header (F47)."""
    webhook = WebhookClient(slack.webhook_url)
    good = webhook.send(text="hi", blocks=[DIVIDER], unfurl_links=False)
    bad = webhook.send(text="hi", blocks=[{"type": "nope"}])
    limited = [webhook.send(text="hi") for _ in range(4)][-1]
    assert [(a.status_code, a.body) for a in (good, bad)] == [(200, "ok"), (400, "invalid_blocks")]
    assert limited.status_code == 429 and {k.lower(): v for k, v in limited.headers.items()}["retry-after"] == "1"


def test_the_web_client_posts_updates_reacts_and_reads(slack: LocalSlack, client: WebClient) -> None:
    """A message's whole life works through WebClient (F47)."""
    posted = client.chat_postMessage(
        channel="#alarms", text="a", blocks=[DIVIDER], metadata={"event_type": "t", "event_payload": {"k": "v"}}
    )
    channel, ts = str(posted["channel"]), str(posted["ts"])
    client.chat_update(channel=channel, ts=ts, text="b", blocks=[DIVIDER], attachments=[{"text": "c"}])
    client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    client.chat_postMessage(channel=channel, thread_ts=ts, text="reply")
    (read,) = client.conversations_history(channel=channel, include_all_metadata=True)["messages"]
    thread = client.conversations_replies(channel=channel, ts=ts)["messages"]
    assert (read["text"], read["reply_count"], read["metadata"]["event_payload"]) == ("b", 1, {"k": "v"})
    assert read["reactions"][0]["name"] == "eyes" and [m["text"] for m in thread] == ["b", "reply"]


def test_the_web_client_uploads_files(slack: LocalSlack, client: WebClient) -> None:
    """files_upload_v2, three calls in one, leaves a message with the file (F47)."""
    client.files_upload_v2(channel=slack.channel.id, content="hello", filename="a.txt", initial_comment="look")
    assert [(message.text, len(message.files)) for message in slack.messages()] == [("look", 1)]


def test_the_web_client_raises_slacks_own_errors(slack: LocalSlack, client: WebClient) -> None:
    """Errors arrive as SlackApiError with their word; a rate limit with its status and header (F47)."""
    with pytest.raises(SlackApiError, match="channel_not_found"):
        client.chat_postMessage(channel="#nope", text="a")
    with pytest.raises(SlackApiError, match="ratelimited") as limited:
        for _ in range(5):
            client.chat_postMessage(channel="#alarms", text="a")
    assert (limited.value.response.status_code, limited.value.response.headers["retry-after"]) == (429, "1")


def test_the_web_client_asks_who_it_is_and_validates(slack: LocalSlack, client: WebClient) -> None:
    """auth.test names ids of Slack's shape, and blocks.validate works as a generic call (F47)."""
    who = client.auth_test()
    assert re.fullmatch(r"T[A-Z0-9]{8,}", str(who["team_id"])) and re.fullmatch(r"U[A-Z0-9]{8,}", str(who["user_id"]))
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        client.api_call("blocks.validate", params={"blocks": '[{"type": "nope"}]'})
