"""When the program cannot even start, that is heard too, if there is anything to hear it with."""

from __future__ import annotations

import asyncio
import logging

from voiceos.audio import earcons
from voiceos.audio.speaker import Finished, Speaker
from voiceos.clock import SystemClock
from voiceos.errors import VoiceosError
from voiceos.speaking.clips import Clips

log = logging.getLogger(__name__)

PATIENCE_S = 15.0
"""A sentence and the opening of a device take less; a sound system that hangs must not keep the program from ending."""


async def say(error: VoiceosError, *, device: str = "", language: str = "en", volume: float = 1.0) -> bool:
    """Play the error's clip with an earcon; False where there is no way to be heard."""
    try:
        clips = Clips(language)
        samples, rate_hz, _ = clips.get(error.spoken if error.spoken in clips else "error.unknown")
        async with asyncio.timeout(PATIENCE_S), Speaker(device, clock=SystemClock(), volume=volume) as speaker:
            speaker.earcon(earcons.synthesise(earcons.Earcon.ERROR, speaker.rate_hz))
            speaker.play(1, samples, rate_hz)
            speaker.finish(1)
            async for event in speaker.events():
                if isinstance(event, Finished):
                    return True
    except (VoiceosError, TimeoutError) as silent:
        log.debug("this could not be said aloud: %s", silent)
    return False
