"""What the sound server (PulseAudio, or PipeWire in its place) has, told as it changes: nothing is asked twice.

libpulse belongs to one thread, which does nothing but wait for it. Where there is no such server (bare ALSA, macOS) the
view is None for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Self

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""Longest wait for the server to carry out a wish."""

RETRY_S = (0.5, 0.5, 1.0, 1.0, 2.0, 2.0, 5.0)
"""Waits between attempts to reach a server that is away, which cannot tell that it is back; the last repeats."""

END_S = 0.5
"""Longest wait for its thread to end."""

GATHER_S = 0.05
"""Events come in swarms: so long it waits for the rest of one before it looks."""

EVENTS = ("sink", "source", "server", "card", "sink_input", "source_output")

NONE = 0xFFFFFFFF
"""PA_INVALID_INDEX."""

DUMMY = "auto_null"
"""The sink that a server makes where there is none, so that programs do not fail; nobody hears it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A loudspeaker (sink) or a microphone (source)."""

    index: int
    name: str
    description: str
    card: int | None
    """Of one sound card, as the profiles of one headset are; None for one without."""
    suspended: bool


@dataclass(frozen=True, slots=True)
class Stream:
    """What a program plays or records."""

    index: int
    device: int
    process: int | None
    corked: bool


@dataclass(frozen=True, slots=True)
class View:
    """All that matters here of a sound server, at one moment. What only repeats a loudspeaker is no microphone, and a
    dummy no loudspeaker."""

    sinks: tuple[Endpoint, ...]
    sources: tuple[Endpoint, ...]
    default_sink: str
    """Its name; empty for none."""
    default_source: str
    playing: tuple[Stream, ...]
    recording: tuple[Stream, ...]


See = Callable[[View | None], None]
"""Told in the loop what there is; None where there is no server any more."""


class SoundServer:
    """`async with SoundServer(on_view) as server`.

    Args:
        on_view: told of each change.
    """

    def __init__(self, on_view: See = lambda view: None) -> None:
        self.view: View | None = None
        self.trouble = ""
        """Why there is no server; empty while there is."""
        self.looked = asyncio.Event()
        """Set once it is known whether there is one; for who asks but once."""
        self._followers = [on_view]
        self._lock = threading.Lock()
        self._pulse: Any = None
        """The connection while it may be woken; `_lock` guards it."""
        self._wishes: deque[tuple[Callable[[Any], None], Future[None]]] = deque()
        self._stopping = threading.Event()
        self._changed = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="sound server", daemon=True)
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """A server that hangs hangs the thread too, which then is left behind: it keeps no program from ending."""
        self._stopping.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                while self._thread.is_alive():
                    self._wake()  # may come just before it waits, and is lost then
                    await asyncio.sleep(GATHER_S)
        if self._thread.is_alive():
            log.warning("the sound server does not answer, and its thread is left behind")

    def follow(self, see: See) -> Callable[[], None]:
        """Have somebody else be told too, at once what there is now; returns what ends that."""
        self._followers.append(see)
        see(self.view)
        return lambda: self._followers.remove(see)

    async def move(self, stream: Stream, target: Endpoint, *, plays: bool) -> bool:
        """Let a stream sound from, or record, another device; whether the server did so."""

        def wish(pulse: Any) -> None:
            (pulse.sink_input_move if plays else pulse.source_output_move)(stream.index, target.index)

        done: Future[None] = Future()
        self._wishes.append((wish, done))
        try:
            async with asyncio.timeout(PATIENCE_S):
                waiting = asyncio.wrap_future(done)
                while not waiting.done():
                    self._wake()  # may come just before it waits, and is lost then
                    await asyncio.wait({waiting}, timeout=GATHER_S)
                await waiting
        except Exception as error:
            with contextlib.suppress(ValueError):
                self._wishes.remove((wish, done))
            log.info("a stream could not be moved to %s: %s", target.name, error or type(error).__name__)
            return False
        return True

    def _wake(self) -> None:
        with self._lock:
            if self._pulse is not None:
                if self._stopping.is_set():
                    self._pulse.connected = False  # it may wait for an answer that does not come
                self._pulse.event_listen_stop()

    def _run(self) -> None:
        try:
            import pulsectl
        except (ImportError, OSError) as error:
            self._tell(None, f"libpulse cannot be loaded ({error})")
            return
        attempt = 0
        while not self._stopping.is_set():
            try:
                with pulsectl.Pulse("voiceos", connect=False) as pulse:
                    try:
                        with self._lock:
                            self._pulse = pulse
                        pulse.connect(autospawn=False)  # given a timeout it takes all of it, whatever comes
                        attempt = 0
                        self._follow(pulse)
                    finally:
                        with self._lock:
                            self._pulse = None
            except Exception as error:  # whatever it is: sound goes on without it, and it is tried again
                if not self._stopping.is_set():
                    self._tell(None, f"{error}" or type(error).__name__)
            self._stopping.wait(RETRY_S[min(attempt, len(RETRY_S) - 1)])
            attempt += 1

    def _follow(self, pulse: Any) -> None:
        """Look at each change, until the server goes, which raises."""
        from pulsectl import PulseLoopStop

        def event(_: object) -> None:
            self._changed = True
            raise PulseLoopStop

        while self._wishes:  # of a server before this one, where its numbers meant other streams
            self._wishes.popleft()[1].set_exception(ConnectionError("the sound server went away"))
        pulse.event_callback_set(event)
        pulse.event_mask_set(*EVENTS)
        self._changed = True
        while not self._stopping.is_set():
            while self._wishes:
                wish, done = self._wishes.popleft()
                try:
                    wish(pulse)
                except Exception as error:
                    done.set_exception(error)
                else:
                    done.set_result(None)
            if self._changed:
                self._stopping.wait(GATHER_S)
                self._changed = False
                self._tell(_look(pulse), "")
            elif not self._wishes:
                pulse.event_listen()

    def _tell(self, view: View | None, trouble: str) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            self._loop.call_soon_threadsafe(self._see, view, trouble)

    def _see(self, view: View | None, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            log.info("no sound server: %s", trouble)
        self.trouble = trouble
        self.looked.set()
        if view != self.view:
            self.view = view
            for see in tuple(self._followers):
                see(view)


def _look(pulse: Any) -> View:
    server = pulse.server_info()
    return View(
        sinks=tuple(_endpoint(sink) for sink in pulse.sink_list() if sink.name != DUMMY),
        sources=tuple(_endpoint(source) for source in pulse.source_list() if source.monitor_of_sink == NONE),
        default_sink=server.default_sink_name or "",
        default_source=server.default_source_name or "",
        playing=tuple(_stream(one, one.sink) for one in pulse.sink_input_list()),
        recording=tuple(_stream(one, one.source) for one in pulse.source_output_list()),
    )


def _endpoint(info: Any) -> Endpoint:
    return Endpoint(
        info.index,
        info.name,
        info.description or info.name,
        None if info.card == NONE else info.card,
        info.state == "suspended",
    )


def _stream(info: Any, device: int) -> Stream:
    process = str(info.proplist.get("application.process.id", ""))
    return Stream(info.index, device, int(process) if process.isdecimal() else None, info.corked)
