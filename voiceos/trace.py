"""The waterfall of a turn: when each stage was done, from the end of speech to the first sound of the answer."""

from __future__ import annotations

from dataclasses import dataclass, field

STAGES = (
    "end_of_speech",  # last voiced frame of the user ended
    "pause",  # the pause was noticed; recognition starts
    "transcript",  # the words are known; the language model starts
    "first_token",  # the model's first piece of text
    "first_phrase",  # enough text for a phrase; synthesis starts
    "first_speech",  # the phrase is synthesised, held until the turn is committed
    "commit",  # the user is taken to be done
    "first_sound",  # the first sample of the answer leaves the converter
    "first_words",  # likewise of what comes behind an opener, where there is one; reckoned
)
"""In the order in which they mostly happen; `commit` may come before or after any stage behind `transcript`."""


@dataclass(slots=True)
class Trace:
    """Moments of one turn, monotonic seconds, by stage."""

    turn: int
    moments: dict[str, float] = field(default_factory=dict)

    def mark(self, stage: str, at: float) -> None:
        """The first time counts, except that a new pause begins the work anew."""
        if stage not in STAGES:
            raise ValueError(f"no stage {stage!r}")
        if stage == "end_of_speech":
            self.moments.clear()
        self.moments.setdefault(stage, at)

    @property
    def latency_s(self) -> float | None:
        """Seconds from the end of speech to the first sound; None where the turn was not spoken to or not answered."""
        if "end_of_speech" not in self.moments or "first_sound" not in self.moments:
            return None
        return self.moments["first_sound"] - self.moments["end_of_speech"]

    def waterfall_ms(self) -> dict[str, int]:
        """Milliseconds since the end of speech, by stage."""
        start = self.moments.get("end_of_speech")
        if start is None:
            return {}
        return {stage: round((self.moments[stage] - start) * 1000) for stage in STAGES if stage in self.moments}
