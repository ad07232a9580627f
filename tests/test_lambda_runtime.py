"""A handler runs on this machine as Lambda would run it: under AWS's own runtime client, in a process of its own."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tocsin.ports import ConfigError
from tocsin_local.lambda_runtime import AsyncInvokes, Environment, Result, Stopped, find_python
from tocsin_local.lambda_runtime.runtime_api import Answer, Invocation, Ready, RuntimeApi

linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc, which tells peak memory")

ECHO = """
import logging, os, sys, threading
print("loading")
calls = 0

class Wrong(Exception): pass

def handle(event, context):
    global calls
    calls += 1
    match event:
        case {"do": "count"}: return calls
        case {"do": "fail"}: raise Wrong("no: 날")
        case {"do": "exit", "code": code}: os._exit(code)
        case {"do": "hang", **more}:
            if more: open(more["touch"], "w").close()
            threading.Event().wait()
        case {"do": "grow", "mb": mb}: return len(b"x" * (mb << 20))
        case {"do": "look"}: return {"env": dict(os.environ), "path": sys.path, "argv": sys.argv, "cwd": os.getcwd()}
        case {"do": "left"}: return context.get_remaining_time_in_millis()
        case {"do": "bytes"}: return b"\\xff not JSON"
        case {"do": "big", "size": size}: return "x" * size
        case {"do": "log"}:
            print("printed 날짜"); logging.warning("logged"); sys.stderr.write("complained\\n"); print("half", end="")
        case {"do": "fork"}:
            child = os.fork()
            if not child: threading.Event().wait()
            return child
    return event
"""


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("echo")
    (folder / "app.py").write_text(ECHO, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def warm(echo: Path) -> Iterator[Environment]:
    """One that is shared by the tests that leave its process as it was."""
    with Environment(echo, "app.handle") as environment:
        environment.invoke(None)
        yield environment


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _gone(pid: int) -> bool:
    """Whether it ends within a minute: what was killed may live for a moment more, if it is no child of ours."""
    deadline = time.monotonic() + 60
    while _alive(pid) and time.monotonic() < deadline:
        pass
    return not _alive(pid)


def _code(folder: Path, text: str) -> Path:
    (folder / "app.py").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("event", [None, 0, "", '날 \U0001f514 \x00 "', [1.5, True], {"a": {"b": [None]}}])
def test_the_answer_is_what_the_handler_returned(warm: Environment, event: Any) -> None:
    """Whatever JSON can hold goes in and comes back unchanged."""
    result = warm.invoke(event)

    assert (result.ok, result.payload, result.error_type) == (True, event, "")


def test_the_first_answer_of_a_process_says_how_long_it_took_to_start(echo: Path) -> None:
    """init_ms is told once per process and by that process's first answer, with the logs of loading the code."""
    with Environment(echo, "app.handle") as environment:
        first, second = environment.invoke({"do": "count"}), environment.invoke({"do": "count"})

    assert (first.payload, second.payload) == (1, 2)
    assert first.init_ms is not None and first.init_ms > 5 and second.init_ms is None
    assert first.logs == ("loading",) and second.logs == ()
    assert 0 < first.duration_ms < 1000 and first.request_id != second.request_id


@linux
def test_the_peak_of_memory_is_told(warm: Environment) -> None:
    """max_rss_kb has seen a burst that is over when the answer comes."""
    assert (warm.invoke({"do": "grow", "mb": 60}).max_rss_kb or 0) > 60 * 1024


def test_an_exception_is_an_error_and_the_process_lives_on(warm: Environment) -> None:
    """The error has its type and text, the log its traceback in one entry, and the next invocation is warm."""
    result = warm.invoke({"do": "fail"})

    assert (result.ok, result.error_type, result.error_message) == (False, "Wrong", "no: 날")
    assert result.payload["stackTrace"] and result.payload["requestId"] == result.request_id
    assert len(result.logs) == 1 and "Traceback" in result.logs[0]
    assert warm.invoke(1).init_ms is None


def test_every_line_that_was_written_before_the_answer_is_in_its_logs(warm: Environment) -> None:
    """Standard output, logging and standard error, each time, in order, with a last line that has no end."""
    for _ in range(50):
        lines = warm.invoke({"do": "log"}).logs

        assert (lines[0], lines[-2], lines[-1]) == ("printed 날짜", "complained", "half")
        assert lines[1].startswith("[WARNING]") and lines[1].endswith("logged")


