"""What is got ready of the voice, and found out about it, beside the conversation."""

from __future__ import annotations

import logging

from voiceos.engines.text_to_speech import ProcessTextToSpeech
from voiceos.errors import VoiceosError
from voiceos.speaking.ahead import AheadOfTime

log = logging.getLogger(__name__)


async def render(voice: AheadOfTime, speed: float) -> None:
    """Have the openers ready before they are needed; one that is not is synthesised then."""
    try:
        await voice.prepare(speed)
    except VoiceosError as error:
        log.info("no openers yet: %s", error)


async def tell_of_one_piece(voice: ProcessTextToSpeech) -> None:
    try:
        why = await voice.in_one_piece()
    except VoiceosError:  # told by whoever wants it to speak
        return
    if why:
        log.warning("the voice begins to sound only when a phrase is made to its end, which is later: %s", why)
