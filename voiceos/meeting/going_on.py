"""An answer that a pause has cut in two: what is said before the next question was heard belongs to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from voiceos.meeting import answers
from voiceos.meeting.machine import corrects
from voiceos.meeting.questions import ASKED_BY
from voiceos.meeting.state import Here, Line, Meeting, Stage

HEARD_WORDS = 2
"""So many words of a question sound before somebody who hears it can begin to answer: within `pauses.CUT_IN_S`, some
three a second."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was taken, of which more may come."""

    before: Meeting
    """As it was when the answer came."""
    after: Meeting
    text: str
    """What was said, as the recogniser wrote it."""
    says: str
    """What is said to it, and the next question."""
    told: int
    """Words of that before the question."""

    def with_more(self, more: str) -> str:
        """All of the answer, as one text."""
        return f"{self.text.rstrip(' .,!?;:…')} {more}"

    def goes_on(self, more: str, heard: str, now: Meeting, here: Here) -> bool:
        """Whether something that was said is more of this answer, and no answer to the next question.

        Args:
            heard: of what is said to the answer.
            now: the meeting.
        """
        if self.before.stage is not Stage.OPEN or now != self.after or self._still_open:
            return False
        if len(heard.split()) > self.told + HEARD_WORDS:
            return False
        if answers.is_aside(more, here.language) or answers.hear("polite", more, here.language):
            return False
        if now.stage is Stage.OPEN and corrects(now, more, here):
            return False
        return ASKED_BY[self.before.question].hear(self.before, self.with_more(more), here) is not None

    @property
    def _still_open(self) -> bool:
        """The same question: what is said is an answer to it anyway, unless the first part was not understood."""
        same = self.after.stage is Stage.OPEN and self.after.question is self.before.question
        return same and self.after.misses <= self.before.misses


def asks(line: Line) -> bool:
    """Whether a line is the next question, or ends the meeting; lines before it are about the answer."""
    return line.question is not None or line.key.startswith("say.done")
