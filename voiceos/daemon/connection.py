"""One client of the control socket, whatever it does: it can waste nothing but its own time.

Its lines are as long as `LINE_BYTES` at most and are taken at a pace; so many requests are worked on at a time, and no
more are read before; what goes back waits in a queue with an end, in which events give way; and it is put out where it
reads nothing, or asks nothing and has not subscribed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import ValidationError

from voiceos.daemon import jsonrpc, peers
from voiceos.daemon.jsonrpc import Id, Request, RpcError
from voiceos.daemon.messages import DroppedEvent, Event, Kind, Model, Params
from voiceos.daemon.params import wrong_params
from voiceos.errors import VoiceosError

log = logging.getLogger(__name__)

IN_FLIGHT = 8
"""Requests of one client that are worked on at a time."""
WAITING_LINES = 256
"""Lines that may wait to be read by it."""
SLOW_S = 10.0
"""A client that takes nothing for so long is put out."""
IDLE_S = 120.0
"""Likewise one that has asked for nothing, and has not subscribed."""
PER_SECOND, AT_ONCE = 100.0, 100.0
"""Requests taken: a program that asks in a loop gets answers at this pace, and the conversation keeps the processor."""
LOOK_S = 1.0
"""How often it is looked whether one that has stopped writing, or is not read, still reads."""


class Call:
    """One request, to whoever carries it out."""

    def __init__(self, connection: Connection, number: Id) -> None:
        self.id = number
        self.connection = connection

    async def send(self, method: str, message: Model) -> None:
        """A notification that belongs to the request; waits where the client is slow."""
        await self.connection.put(jsonrpc.notification(method, message.model_dump()))


Handler = Callable[[Call, Any], Awaitable[Model]]


class Connection:
    """Args:
    methods: by name, what its params must be and what carries it out.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        methods: Mapping[str, tuple[type[Params], Handler]],
    ) -> None:
        self.kinds: frozenset[Kind] = frozenset()
        """Events that it has subscribed to."""
        self._reader = reader
        self._writer = writer
        self._methods = methods
        self._outbox: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_LINES)
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self._tasks: set[asyncio.Task[None]] = set()
        self._dropped = 0
        self._allowance, self._allowed_at = AT_ONCE, time.monotonic()

    async def serve(self, hello: Model) -> None:
        """Until either end has enough."""
        writing = asyncio.create_task(self._write(), name="control: writing")
        reading = asyncio.create_task(self._read(), name="control: reading")
        self._outbox.put_nowait(jsonrpc.notification("hello", hello.model_dump()))
        try:
            await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not writing.done():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SLOW_S):
                        await self._outbox.put(None)
                        await asyncio.shield(writing)
        finally:
            tasks = [writing, reading, *self._tasks]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._writer.transport.abort()

    async def put(self, line: bytes) -> None:
        """Send a line, behind those that wait."""
        await self._outbox.put(line)

    def tell(self, event: Event, line: bytes) -> None:
        """Send an event that it has subscribed to, unless too much waits already."""
        if event.kind not in self.kinds:
            return
        room = self._outbox.maxsize - self._outbox.qsize()
        if room < 2:
            self._dropped += 1
            return
        if self._dropped:
            told = DroppedEvent(time=event.time, count=self._dropped)
            self._dropped = 0
            self._outbox.put_nowait(jsonrpc.notification("event", told.model_dump()))
        self._outbox.put_nowait(line)

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while (line := await self._outbox.get()) is not None:
                self._writer.write(line)
                try:
                    async with asyncio.timeout(SLOW_S):
                        await self._writer.drain()
                except TimeoutError:
                    log.info("a client of the control socket reads nothing, and is put out")
                    return

    async def _read(self) -> None:
        try:
            while line := await self._line():
                if line.strip():
                    await self._pace()
                    await self._take(line)
        except RpcError as error:
            await self.put(jsonrpc.failure(None, error))
            return
        except ConnectionError:
            return
        # It writes no more, and may still read: what it has asked for is answered.
        while self._tasks and not self._gone():
            await asyncio.wait(self._tasks, timeout=LOOK_S)

    async def _line(self) -> bytes:
        """The next line, empty at the end. Raises RpcError for one that is too long or too long in coming."""
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    return await self._reader.readuntil(b"\n")
            except TimeoutError:
                if not self.kinds and not self._tasks:
                    raise RpcError(jsonrpc.REFUSED, f"nothing was asked for {IDLE_S:.0f} s") from None
            except asyncio.IncompleteReadError:
                return b""
            except asyncio.LimitOverrunError:
                raise RpcError(
                    jsonrpc.REFUSED,
                    f"a line has more than {jsonrpc.LINE_BYTES} bytes",
                    hint="Every message is one line, and ends with a line feed.",
                ) from None

    async def _pace(self) -> None:
        now = time.monotonic()
        self._allowance = min(AT_ONCE, self._allowance + (now - self._allowed_at) * PER_SECOND) - 1
        self._allowed_at = now
        if self._allowance < 0:
            await asyncio.sleep(-self._allowance / PER_SECOND)

    async def _take(self, line: bytes) -> None:
        try:
            request = jsonrpc.parse(line)
        except RpcError as error:
            await self.put(jsonrpc.failure(None, error))
            return
        await self._place()
        task = asyncio.create_task(self._answer(request), name=f"control: {request.method[:40]}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._places.release())

    async def _place(self) -> None:
        """Take one of the places. Raises ConnectionResetError where the client goes meanwhile: as nothing is read, that
        is looked for."""
        while self._places.locked():
            if self._gone():
                raise ConnectionResetError
            await asyncio.wait(self._tasks, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        await self._places.acquire()

    def _gone(self) -> bool:
        return peers.gone(self._writer.get_extra_info("socket").fileno())

    async def _answer(self, request: Request) -> None:
        try:
            done = await self._carry_out(request)
        except RpcError as error:
            answer = jsonrpc.failure(request.id, error)
        else:
            answer = jsonrpc.result(request.id, done.model_dump())
        if request.answered:
            await self.put(answer)

    async def _carry_out(self, request: Request) -> Model:
        found = self._methods.get(request.method)
        if found is None:
            raise RpcError(
                jsonrpc.METHOD_NOT_FOUND, "there is no such method", hint=f"There are: {', '.join(self._methods)}."
            )
        expected, handler = found
        try:
            params = expected.model_validate(dict(request.params))
        except ValidationError as error:
            raise wrong_params(error) from None
        try:
            return await handler(Call(self, request.id), params)
        except VoiceosError as error:
            raise RpcError(jsonrpc.FAILED, str(error), hint=error.hint, exit_code=error.exit_code) from None
        except RpcError:
            raise
        except Exception as error:
            # Its text may hold what was said; its kind does not.
            log.error("a bug: %s in %s", type(error).__name__, request.method)  # noqa: TRY400 - see above
            raise RpcError(jsonrpc.INTERNAL_ERROR, f"a bug in voiceos: {type(error).__name__}") from None
