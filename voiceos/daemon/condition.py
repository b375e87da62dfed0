"""How the assistant is, in one line of plain words: what `systemctl status` shows."""

from __future__ import annotations

from voiceos.audio.presence import MUTED, NO_LOUDSPEAKER, NO_MICROPHONE, NO_SERVER, STARTING
from voiceos.live import Live

_SOUND = {
    STARTING: "Opening the sound.",
    MUTED: "Muted: the microphone is closed.",
    NO_SERVER: "Waiting for a sound server.",
    NO_MICROPHONE: "Waiting for a microphone.",
    NO_LOUDSPEAKER: "Waiting for a loudspeaker.",
}

_WITHOUT = {
    "stt": "does not understand speech",
    "llm": "answers simple wishes alone",
    "tts": "has no voice",
}


def condition(live: Live) -> str:
    """Of a conversation that has begun."""
    return describe(
        live.presence.reason,
        on_call=live.conductor.state.on_call,
        down=[stage for stage, process in live.engines.processes.items() if process.state != "ready"],
    )


def describe(reason: str, *, on_call: bool, down: list[str]) -> str:
    """The line.

    Args:
        reason: why no sound comes; "" where it does.
        on_call: it holds its tongue during a call.
        down: engines that do not work just now.
    """
    if reason:
        first = _SOUND.get(reason) or f"Waiting for the sound: {reason.rstrip('.')}."
    elif on_call:
        first = "Listening, and silent during your call."
    else:
        first = "Listening."
    lacks = [_WITHOUT[stage] for stage in down]
    return f"{first} Until it is restarted, it {' and '.join(lacks)}." if lacks else first
