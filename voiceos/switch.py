"""The microphone's switch: what the user wants of it, which the device follows in its own time."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Literal

from voiceos import events as ev
from voiceos.clock import Clock


class MicrophoneSwitch:
    """Off and on again; the machine is told once the microphone has followed.

    Args:
        mute: closes the microphone, or opens it; returns whether that came about. None: there is none to close, as
            where sound comes from a file.
        spawn: runs what takes a while.
        post: takes the events that tell what became of it.
        earcon: sounds one.
    """

    def __init__(
        self,
        mute: Callable[[bool], Coroutine[Any, Any, bool]] | None,
        *,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        post: Callable[[ev.Event], None],
        earcon: Callable[[Literal["muted", "unmuted"]], None],
        clock: Clock,
    ) -> None:
        self.off = False
        """Whether the microphone is to be closed; it opens some time after this is False again."""
        self._mute = mute
        self._spawn = spawn
        self._post = post
        self._earcon = earcon
        self._clock = clock

    def turn(self, *, off: bool) -> None:
        """Begin to close the microphone, or to open it."""
        self.off = off
        if self._mute is None:
            return
        if off:
            self._spawn(self._close(self._mute))
            self._earcon("muted")
        else:
            self._spawn(self._open(self._mute))

    async def _open(self, mute: Callable[[bool], Coroutine[Any, Any, bool]]) -> None:
        if await mute(False) and not self.off:
            self._earcon("unmuted")
            self._post(ev.MicrophoneOpened(self._clock.monotonic()))

    async def _close(self, mute: Callable[[bool], Coroutine[Any, Any, bool]]) -> None:
        try:
            await mute(True)
        finally:  # told behind its last frame, so that none opens an utterance that nothing would end
            self._post(ev.MicrophoneClosed(self._clock.monotonic()))