def test_each_log_event_is_called_out_once(echo: Path) -> None:
    """on_log gets the same lines as the results, those of a process that is ended included."""
    heard: list[str] = []
    with Environment(echo, "app.handle", on_log=heard.append) as environment:
        assert heard == ["loading"]
        told = environment.invoke({"do": "log"}).logs + environment.invoke({"do": "exit", "code": 1}).logs

    assert heard == list(told)


def test_a_handler_that_hangs_is_ended_at_its_timeout(echo: Path) -> None:
    """Lambda's words for it, its process gone, and a cold start afterwards."""
    with Environment(echo, "app.handle", timeout=0.3) as environment:
        before = environment.pid
        result = environment.invoke({"do": "hang"})
        after = environment.invoke({"do": "count"})

    assert result.error_type == "Sandbox.Timedout"
    assert result.error_message == f"RequestId: {result.request_id} Error: Task timed out after 0.30 seconds"
    assert 300 <= result.duration_ms < 2000
    assert before and not _alive(before)
    assert after.payload == 1 and after.init_ms is not None


@pytest.mark.parametrize(
    ("code", "why"),
    [(3, "Runtime exited with error: exit status 3"), (0, "Runtime exited without providing a reason")],
)
def test_a_process_that_exits_is_an_error_and_is_replaced(echo: Path, code: int, why: str) -> None:
    """The invocation fails soon, with the exit status; the next one is a cold start that succeeds."""
    with Environment(echo, "app.handle") as environment:
        result = environment.invoke({"do": "exit", "code": code})
        after = environment.invoke({"do": "count"})

    assert result.error_type == "Runtime.ExitError"
    assert result.error_message == f"RequestId: {result.request_id} Error: {why}"
    assert result.duration_ms < 2000
    assert (after.ok, after.payload) == (True, 1) and after.init_ms is not None


def test_a_process_killed_between_invocations_costs_no_invocation(echo: Path) -> None:
    """The next event meets a new process, not an error."""
    with Environment(echo, "app.handle") as environment:
        environment.invoke({"do": "count"})
        assert environment.pid is not None
        killed = psutil.Process(environment.pid)
        killed.kill()
        while killed.status() != psutil.STATUS_ZOMBIE:
            pass
        result = environment.invoke({"do": "count"})

    assert (result.ok, result.payload) == (True, 1) and result.init_ms is not None


@linux
def test_too_much_memory_ends_the_process(echo: Path) -> None:
    """More than the limit is an error even if the handler would have answered; then there is a cold start."""
    with Environment(echo, "app.handle", memory=64) as environment:
        result = environment.invoke({"do": "grow", "mb": 100})
        after = environment.invoke({"do": "grow", "mb": 10})

    assert result.error_type == "Runtime.OutOfMemory" and "signal: killed" in result.error_message
    assert (result.max_rss_kb or 0) > 64 * 1024
    assert after.ok and after.init_ms is not None


@pytest.mark.parametrize(
    ("text", "handler", "error_type", "message"),
    [
        ("import nothing_such", "app.handle", "Runtime.ImportModuleError", "No module named 'nothing_such'"),
        ("def handle(:", "app.handle", "Runtime.UserCodeSyntaxError", "Syntax error"),
        ("", "app.handle", "Runtime.HandlerNotFound", "Handler 'handle' missing"),
        ("", "handle", "Runtime.MalformedHandlerName", "Bad handler"),
        ("raise KeyError('é')", "app.handle", "KeyError", "é"),
        ("import os\nos._exit(7)", "app.handle", "Runtime.ExitError", "exit status 7"),
    ],
)
def test_code_that_does_not_load_is_told_by_each_invocation(
    tmp_path: Path, text: str, handler: str, error_type: str, message: str
) -> None:
    """start raises nothing; the invocation has the error as AWS words it, and leaves no process behind."""
    with Environment(_code(tmp_path, text), handler) as environment:
        result = environment.invoke({})

        assert environment.pid is None
    assert (result.ok, result.error_type) == (False, error_type)
    assert message in result.error_message


def test_a_failed_initialisation_in_korean_is_told_at_least_in_the_logs(tmp_path: Path) -> None:
    """AWS's client, from Python 3.12 on, cannot report such a text and exits; the log has it all the same."""
    with Environment(_code(tmp_path, "raise KeyError('날')"), "app.handle") as environment:
        result = environment.invoke({})

    assert result.error_type in ("KeyError", "Runtime.ExitError")
    assert any("KeyError: '날'" in line for line in result.logs)


def test_an_endless_initialisation_is_ended(tmp_path: Path) -> None:
    """init has a limit of its own."""
    code = _code(tmp_path, "import threading\nthreading.Event().wait()")
    with Environment(code, "app.handle", init_timeout=0.2) as environment:
        result = environment.invoke({})

    assert (result.error_type, result.error_message) == ("Sandbox.Timedout", "Init timed out after 0.20 seconds")


