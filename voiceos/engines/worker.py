"""The inside of an engine's process: run one engine, one step at a time, until the parent goes away.

Started by `process.py` with one end of a socket pair. Messages are
length-prefixed pickles; both ends are this program, so nothing untrusted is ever unpickled.

An engine is a plain synchronous object. A method either returns its result or is a generator: each value that it yields
is sent as an item, `None` is a checkpoint that sends only a sign of life, and its return value is the result. Between
two steps the worker looks at its mail, so a cancelled generator ends within one step, and one of higher priority runs
first: that is how background work yields to a conversation without threads around a native library. An engine that
has a method `rest` is told once nobody has asked anything of it for a moment: time to give back memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import heapq
import importlib
import os
import pickle
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

HEADER = struct.Struct("<I")

WINDOW_ITEMS = 1
"""Items that a generator may have unread. A reader that does something else meanwhile (a phrase is synthesised) has the
processor to itself, and a reply that is broken off has not been written to its end in vain."""

REST_S = 1.0
"""Nobody has asked anything for so long: the pauses within a turn and between two phrases are shorter."""


@dataclass(frozen=True, slots=True)
class Call:
    number: int
    method: str
    arguments: dict[str, Any]
    priority: int
    """Lower runs first."""


@dataclass(frozen=True, slots=True)
class Cancel:
    number: int


@dataclass(frozen=True, slots=True)
class Ack:
    """The reader has taken an item and wants the next."""

    number: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Answered with `Done` by whoever rests: is it still there?"""

    number: int


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    value: Any
    """None is a sign of life."""


@dataclass(frozen=True, slots=True)
class Done:
    number: int
    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    number: int
    kind: str
    """Name of the exception's class, built-in or of `voiceos.errors`."""
    message: str
    hint: str


@dataclass(order=True, slots=True)
class _Work:
    priority: int
    number: int
    call: Call = field(compare=False)
    steps: Generator[Any, None, Any] | None = field(default=None, compare=False)
    unread: int = field(default=0, compare=False)
    cancelled: bool = field(default=False, compare=False)


def pack(message: object) -> bytes:
    body = pickle.dumps(message, protocol=5)
    return HEADER.pack(len(body)) + body


class _Mail:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, message: object) -> None:
        self._sock.sendall(pack(message))

    def waiting(self, seconds: float = 0.0) -> bool:
        """Whether something has come, or comes within so many seconds."""
        return bool(select.select([self._sock], [], [], seconds)[0])

    def receive(self) -> Any:
        (size,) = HEADER.unpack(self._exactly(HEADER.size))
        return pickle.loads(self._exactly(size))  # noqa: S301 - the other end is our own parent process

    def _exactly(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = self._sock.recv(min(size - len(parts), 1 << 20))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)


def _failure(number: int, error: BaseException) -> Failed:
    return Failed(number, type(error).__name__, str(error), getattr(error, "hint", ""))


class _Server:
    """Advances the work that is ready, the most urgent first, a step at a time."""

    def __init__(self, mail: _Mail, engine: object) -> None:
        self._mail = mail
        self._engine = engine
        self._works: dict[int, _Work] = {}
        self._ready: list[_Work] = []
        self._rest: Callable[[], None] | None = getattr(engine, "rest", None)
        self._rested = True

    def serve(self) -> None:
        """Until the parent goes away, which raises EOFError."""
        while True:
            while not self._ready or self._mail.waiting():
                self._may_rest()
                self._take(self._mail.receive())
            work = heapq.heappop(self._ready)
            try:
                if work.cancelled:
                    if work.steps is not None:
                        work.steps.close()
                    self._end(work, Failed(work.number, "Cancelled", "", ""))
                else:
                    self._step(work)
            except StopIteration as end:
                self._end(work, Done(work.number, end.value))
            except Exception as error:  # whatever an engine raises belongs to the one call that met it
                self._end(work, _failure(work.number, error))

    def _may_rest(self) -> None:
        if self._rested or self._works or self._rest is None or self._mail.waiting(REST_S):
            return
        self._rested = True
        self._rest()

    def _take(self, message: Call | Cancel | Ack | Ping) -> None:
        if isinstance(message, Ping):
            self._mail.send(Done(message.number, None))
            return
        if isinstance(message, Call):
            self._rested = False
            work = self._works[message.number] = _Work(message.priority, message.number, message)
            heapq.heappush(self._ready, work)
            return
        known = self._works.get(message.number)
        if known is None:  # it has ended meanwhile
            return
        parked = known.unread >= WINDOW_ITEMS
        if isinstance(message, Cancel):
            known.cancelled = True
            known.unread = 0
        else:
            known.unread -= 1
        if parked and known.unread < WINDOW_ITEMS:
            heapq.heappush(self._ready, known)

    def _step(self, work: _Work) -> None:
        if work.steps is None:
            result: Any = getattr(self._engine, work.call.method)(**work.call.arguments)
            if not isinstance(result, Generator):
                self._end(work, Done(work.number, result))
                return
            work.steps = result
        item = next(work.steps)
        self._mail.send(Item(work.number, item))
        work.unread += item is not None
        if work.unread < WINDOW_ITEMS:
            heapq.heappush(self._ready, work)

    def _end(self, work: _Work, message: Done | Failed) -> None:
        self._works.pop(work.number, None)
        self._mail.send(message)
        gc.collect()  # behind the answer, which waits for nothing: by itself Python would hardly ever do it


def _die_with_parent() -> None:
    """Linux: be killed when the parent is, however it ends (prctl PR_SET_PDEATHSIG); elsewhere end of file does it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)


def main() -> None:
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    mail = _Mail(socket.socket(fileno=int(sys.argv[1])))
    # Native libraries print to standard output; that belongs to whoever runs `voiceos ask | …`.
    os.dup2(2, 1)
    # A parent that has gone away is the normal end of a worker.
    with contextlib.suppress(EOFError, ConnectionResetError, BrokenPipeError):
        start: Call = mail.receive()
        try:
            module, _, name = start.method.partition(":")
            engine = getattr(importlib.import_module(module), name)(**start.arguments)
        except Exception as error:  # told to the parent, which raises it where the engine was asked for
            mail.send(_failure(start.number, error))
            return
        mail.send(Done(start.number, None))
        gc.collect()
        gc.freeze()  # what it has loaded is not looked through again, so that the little that a call leaves soon is
        _Server(mail, engine).serve()


if __name__ == "__main__":
    main()
