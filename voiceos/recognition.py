"""What an utterance says and how finished it sounds: both are asked at each pause, and the newest pause goes before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from voiceos import events as ev
from voiceos.clock import Clock
from voiceos.listening.ears import Ears
from voiceos.listening.steady import steady
from voiceos.mood import Prosody
from voiceos.work import Work

UNKNOWN_S = 2.5
"""Voice in a turn of which no word is known yet: then a recognition that a new pause would break off is let finish, so
that the language model has not all of a long turn to read in the end. A newer one waits for it: 0.2 to 0.4 s, seldom
longer. Set by hand."""


class Recognition:
    """Args:
    post: takes the events that tell what was recognised and judged.
    """

    def __init__(self, ears: Ears, work: Work, *, clock: Clock, post: Callable[[ev.Event], None]) -> None:
        self._ears = ears
        self._work = work
        self._clock = clock
        self._post = post
        self._recognising: asyncio.Task[None] | None = None
        self._let_finish: asyncio.Task[None] | None = None
        self._turn = self._revision = 0
        self._known_until = 0.0
        """Up to when the words of this turn are known; else when its voice began; monotonic seconds."""
        self._said = ""
        """Those words."""

    def begin(self, turn: int, revision: int) -> None:
        """Recognise the utterance so far, and judge its end."""
        gate = self._ears.gate
        samples, ending, voiced_s, distant = gate.utterance(), gate.ending(), gate.voiced_s, gate.distant
        called, since, over_reply = self._ears.called(), gate.voice_since, gate.began_over_reply
        if turn != self._turn:
            for older in (self._recognising, self._let_finish):
                if older is not None:
                    older.cancel()
            self._recognising = self._let_finish = None
            self._turn, self._known_until, self._said = turn, since, ""
        self._revision = revision
        until = gate.voiced_until
        record = self._work.turn(turn)
        record.prosody = Prosody(voiced_s, gate.level_db)
        trace = record.trace

        encoded = asyncio.Event()

        async def recognise() -> None:
            try:
                heard = await self._ears.understand(
                    samples,
                    voiced_s,
                    called=called,
                    distant=distant,
                    since=since,
                    over_reply=over_reply,
                    on_encoded=encoded.set,
                )
            finally:
                encoded.set()
            at = self._clock.monotonic()
            if (turn, revision) == (self._turn, self._revision):
                trace.mark("transcript", at)
            if turn == self._turn and isinstance(heard, ev.Words):
                self._known_until = max(self._known_until, until)
                heard = replace(heard, text=steady(heard.text, self._said))
                self._said = heard.text
            self._post(ev.Transcribed(at, turn, revision, heard))

        async def judge() -> None:
            await encoded.wait()  # from then on the recogniser leaves a core to others
            probability = await self._ears.doneness(ending)
            self._post(ev.EndpointJudged(self._clock.monotonic(), turn, revision, probability, "sound"))

        if self._ears.judges_endings:
            self._work.spawn(judge(), turn, revision, "error.engine")
        # It goes on where the user does, for its words are of use all the same; but one waits for no older one, unless
        # nothing is known for long.
        if self._recognising is not None:
            if until - self._known_until >= UNKNOWN_S and (self._let_finish is None or self._let_finish.done()):
                self._let_finish = self._recognising
            else:
                self._recognising.cancel()
        self._recognising = self._work.spawn(recognise(), turn, revision, "error.stt", outlives=True)
