"""From the probability of speech in each frame to the beginnings and ends of speech, and to the utterance itself.

Pure: no clock (frames carry their time), no I/O; the detector is passed in.

    closed ──onset──► speaking ──pause_s of silence──► paused ──onset──► speaking
       ▲                  │                               │
       └──────────── discard() ───────────────────────────┘

An onset is two loud frames among three: one alone is a click. Voice goes on until the
probability falls below `silence_threshold`, which lies under `speech_threshold`, so that a word fading out does not
flicker; or until the sound itself has faded, which is known before the detector is sure
(`voiceos/listening/fading.py`). Voice that goes on, be it softly, ends such a pause again.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from voiceos.audio.frames import FRAME_S, RATE_HZ, Frame, Samples
from voiceos.listening.fading import Fading
from voiceos.listening.nearness import Nearness
from voiceos.listening.ports import VoiceActivity

ONSET_FRAMES = 2
"""Loud frames that make an onset, 64 ms: less is a click, and every frame more delays each barge-in."""

SOFT_FRAMES = 5
"""Voiced frames after a fade, 160 ms, that are soft speech: longer than a detector lags behind. Set by hand."""

SOFT_BEGINNING_FRAMES = 10
"""Kept besides the pre-roll before somebody nearer: a soft first word of theirs, 320 ms."""

_LAG_SAMPLES = round(0.08 * RATE_HZ)
"""Set by hand: about what a detector leaves behind the last sound."""

FADING_S = 6.0
"""Longer utterances wait for the detector: what is recognised of them in vain takes longer than fading gains."""

REFRESH_S = 4.0
"""So long without voice the detector begins anew: its memory of silence has it notice the next words late, or not at
all (docs/decisions/0037-detector-begins-anew.md). Chosen from `python -m voiceos.bench.onsets`."""

GAP_S = 0.25
"""A longer hole in the sound (device lost, microphone ignored) ends what belongs together: no pre-roll across it."""


@dataclass(frozen=True, slots=True)
class VoiceNoticed:
    """A first loud frame over a reply, while no utterance is open: the beginning of one, or a click."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The first voice of a new utterance."""

    began_at: float
    """When the first loud frame was captured, monotonic seconds."""


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """`pause_s` of silence."""

    silent_since: float
    """When the last voiced frame ended, or the sound faded, monotonic seconds."""
    voiced_s: float
    """Seconds of voice in the utterance so far."""


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """Voice again, in the same utterance."""


@dataclass(frozen=True, slots=True)
class UtteranceFull:
    """The utterance takes no more sound."""


GateEvent = VoiceNoticed | SpeechStarted | SpeechPaused | SpeechResumed | UtteranceFull


@dataclass(frozen=True, slots=True)
class _Judged:
    number: int
    frame: Frame
    loud: bool
    """At or above `speech_threshold`."""


