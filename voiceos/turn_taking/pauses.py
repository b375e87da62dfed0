"""How long this user's pauses are, learned from what came of them. Pure: what is learned is a new profile.

A pause that the user ended by going on is seen whole. One that the answer ended is seen only so far: the user may have
been done, or would have gone on later. To take the first kind alone would be to learn from the survivors, and ever
shorter waits from short waits. So each pause that an answer ended counts as a longer one, in the measure in which it
was probably none of the end: by how unfinished the turn was judged, how often this user goes on at all, and how likely
a pause of theirs is still to last by then. That is the mixture cure model of survival analysis (Berkson and Gage 1952),
with pauses beyond `SHORTEST_S` taken to be exponential: their mean is all their length over how many ended by
themselves (Bartholomew 1957). The wait that keeps a given risk of cutting in is then proportional to that mean.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

SHORTEST_S = 0.3
"""Shorter pauses lie between words; no answer is as fast, so they teach nothing."""

LONGEST_S = 3.0
"""A longer one was a distraction; it counts as this."""

USUAL_EXCESS_S = 0.6
"""Mean of pauses beyond `SHORTEST_S` for which the settings are right: those that `voiceos bench pauses` tries them on,
0.3 to 1.5 s."""

PRIOR_PAUSES = 8.0
"""So many such pauses are believed to have been seen before the first."""

FORGET = 0.5 ** (1 / 60)
"""Weight that is left of what was known, per pause: half after 60 of them, about an evening's talk."""

STRETCH = (0.6, 1.6)
"""Bounds of what is made of it."""

CUT_IN_S = 0.6
"""Voice within this after the answer's first sound was none to it: even one word takes as long to plan (Levinson and
Torreira 2015, Timing in turn-taking)."""

MOST_OFTEN = 3.0
"""Believed at most of how often a user goes on, against how often they are done."""


@dataclass(frozen=True, slots=True)
class PauseProfile:
    """What is known of a user's pauses (`python -m voiceos.bench.learned_pauses`)."""

    inner: float = 0.0
    """Pauses after which they went on, the older ones counting less."""
    ends: float = 0.0
    """Likewise those that were probably the end of a turn."""
    excess_s: float = 0.0
    """Seconds beyond `SHORTEST_S` that inner pauses have lasted, as far as they were seen."""

    def __post_init__(self) -> None:
        """ValueError for what no learning leads to."""
        most = 1 / (1 - FORGET) + 1
        if not (0 <= self.inner <= most and 0 <= self.ends <= most and 0 <= self.excess_s <= most * LONGEST_S):
            raise ValueError("no pauses are like this")

    @property
    def mean_excess_s(self) -> float:
        """Of this user's inner pauses beyond `SHORTEST_S`."""
        return (PRIOR_PAUSES * USUAL_EXCESS_S + self.excess_s) / (PRIOR_PAUSES + self.inner)

    @property
    def stretch(self) -> float:
        """What the policy's waits are to be multiplied by; 1 for somebody unknown."""
        shortest, longest = STRETCH
        return min(longest, max(shortest, self.mean_excess_s / USUAL_EXCESS_S))

    def learned(self, duration_s: float, finished: float, *, went_on: bool) -> PauseProfile:
        """The profile after one more pause.

        Args:
            duration_s: of its silence, until the user went on or the answer began to sound.
            finished: 0 to 1, the probability that had been given to its being the end.
            went_on: the user went on, whether or not the answer had just begun.
        """
        if duration_s < SHORTEST_S:
            return self
        excess_s = min(duration_s, LONGEST_S) - SHORTEST_S
        inner = 1.0 if went_on else self._was_inner(excess_s, finished)
        return PauseProfile(
            inner=self.inner * FORGET + went_on,
            ends=self.ends * FORGET + (1.0 - inner),
            excess_s=self.excess_s * FORGET + inner * excess_s,
        )

    def _was_inner(self, excess_s: float, finished: float) -> float:
        """Probability that the user had gone on if no answer had come."""
        often = min(MOST_OFTEN, (self.inner + 1) / (self.ends + 1))
        # Some go on over an answer, and then CUT_IN_S more of the pause has been seen; some give way to it at once.
        seen_s = excess_s + CUT_IN_S / 2
        lasting = math.exp(-seen_s / self.mean_excess_s)
        inner = (1.0 - finished) * often * lasting
        return inner / (inner + finished) if inner else 0.0

    def numbers(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)
