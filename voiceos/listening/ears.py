"""From frames to what was meant: gate, recogniser, end of turn, and what can be understood without the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from voiceos import events as ev
from voiceos.audio.frames import FRAME_S, Frame, Samples
from voiceos.listening import gate as gates
from voiceos.listening.addressing import names, strip_name
from voiceos.listening.backchannels import Backchannels
from voiceos.listening.hearing import Judge
from voiceos.listening.own_words import is_echo
from voiceos.listening.ports import EndOfTurn, IntentMatcher, SpeechToText

PAST_S = 2.0
"""How much of the past is kept for `hear_since`: longer than it takes to notice a call."""


class Ears:
    """Everything between the microphone and the turn-taking machine.

    Args:
        own_words: what the assistant is saying or has just said; such words are an echo, not a turn.
        backchannels: those of the language that the user speaks.
        language: to recognise, ISO 639-1; None means detect.
    """

    def __init__(
        self,
        *,
        gate: gates.SpeechGate,
        stt: SpeechToText,
        end_of_turn: EndOfTurn | None,
        judge: Judge,
        matcher: IntentMatcher,
        name: str,
        own_words: Callable[[], str],
        backchannels: Backchannels,
        language: str | None,
    ) -> None:
        self.gate = gate
        self._stt = stt
        self._end_of_turn = end_of_turn
        self._judge = judge
        self._matcher = matcher
        self._name = name
        self._own_words = own_words
        self._backchannels = backchannels
        self._language = language
        self._past: deque[Frame] = deque(maxlen=round(PAST_S / FRAME_S))
        self._since: float | None = None

    def go_by(
        self,
        *,
        gate: gates.SpeechGate,
        end_of_turn: EndOfTurn | None,
        matcher: IntentMatcher,
        name: str,
        language: str | None,
    ) -> None:
        """Hear by other settings from now on; for between turns."""
        self.gate = gate
        self._end_of_turn = end_of_turn
        self._matcher = matcher
        self._name = name
        self._language = language

    def keep(self, frame: Frame) -> None:
        """Each frame, in order, whether it is listened to or not; nothing is made of it."""
        self._past.append(frame)

    def feed(self, at: float) -> list[ev.Event]:
        """Listen to the frame that was kept last; `at` is now, monotonic seconds."""
        frames = [self._past[-1]]
        if self._since is not None:
            frames = [frame for frame in self._past if frame.at + FRAME_S > self._since] or frames
            self._since = None
        return [self._event(event, at, frame.at + FRAME_S) for frame in frames for event in self.gate.feed(frame)]

    def hear_since(self, at: float) -> None:
        """With the next frame listen to all that was captured since `at`, monotonic seconds, and to none before it."""
        self.gate.restart()
        self._since = at

    def _event(self, event: gates.GateEvent, at: float, heard_until: float) -> ev.Event:
        match event:
            case gates.SpeechStarted(began_at):
                return ev.SpeechStarted(at, began_at, heard_until)
            case gates.SpeechPaused(silent_since, voiced_s):
                return ev.SpeechPaused(at, silent_since, voiced_s)
            case gates.SpeechResumed():
                return ev.SpeechResumed(at)
            case gates.UtteranceFull():
                return ev.UtteranceFull(at)

    async def understand(
        self, samples: Samples, voiced_s: float, *, on_encoded: Callable[[], None] | None = None
    ) -> ev.Heard:
        """What an utterance says. Raises EngineError.

        Args:
            on_encoded: see `SpeechToText.transcribe`.
        """
        decoding = await self._stt.transcribe(samples, language=self._language, on_encoded=on_encoded)
        heard = self._judge.judge(decoding, voiced_s)
        if not isinstance(heard, ev.Words):
            return heard
        return self.read(heard.text)

    def read(self, text: str) -> ev.Words:
        """What words say that are known already."""
        own_words = self._own_words()
        return ev.Words(
            text,
            intent=self._matcher.match(strip_name(text, self._name)),
            named=names(text, self._name),
            echo=is_echo(text, own_words),
            backchannel=self._backchannels.match(text, own_words),
        )

    async def doneness(self, samples: Samples) -> float:
        """Probability that the user is done. Raises EngineError."""
        assert self._end_of_turn is not None
        return await self._end_of_turn.probability(samples)

    @property
    def judges_endings(self) -> bool:
        return self._end_of_turn is not None