class SpeechGate:
    """Feed it every frame; ask `utterance()` whenever an event says that there is one.

    Args:
        vad: gives the probability of each frame.
        speech_threshold: probability at which a frame counts towards an onset.
        silence_threshold: probability below which a frame of speech is silent; at most `speech_threshold`.
        min_speech_s: the least that counts as speech. An onset is told as soon as 64 ms of it are there, sooner only
            where less is asked for; whether it grew long enough is in `voiced_s`, for whoever takes the turn.
        pre_roll_s: sound kept before the first loud frame, so that soft first consonants are not lost.
        pause_s: silence after which SpeechPaused is said; also the silence kept behind the last voice.
        fade_s: after so long below the level of speech the voice has paused as well; 0 goes by the detector alone.
        refresh_s: see `REFRESH_S`; infinite: the detector never begins anew.
        max_utterance_s: longest utterance with its pre-roll.
        nearness: tells the user's voice from others in the room; by default with its own limits.
    """

    def __init__(
        self,
        vad: VoiceActivity,
        *,
        speech_threshold: float = 0.5,
        silence_threshold: float = 0.35,
        min_speech_s: float = 0.25,
        pre_roll_s: float = 0.3,
        pause_s: float = 0.1,
        fade_s: float = 0.0,
        refresh_s: float = REFRESH_S,
        max_utterance_s: float = 28.0,
        nearness: Nearness | None = None,
    ) -> None:
        if not 0 < silence_threshold <= speech_threshold <= 1:
            raise ValueError("0 < silence_threshold <= speech_threshold <= 1 must hold")
        self.vad = vad
        self._speech_threshold = speech_threshold
        self._silence_threshold = silence_threshold
        self._onset_frames = max(1, min(ONSET_FRAMES, _frames(min_speech_s)))
        self._pre_roll_frames = _frames(pre_roll_s)
        self._min_speech_s = min_speech_s
        self._pause_s = pause_s
        self._fade_s = fade_s
        self._refresh_s = refresh_s
        self._pause_frames = _frames(pause_s)
        self._max_frames = max(1, math.floor(max_utterance_s / FRAME_S + 1e-9))
        self._recent: deque[_Judged] = deque(maxlen=self._pre_roll_frames + self._onset_frames + 1)
        self._number = 0
        self._last_at: float | None = None
        self._utterance: list[Frame] = []
        self._voiced_end = 0
        """Length of `_utterance` up to the end of its last voiced frame."""
        self._silent_since = 0.0
        self._voiced_frames = 0
        self._fading = Fading()
        self._nearness = nearness or Nearness()
        self._faded = False
        """The pause was noticed by the level alone."""
        self._soft_frames = 0
        """Voiced ones in such a pause."""
        self._silent_frames = 0
        """Between utterances, since the last voice or since the detector began anew."""
        self._speaking = False
        self._open = False
        self._full = False
        self.heeds_fading = True
        """Whether a voice that fades has paused: not while it is still to be seen whether it is more than a cough."""
        self.over_reply = False
        """Whether a reply sounds or is about to: one who is farther away than the user was does not interrupt it."""
        self.echoes = False
        """Whether the reply may come back through the microphone: a detector that has just begun anew takes what the
        canceller leaves of it for a voice sooner, so over a reply it then keeps what it remembers."""
        self.voice_since = math.inf
        """When the first loud frame of the utterance was captured, monotonic seconds."""
        self.began_over_reply = False
        """The utterance did: a reply sounded, or was about to."""
        self.probability = 0.0
        """Of speech in the last frame."""

    @property
    def open(self) -> bool:
        """An utterance has begun and was not discarded."""
        return self._open

    @property
    def began_at(self) -> float:
        """When the first sample of the utterance was captured, monotonic seconds; its end is `voiced_until`."""
        return self._utterance[0].at if self._utterance else math.inf

    @property
    def voiced_until(self) -> float:
        """When its last voice ended, monotonic seconds."""
        return self._silent_since

    @property
    def voiced_s(self) -> float:
        """Seconds of voice in the utterance so far; 0 while there is none."""
        return self._voiced_frames * FRAME_S

    def feed(self, frame: Frame) -> list[GateEvent]:
        """What this frame makes known, in order."""
        if self._last_at is not None and frame.at - self._last_at > GAP_S:
            self._begin_anew()
        self._last_at = frame.at
        self.probability = probability = self.vad.probability(frame.samples)
        loud = probability >= self._speech_threshold
        if loud and self.over_reply and not self._open:
            loud = self._nearness.carries(frame.samples, frame.at)
        self._recent.append(_Judged(self._number, frame, loud))
        self._number += 1
        known_at = frame.at + FRAME_S
        if not self._open:
            self._refresh(probability)
            return self._begin()
        events: list[GateEvent] = []
        self._append(frame)
        talk = probability >= self._silence_threshold
        voiced = self._nearness.feed(frame.samples, voiced=talk)
        self._recent[-1] = replace(self._recent[-1], loud=self._recent[-1].loud and voiced)
        if self._nearness.nearer_begins:
            self._leave_out_before()
        faded_s = self._fading.feed(frame.samples, voiced=voiced)
        if self._speaking:
            if voiced:
                self._voice(frame, 1)
            self._faded = voiced and self._has_faded(faded_s)
            if self._faded:
                self._silent_since = known_at - faded_s
            if talk and not voiced:  # somebody else talks on
                self._silent_since = known_at - self._nearness.far_frames * FRAME_S
            if self._faded or known_at - self._silent_since >= self._pause_s - 1e-9:
                self._speaking = False
                self._soft_frames = 0
                events.append(SpeechPaused(self._silent_since, self.voiced_s))
        elif resumed := self._resumed(voiced, faded_s):
            self._speaking = True
            self._voice(frame, resumed)
            events.append(SpeechResumed())
        events += self._fullness()
        return events

    def _refresh(self, probability: float) -> None:
        """Between utterances."""
        self._silent_frames = self._silent_frames + 1 if probability < self._silence_threshold else 0
        if self.over_reply and self.echoes:
            return
        if self._silent_frames * FRAME_S >= self._refresh_s:
            self._silent_frames = 0
            self.vad.reset()

    def _has_faded(self, faded_s: float) -> bool:
        """No voice too short for a turn has: the detector decides whether there was more of it."""
        long_enough = self.voiced_s >= self._min_speech_s - 1e-9
        short_enough = len(self._utterance) * FRAME_S <= FADING_S
        return self.heeds_fading and long_enough and short_enough and 0 < self._fade_s <= faded_s + 1e-9

    def _resumed(self, voiced: bool, faded_s: float) -> int:
        """Frames of voice since the pause; 0 while it lasts."""
        if not self._faded:
            return len(self._onset())
        if not voiced:
            self._faded = False  # the detector agrees: from now on it takes an onset
            return 0
        if faded_s < FRAME_S - 1e-9:
            return 1
        self._soft_frames += 1
        if self._soft_frames < SOFT_FRAMES:
            return 0
        self._fading.restart()
        return self._soft_frames

    @property
    def distant(self) -> bool:
        """Somebody farther away than the user was speaks."""
        return self._nearness.distant

    @property
    def level_db(self) -> float | None:
        """How loud the voice of the utterance is; see `Nearness.level_db`."""
        return self._nearness.level_db

    def remember_voice(self, at: float) -> None:
        """The utterance, or the one closed last, was the user's; `at` is now, monotonic seconds."""
        self._nearness.remember(at)

    def utterance(self) -> Samples:
        """The sound from `pre_roll_s` before the first voice to at most `pause_s` behind the last, shape (n,); empty
        while no utterance is open."""
        frames = self._utterance[: self._voiced_end + self._pause_frames]
        return np.concatenate([f.samples for f in frames]) if frames else np.zeros(0, np.float32)

    def ending(self) -> Samples:
        """The utterance for whoever judges its end: with as much silence behind it as the detector would have left, as
        a sound that breaks off sounds unfinished."""
        utterance = self.utterance()
        return np.concatenate([utterance, np.zeros(_LAG_SAMPLES, np.float32)]) if self._faded else utterance

    def restart(self) -> None:
        """Close the utterance, and forget what came before: frames from another moment follow, perhaps earlier ones."""
        self.discard()
        self._begin_anew()
        self._last_at = None

    def _begin_anew(self) -> None:
        self._recent.clear()
        self.vad.reset()

    def discard(self) -> None:
        """Close the utterance; the next voice begins a new one, and sound of this one is in no later one."""
        if not self._open:
            return
        taken_until = self._utterance[: self._voiced_end + self._pause_frames][-1].at
        kept = [j for j in self._recent if j.frame.at > taken_until]
        self._recent.clear()
        self._recent.extend(kept)
        self._utterance = []
        self._voiced_end = self._voiced_frames = 0
        self._open = self._speaking = self._full = self._faded = False
        self._fading.restart()
        self._nearness.restart()

    def _onset(self) -> list[_Judged]:
        """The loud ones of the last frames, if they make an onset."""
        loud = [j for j in list(self._recent)[-self._onset_frames - 1 :] if j.loud]
        return loud if len(loud) >= self._onset_frames and self._recent[-1].loud else []

    def _begin(self) -> list[GateEvent]:
        if self._onset():
            return self._start()
        last = list(self._recent)[-self._onset_frames - 1 :]
        first = self.over_reply and last[-1].loud and not any(judged.loud for judged in last[:-1])
        return [VoiceNoticed()] if first else []

    def _start(self) -> list[GateEvent]:
        loud = self._onset()
        first = loud[0].number
        self._open = self._speaking = True
        self.voice_since, self.began_over_reply = loud[0].frame.at, self.over_reply
        for judged in loud:
            self._fading.feed(judged.frame.samples, voiced=True)
            self._nearness.feed(judged.frame.samples, voiced=True)
        for judged in self._recent:
            if judged.number >= first - self._pre_roll_frames:
                self._append(judged.frame)
        self._voice(self._recent[-1].frame, len(loud))
        return [SpeechStarted(loud[0].frame.at), *self._fullness()]

    def _leave_out_before(self) -> None:
        """What was before somebody nearer began to speak is no part of what they say."""
        drop = max(0, len(self._utterance) - self._pre_roll_frames - SOFT_BEGINNING_FRAMES)
        self._utterance = self._utterance[drop:]
        self._voiced_end = max(0, self._voiced_end - drop)
        self._voiced_frames = min(self._voiced_frames, len(self._utterance))

    def _append(self, frame: Frame) -> None:
        if len(self._utterance) < self._max_frames:
            self._utterance.append(frame)

    def _voice(self, frame: Frame, frames: int) -> None:
        self._voiced_end = len(self._utterance)
        self._silent_since = frame.at + FRAME_S
        self._voiced_frames += frames

    def _fullness(self) -> list[GateEvent]:
        if self._full or len(self._utterance) < self._max_frames:
            return []
        self._full = True
        return [UtteranceFull()]


def _frames(seconds: float) -> int:
    return math.ceil(seconds / FRAME_S - 1e-9)