def test_what_failed_to_load_is_tried_again(tmp_path: Path) -> None:
    """A process that could not start once (a file that comes later, here) serves the next invocation."""
    gate = tmp_path / "gate"
    code = tmp_path / "code"
    code.mkdir()
    _code(code, f"open({str(gate)!r}).close()\ndef handle(event, context): return 'open'")
    with Environment(code, "app.handle") as environment:
        first = environment.invoke({})
        gate.touch()
        second = environment.invoke({})

    assert (first.error_type, second.payload) == ("FileNotFoundError", "open")


def test_the_function_sees_nothing_of_the_caller(echo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment is Lambda's and its settings; no variable, argument, package or folder of ours gets in."""
    monkeypatch.setenv("CALLERS_SECRET", "hush")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    with Environment(echo, "app.handle", settings={"SLACK_WEBHOOK_URL": "kept"}, memory=200) as environment:
        seen = environment.invoke({"do": "look"}).payload
        folder = Path(seen["cwd"])
        assert environment.pid is not None
        arguments = psutil.Process(environment.pid).cmdline()

    variables = seen["env"]
    assert variables["SLACK_WEBHOOK_URL"] == "kept"
    assert not {"CALLERS_SECRET", "PYTHONPATH", "USER", "PWD"} & variables.keys()
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "200" and variables["_HANDLER"] == "app.handle"
    assert variables["LAMBDA_TASK_ROOT"] == str(folder) == seen["path"][0]
    assert not any("kept" in argument for argument in (*arguments, *seen["argv"]))
    mine = [path for path in sys.path if path.endswith(("site-packages", "src"))]
    assert not set(mine) & set(seen["path"])
    assert not folder.exists()


def test_only_what_lambda_ships_can_be_imported(tmp_path: Path) -> None:
    """boto3 is there, what else this Python has installed is not."""
    code = _code(
        tmp_path,
        "from importlib.util import find_spec\n"
        "def handle(event, context): return [name for name in event if find_spec(name)]",
    )
    with Environment(code, "app.handle") as environment:
        result = environment.invoke(["boto3", "botocore", "urllib3", "pytest", "click", "psutil", "tocsin_local"])

    assert result.payload == ["boto3", "botocore", "urllib3"]


def test_the_code_is_a_copy_that_is_read_only(echo: Path, tmp_path: Path) -> None:
    """A zip is unpacked as /var/task would be; running it changes neither the zip nor its folder."""
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as package:
        package.write(echo / "app.py", "app.py")
        package.writestr("inner/data.txt", "x")
    with Environment(archive, "app.handle") as environment:
        task = Path(environment.invoke({"do": "look"}).payload["cwd"])
        held = {path.relative_to(task).as_posix(): path.stat().st_mode & 0o777 for path in task.rglob("*")}

    assert held == {"app.py": 0o444, "inner": 0o555, "inner/data.txt": 0o444}
    assert not task.exists()


def test_the_handler_knows_how_long_it_has(echo: Path) -> None:
    """The context's remaining time comes from this environment's timeout."""
    with Environment(echo, "app.handle", timeout=70) as environment:
        assert 60_000 < environment.invoke({"do": "left"}).payload <= 70_000


def test_large_payloads_pass_up_to_lambdas_limit(warm: Environment) -> None:
    """5 MiB go in and out; more than 6 MiB in is refused before the function sees it."""
    text = "x" * (5 << 20)

    assert warm.invoke(text).payload == text
    refused = warm.invoke("x" * (6 << 20))
    assert (refused.ok, refused.error_type) == (False, "RequestTooLargeException")


def test_an_answer_over_the_limit_is_an_error(echo: Path) -> None:
    """Lambda does not pass it on; what follows is served all the same."""
    with Environment(echo, "app.handle") as environment:
        result = environment.invoke({"do": "big", "size": 7 << 20})
        after = environment.invoke("on")

    assert (result.ok, result.error_type) == (False, "Function.ResponseSizeTooLarge")
    assert (after.ok, after.payload) == (True, "on")


def test_an_answer_that_is_no_json_is_text(warm: Environment) -> None:
    """Bytes that the handler chose come back as text, not as a crash of ours."""
    result = warm.invoke({"do": "bytes"})

    assert result.ok and "not JSON" in result.payload


def test_callers_at_the_same_time_wait_their_turn(echo: Path) -> None:
    """One environment runs one invocation at a time: each caller gets the answer to its own event."""
    answers: dict[int, Result] = {}
    with Environment(echo, "app.handle") as environment:
        callers = [threading.Thread(target=lambda n=n: answers.update({n: environment.invoke(n)})) for n in range(20)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

    assert {n: result.payload for n, result in answers.items()} == {n: n for n in range(20)}
    assert sum(result.init_ms is not None for result in answers.values()) == 1


def test_stop_ends_its_own_processes_and_no_others(echo: Path) -> None:
    """The function's children go with it; another environment's process stays, and so does ours."""
    with Environment(echo, "app.handle") as other:
        environment = Environment(echo, "app.handle")
        environment.start()
        own, child = environment.pid, environment.invoke({"do": "fork"}).payload
        environment.stop()
        environment.stop()

        assert own and not _alive(own) and _gone(child)
        assert other.pid and _alive(other.pid) and other.invoke(1).ok
    with pytest.raises(Stopped):
        environment.invoke(1)


def test_a_crash_leaves_no_child_behind(echo: Path) -> None:
    """What a function forked before it crashed is ended with it."""
    with Environment(echo, "app.handle") as environment:
        child = environment.invoke({"do": "fork"}).payload
        assert _alive(child)
        environment.invoke({"do": "exit", "code": 1})

        assert _gone(child)


def test_stop_does_not_wait_for_a_running_invocation(echo: Path, tmp_path: Path) -> None:
    """It is cut short, and its caller is told so; a later start serves again."""
    results: list[Result] = []
    begun = tmp_path / "begun"
    event = {"do": "hang", "touch": str(begun)}
    environment = Environment(echo, "app.handle", timeout=30)
    environment.start()
    caller = threading.Thread(target=lambda: results.append(environment.invoke(event)))
    caller.start()
    while not begun.exists():
        pass
    environment.stop()
    caller.join(5)

    assert [result.error_type for result in results] == ["Runtime.ExitError"]
    with environment:
        assert environment.invoke(1).payload == 1


def test_a_start_that_is_interrupted_leaves_nothing_behind(echo: Path) -> None:
    """Whatever ends `start` early, a Ctrl-C or a listener of logs that trips, ends the process and its folder too."""
    pids: list[int | None] = []

    def trip(line: str) -> None:
        pids.append(environment.pid)
        raise KeyboardInterrupt

    environment = Environment(echo, "app.handle", on_log=trip)
    with pytest.raises(KeyboardInterrupt):
        environment.start()

    assert pids[0] and not _alive(pids[0])
    with pytest.raises(Stopped):
        environment.invoke(1)


def test_a_killed_caller_leaves_no_function_running(echo: Path, tmp_path: Path) -> None:
    """Even where nobody could stop it: the runtime ends when its Runtime API is gone."""
    program = (
        "import os, sys\n"
        "from tocsin_local.lambda_runtime import Environment\n"
        "environment = Environment(sys.argv[1], 'app.handle')\n"
        "environment.start()\n"
        "print(environment.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(echo)],
        capture_output=True,
        text=True,
        timeout=30,
        env={"TMPDIR": str(tmp_path)},
    )

    assert done.returncode == -9 and _gone(int(done.stdout))


@pytest.mark.parametrize("name", ["AWS_LAMBDA_RUNTIME_API", "_HANDLER", "LAMBDA_TASK_ROOT"])
def test_settings_that_lambda_reserves_are_refused(echo: Path, name: str) -> None:
    """As the service does, with the name and without the value."""
    with pytest.raises(ConfigError) as refused:
        Environment(echo, "app.handle", settings={name: "hush"}).start()

    assert name in str(refused.value) and "hush" not in str(refused.value)


def test_a_setting_that_is_secret_is_in_no_repr(echo: Path) -> None:
    """Printing an environment shows none of its settings."""
    with Environment(echo, "app.handle", settings={"TOKEN": "hush"}) as environment:
        assert "hush" not in repr(environment) + str(vars(environment)["_container"])


def test_code_that_is_neither_zip_nor_folder_is_a_config_error(tmp_path: Path) -> None:
    """The human is told what is wrong and what to do."""
    (tmp_path / "code.zip").write_text("no zip")
    with pytest.raises(ConfigError) as told:
        Environment(tmp_path / "code.zip", "app.handle").start()

    assert "neither a zip nor a folder" in str(told.value) and told.value.hint


def test_a_python_without_the_runtime_client_is_a_config_error(echo: Path, tmp_path: Path) -> None:
    """The hint is the command that installs what is missing, beside that Python."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(Path(sys.executable).resolve())
    (tmp_path / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n"
                                         "include-system-site-packages = false\n")  # fmt: skip
    with pytest.raises(ConfigError) as told:
        Environment(echo, "app.handle", python=python).start()

    assert "awslambdaric and boto3" in str(told.value)
    assert told.value.hint == f"Install them beside it: {python} -m pip install awslambdaric boto3"


def test_a_python_that_does_not_run_is_a_config_error(echo: Path, tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(ConfigError, match="nothing-here does not run"):
        Environment(echo, "app.handle", python=tmp_path / "nothing-here").start()


def test_the_running_python_is_found_first() -> None:
    """find_python answers with the running interpreter for its own version, with None for one that nobody has."""
    assert find_python(f"{sys.version_info.major}.{sys.version_info.minor}") == Path(sys.executable)
    assert find_python("3.999") is None


def _request(api: RuntimeApi, method: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=30)
    try:
        connection.request(method, path, b"{}" if method == "POST" else None)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_the_runtime_api_keeps_its_order() -> None:
    """No answer to what was not asked, no second answer, no second invocation before the answer to the first."""
    api = RuntimeApi()
    try:
        api.offer(Invocation("one", b"[1]", 0, "arn"))
        busy = _request(api, "GET", "/2018-06-01/runtime/invocation/next")
        wrong = _request(api, "POST", "/2018-06-01/runtime/invocation/two/response")
        right = _request(api, "POST", "/2018-06-01/runtime/invocation/one/response")
        again = _request(api, "POST", "/2018-06-01/runtime/invocation/one/error")
        served = _request(api, "GET", "/2018-06-01/runtime/invocation/next")
        strange = [_request(api, *each)[0] for each in (("GET", "/"), ("POST", "/2018-06-01/runtime/restore/next"))]
        heard = api.hear(1), api.hear(1), api.hear(0)
    finally:
        api.close()

    assert (busy[0], wrong[0], right[0], again[0], served) == (403, 400, 202, 400, (200, b"[1]"))
    assert strange == [404, 404]
    assert isinstance(heard[0], Answer) and isinstance(heard[1], Ready) and heard[2] is None


def _result(ok: bool) -> Result:
    return Result(ok, None, "" if ok else "Wrong", "", 1.0, None, None, (), "id")


def _async(answers: Callable[[Any, int], bool], delays: tuple[float, ...], *events: Any) -> tuple[list[Any], list[Any]]:
    """What was invoked, in order, and what was given up."""
    invoked: list[Any] = []
    lost: list[Any] = []

    def invoke(event: Any) -> Result:
        invoked.append(event)
        return _result(answers(event, invoked.count(event)))

    with AsyncInvokes(invoke, lambda event, _: lost.append(event), delays) as queue:
        for event in events:
            queue.put(event)
        assert queue.settle(10)
    return invoked, lost


@pytest.mark.parametrize(("succeeds_at", "attempts", "lost"), [(1, 1, []), (2, 2, []), (3, 3, []), (4, 3, ["e"])])
def test_an_asynchronous_event_is_tried_three_times(succeeds_at: int, attempts: int, lost: list[str]) -> None:
    """Once and two retries, as Lambda does; then it is given up, and whoever asked is told."""
    assert _async(lambda _, attempt: attempt >= succeeds_at, (0, 0), "e") == (["e"] * attempts, lost)


def test_an_event_that_waits_for_its_retry_holds_up_no_other() -> None:
    """The second event is invoked before the first one's second attempt."""
    assert _async(lambda event, n: event == "good" or n > 1, (0.05, 0), "bad", "good")[0] == ["bad", "good", "bad"]


def test_asynchronous_invocations_end_with_their_environment(echo: Path) -> None:
    """A stopped environment ends the queue: nothing waits for ever and nothing is started again."""
    environment = Environment(echo, "app.handle")
    environment.start()
    queue = AsyncInvokes(environment.invoke, lambda *_: None, (60, 60))
    queue.put({"do": "fail"})
    assert not queue.settle(0.2)
    environment.stop()
    queue.put(1)
    queue.close()

    assert environment.pid is None


def test_a_real_function_is_retried_by_the_queue(echo: Path) -> None:
    """A crash counts as a failed attempt: the event is given up with the last error."""
    told: list[tuple[Any, str]] = []
    event = {"do": "exit", "code": 9}
    with (
        Environment(echo, "app.handle") as environment,
        AsyncInvokes(environment.invoke, lambda e, r: told.append((e, r.error_type)), (0, 0)) as queue,
    ):
        queue.put(event)
        assert queue.settle(20)

    assert told == [(event, "Runtime.ExitError")]
