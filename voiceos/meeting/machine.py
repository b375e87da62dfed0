"""The first meeting: `answered(meeting, "Sam", here)` is the next meeting, what to say, and what is to be done.

Theory
------
A meeting is one question after the other. At any time one of them is open, and whatever the user says is about it:

- an answer: it is taken, kept at once, and the next question follows;
- no answer: it asks once more in other words, and leaves that question be the second time;
- a wish about the meeting (`Wish`): skip, go back, say that again, why, not now, never;
- silence: it asks once more, briefly; silence again puts the meeting off.

A name may be put right whatever is asked. What is something else altogether (`takes` is False: "what can you do?") is
for the rest of the program; the question stays open meanwhile. No clock, no sound, no file, no model.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from voiceos.meeting import answers, names
from voiceos.meeting.questions import ASKED_BY, ORDER, Outcome, asked, called
from voiceos.meeting.state import Deed, Here, Line, Meeting, Question, Stage, Step, applied

MOST_MISSES = 2
"""Answers that are not understood before a question is left as it is."""

MOST_SILENCES = 2
"""The first has it ask once more, the second puts the meeting off."""

MOST_OFFERS = 2
"""How often it is offered to go on with a meeting that was put off; then it waits to be asked."""


class Wish(StrEnum):
    SKIP = "skip"
    BACK = "back"
    AGAIN = "again"
    WHY = "why"
    LATER = "later"
    NEVER = "never"


def begin(meeting: Meeting, here: Here, *, wished: bool = False) -> Step:
    """From the first question on.

    Args:
        wished: the user has asked for it.
    """
    first = next(question for question in ORDER if asked(question, here))
    key = "anew" if wished else "hello_terminal" if here.terminal else "hello"
    return _ask(Meeting(Stage.OPEN, first), here, Line(f"say.{key}"))


def resume(meeting: Meeting, here: Here, *, wished: bool = False) -> Step:
    """Where it was broken off; one that was to its end begins anew."""
    if meeting.stage in (Stage.NONE, Stage.DONE, Stage.DECLINED):
        return begin(meeting, here, wished=wished)
    key = "offer_taken" if wished else "resume_user" if here.user_name else "resume"
    question = meeting.question if asked(meeting.question, here) else _next(meeting.question, here)
    if question is None:
        return _end(meeting, here)
    return _ask(replace(meeting, stage=Stage.OPEN, question=question), here, Line(f"say.{key}"))


def offer(meeting: Meeting, here: Here) -> Step:
    """Ask whether to go on with what was put off."""
    offered = replace(meeting, stage=Stage.OFFERED, offers=meeting.offers + 1)
    return Step(offered, (Line("say.offer"),))


def told_of(meeting: Meeting) -> Step:
    """Tell how to have it, where nothing is listened to before it is called."""
    return Step(replace(meeting, stage=Stage.PUT_OFF, offers=meeting.offers + 1), (Line("say.offer_asleep"),))


def may_offer(meeting: Meeting) -> bool:
    return meeting.stage is Stage.PUT_OFF and meeting.offers < MOST_OFFERS


def takes(meeting: Meeting, text: str, here: Here) -> bool:
    """Whether what was said is an answer, or tries to be one."""
    if meeting.stage is Stage.OFFERED:
        return answers.yes(text, here.language) or answers.no(text, here.language)
    if meeting.stage is not Stage.OPEN:
        return False
    return (
        not answers.is_aside(text, here.language)
        or ASKED_BY[meeting.question].hear(meeting, text, here) is not None
        or bool(_corrected(meeting, text, here))
    )


def answered(meeting: Meeting, text: str, here: Here) -> Step:
    """Something was said that `takes` takes.

    Args:
        text: as the recogniser wrote it.
    """
    if meeting.stage is Stage.OFFERED:
        return resume(meeting, here, wished=True) if answers.yes(text, here.language) else _refused(meeting)
    meeting = replace(meeting, silences=0)
    if answers.hear("polite", text, here.language):
        return _ask(meeting, here)
    if name := _corrected(meeting, text, here):
        return _again(meeting, Line("say.corrected"), does=called(name))
    outcome = ASKED_BY[meeting.question].hear(meeting, text, here)
    return _missed(meeting, here) if outcome is None else _taken(replace(meeting, misses=0), outcome, here)


def wished(meeting: Meeting, wish: Wish, here: Here) -> Step:
    """The user wants something of the meeting; one that is open, or offered."""
    if meeting.stage is Stage.OFFERED:
        return _refused(meeting)
    meeting = replace(meeting, silences=0)
    match wish:
        case Wish.SKIP:
            return _forward(meeting, here, Line("say.skipped"))
        case Wish.BACK:
            before = [question for question in _all(here) if ORDER.index(question) < ORDER.index(meeting.question)]
            if not before:
                return _again(meeting, Line("say.back_first"))
            return _ask(replace(meeting, question=before[-1], misses=0), here, Line("say.back"))
        case Wish.AGAIN:
            return _ask(meeting, here)
        case Wish.WHY:
            return _again(meeting, Line("why", meeting.question))
        case Wish.LATER:
            return Step(replace(meeting, stage=Stage.PUT_OFF), (Line("say.put_off"),))
        case Wish.NEVER:
            return Step(replace(meeting, stage=Stage.DECLINED), (Line("say.declined"),))


def silent(meeting: Meeting) -> Step:
    """Nobody has said anything for a while behind a question."""
    if meeting.stage is Stage.OFFERED:
        return Step(replace(meeting, stage=Stage.PUT_OFF))
    silences = meeting.silences + 1
    if silences >= MOST_SILENCES:
        return Step(replace(meeting, stage=Stage.PUT_OFF, silences=0), (Line("say.let_be"),))
    return Step(replace(meeting, silences=silences), (Line("brief", meeting.question),))


def turned_to_other_things(meeting: Meeting) -> Meeting:
    """The user said something else where it was offered to go on: no answer is one as well."""
    return replace(meeting, stage=Stage.PUT_OFF) if meeting.stage is Stage.OFFERED else meeting


def rested(meeting: Meeting) -> Meeting:
    """Put off without a word: there is something that comes before it."""
    open_ = meeting.stage in (Stage.OPEN, Stage.OFFERED)
    return replace(meeting, stage=Stage.PUT_OFF, silences=0, misses=0) if open_ else meeting


def voice_is_there(meeting: Meeting, *, failed: bool) -> Step:
    """What came of `UseVoice`."""
    told = Line("say.voice_refused" if failed else "say.voice_changed")
    if meeting.stage is not Stage.OPEN or meeting.question is not Question.VOICE:
        return Step(meeting, (told,))
    return _again(meeting, told)


def corrects(meeting: Meeting, text: str, here: Here) -> bool:
    """Whether it puts the user's name right."""
    return bool(_corrected(meeting, text, here))


