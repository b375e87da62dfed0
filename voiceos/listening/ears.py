"""From frames to what was meant: gate, recogniser, end of turn, and what can be understood without the model."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from voiceos import events as ev
from voiceos.audio.frames import FRAME_S, Frame, Samples
from voiceos.listening import gate as gates
from voiceos.listening.addressing import names, strip_name, strip_wake_word
from voiceos.listening.backchannels import Backchannels
from voiceos.listening.hearing import Judge, plain
from voiceos.listening.own_words import MIN_WORDS, MIN_WORDS_OVER_REPLY, is_echo
from voiceos.listening.ports import EndOfTurn, IntentMatcher, SpeechToText, WakeWord

WAKE_WORD_S = 1.5
"""The wake word has begun by so long before it is told. Set by hand: slowly said it takes little more than a second."""

PAST_S = 2 * WAKE_WORD_S
"""How much of the past is kept for `hear_since`."""

ONLY_CALLED_S = 0.1
"""Voice that ends within this behind the moment at which the wake word was told was nothing but the wake word: few are
told sooner before their end (`voiceos bench wake-words`)."""


@dataclass(frozen=True, slots=True)
class Called:
    """The wake word is part of an utterance."""

    phrase: str
    only: bool
    """Nothing was said behind it so far."""


class Ears:
    """Everything between the microphone and the turn-taking machine.

    Args:
        own_words: what the assistant says that may be in sound captured since a moment, monotonic seconds; such words
            are an echo, not a turn.
        echo: whether its own sound comes back through the microphone; None: that is not known.
        sounded_since: whether anything of it has sounded since a moment, monotonic seconds.
        backchannels: those of the language that the user speaks.
        language: to recognise, ISO 639-1; None means detect.
        wake_word: what hears it; None where there is none.
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
        own_words: Callable[[float], str],
        backchannels: Backchannels,
        language: str | None,
        wake_word: WakeWord | None = None,
        echo: Callable[[], bool | None] = lambda: None,
        sounded_since: Callable[[float], bool] = lambda since: True,
    ) -> None:
        self.gate = gate
        self.wake_word = wake_word
        self._phrase = ""
        self._woken_at = float("-inf")
        self._heeded_at = float("-inf")
        self._stt = stt
        self._end_of_turn = end_of_turn
        self._judge = judge
        self._matcher = matcher
        self._name = name
        self._own_words = own_words
        self._echo = echo
        self._sounded_since = sounded_since
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
        wake_word: WakeWord | None,
    ) -> None:
        """Hear by other settings from now on; for between turns."""
        self.gate = gate
        self._end_of_turn = end_of_turn
        self._matcher = matcher
        self._name = name
        self._language = language
        self.wake_word = wake_word

    def keep(self, frame: Frame) -> None:
        """Each frame, in order, whether it is listened to or not; nothing is made of it."""
        self._past.append(frame)

    def heed(self, at: float) -> list[ev.Event]:
        """Whether the frame that was kept last ends the wake word; `at` is now, monotonic seconds."""
        if self.wake_word is None:
            return []
        frame = self._past[-1]
        if frame.at - self._heeded_at > gates.GAP_S:
            self.wake_word.reset()
        self._heeded_at = frame.at
        phrase = self.wake_word.feed(frame.samples)
        itself = plain(phrase) in plain(self._own_words(at - WAKE_WORD_S))  # as it tells what it waits for
        if not phrase or itself:
            return []
        self._phrase, self._woken_at = phrase, frame.at + FRAME_S
        return [ev.WakeWordHeard(at, self._woken_at - WAKE_WORD_S)]

    def called(self) -> Called | None:
        """How the utterance so far was called for by the wake word; None where it was not."""
        if not self.gate.began_at < self._woken_at <= self.gate.began_at + PAST_S:
            return None
        return Called(self._phrase, only=self.gate.voiced_until <= self._woken_at + ONLY_CALLED_S)

    def feed(self, at: float) -> list[ev.Event]:
        """Listen to the frame that was kept last; `at` is now, monotonic seconds."""
        frames = [self._past[-1]]
        if self._since is not None:
            frames = [frame for frame in self._past if frame.at + FRAME_S > self._since] or frames
            self._since = None
        self.gate.echoes = self._echo() is not False
        return [self._event(event, at, frame.at + FRAME_S) for frame in frames for event in self.gate.feed(frame)]

    def hear_since(self, at: float) -> None:
        """With the next frame listen to all that was captured since `at`, monotonic seconds, and to none before it."""
        self.gate.restart()
        self._since = at

    def _event(self, event: gates.GateEvent, at: float, heard_until: float) -> ev.Event:
        match event:
            case gates.VoiceNoticed():
                return ev.VoiceNoticed(at)
            case gates.SpeechStarted(began_at):
                return ev.SpeechStarted(at, began_at, heard_until)
            case gates.SpeechPaused(silent_since, voiced_s):
                return ev.SpeechPaused(at, silent_since, voiced_s)
            case gates.SpeechResumed():
                return ev.SpeechResumed(at)
            case gates.UtteranceFull():
                return ev.UtteranceFull(at)

    async def understand(
        self,
        samples: Samples,
        voiced_s: float,
        *,
        called: Called | None = None,
        distant: bool = False,
        since: float = math.inf,
        over_reply: bool = False,
        on_encoded: Callable[[], None] | None = None,
    ) -> ev.Heard:
        """What an utterance says, but for the wake word. Raises EngineError.

        Args:
            called: the wake word in it.
            distant: see `SpeechGate.distant`.
            since: when its voice began, monotonic seconds; by default just now.
            over_reply: a reply sounded then.
            on_encoded: see `SpeechToText.transcribe`.
        """
        if called is not None and called.only:
            return ev.Nothing()
        decoding = await self._stt.transcribe(samples, language=self._language, on_encoded=on_encoded)
        heard = self._judge.judge(decoding, voiced_s)
        if not isinstance(heard, ev.Words):
            return heard
        text = heard.text if called is None else strip_wake_word(heard.text, called.phrase)
        return self.read(text, distant=distant, since=since, over_reply=over_reply) if text else ev.Nothing()

    def read(self, text: str, *, distant: bool = False, since: float = math.inf, over_reply: bool = False) -> ev.Words:
        """What words say that are known already."""
        own_words, comes_back = self._own_words(since), self._echo()
        least = MIN_WORDS_OVER_REPLY if over_reply and comes_back else MIN_WORDS
        may_echo = comes_back is not False or self._sounded_since(since)
        echo = may_echo and is_echo(text, own_words, least=least)
        named = names(text, self._name)
        called = named and not names(own_words, self._name)  # amid its own words the user has said its name
        return ev.Words(
            text,
            intent=self._matcher.match(strip_name(text, self._name)),
            named=named,
            echo=echo and not called,
            distant=distant,
            backchannel=self._backchannels.match(text, own_words),
        )

    async def doneness(self, samples: Samples) -> float:
        """Probability that the user is done. Raises EngineError."""
        assert self._end_of_turn is not None
        return await self._end_of_turn.probability(samples)

    @property
    def judges_endings(self) -> bool:
        return self._end_of_turn is not None
