"""What accounts are called, read from parameters: there, missing, late, forbidden, torn or hostile; and in Slack."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import pytest

import emulator
from raw_server import RawServer, Say, http
from story.tellings import ACCOUNT, by_bus, by_queue, change
from tocsin.aws.account_names import KEPT, AccountNames
from tocsin.aws.calls import Call
from tocsin.aws.client import Client
from tocsin.config import Aws, read_config
from tocsin.destinations.http import Connections
from tocsin.doors import Doors
from tocsin.envelope import unwrap
from tocsin.handler import Parts, assembled
from tocsin.kinds import read
from tocsin.model import Signal
from tocsin.ports import More
from tocsin_local.slack import LocalSlack

PATH = "/tocsin/tocsin/accounts"
STUDENT = "111122223333"


def _signal() -> Signal:
    (envelope,) = unwrap(by_bus(change("ALARM", 0)))
    (found,) = read(envelope)
    return found


SIGNAL = _signal()


def holds(name: object) -> Say:
    return http(200, json.dumps({"Parameter": {"Name": f"{PATH}/{ACCOUNT}", "Type": "String", "Value": name}}).encode())


def refuses(code: str) -> Say:
    return http(400, json.dumps({"__type": code, "message": "User: x is not authorized"}).encode())


@dataclass
class Asked:
    """An enricher in front of a parameter store, on a clock of its own."""

    names: AccountNames
    server: RawServer
    clock: list[float]

    def __call__(self, signal: Signal = SIGNAL, seconds: float = 5.0) -> More:
        return self.names.more(signal, seconds)


@contextmanager
def asking(*said: Say) -> Iterator[Asked]:
    """It answers these in turn, the last one for ever."""
    clock = [1_795_435_200.0]
    with RawServer(lambda n: said[min(n, len(said)) - 1]) as server, closing(Connections()) as connections:
        aws = Aws("eu-north-1", "AKIDEXAMPLE", "not-a-secret", "", f"http://127.0.0.1:{server.port}")
        client = Client(aws, connections, clock=lambda: clock[0], sleep=lambda seconds: None)
        yield Asked(AccountNames(client, PATH), server, clock)


def test_a_name_is_read_once_in_an_hour() -> None:
    """By the account's number under the path, and not decrypted: it is no secret; after an hour a new name is seen."""
    with asking(holds(" student 12 "), holds("Min-jun")) as asked:
        first, second = asked(), asked()
        asked.clock[0] += KEPT
        third = asked()

    assert first == second == More(replace(SIGNAL, account_name="student 12"))
    assert third.signal.account_name == "Min-jun"
    assert [json.loads(each.body) for each in asked.server.heard] == [{"Name": f"{PATH}/{ACCOUNT}"}] * 2
    assert "AmazonSSM.GetParameter" in asked.server.heard[0].head


def test_that_there_is_no_name_is_remembered_too(caplog: pytest.LogCaptureFixture) -> None:
    """Most accounts have none: that is asked once in an hour, and nothing to write into the log."""
    with asking(refuses("ParameterNotFound"), holds("late")) as asked, caplog.at_level(logging.INFO, "tocsin"):
        assert asked() == asked() == More(SIGNAL)
        asked.clock[0] += KEPT
        assert asked().signal.account_name == "late"
    assert len(asked.server.heard) == 2 and caplog.text == ""


def test_a_missing_permission_costs_the_name_and_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """Not one line for each account, and nobody asks again for an hour."""
    with asking(refuses("AccessDeniedException")) as asked, caplog.at_level(logging.INFO, "tocsin"):
        assert asked() == More(SIGNAL) == asked()
        other = replace(SIGNAL, account=STUDENT)
        assert asked(other) == More(other)
    assert len(asked.server.heard) == 2 and len(caplog.records) == 1


@pytest.mark.parametrize(
    "said",
    [
        http(503),
        refuses("ThrottlingException"),
        http(200, b"[]"),
        http(200, b"{", then="close"),
        Say(b"", "reset"),
        Say(b"HTTP/1.1 200 OK\r\n", "hold"),
    ],
    ids=["down", "throttled", "strange", "torn", "reset", "silent"],
)
def test_whatever_goes_wrong_costs_the_name_alone(said: Say) -> None:
    """It answers in time that it does not know yet; a name that was known before stands meanwhile."""
    with asking(holds("student 12"), said) as asked:
        known = asked()
        asked.clock[0] += KEPT
        again = asked(seconds=0.05)
        stranger = asked(replace(SIGNAL, account=STUDENT), seconds=0.05)

    assert known.whole and again == More(known.signal, whole=False)
    assert stranger == More(replace(SIGNAL, account=STUDENT), whole=False)


