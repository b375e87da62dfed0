"""The PortAudio library: loading it, keeping it quiet, opening and closing streams, starting it anew.

PortAudio is one global thing in a process and blocks as it likes (a sound server that hangs hangs the caller too), so
whatever may wait runs in a thread of its own that can be given up.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from voiceos.errors import AudioError

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""Longest wait for PortAudio to open or close a stream, and for a stream's first sound; through PulseAudio opening
takes some 50 ms, and a source that nobody recorded from may begin with a block of 2 s."""

_T = TypeVar("_T")
_open: set[int] = set()
_calls: set[threading.Thread] = set()
"""Those that have not come back."""
_stderr_lock = threading.Lock()
_terminal: int | None = None
"""Standard error while it is diverted; `_stderr_lock` guards it."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """ALSA and JACK print to standard error whenever they are probed: send that to the log at DEBUG instead."""
    global _terminal
    with contextlib.ExitStack() as stack:
        with _stderr_lock:
            diverts = _terminal is None  # else another thread has it diverted already
            if diverts:
                noise = stack.enter_context(tempfile.TemporaryFile())
                sys.stderr.flush()
                _terminal = os.dup(2)
                os.dup2(noise.fileno(), 2)
        try:
            yield
        finally:
            if diverts:
                _undivert()
                noise.seek(0)
                for line in noise.read().decode(errors="replace").splitlines():
                    log.debug("portaudio: %s", line)


def _undivert() -> None:
    """Give standard error back."""
    global _terminal
    with _stderr_lock:
        if _terminal is not None:
            os.dup2(_terminal, 2)
            os.close(_terminal)
            _terminal = None


def load() -> Any:
    """The sounddevice module, PortAudio initialised. Raises AudioError where the PortAudio library is missing."""
    with quiet():
        try:
            return importlib.import_module("sounddevice")
        except OSError as error:
            raise AudioError(
                "The PortAudio library, which sound goes through, is not installed.",
                hint="sudo apt-get install libportaudio2",
            ) from error


async def reinitialise() -> None:
    """Start PortAudio anew: devices that came, went or were renamed, a restarted sound server.

    Every stream has to be closed before. Raises AudioError where one is open or PortAudio does not start. Where a call
    has not come back, as to a server that stands still or in the closing of a stream (where the server was killed,
    PulseAudio's client may wait for good for sound that it holds itself), it stays as it is, for it cannot be ended
    under that call: the names that it knows lead to a new sound server all the same.
    """
    await patiently(_reinitialise, "start anew")


def hanging() -> list[str]:
    """What the calls other than this thread's that have not come back were asked for."""
    return sorted(call.name for call in _calls - {threading.current_thread()})


def hangs() -> bool:
    """Whether a call has not come back, or a stream could not be closed: then PortAudio's own end, which Python has it
    run as the process exits, would wait for them, and that may be for ever."""
    return bool(_open or _calls)


def _reinitialise() -> None:
    if hung := hanging():
        log.warning("not started anew, for calls have not come back: %s", ", ".join(hung))
        return
    if _open:
        raise AudioError(f"PortAudio cannot start anew while {len(_open)} streams are open.")
    sound = load()
    with quiet():
        try:
            sound._terminate()
            sound._initialize()
        except sound.PortAudioError as error:
            raise AudioError(f"PortAudio did not start anew: {error}.", hint=NO_SERVER_HINT) from error


async def open_stream(make: Callable[[Any], Any], what: str, flows: asyncio.Event) -> Any:
    """Make a stream with `make(sounddevice)`, called in a thread, and start it; returns once `flows` is set, which its
    callback does: a stream that opens but carries nothing is no device. Raises AudioError naming `what`."""

    def run() -> Any:
        sound = load()
        with quiet():
            try:
                stream = make(sound)
            except (sound.PortAudioError, ValueError) as error:
                raise AudioError(f"The {what} cannot be opened: {error}.", hint=NO_SERVER_HINT) from error
            _open.add(id(stream))
            try:
                stream.start()
            except sound.PortAudioError as error:
                _close(stream)
                raise AudioError(f"The {what} does not start: {error}.", hint=NO_SERVER_HINT) from error
        return stream

    stream = await patiently(run, f"open the {what}", undo=_close)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await flows.wait()
    except BaseException as error:
        await close_stream(stream, after=error)
        if isinstance(error, TimeoutError):
            raise AudioError(f"The {what} opens, but no sound flows through it.", hint=NO_SERVER_HINT) from error
        raise
    return stream


async def close_stream(stream: Any, *, after: BaseException | None = None) -> None:
    """Stop and close, whatever state the sound server is in. Raises AudioError where PortAudio hangs, unless something
    went wrong before, `after`, which says more."""
    try:
        await patiently(lambda: _close(stream), "close a stream")
    except AudioError as error:
        if after is None:
            raise
        log.warning("%s", error)


def _close(stream: Any) -> None:
    # abort, not stop: stop plays out what is buffered, and waits for ever where the server is gone.
    stream.abort(ignore_errors=True)
    stream.close(ignore_errors=True)
    _open.discard(id(stream))


async def patiently(run: Callable[[], _T], what: str, *, undo: Callable[[_T], None] | None = None) -> _T:
    """Run a blocking call in a daemon thread, which unlike a pool's cannot keep the program from ending.

    Raises AudioError where it takes too long; a result that comes after all is given to `undo`, in a thread too.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if done.done():
            if error is None and undo is not None:
                _start(lambda: undo(result), "too late")  # type: ignore[arg-type]  # None only where run() returns None
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # None only where run() returns None

    def work() -> None:
        result: _T | None = None
        problem: BaseException | None = None
        try:
            result = run()
        except OSError as error:  # no file or thread left for it
            problem = AudioError(f"The sound system cannot {what}: {error}.", hint=NO_SERVER_HINT)
        except BaseException as error:  # handed to whoever waits
            problem = error
        _calls.discard(threading.current_thread())
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(settle, result, problem)

    _start(work, what)
    try:
        return await asyncio.wait_for(done, PATIENCE_S)
    except asyncio.CancelledError:
        _undivert()
        raise
    except TimeoutError as error:
        _undivert()  # the thread that hangs would keep it
        raise AudioError(
            f"The sound system did not answer within {PATIENCE_S:.0f} s when asked to {what}.", hint=NO_SERVER_HINT
        ) from error


def _start(work: Callable[[], object], what: str) -> None:
    def run() -> None:
        try:
            work()
        finally:
            _calls.discard(threading.current_thread())

    thread = threading.Thread(target=run, name=f"portaudio: {what}", daemon=True)
    _calls.add(thread)
    thread.start()


NO_SERVER_HINT = "Check that the sound server runs (`pactl info`), then see `voiceos devices`."
