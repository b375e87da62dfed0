"""The numbers that turn-taking goes by. Rules are in `machine.py`; only durations and thresholds live here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from voiceos.commands import LearnPause
from voiceos.events import EndpointJudge
from voiceos.turn_taking.pauses import PauseProfile

FUSION: Mapping[tuple[bool, bool], tuple[float, float, float]] = {
    (True, True): (1.36, 0.42, 0.53),
    (False, True): (1.94, 0.0, 0.59),
    (True, False): (-0.49, 0.48, 0.0),
}
"""Bias and weights of the log odds of sound and words, by which of them there are (`voiceos bench pauses`)."""


UNKNOWN = PauseProfile()

Mode = Literal["open", "name", "push", "wakeword"]
"""Whom it listens to."""


@dataclass(frozen=True, slots=True)
class Policy:
    mode: Mode = "open"
    """`open`: everything said is for the assistant; `name`: only what names it, or follows its reply; `push`: it
    listens only where it is asked to (`Listen`), and a while after its reply; `wakeword`: likewise, or where it hears
    its wake word."""
    follow_up_s: float = 8.0
    """After a reply, how long speech needs no name, nor to be listened to, in the modes that ask for that."""
    listen_s: float = 8.0
    """How long it waits for the user to speak where it was asked to listen; set by hand to the same."""
    min_speech_s: float = 0.25
    """An utterance with less voice than this is a cough, not a turn."""
    wish_silence_s: float = 0.2
    """Silence that ends a wish which is understood without the model, where it does not sound unfinished."""
    end_silence_s: float = 0.5
    """Silence that ends a turn which sounds finished."""
    unfinished_silence_s: float = 2.0
    """Silence that ends a turn which sounds wholly unfinished."""
    completion_threshold: float = 0.9
    """Probability from which a turn sounds finished."""
    judges: frozenset[EndpointJudge] = frozenset({"sound", "words"})
    """Who judges whether a turn is finished; without any, every turn waits for `unjudged_silence_s`."""
    unjudged_silence_s: float = 0.7
    barge_in: bool = True
    """Speech over the reply stops it."""
    barge_in_s: float = 0.064
    """Voice over the reply for this long suspends it."""
    thinking_earcon_s: float = 2.5
    """After this long without an answer an earcon says that one is on its way."""
    announce_gap_s: float = 0.4
    """An announcement waits until nobody has spoken for this long."""
    resume_s: float = 15.0
    """A reply that broke off as the loudspeaker went goes on where sound is back within this: a headset that is put on
    again, a sound server that is started anew. Later it would come out of the blue."""
    echo_limit: int = 2
    """After this many turns of its own words the assistant stops listening while it speaks."""
    hushed: bool = False
    """The user asked for quiet: only what names the assistant is answered, and nothing is said unasked."""
    pauses: PauseProfile = UNKNOWN
    """What is known of this user's pauses: silences that end a turn which is judged are multiplied by its `stretch`."""

    def wait_s(self, sound: float | None, words: float | None, *, expects_words: bool) -> float:
        """Silence after which the turn ends: the less finished it is, the longer, linearly below the threshold.

        Args:
            sound, words: the judgements; None for one that has not come.
            expects_words: the language model reads the words, so that its judgement will come.
        """
        return self.pauses.stretch * self._usual_wait_s(sound, words, expects_words=expects_words)

    @property
    def sleeps(self) -> bool:
        """Nothing is listened to before it is called."""
        return self.mode in ("push", "wakeword")

    def learned(self, pause: LearnPause) -> Policy:
        """The policy for a user of whom one more pause is known."""
        profile = self.pauses.learned(pause.duration_s, pause.finished, went_on=pause.went_on)
        return replace(self, pauses=profile)

    def _usual_wait_s(self, sound: float | None, words: float | None, *, expects_words: bool) -> float:
        judges = self.judges if expects_words else self.judges - {"words"}
        if not judges:
            return self.unjudged_silence_s
        if (words is None and "words" in judges) or (words is None and sound is None):
            return self.unfinished_silence_s  # the judgement is still on its way
        doubt = max(0.0, 1.0 - finished(sound, words) / self.completion_threshold)
        return self.end_silence_s + doubt * (self.unfinished_silence_s - self.end_silence_s)


UNFINISHED_SOUND = 0.5
"""Below, the voice leaves even a whole sentence unfinished (Smart Turn's own threshold)."""


def finished(sound: float | None, words: float | None) -> float:
    """Probability, 0 to 1, that the user is done: the judgements fused by logistic regression on their log odds."""
    bias, by_sound, by_words = FUSION[sound is not None, words is not None]
    log_odds = bias
    if sound is not None:
        log_odds += by_sound * logit(sound)
    if words is not None:
        log_odds += by_words * logit(words)
    return 1.0 / (1.0 + math.exp(-log_odds))


def logit(probability: float) -> float:
    """Log odds; judgements are never surer than 1 in 10,000."""
    bounded = min(max(probability, 1e-4), 1.0 - 1e-4)
    return math.log(bounded / (1.0 - bounded))
