"""espeak-ng, as piper has it: in this process, with one voice at a time."""

from __future__ import annotations

from typing import Any


def choose_once() -> None:
    """From now on espeak-ng is told its voice only where that is another, in this process.

    Piper tells it before each text, the same one, too, and espeak-ng never frees what it takes for that: a process that
    speaks for months would grow with each phrase, and with each word whose end is looked for.
    """
    from piper import espeakbridge

    bridge: Any = espeakbridge
    if not isinstance(bridge.set_voice, _Once):
        bridge.set_voice = _Once(bridge.set_voice)


class _Once:
    """Args:
    choose: tells espeak-ng a voice; raises RuntimeError where there is none of that name.
    """

    def __init__(self, choose: Any) -> None:
        self._choose = choose
        self.chosen = ""

    def __call__(self, voice: str) -> None:
        if voice != self.chosen:
            self.chosen = ""  # should this one be refused, the one before it may be gone as well
            self._choose(voice)
            self.chosen = voice
