"""The numbers that turn-taking goes by. Rules are in `machine.py`; only durations and thresholds live here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Policy:
    mode: Literal["open", "name"] = "open"
    """`open`: everything said is for the assistant; `name`: only what names it, or follows its reply."""
    follow_up_s: float = 8.0
    """After a reply, how long speech needs no name in mode `name`."""
    min_speech_s: float = 0.25
    """An utterance with less voice than this is a cough, not a turn."""
    end_silence_s: float = 0.35
    """Silence that ends a turn which sounds finished."""
    unfinished_silence_s: float = 1.5
    """Silence that ends a turn which sounds wholly unfinished."""
    completion_threshold: float = 0.5
    """Probability from which a turn sounds finished."""
    judged: bool = True
    """There is an end-of-turn engine; without one every turn waits for `unjudged_silence_s`."""
    unjudged_silence_s: float = 0.7
    barge_in: bool = True
    """Speech over the reply stops it."""
    barge_in_s: float = 0.064
    """Voice over the reply for this long suspends it."""
    thinking_earcon_s: float = 2.5
    """After this long without an answer an earcon says that one is on its way."""
    announce_gap_s: float = 0.4
    """An announcement waits until nobody has spoken for this long."""
    echo_limit: int = 2
    """After this many turns of its own words the assistant stops listening while it speaks."""

    def wait_s(self, probability: float | None) -> float:
        """Silence after which the turn ends: the less finished it sounds, the longer, linearly below the threshold."""
        if not self.judged:
            return self.unjudged_silence_s
        if probability is None:  # the judgement is still on its way
            return self.unfinished_silence_s
        doubt = max(0.0, 1.0 - probability / self.completion_threshold)
        return self.end_silence_s + doubt * (self.unfinished_silence_s - self.end_silence_s)
