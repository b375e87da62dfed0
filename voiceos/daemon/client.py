"""The other end of the control socket: what every command uses that talks to the running assistant."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np

import voiceos
from voiceos.audio.frames import Samples
from voiceos.daemon import instance, jsonrpc
from voiceos.daemon.messages import PROTOCOL
from voiceos.daemon.places import socket_path
from voiceos.errors import DaemonError, NotRunning, VoiceosError

PATIENCE_S = 5.0
"""A daemon that is well answers within milliseconds; one that has not within so long hangs."""
LINE_BYTES = 16 << 20
"""Longest line that comes back: a long history."""

HOW_TO_START = "`voiceos run` starts it in this terminal, `voiceos service start` in the background."


class RemoteError(VoiceosError):
    """What the daemon could not do; ends a command as the error there would have."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        data = error.get("data") or {}
        super().__init__(str(error.get("message", "")), hint=str(data.get("hint", "")))
        self.code = int(error.get("code", 0))
        self.exit_code = int(data.get("exit_code", 1))


class ControlClient:
    """`async with ControlClient() as client: await client.call("status")`; one call at a time.

    Entering raises NotRunning where none runs, DaemonError where it does not answer or speaks another protocol.
    """

    def __init__(self) -> None:
        self.hello: Mapping[str, Any] = {}
        """What the daemon said of itself."""
        self._numbers = 0
        self._events: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        path = socket_path()
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(path, limit=LINE_BYTES)
        except OSError as error:
            if isinstance(error, FileNotFoundError | ConnectionRefusedError):
                raise NotRunning("voiceos does not run.", hint=HOW_TO_START) from None
            raise DaemonError(
                f"{path} cannot be opened: {error.strerror or error}.",
                hint="XDG_RUNTIME_DIR has to name a folder of yours, the same as for the voiceos that runs; "
                "the socket's path has some 90 characters at most.",
            ) from error
        try:
            async with asyncio.timeout(PATIENCE_S):
                first = await self._message()
        except TimeoutError:
            self._writer.transport.abort()
            raise _hangs() from None
        if first.get("method") != "hello":
            self._writer.transport.abort()
            raise RemoteError(first["error"]) if "error" in first else DaemonError("This is no voiceos.")
        self.hello = first["params"]
        if self.hello.get("protocol") != PROTOCOL:
            self._writer.transport.abort()
            raise DaemonError(
                f"The voiceos that runs is {self.hello.get('version')}, this command is of {voiceos.__version__}, and "
                "they do not understand each other.",
                hint=f"Start it anew: kill {self.hello.get('pid')}, then `voiceos run`.",
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a method. Raises RemoteError, and NotRunning where the daemon ends meanwhile."""
        async for name, message in self.stream(method, **params):
            if name == "result":
                return message
        raise NotRunning("voiceos ended before it answered.", hint=HOW_TO_START)

    async def stream(self, method: str, **params: Any) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Notifications that belong to a call, by name, and last its ("result", …)."""
        self._numbers += 1
        number = self._numbers
        try:
            self._writer.write(jsonrpc.request(number, method, params))
            await self._writer.drain()
            while True:
                message = await self._message()
                if message.get("method") == "event":
                    self._events.put_nowait(message["params"])
                elif "method" in message:
                    yield message["method"], message["params"]
                elif message.get("id") == number or message.get("id") is None:
                    if "error" in message:
                        raise RemoteError(message["error"])
                    yield "result", message["result"]
                    return
        except ConnectionError:
            raise NotRunning("voiceos ended before it answered.", hint=HOW_TO_START) from None

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """What comes behind `call("subscribe")`, until the daemon ends."""
        while not self._events.empty():
            yield dict(self._events.get_nowait())
        while True:
            try:
                message = await self._message()
            except (ConnectionError, NotRunning):
                return
            if message.get("method") == "event":
                yield dict(message["params"])

    async def wait_closed(self) -> None:
        """Return when the daemon has ended, or has put this client out."""
        with contextlib.suppress(ConnectionError):
            while await self._reader.read(1 << 16):
                pass

    async def _message(self) -> dict[str, Any]:
        line = await self._reader.readline()
        if not line:
            raise NotRunning("voiceos ended before it answered.", hint=HOW_TO_START)
        message: dict[str, Any] = json.loads(line)
        return message


def _hangs() -> DaemonError:
    runs = instance.running()
    who = f" ({runs})" if runs is not None else ""
    kill = (
        f"`kill {runs.pid}` ends it; where that does not help, `kill -9 {runs.pid}` does." if runs is not None else ""
    )
    return DaemonError(f"voiceos runs{who}, but does not answer.", hint=kill)


class DaemonClient:
    """`voiceos.client.Client` on the running daemon: `async with DaemonClient() as client: await client.say("hello")`.

    It does not transcribe: what is heard from a file needs a recogniser that no conversation waits for.
    """

    def __init__(self) -> None:
        self._control = ControlClient()

    async def __aenter__(self) -> DaemonClient:
        await self._control.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._control.__aexit__(kind, error, trace)

    async def ask(self, text: str) -> AsyncIterator[str]:
        async for name, message in self._control.stream("ask", text=text):
            if name == "piece":
                yield message["text"]

    async def speak(self, pieces: AsyncIterator[str]) -> tuple[str, Samples, int]:
        text = "".join([piece async for piece in pieces])
        parts: list[Samples] = [np.zeros(0, np.float32)]
        result: dict[str, Any] = {}
        async for name, message in self._control.stream("speak", text=text):
            if name == "sound":
                pcm = np.frombuffer(base64.b64decode(message["pcm"]), "<i2")
                parts.append(np.asarray(pcm, np.float32) / np.float32(32767))
            else:
                result = message
        return result["text"], np.concatenate(parts), result["rate_hz"]

    async def say(self, text: str) -> None:
        """Raises DaemonError where it was broken off."""
        if not (await self._control.call("say", text=text))["heard"]:
            raise DaemonError("Not all of it was heard: it was interrupted.")
