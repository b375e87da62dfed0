"""A meeting as it is talked through, without sound, clock or files."""

from __future__ import annotations

from collections.abc import Callable

from voiceos import meeting
from voiceos.meeting import Here, Meeting, Stage, Step, Wish, Wording, applied
from voiceos.meeting.state import Deed, Set


class Talk:
    """`Talk().answers("Sam")` returns what it says to that."""

    def __init__(self, here: Here = Here(quiet_hours="23:00-07:00"), stands: Meeting = Meeting()) -> None:  # noqa: B008
        self.here = here
        self.meeting = stands
        self.did: list[Deed] = []
        self.wording = Wording("en")

    def begins(self) -> str:
        return self._takes(meeting.resume(self.meeting, self.here))

    def answers(self, text: str) -> str:
        assert meeting.takes(self.meeting, text, self.here), f"{text} is no answer"
        return self._takes(meeting.answered(self.meeting, text, self.here))

    def ignores(self, text: str) -> bool:
        return not meeting.takes(self.meeting, text, self.here)

    def wishes(self, wish: Wish) -> str:
        return self._takes(meeting.wished(self.meeting, wish, self.here))

    def is_silent(self) -> str:
        return self._takes(meeting.silent(self.meeting))

    def step(self, step: Callable[[Meeting, Here], Step]) -> str:
        return self._takes(step(self.meeting, self.here))

    def settings(self) -> dict[str, str | float]:
        """Each as it was set last."""
        return {deed.key: deed.value for deed in self.did if isinstance(deed, Set)}

    @property
    def stage(self) -> Stage:
        return self.meeting.stage

    def _takes(self, step: Step) -> str:
        self.meeting = step.meeting
        self.did += step.does
        self.here = applied(self.here, step.does)
        return self.wording.text(step.says, self.meeting, self.here)