def test_a_name_takes_little_of_the_time_that_there_is(caplog: pytest.LogCaptureFixture) -> None:
    """However much there is: what else is asked matters more."""
    caplog.set_level(logging.CRITICAL)
    with asking(Say(b"", "hold")) as asked:
        over = asked.names.client.connections.countdown(2.0)
        assert asked(seconds=5.0) == More(SIGNAL, whole=False)
        assert over() > 0


def test_a_container_remembers_only_so_many_names() -> None:
    """Whoever writes events with account after account makes it forget, and not grow."""
    with asking(holds("student")) as asked:
        for number in range(1_000):
            asked(replace(SIGNAL, account=f"{number:012}"))
        asked()
        asked(replace(SIGNAL, account=f"{0:012}"))
    assert len(asked.server.heard) == 1_002


@pytest.mark.parametrize("answer", [{}, {"Parameter": None}, {"Parameter": {"Value": 7}}, {"Parameter": ["x"]}])
def test_an_answer_of_another_shape_is_no_name(answer: object) -> None:
    """It raises nothing and shows nothing."""
    with asking(http(200, json.dumps(answer).encode())) as asked:
        assert asked() == More(SIGNAL)


def test_a_name_has_an_end() -> None:
    """A parameter may hold four thousand letters; a message has better things to say."""
    with asking(holds("n" * 4096)) as asked:
        assert asked().signal.account_name == "n" * 200


@pytest.mark.parametrize(
    "account", ["", "aws", "../slack-webhook", f"{ACCOUNT}/x", "１２３４５６７８９０１２", f"{ACCOUNT}\n"]
)
def test_only_accounts_are_asked_about(account: str) -> None:
    """What an event calls its account is not trusted to be one: nothing else of the parameter store is ever read."""
    with asking(holds("the secret")) as asked:
        assert asked(replace(SIGNAL, account=account)).signal.account_name == ""
    assert asked.server.heard == []


def test_a_name_that_is_known_already_stays() -> None:
    """Nobody is asked then."""
    with asking(holds("other")) as asked:
        told = replace(SIGNAL, account_name="told")
        assert asked(told) == More(told)
    assert asked.server.heard == []


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(burst=100) as slack:
        yield slack


@contextmanager
def function(client: Client, slack: LocalSlack, table: str, language: str) -> Iterator[Parts]:
    """A new container with the settings that the stack gives it."""
    settings = {
        "TOCSIN_STORE": f"dynamodb:{table}",
        "TOCSIN_SLACK_BOT_TOKEN": slack.bot_token,
        "TOCSIN_SLACK_CHANNEL": slack.channel.name,
        "TOCSIN_SLACK_API_URL": slack.api_url,
        "TOCSIN_ACCOUNT_NAMES": PATH,
        "TOCSIN_ENRICH": "off",
        "TOCSIN_LANGUAGE": language,
        "TOCSIN_AWS_ENDPOINT_URL": client.aws.endpoint,
        "AWS_REGION": client.aws.region,
        "AWS_ACCESS_KEY_ID": client.aws.key_id,
        "AWS_SECRET_ACCESS_KEY": client.aws.secret,
    }
    with closing(Connections()) as connections:
        yield assembled(read_config(settings), connections)


def _tell(parts: Parts, event: object, account: str) -> None:
    of_theirs = json.loads(json.dumps(event).replace(ACCOUNT, account))
    now = (SIGNAL.at or 0) + 600_000
    outcome = parts.handle(of_theirs, Doors(lambda: now, lambda seconds: None, lambda: 30.0, lambda: 0.0))
    assert not outcome.failed


@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_alarm_of_a_student_arrives_with_the_students_name(aws: str, slack: LocalSlack, language: str) -> None:
    """Account B's alarm is a message with `student 12 (111122223333)`, also when it is over, whichever container shows
    it; an account without a name is its number."""
    with emulator.client(aws) as client:
        table = emulator.make_table(client)
        put = {"Name": f"{PATH}/{STUDENT}", "Value": "student 12", "Type": "String", "Overwrite": True}
        client.call(Call("ssm", "PutParameter", "name", ()), put)
        with function(client, slack, table, language) as parts:
            _tell(parts, by_queue(change("ALARM", 0)), STUDENT)
        (fired,) = slack.messages()
        with function(client, slack, table, language) as parts:
            _tell(parts, by_queue(change("OK", 300, "ALARM")), STUDENT)
            _tell(parts, by_queue(change("ALARM", 0)), "444455556666")
    over, _in_thread, plain = slack.messages()

    for message, word in ((fired, "ALARM"), (over, "OK")):
        assert word in message.text and "student 12/" in message.text
        assert "student 12 (111122223333)" in str(message.attachments)
    assert "444455556666/" in plain.text and "student" not in str(plain)
