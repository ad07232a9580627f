"""The local Slack itself: a server on loopback that a test, the stage or the demo starts within its own process."""

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Self, TypeVar

from tocsin_local.slack.answers import Answer
from tocsin_local.slack.clicks import Posted, click, signed
from tocsin_local.slack.clock import Clock
from tocsin_local.slack.faults import Fault, Way
from tocsin_local.slack.files import answer_upload
from tocsin_local.slack.listener import Listener
from tocsin_local.slack.records import Channel, Hook, HookState, Message, Received, TokenState, UnknownThread
from tocsin_local.slack.web_api import answer_call
from tocsin_local.slack.webhooks import answer_webhook
from tocsin_local.slack.wire import Request, Response, text_response
from tocsin_local.slack.workspace import TEAM, Workspace

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_T = TypeVar("_T")
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-slack-signature"})


class LocalSlack:
    """A faithful stand-in for Slack. Use it as a context manager, or call `start` and `stop`.

    `clock` gives seconds since the epoch, `burst` is how many messages a channel takes at once before it is one
    per second. A workspace begins with one channel, one webhook into it and one bot that is in it. It speaks plain
    HTTP: whoever connects by https gets a TLS alert. `keep` is how many messages and requests it remembers, the newest
    (None: all), for whoever runs it for days.
    """

    def __init__(
        self, clock: Clock = time.time, burst: int = 4, channel: str = "#alarms", keep: int | None = None
    ) -> None:
        self._workspace = Workspace(clock, burst, keep)
        self._channel = self._workspace.add_channel(channel)
        self._hook = self._workspace.add_hook(self._channel)
        self._listener = Listener(self._handle)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._listener.open()

    def stop(self) -> None:
        """Close every socket and join every thread; what was received can still be read."""
        self._listener.close()

    # Addresses

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._listener.port}"

    @property
    def api_url(self) -> str:
        """Without a slash at its end: a method's address is `{api_url}/{method}`."""
        return f"{self.origin}/api"

    @property
    def bot_token(self) -> str:
        return self._workspace.bot_token

    @property
    def signing_secret(self) -> str:
        """By which it signs what it posts to apps."""
        return self._workspace.signing_secret

    @property
    def webhook_url(self) -> str:
        """The webhook of the first channel."""
        return self.url_of(self._hook)

    @property
    def channel(self) -> Channel:
        """The first channel."""
        return self._channel

    def url_of(self, hook: Hook) -> str:
        return f"{self.origin}/services/{TEAM}/{hook.id}/{hook.token}"

    # Furnishing

    def add_channel(
        self, name: str, private: bool = False, member: bool = True, users: Collection[str] = ()
    ) -> Channel:
        """`member`: whether the bot is in it; `users`: the ids of the people who are."""
        return self._workspace.add_channel(name, private, member, users)

    def add_hook(self, channel: Channel) -> Hook:
        return self._workspace.add_hook(channel)

    def set_hook_state(self, state: HookState | str, hook: Hook | None = None) -> None:
        """What becomes of a webhook (the first, if none is named): see HookState."""
        self._workspace.set_hook((hook or self._hook).id, HookState(state))

    def archive(self, channel: Channel | None = None) -> None:
        self._workspace.set_channel(replace(channel or self._channel, archived=True))

    def set_token_state(self, state: TokenState | str) -> None:
        self._workspace.settings.token_state = TokenState(state)

    def set_scopes(self, scopes: Collection[str]) -> None:
        self._workspace.settings.scopes = frozenset(scopes)

    def set_unknown_thread(self, what: UnknownThread | str) -> None:
        """What happens to a reply to a message that is not there."""
        self._workspace.settings.unknown_thread = UnknownThread(what)

    def set_strict(self, strict: bool) -> None:
        """Whether unknown properties within blocks and attachments are refused (they are, until told otherwise)."""
        self._workspace.settings.strict = strict

    def allow_image(self, url: str) -> None:
        """Let Slack's download of this image succeed; all others fail, and with them their message."""
        self._workspace.settings.images.add(url)

    # Trouble

    def inject(self, fault: Fault, times: int = 1, on: str | None = None) -> None:
        """Let the next `times` requests meet this fault; `on` is "webhook", "upload" or a method's name."""
        with self._workspace.changed:
            self._workspace.faults.inject(fault, times, on)

    def clear_faults(self) -> None:
        with self._workspace.changed:
            self._workspace.faults.clear()

    @contextlib.contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse connections, and drop those that are open, for as long as this lasts."""
        self._listener.refuse()
        try:
            yield
        finally:
            self._listener.open()

    def drop_connections(self) -> None:
        """Close the connections that clients keep, as Slack does with idle ones."""
        self._listener.drop()

    def remove_message(self, message: Message) -> None:
        """As when a person deletes it."""
        self._workspace.remove(message.channel, message.ts)

    def click(self, message: Message, action_id: str) -> Posted:
        """What it would post to an app's Request URL, now, for a click on that button. LookupError if there is none."""
        now = self._workspace.clock()
        return signed(click(message, action_id, now), self.signing_secret, now)

    # Looking

    def messages(self, channel: str | None = None) -> list[Message]:
        """What people see now, oldest first, replies among it, of one channel (#name or id) or of all."""
        with self._workspace.changed:
            named = self._workspace.channel(channel) if channel else None
            if channel and named is None:
                raise KeyError(channel)
            return list(self._workspace.messages(named.id if named else None))

    @property
    def received(self) -> list[Received]:
        """Every request so far, verbatim but for secrets."""
        with self._workspace.changed:
            return list(self._workspace.received)

    def export(self) -> str:
        """Every request so far as lines of JSON."""
        return "".join(f"{received.line()}\n" for received in self.received)

    def subscribe(self, listener: Callable[[Message], None]) -> None:
        """Call `listener` with each new version of a message, before its sender gets an answer."""
        self._workspace.subscribe(listener)

    def inspect(self, inspector: Callable[[Received], None]) -> None:
        """Call `inspector` with each request, before its sender gets an answer."""
        self._workspace.inspect(inspector)

    def restore(self, messages: Iterable[Message]) -> None:
        """Begin with these messages of an earlier life, oldest first."""
        self._workspace.restore(messages)

    def wait_for(self, wanted: Callable[[Message], bool], timeout: float = 5.0) -> Message:
        """The first message, present or to come, that is wanted. TimeoutError after `timeout` real seconds."""
        return self._first(lambda: next(filter(wanted, self.messages()), None), timeout)

    def wait_for_request(self, wanted: Callable[[Received], bool], timeout: float = 5.0) -> Received:
        """The first request, past or to come, that is wanted. TimeoutError after `timeout` real seconds."""
        return self._first(lambda: next(filter(wanted, self.received), None), timeout)

    def _first(self, look: Callable[[], _T | None], timeout: float) -> _T:
        found: list[_T] = []

        def seen() -> bool:
            found.extend(sight for sight in [look()] if sight is not None)
            return bool(found)

        with self._workspace.changed:
            if not self._workspace.changed.wait_for(seen, timeout):
                raise TimeoutError(f"not seen within {timeout} s")
        return found[0]

    # Answering

    def _handle(self, request: Request) -> tuple[Response, Fault | None]:
        """One request: all that it changes, and its record, happen at once."""
        workspace, call = self._workspace, _call(request.path)
        foreign = _foreign(request)
        with workspace.changed:
            fault = None if foreign else workspace.faults.take(call)
            if foreign:
                answer = foreign
            elif fault and not fault.stored:
                answer = Answer(Response(503), "not stored")
            else:
                answer = self._answer(call, request)
            workspace.record(self._received(call, request, answer, fault))
        workspace.tell()
        return answer.response, fault

    def _answer(self, call: str, request: Request) -> Answer:
        match call:
            case "webhook":
                return answer_webhook(self._workspace, request)
            case "upload":
                return answer_upload(self._workspace, request)
            case "":
                return Answer(text_response(404, "no_team"), "no_team")
            case _:
                return answer_call(self._workspace, call, request, self.origin)

    def _received(self, call: str, request: Request, answer: Answer, fault: Fault | None) -> Received:
        status = answer.response.status
        if fault:
            silent = fault.way in (Way.HANG_UP, Way.RESET, Way.BYTES)
            status = fault.reply.status if fault.reply else 0 if silent else status
        return Received(
            self._workspace.clock(),
            call,
            request.verb,
            self._redacted(request.target),
            {name: value for name, value in request.headers.items() if name not in _SECRET_HEADERS},
            self._redacted(request.body.decode("utf-8", "backslashreplace")),
            answer.verdict,
            status,
            answer.reasons,
            answer.warnings,
            answer.ts,
            fault.name if fault else "",
        )

    def _redacted(self, text: str) -> str:
        for secret in (self.bot_token, *(hook.token for hook in self._workspace.hooks.values())):
            text = text.replace(secret, "[secret]")
        return text


def _call(path: str) -> str:
    """What a request is for: "webhook", "upload", the name of a method, or "" for nothing that is here."""
    match path.split("/")[1:]:
        case ["api", method] if method:
            return method
        case ["upload", "v1", _]:
            return "upload"
        case ["services", *_]:
            return "webhook"
        case _:
            return ""


def _foreign(request: Request) -> Answer | None:
    """Refuses what a web page in somebody's browser sent: it may reach this port, but shall not drive it."""
    host = request.headers.get("host", "").lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name not in _LOOPBACK:
        return Answer(text_response(403, "not_loopback"), "not_loopback")
    if "origin" in request.headers:
        return Answer(text_response(403, "browser_origin"), "browser_origin")
    return None
