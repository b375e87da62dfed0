"""An engine in a child process that may be killed and restarted; a turn is all that is ever lost.

A native engine that hangs or crashes in a thread takes the program along. So each runs behind this: calls and streams
over a socket pair, a budget of silence after which the child is killed, and a restart with back-off.
"""

from __future__ import annotations

import asyncio
import builtins
import collections
import contextlib
import logging
import os
import pickle
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from voiceos import errors, heap
from voiceos.engines import ended
from voiceos.engines.printed import lines
from voiceos.engines.pulse import PING, REST_S, Pulse
from voiceos.engines.worker import HEADER, Ack, Call, Cancel, Done, Failed, Item, Ping, pack

log = logging.getLogger(__name__)

BACK_OFF_S = (0.0, 0.5, 2.0, 10.0, 30.0)
"""Wait before the n-th start in a row that did not lead to an answered call; the last one repeats."""

State = Literal["stopped", "starting", "ready", "down"]


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """Which engine to run, as plain data."""

    name: str
    """For the log and for errors: "stt", "llm", "tts"."""
    factory: str
    """"module:callable"; imported in the child only."""
    arguments: Mapping[str, Any]
    """Plain values for the factory."""
    model: str = ""
    """Of the catalogue, which it opens; "" where there is none."""
    budget_s: float = 20.0
    """Longest silence of the engine while it works, before it is taken for hung and killed."""
    start_budget_s: float = 120.0
    """Likewise while it loads its model."""
    rest_s: float = REST_S
    """How long it rests before it is asked whether it is still there. One that is stuck is told of within this and its
    budget; an answer costs it one wake-up."""
    huge_pages: bool = False
    """Keep its memory in pages of 2 MiB: for engines that read all of their weights again and again and set no more
    memory aside than they use."""


