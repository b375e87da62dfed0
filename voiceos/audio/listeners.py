"""Who is told of what goes on at the microphone and at the loudspeaker."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from voiceos.audio.echo import Echo
from voiceos.audio.frames import Frame
from voiceos.audio.presence import Change
from voiceos.audio.speaker import SpeakerEvent


async def _nothing() -> None: ...


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told; all are called in the loop."""

    on_frame: Callable[[Frame], None]
    on_speaker: Callable[[SpeakerEvent], None]
    on_change: Callable[[Change], None] = lambda change: None
    said: Callable[[], Coroutine[Any, Any, None]] = _nothing
    """Returns when nothing is left to be said, or not soon: the loudspeaker is closed for the microphone's sake."""
    on_echo: Callable[[Echo], None] = lambda echo: None
    """What is known of the echo has changed."""
