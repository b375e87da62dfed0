"""What is said right behind an answer: more of it, or the answer to the next question."""

from __future__ import annotations

import pytest

from voiceos import meeting
from voiceos.meeting import Here, Meeting, Question, Stage, Wording
from voiceos.meeting.going_on import Taken, asks

NIGHT = Here(quiet_hours="23:00-07:00")


def taken(question: Question, text: str) -> Taken:
    """An answer that was just taken."""
    before = Meeting(Stage.OPEN, question)
    step = meeting.answered(before, text, NIGHT)
    words = Wording("en")
    told = words.text([line for line in step.says if not asks(line)], step.meeting, NIGHT)
    asked = words.text([line for line in step.says if asks(line)], step.meeting, NIGHT)
    return Taken(before, step.meeting, text, f"{told} {asked}".strip(), len(told.split()))


MORE = [
    (Question.QUIET, "From ten.", "To eight."),
    (Question.QUIET, "From ten to eight.", "Thirty."),
    (Question.CALL, "Anna.", "Maria."),
    (Question.TALK, "I like sailing.", "And old books."),
    (Question.MANNER, "Funny.", "But not too loud."),
    (Question.FIRST, "Sometimes.", "But only when it matters."),
    (Question.NAME, "Yes.", "Very good."),
]

OTHER = [
    (Question.TALK, "I like sailing.", "What's the weather like?"),
    (Question.TALK, "I like sailing.", "Thank you."),
    (Question.CALL, "Sam.", "No, my name is Pam."),
    (Question.VOICE, "Slower.", "A bit more."),
]


@pytest.mark.parametrize(("question", "first", "more"), MORE)
def test_it_goes_on_with_the_answer(question: Question, first: str, more: str) -> None:
    answer = taken(question, first)
    assert answer.goes_on(more, "", answer.after, NIGHT)
    assert answer.goes_on(more, " ".join(answer.says.split()[: answer.told]), answer.after, NIGHT)


@pytest.mark.parametrize(("question", "first", "more"), OTHER)
def test_what_is_something_else_is_none_of_it(question: Question, first: str, more: str) -> None:
    answer = taken(question, first)
    assert not answer.goes_on(more, "", answer.after, NIGHT)


@pytest.mark.parametrize(("question", "first", "more"), MORE)
def test_once_the_next_question_was_heard_it_is_an_answer_to_that(question: Question, first: str, more: str) -> None:
    answer = taken(question, first)
    assert not answer.goes_on(more, answer.says, answer.after, NIGHT)


def test_once_something_else_has_come_between_it_is_an_answer_to_that() -> None:
    answer = taken(Question.TALK, "I like sailing.")
    skipped = meeting.wished(answer.after, meeting.Wish.SKIP, NIGHT).meeting
    assert not answer.goes_on("And old books.", "", skipped, NIGHT)
