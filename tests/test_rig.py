"""The whole stage put together: in this process or under Lambda's runtime it tells the same; it forgets what is old."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from page_stage import World, cpu_alarm, shown
from plain_http import request
from tocsin.ports import ConfigError
from tocsin.stores.sqlite import SqliteStore
from tocsin_cli import slack_target
from tocsin_cli.rig import Ears, rig
from tocsin_cli.rig_plan import Plan
from tocsin_local.function import Function, Invocation
from tocsin_local.journal.records import Wanted
from tocsin_local.loading import Loading
from tocsin_local.sightings import Sighting, Sightings
from tocsin_local.slack import LocalSlack, Message, Received
from tocsin_local.tutorial import tutorial_event

ARN = "aws:000000000000:us-east-1:arn:aws:cloudwatch:us-east-1:000000000000:alarm:cpu"


@pytest.mark.parametrize("runtime", [False, True], ids=["in this process", "under Lambda's runtime"])
def test_the_journal_and_the_sightings_are_the_same_wherever_the_function_runs(runtime: bool) -> None:
    """The road of a test event and of an alarm: kinds, reasons, messages and answers come out of its log alone."""
    world, seen, read = World(), Sightings(), []
    plan = Plan(slack_target.local("en"), runtime=runtime, metrics=world.metrics, clock=world.clock)
    with rig(plan, Ears(line=seen.hear, message=read.append)) as running:
        stage, journal = running.desk.stage, running.desk.journal
        stage.put_alarms([cpu_alarm()])
        assert stage.hand_in(tutorial_event()).result(60).error == ""
        stage.set_state("cpu", "ALARM", "a try")
        assert seen.wait_for(lambda one: one == Sighting(ARN, "first"), 60)
        assert stage.hand_in({"so": "that all before it is through"}).result(60).error == ""
        newest = journal.messages(Wanted())
        roads = [[(one.kind, one.reason) for one in entry.findings] for entry in journal.entries()]
        assert roads == [[("generic_json", "said")], [("cloudwatch_alarm", "first")], [("cloudwatch_alarm", "first")]]
        alarm = next(message for message in newest if "cpu" in message.text and "TEST" not in message.text)
        assert [one.verdict for one in journal.sent(alarm.ts)] == ["ok"]
        assert [one.did for one in journal.tellings(alarm.ts)] == ["shown"]
        assert any(text.startswith("TEST") for text in read)


@pytest.mark.parametrize("runtime", [False, True], ids=["in this process", "under Lambda's runtime"])
def test_a_real_slack_is_told_first_and_the_page_shows_a_copy(runtime: bool) -> None:
    """Both get every message, each in its own way; the journal says once what came of an event, and where it shows."""
    with LocalSlack(channel="#real") as real:
        config = replace(slack_target.local("en"), webhook_url=real.webhook_url)
        world = World()
        plan = Plan(config, real=True, runtime=runtime, metrics=world.metrics, clock=world.clock)
        with rig(plan) as running:
            running.desk.stage.put_alarms([cpu_alarm()])
            for value in ("ALARM", "OK"):
                world.now += 5_000
                running.desk.stage.set_state("cpu", value, "a try")
                assert running.desk.stage.hand_in(tutorial_event()).result(60).error == ""
            journal = running.desk.journal
            (copy,) = [one for one in journal.messages(Wanted(colour="green")) if not one.thread_ts]
            assert {one.destination for one in journal.tellings(copy.ts)} == {"slack", "page"}
            roads = [[one.reason for one in entry.findings] for entry in journal.entries_of(copy.ts)]
            assert roads == [["first"], ["resolved"]]
        assert [one.text.split(" · ")[0] for one in real.messages()] == ["🔴 ALARM", "TEST", "✅ OK", "TEST"]


def test_a_copy_on_the_page_is_no_sighting() -> None:
    """Where the real Slack takes nothing, the demo must not say that the alarm arrived."""
    seen = Sightings()
    seen.hear('{"did": "taken in", "subject": "cpu", "reason": "first", "messages": ["m1"]}')
    seen.hear('{"did": "not shown", "message": "m1", "code": "no_service"}')
    seen.hear('{"did": "shown", "message": "m1", "destination": "page"}')
    assert (seen.problem, seen.wait_for(lambda one: True, 0)) == ("no_service", None)
    seen.hear('{"did": "shown", "message": "m1", "destination": "slack"}')
    assert (seen.problem, seen.wait_for(lambda one: True, 0)) == ("", Sighting("cpu", "first"))


def test_a_state_folder_named_from_here_is_the_runtimes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the function stores in a process of its own, in another folder, is in the folder that was named."""
    monkeypatch.chdir(tmp_path)
    world = World()
    plan = Plan(slack_target.local("en"), folder=Path("state"), runtime=True, metrics=world.metrics)
    with rig(plan) as running:
        running.desk.stage.put_alarms([cpu_alarm()])
        running.desk.stage.set_state("cpu", "ALARM", "a try")
        assert running.desk.stage.hand_in({"so": "that all before it is through"}).result(60).error == ""
    with SqliteStore(tmp_path / "state" / "incidents.sqlite") as store:
        assert store.members("open", "", 10)