def _corrected(meeting: Meeting, text: str, here: Here) -> str:
    """The user's name where this puts it right, "" otherwise."""
    if meeting.question in (Question.CALL, Question.NAME):
        return ""
    just_told = meeting.question is _next(Question.CALL, here) and bool(here.user_name)
    answers_this = just_told and ASKED_BY[meeting.question].hear(meeting, text, here) is not None
    return names.corrected(text, here.language, just_told=just_told and not answers_this)


def _taken(meeting: Meeting, outcome: Outcome, here: Here) -> Step:
    meeting = replace(meeting, **outcome.knows)
    here = applied(here, outcome.does)
    if outcome.stays:
        return outcome.step(meeting)
    return _forward(meeting, here, *outcome.says, does=outcome.does)


def _missed(meeting: Meeting, here: Here) -> Step:
    if meeting.misses + 1 >= MOST_MISSES:
        return _forward(replace(meeting, misses=0), here, Line("say.left"))
    return Step(replace(meeting, misses=meeting.misses + 1), (Line("brief", meeting.question),))


def _forward(meeting: Meeting, here: Here, *says: Line, does: tuple[Deed, ...] = ()) -> Step:
    following = _next(meeting.question, here)
    if following is None:
        end = _end(meeting, here)
        return Step(end.meeting, (*says, *end.says), does)
    asks = _ask(replace(meeting, question=following, misses=0), here, *says)
    return Step(asks.meeting, asks.says, does)


def _end(meeting: Meeting, here: Here) -> Step:
    key = "done_terminal" if here.terminal else "done" if here.user_name else "done_unnamed"
    return Step(replace(meeting, stage=Stage.DONE), (Line(f"say.{key}"),))


def _ask(meeting: Meeting, here: Here, *before: Line) -> Step:
    meeting = ASKED_BY[meeting.question].prepared(meeting, here)
    return Step(meeting, (*before, Line("ask", meeting.question)))


def _again(meeting: Meeting, *before: Line, does: tuple[Deed, ...] = ()) -> Step:
    """With the question once more, in short."""
    return Step(meeting, (*before, Line("brief", meeting.question)), does)


def _refused(meeting: Meeting) -> Step:
    return Step(replace(meeting, stage=Stage.DECLINED), (Line("say.offer_refused"),))


def _all(here: Here) -> list[Question]:
    return [question for question in ORDER if asked(question, here)]


def _next(question: Question, here: Here) -> Question | None:
    return next((one for one in _all(here) if ORDER.index(one) > ORDER.index(question)), None)
