"""One reply on its way to the ear: pieces of text → phrases → speech → player, and how much of it has been heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import numpy as np

from voiceos.errors import EngineError, VoiceosError
from voiceos.speaking.phrases import PhraseSplitter
from voiceos.speaking.ports import Player, Speech, TextToSpeech
from voiceos.speaking.speakable import Speakable, Spoken

AHEAD_S = 6.0
"""Speech made ahead of what sounds: enough that no gap is heard, little enough that barge-in wastes little work."""

LOST_S = 0.3
"""Before a loudspeaker is known to be gone: what it was given last has not been heard."""


@dataclass(slots=True)
class _Said:
    source: str
    """The phrase as the model wrote it, with the white space before it."""
    spoken: Spoken
    start: int
    """First sample in the reply, at the player's rate."""
    end: int
    """Behind the last that has been made."""
    whole: bool = False
    """All of it has been made."""
    words: list[tuple[int, float]] = field(default_factory=list)
    """Index into the spoken text behind each word that has been made, and the sample of the reply where it ends."""
    seconds: float = 0.0
    """Length of what has been made."""
    parts: list[Speech] = field(default_factory=list)


class Reply:
    """Speaks into a player under one number.

    Args:
        number: of the reply in the player.
        language: ISO 639-1 code; decides abbreviations and how numbers are read.
        speed: 1.0 is the voice's own.
        on_phrase: told when the first phrase is known, and again when its speech is ready (for the latency waterfall);
            an opening is none.
        opening: what is said before the first piece comes, and belongs to the text.
        opening_speed: of that, where it is another: one that was rendered ahead.
        gain: of the samples, 0 to 1.
    """

    def __init__(
        self,
        number: int,
        *,
        tts: TextToSpeech,
        player: Player,
        language: str,
        speed: float,
        on_phrase: Callable[[str], None] = lambda moment: None,
        opening: str = "",
        opening_speed: float | None = None,
        gain: float = 1.0,
    ) -> None:
        self.number = number
        self.text = opening
        """All that the model has written so far, behind the opening."""
        self.opening_s = 0.0
        """How long the opening lasts."""
        self._tts = tts
        self._player = player
        self._language = language
        self._speed = speed
        self._opening_speed = speed if opening_speed is None else opening_speed
        self._gain = gain
        self._on_phrase = on_phrase
        self._before: list[str] = []
        """Phrases that were heard through a loudspeaker that is gone."""
        self._said: list[_Said] = []
        self._ended = False
        self._samples = 0
        self._worded = False
        """Something behind the opening has been voiced."""

    @property
    def empty(self) -> bool:
        """Nothing of it could be spoken, but for an opening."""
        return not self._worded

    @property
    def samples(self) -> int:
        """Length of what has been voiced so far in this player, at its rate."""
        return self._samples

    async def speak(self, pieces: AsyncIterator[str]) -> None:
        """Say all of `pieces` and finish. Raises what the engines raise.

        No piece is taken while a phrase is synthesised: on two cores the stages are quicker one after the other.
        """
        splitter = PhraseSplitter(self._language)
        speakable = Speakable(self._language)
        behind_opening = bool(self.text)
        if behind_opening:
            await self._voice(speakable.feed(self.text), self.text, opening=True)
            self.opening_s = self._samples / self._player.rate_hz
        async with aclosing(pieces) as stream:  # type: ignore[type-var]
            async for piece in stream:
                if behind_opening:  # the model may leave out what joins them
                    piece = piece if piece[:1].isspace() else f" {piece}"
                    behind_opening = False
                self.text += piece
                for phrase in splitter.feed(piece):
                    await self._voice(speakable.feed(phrase), phrase)
        for phrase in splitter.flush():
            await self._voice(speakable.feed(phrase), phrase)
        self.finish()

    def finish(self) -> None:
        """No more will come."""
        self._ended = True
        self._player.finish(self.number)

    def stop(self) -> int:
        """Silence it; returns what was or will yet be audible of `samples`."""
        return self._player.stop(self.number)

    def go_over(self, player: Player) -> None:
        """The loudspeaker is gone, and this is another one: go on there, with the phrase in which it broke off."""
        heard = self._player.heard(self.number) - round(LOST_S * self._player.rate_hz)
        said, self._said, self._samples, self._player = self._said, [], 0, player
        for one in said:
            if one.whole and one.end <= heard:
                self._before.append(one.source)
                continue
            parts, one.parts, one.words, one.seconds = one.parts, [], [], 0.0
            one.start = one.end = self._samples
            self._said.append(one)  # the very one, of which more may be on its way
            for part in parts:
                self._take(one, part)
        if self._ended:
            player.finish(self.number)

    async def _voice(self, spoken: Spoken, phrase: str, *, opening: bool = False) -> None:
        if not spoken.text:
            return
        first = not self._worded and not opening
        if first:
            self._on_phrase("phrase")
        await self._not_too_far_ahead()
        said = _Said(phrase, spoken, self._samples, self._samples)
        self._said.append(said)
        speed = self._opening_speed if opening else self._speed
        try:
            async with aclosing(self._tts.speak(spoken.text, speed=speed)) as parts:  # type: ignore[type-var]
                async for part in parts:
                    if first:
                        self._on_phrase("speech")
                    first = False
                    self._worded |= not opening
                    self._take(said, part)
        except VoiceosError as error:
            if error.spoken == EngineError.spoken:
                error.spoken = "error.tts"
            raise
        if first:
            self._on_phrase("speech")
        self._worded |= not opening
        said.whole = True

    def _take(self, said: _Said, part: Speech) -> None:
        """More of a phrase."""
        begin = said.start + said.seconds * self._player.rate_hz
        scale = self._player.rate_hz / part.rate_hz
        said.parts.append(part)
        said.words += [(word.text_end, begin + word.sample_end * scale) for word in part.words]
        said.seconds += len(part.samples) / part.rate_hz
        self._samples = said.end = said.start + round(said.seconds * self._player.rate_hz)
        samples = part.samples if self._gain == 1.0 else part.samples * np.float32(self._gain)
        self._player.play(self.number, samples, part.rate_hz)

    async def _not_too_far_ahead(self) -> None:
        # Played samples cannot be awaited, but it is known how long they last: so this waits as often as it was paused.
        while (ahead_s := (self._samples - self._player.heard(self.number)) / self._player.rate_hz) > AHEAD_S:  # noqa: ASYNC110 - see above
            await asyncio.sleep(ahead_s - AHEAD_S)

    def heard(self, played: int) -> str:
        """What of `text` the user has heard after `played` samples at the player's rate, cut behind a whole word."""
        parts = list(self._before)
        for said in self._said:
            if said.whole and played >= said.end:
                parts.append(said.source)
                continue
            if played <= said.start:
                break
            spoken_end = max((text_end for text_end, sample in said.words if sample <= played), default=0)
            parts.append(said.source[: said.spoken.source_end(spoken_end)] if spoken_end else "")
            break
        return " ".join(part.strip() for part in parts if part.strip())