class _Pending:
    __slots__ = ("items", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.items: asyncio.Queue[Item | Done | Failed] = asyncio.Queue()


class EngineProcess:
    """`async with EngineProcess(spec) as engine: await engine.call("method", x=1)`.

    A child that crashes or hangs fails the calls in flight with `EngineCrashed` or `EngineTimeout`, and is started
    again at once (with back-off when it keeps failing); `on_state` hears of every change. `verify` is run in a thread
    before each start; the VoiceosError that it raises keeps the child from being started.
    """

    def __init__(
        self,
        spec: EngineSpec,
        *,
        on_state: Callable[[State], None] | None = None,
        verify: Callable[[], object] = lambda: None,
    ) -> None:
        self.spec = spec
        self._verify = verify
        self.state: State = "stopped"
        self._on_state = on_state
        self._numbers = 0
        self._pending: dict[int, _Pending] = {}
        self._unused = asyncio.Event()
        self._unused.set()
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._changed = asyncio.Event()
        self._failures = 0
        self._starts = 0
        self._hurry = asyncio.Event()
        self._last_error: errors.VoiceosError | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._closing = False
        self._pulse = Pulse(
            budget_s=lambda: self.spec.budget_s,
            rest_s=lambda: self.spec.rest_s,
            ask=self._ask,
            stuck=self._give_up,
        )
        self._started_at = 0.0
        self.broke_down = False
        """It is down after it had worked, and not because somebody restarted it by hand."""
        self.missed = False
        """As it went down, somebody waited for it."""
        self._stderr: collections.deque[str] = collections.deque(maxlen=20)
        self._killed: int | None = None
        """Whom Linux had ended for memory when the child was last known to be well."""

    @property
    def pid(self) -> int | None:
        """Of the running child."""
        return self._process.pid if self._process and self._process.returncode is None else None

    @property
    def waits_s(self) -> float:
        """How long the engine has owed a sign of life, or has been loading, in seconds; 0 where it owes none."""
        return time.monotonic() - self._started_at if self.state == "starting" else self._pulse.silent_s

    @property
    def patience_s(self) -> float:
        """After how much of `waits_s` the child is killed."""
        return self.spec.start_budget_s if self.state == "starting" else self.spec.budget_s

    @property
    def last_error(self) -> errors.VoiceosError | None:
        """Why it is down, or was the last time; None where nothing is known."""
        return self._last_error

    async def __aenter__(self) -> EngineProcess:
        """Start the child; it loads its model while others start. The first call waits for it."""
        self._keeper = asyncio.create_task(self._keep(), name=f"engine {self.spec.name}")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        closed = self._last_error = errors.EngineCrashed(f"the {self.spec.name} engine was closed")
        self.kill()
        if self._keeper:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        self._fail_calls(closed)
        self._set_state("stopped")
        self._changed.set()  # whoever waits for a start that now never comes, though the state may be the same

    async def wait_ready(self) -> None:
        """Return once the engine has loaded; raise what kept it from loading, or that it has been closed."""
        while self.state != "ready" or self._closing:
            if (self._closing or self.state == "down") and self._last_error:
                raise self._last_error
            await self._changed.wait()

    async def wait_unused(self) -> None:
        """Return once no call is in flight: for an engine whose place another has taken."""
        await self._unused.wait()

    async def call(
        self, method: str, *, priority: int = 0, on_step: Callable[[], None] | None = None, **arguments: Any
    ) -> Any:
        """Result of one method; items of a generator are dropped. Cancelling the caller cancels the work.

        Args:
            on_step: told of the first step that a generator has done.
        """
        result = None
        async for message in self._messages(method, priority, arguments):
            if isinstance(message, Done):
                result = message.value
            elif on_step is not None:
                on_step()
                on_step = None
        return result

    async def stream(self, method: str, *, priority: int = 0, **arguments: Any) -> AsyncIterator[Any]:
        """Items of a generator method, in order. Closing the iterator cancels the work within one step."""
        messages = self._messages(method, priority, arguments)
        try:
            async for message in messages:
                if isinstance(message, Item) and message.value is not None:
                    yield message.value
        finally:
            await messages.aclose()  # type: ignore[attr-defined]

    def kill(self) -> None:
        """End the child now; the keeper starts another unless the engine is being closed."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def restart(self) -> None:
        """End the child and start another at once, without a wait for earlier failures; calls in flight fail.

        Returns once the new one has loaded, and raises what kept it from that. One that is just about to be started is
        only waited for.
        """
        if self.state == "starting" and self.pid is None:
            await self.wait_ready()
            return
        before = self._starts
        self._failures = 0
        self._last_error = errors.EngineCrashed(f"the {self.spec.name} engine was restarted by hand")
        self._hurry.set()
        self.kill()
        while self._starts == before and not self._closing:
            await self._changed.wait()
        await self.wait_ready()

    async def _messages(self, method: str, priority: int, arguments: dict[str, Any]) -> AsyncIterator[Item | Done]:
        await self.wait_ready()
        self._numbers += 1
        pending = _Pending(self._numbers)
        self._pending[pending.number] = pending
        self._unused.clear()
        finished = False
        try:
            self._send(Call(pending.number, method, arguments, priority))
            while True:
                message = await pending.items.get()
                if isinstance(message, Failed):
                    finished = True
                    raise self._error(message)
                if isinstance(message, Done):
                    finished = True
                    self._failures = 0
                    yield message
                    return
                yield message
                if message.value is not None:
                    self._send(Ack(pending.number))
        finally:
            self._pending.pop(pending.number, None)
            if not self._pending:
                self._unused.set()
            if not finished:
                self._send(Cancel(pending.number))

    def _send(self, message: object) -> None:
        if self._writer and not self._writer.is_closing():
            self._writer.write(pack(message))
            if isinstance(message, Call | Ack):
                self._pulse.owes(message.number)

    def _ask(self) -> None:
        """Whether it is still there. What became of others until now did not become of it."""
        self._killed = ended.killed_for_memory()
        self._send(Ping(PING))

    def _give_up(self) -> None:
        """The child has been silent for its budget."""
        if self.pid is None:
            return
        self._last_error = errors.EngineTimeout(
            f"the {self.spec.name} engine was silent for {self.spec.budget_s:.0f} s and was stopped",
            hint="it restarts by itself; `voiceos doctor` checks it",
        )
        self.kill()

    def _error(self, failed: Failed) -> Exception:
        """The child's exception as ours: one of our own tree by name, a built-in by name, else EngineError."""
        ours = getattr(errors, failed.kind, None)
        if isinstance(ours, type) and issubclass(ours, errors.VoiceosError):
            return ours(failed.message, hint=failed.hint)
        if failed.kind == "MemoryError":
            return errors.EngineStarved(f"the {self.spec.name} engine found no memory left", hint=ended.SHORT_OF_MEMORY)
        known = getattr(builtins, failed.kind, None)
        if known in (ValueError, TypeError, KeyError):
            return known(failed.message)  # type: ignore[no-any-return]
        return errors.EngineError(f"the {self.spec.name} engine failed: {failed.kind}: {failed.message}")

    def _fail_calls(self, error: errors.VoiceosError) -> None:
        """End the calls in flight, which nothing answers any more."""
        for pending in self._pending.values():
            pending.items.put_nowait(Failed(pending.number, type(error).__name__, str(error), error.hint))

    def _set_state(self, state: State) -> None:
        if state == self.state:
            return
        self.state = state
        self._changed.set()
        self._changed = asyncio.Event()
        if self._on_state:
            self._on_state(state)

    async def _keep(self) -> None:
        """Start the child and, whenever it ends, start it again."""
        while not self._closing:
            self._hurry.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]):
                    await self._hurry.wait()
            self._failures += 1
            self._started_at = time.monotonic()
            self._starts += 1
            self._set_state("starting")
            try:
                await asyncio.to_thread(self._verify)
                await self._run_once()
            except errors.VoiceosError as error:
                self._last_error = error
            except OSError as error:  # no memory, process or file handle left for a child: as if it had crashed
                self._last_error = errors.EngineCrashed(
                    f"the {self.spec.name} engine cannot be started: {error}", hint="is the machine short of memory?"
                )
            except Exception as error:  # an answer that cannot be read, no thread left: whoever waits must be told
                # Its text may hold what was said; its kind does not.
                self._last_error = errors.EngineCrashed(
                    f"the {self.spec.name} engine was given up: {type(error).__name__}",
                    hint="it restarts by itself; `voiceos doctor` checks it",
                )
                self.kill()
            crash = self._last_error or errors.EngineCrashed(
                f"the {self.spec.name} engine ended unexpectedly",
                hint="it restarts by itself; `voiceos doctor` checks it",
            )
            self._last_error = crash
            self.broke_down = self.state == "ready" and not self._hurry.is_set()
            self.missed = bool(self._pending)
            self._fail_calls(crash)
            if not self._closing:
                log.warning("%s: %s", self.spec.name, crash)
                self._set_state("down")

    async def _run_once(self) -> None:
        ours, theirs = socket.socketpair()
        self._last_error = None
        self._stderr.clear()
        self._killed = ended.killed_for_memory()
        environment = heap.in_huge_pages(os.environ) if self.spec.huge_pages else os.environ
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from voiceos.engines.worker import main; main()",
                str(theirs.fileno()),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,  # a terminal's Ctrl-C reaches only the parent, which then stops in order
                env={**environment, "PYTHONSAFEPATH": "1"},
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        noise = asyncio.create_task(self._drain_stderr())
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=1 << 26)
        try:
            self._writer.write(pack(Call(0, self.spec.factory, dict(self.spec.arguments), 0)))
            try:
                async with asyncio.timeout(self.spec.start_budget_s):
                    started = await _receive(reader)
            except TimeoutError:
                raise errors.EngineTimeout(f"the {self.spec.name} engine did not load in time") from None
            if isinstance(started, Failed):
                error = self._error(started)
                raise error if isinstance(error, errors.VoiceosError) else errors.EngineError(str(error))
            self._pulse.begin()
            self._set_state("ready")
            while True:
                message = await _receive(reader)
                # A checkpoint is followed by more of itself; an item, once it has been read.
                self._pulse.heard(message.number, more=isinstance(message, Item) and message.value is None)
                if message.number in self._pending:
                    self._pending[message.number].items.put_nowait(message)
        except (EOFError, ConnectionError):
            if self._last_error is None and not self._closing:
                code = await self._process.wait()
                raise ended.why(self.spec.name, code, self._stderr, self._killed) from None
        finally:
            self._pulse.end()
            self.kill()
            self._writer.close()
            await self._process.wait()
            await noise

    async def _drain_stderr(self) -> None:
        """Keep the last lines of what native libraries print; they tell why a child died."""
        assert self._process
        assert self._process.stderr
        async for line in lines(self._process.stderr):
            self._stderr.append(line)
            log.debug("%s: %s", self.spec.name, line)


async def _receive(reader: asyncio.StreamReader) -> Any:
    try:
        (size,) = HEADER.unpack(await reader.readexactly(HEADER.size))
        return pickle.loads(await reader.readexactly(size))  # noqa: S301 - the other end is our own child process
    except asyncio.IncompleteReadError:
        raise EOFError from None