def test_what_the_function_raises_is_told_with_its_tries() -> None:
    """An event that Slack never takes comes three times, and the journal says why it was given up."""
    with shown("en", None) as stage:
        stage.rig.slack.set_token_state("revoked")
        done = stage.rig.desk.stage.hand_in(tutorial_event()).result(60)
        (entry,) = stage.rig.desk.journal.entries()
        assert (entry.tries, entry.error) == (done.tries, done.error)
        assert entry.tries == 3
        assert {one.did for one in entry.findings} == {"failed"}
        assert entry.findings[0].code == "token_revoked"


def test_an_event_is_kept_before_it_is_queued_and_let_go_when_it_is_through() -> None:
    """Whoever is killed in between finds it again."""
    happened: list[str] = []

    def keep(event: Any) -> Any:
        happened.append("kept")
        return lambda: happened.append("let go")

    with Function(lambda event: happened.append("run"), lambda done: happened.append("told"), keep=keep) as function:
        ticket = function.take("event")
        happened.append("taken")
        assert isinstance(function.queue(ticket).result(10), Invocation)
    assert happened == ["kept", "taken", "run", "told", "let go"]


def test_hours_of_running_leak_nothing() -> None:
    """After five hours of beats, when all that is remembered has filled up, two more need no more memory."""
    alarms = [cpu_alarm("ten-seconds"), cpu_alarm("a-minute", Period=60, EvaluationPeriods=3)]
    with shown("en", None, *alarms) as stage:
        process, used = psutil.Process(), []
        for hours in (5, 2):
            stage.later(hours * 3600)
            used.append(process.memory_info().rss)
        assert used[1] - used[0] < 4 * 1024 * 1024
        assert len(stage.rig.desk.stage.datapoints("a-minute")) == 60


def test_ten_thousand_messages_and_two_hundred_alarms_do_not_slow_the_page() -> None:
    """It sends the newest forty and draws few charts, in a fraction of a second, however much there is."""
    with shown("en", None, *(cpu_alarm(f"alarm-{n}") for n in range(200))) as stage:
        journal = stage.rig.desk.journal
        for n in range(10_000):
            journal.shown(Message("C1", "alarms", f"{1_700_000_000 + n}.000100", "U1", "webhook", f"number {n}"))
        for path, largest in (("/", 600_000), ("/rows?q=number+77", 200_000), ("/rows?q=none", 1_000)):
            started = time.process_time()
            answer = request(stage.url + path, verb="GET")
            assert time.process_time() - started < 1.5, path
            assert (answer.status, len(answer.body) < largest) == (200, True), path


def test_a_bounded_stand_in_remembers_the_newest_and_goes_on_from_an_earlier_life() -> None:
    """Messages and requests beyond the bound are let go of; restored messages can be edited and answered."""
    inspected: list[Received] = []
    with LocalSlack(keep=3, burst=100) as slack:
        slack.inspect(inspected.append)
        for n in range(5):
            request(slack.webhook_url, json.dumps({"text": f"number {n}"}), {"Content-Type": "application/json"})
        assert [message.text for message in slack.messages()] == ["number 2", "number 3", "number 4"]
        assert len(slack.received) == 3
        assert len(inspected) == 5
        earlier = slack.messages()
    with LocalSlack(keep=3) as again:
        again.restore(earlier)
        token = {"Authorization": f"Bearer {again.bot_token}", "Content-Type": "application/json; charset=utf-8"}
        asked = {"channel": again.channel.id, "thread_ts": earlier[-1].ts, "text": "a reply"}
        assert request(f"{again.api_url}/chat.postMessage", json.dumps(asked), token).json()["ok"]
        assert again.messages()[-1].thread_ts == earlier[-1].ts
        assert again.messages()[-1].ts > earlier[-1].ts


def test_one_load_at_a_time_ends_with_its_owner() -> None:
    """A new load takes the place of the old one; nothing is left behind."""
    with Loading(1) as loading:
        assert not loading.on
        loading.start(30)
        loading.start(1e9)
        assert loading.on
        children = [child for child in psutil.Process().children() if "load.py" in " ".join(child.cmdline())]
        assert len(children) == 1
    assert not loading.on
    with pytest.raises(ValueError):
        Loading(1).start(-1)


def test_a_state_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """In one line that names it."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    plan = Plan(slack_target.local("en"), folder=blocked)
    with pytest.raises(ConfigError, match="file cannot be made"), rig(plan):
        raise AssertionError("it must not start")
