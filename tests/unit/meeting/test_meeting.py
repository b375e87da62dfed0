"""The machine of the first meeting, for people of three temperaments, and each answer by a table."""

from __future__ import annotations

import string

import pytest

from tests.unit.meeting.talk import Talk
from voiceos import languages, meeting
from voiceos.meeting import BecomeSo, Here, KnowName, Meeting, Question, Stage, UseVoice, Wish
from voiceos.meeting.questions import ORDER
from voiceos.meeting.state import Set

NIGHT = Here(quiet_hours="23:00-07:00")


def at(question: Question, here: Here = NIGHT, **more: object) -> Talk:
    """A meeting in which this question is open."""
    return Talk(here, Meeting(Stage.OPEN, question, **more))  # type: ignore[arg-type]


def test_one_who_answers_everything_is_known_at_the_end() -> None:
    talk = Talk()
    assert talk.begins().endswith("What may I call you?")
    assert "Nice to meet you, Sam." in talk.answers("People call me Sam, but I'm Samuel.")
    assert talk.answers("A bit slower.").startswith("Like this?")
    assert "How shall I be with you?" in talk.answers("Yes, like this.")
    assert "what do you like" in talk.answers("Funny, and straight out.")
    assert "11:00 PM to 7:00 AM" in talk.answers("I like music and sailing.").replace("\u202f", " ")
    assert talk.answers("From ten to eight.").replace("\u202f", " ").startswith("Quiet from 10:00 PM to 8:00 AM")
    last = talk.answers("Rarely.")
    assert "I'd like to be called Viola, because you like music" in last
    assert "I'm Viola" in talk.answers("Yes, I like that.")
    assert talk.stage is Stage.DONE
    assert talk.settings() == {
        "assistant.user_name": "Sam",
        "tts.speed": 0.85,
        "initiative.quiet_hours": "22:00-08:00",
        "initiative.level": "rare",
        "assistant.name": "Viola",
    }
    assert KnowName("Sam") in talk.did
    assert talk.did.count(BecomeSo(("funny", "direct"), ("music", "sea"))) == 1


def test_one_who_is_terse_skips_goes_back_and_asks_again() -> None:
    talk = Talk()
    begun = talk.begins()
    assert talk.wishes(Wish.AGAIN) in begun
    assert "slower" in talk.wishes(Wish.SKIP)
    assert talk.wishes(Wish.BACK).endswith("What may I call you?")
    assert talk.wishes(Wish.BACK).startswith("That was my first question.")
    talk.answers("Kim")
    for _ in range(5):
        talk.wishes(Wish.SKIP)
    assert talk.meeting.question is Question.NAME
    assert "because" in talk.wishes(Wish.AGAIN)
    assert "Kim" in talk.wishes(Wish.SKIP)
    assert talk.stage is Stage.DONE
    assert talk.settings() == {"assistant.user_name": "Kim"}


def test_one_who_is_silent_is_asked_once_more_and_then_let_be() -> None:
    talk = Talk()
    talk.begins()
    talk.answers("Sam")
    assert talk.is_silent() == "Shall I talk slower, or faster, or stay like this?"
    assert "whenever you like" in talk.is_silent()
    assert talk.stage is Stage.PUT_OFF
    assert "Shall we go on" in talk.step(meeting.offer)
    assert talk.ignores("I had a good day.")
    assert talk.answers("Yes.").endswith("slower, or faster?")
    assert talk.meeting.question is Question.VOICE


def test_what_was_broken_off_goes_on_where_it_was() -> None:
    talk = Talk()
    talk.begins()
    talk.answers("Sam")
    again = Talk(talk.here, talk.meeting)
    assert again.begins().startswith("Hello again, Sam.")
    assert again.meeting.question is Question.VOICE


def test_not_now_puts_it_off_and_it_is_offered_twice_at_most() -> None:
    talk = Talk()
    talk.begins()
    assert "another time" in talk.wishes(Wish.LATER)
    for _ in range(2):
        assert meeting.may_offer(talk.meeting)
        talk.step(meeting.offer)
        assert talk.is_silent() == ""
    assert talk.stage is Stage.PUT_OFF
    assert not meeting.may_offer(talk.meeting)


def test_never_and_no_to_an_offer_end_it_and_it_may_be_had_again() -> None:
    talk = Talk()
    talk.begins()
    talk.wishes(Wish.NEVER)
    assert talk.stage is Stage.DECLINED
    assert not meeting.may_offer(talk.meeting)
    assert talk.step(lambda stands, here: meeting.resume(stands, here, wished=True)).endswith("What may I call you?")
    offered = Talk(stands=Meeting(Stage.OFFERED, Question.TALK, offers=1))
    assert "won't ask again" in offered.answers("No, thanks.")
    assert offered.stage is Stage.DECLINED


def test_an_answer_that_is_none_is_asked_for_once_more_and_then_left() -> None:
    talk = at(Question.FIRST)
    assert talk.answers("The weather is nice.") == "May I speak first often, rarely, or never?"
    assert "as it is" in talk.answers("Blue bananas.")
    assert talk.meeting.question is Question.NAME
    assert talk.settings() == {}


@pytest.mark.parametrize("question", [Question.CALL, Question.VOICE, Question.QUIET, Question.FIRST, Question.MANNER])
@pytest.mark.parametrize("said", ["What time is it?", "Tell me a joke.", "Who made you?", "Can you sing?"])
def test_questions_and_requests_of_another_kind_answer_nothing(question: Question, said: str) -> None:
    assert at(question).ignores(said)


def test_a_name_is_put_right_at_a_later_question() -> None:
    talk = at(Question.MANNER, Here(user_name="Sam"))
    said = talk.answers("No, my name is Pam.")
    assert "Pam" in said
    assert talk.meeting.question is Question.MANNER
    assert talk.did == [Set("assistant.user_name", "Pam"), KnowName("Pam")]


def test_manners_alone_are_no_answer_that_is_missed() -> None:
    talk = at(Question.CALL)
    for _ in range(3):
        assert talk.answers("Please.") == "What may I call you?"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question.VOICE, "I said slower."),
        (Question.VOICE, "No, it's perfect."),
        (Question.TALK, "I said Mozart."),
        (Question.FIRST, "I said rarely."),
        (Question.MANNER, "No, I'm Catholic."),
    ],
)
def test_what_answers_a_later_question_puts_no_name_right(question: Question, said: str) -> None:
    talk = at(question, Here(user_name="Sam"))
    talk.answers(said)
    assert "assistant.user_name" not in talk.settings()


def test_a_name_is_put_right_right_behind_it_in_fewer_words() -> None:
    talk = at(Question.VOICE, Here(user_name="Sam"))
    talk.answers("No, it's Pam.")
    assert talk.settings() == {"assistant.user_name": "Pam"}


LEVELS = {
    "Often, please.": "normal", "Whenever you like.": "normal", "Rarely.": "rare", "Now and then.": "rare",
    "Yes.": "rare", "Not too often.": "rare", "Never.": "off", "No.": "off", "Only when I ask you.": "off",
    "I don't mind.": "rare", "Sure, no problem.": "rare", "Why not?": "rare", "As often as you like.": "normal",
    "Absolutely not.": "off", "Please don't.": "off", "No, thank you, that's fine.": "off", "Not needed.": "off",
    "Never. Not even if it's important.": "off", "Don't speak up too often.": "rare", "Only if necessary.": "rare",
    "Yes, but not at night.": "rare", "Often, but never at night.": "normal", "I don't want that.": "off",
}  # fmt: skip


@pytest.mark.parametrize(("said", "level"), LEVELS.items())
def test_how_often_it_may_speak_first(said: str, level: str) -> None:
    talk = at(Question.FIRST)
    talk.answers(said)
    assert talk.settings() == {"initiative.level": level}


def test_a_level_that_is_denied_is_asked_for_again() -> None:
    talk = at(Question.FIRST)
    assert talk.answers("I wouldn't like you to talk often.").startswith("May I speak first")
    assert talk.settings() == {}


PACES = {
    "Too slow.": 1.15, "Too fast.": 0.85, "That's a bit slow.": 1.15, "You're a little fast.": 0.85,
    "Not so fast.": 0.85,
    "Slow.": 0.85, "Slow down.": 0.85, "Talk more slowly.": 0.85, "Faster.": 1.15, "Not so slow.": 1.15,
}  # fmt: skip


@pytest.mark.parametrize(("said", "speed"), PACES.items())
def test_the_pace_goes_the_way_that_was_said(said: str, speed: float) -> None:
    talk = at(Question.VOICE)
    talk.answers(said)
    assert talk.settings() == {"tts.speed": speed}


@pytest.mark.parametrize("voices", [(), ("Amy",)])
@pytest.mark.parametrize(
    "said",
    [
        "No, stay like this.",
        "No, it's fine.",
        "I don't want another voice.",
        "Don't change it.",
        "Perfect.",
        "Nothing else.",
    ],
)
def test_a_voice_that_is_right_stays(voices: tuple[str, ...], said: str) -> None:
    talk = at(Question.VOICE, Here(voice="Joe", voices=voices))
    talk.answers(said)
    assert talk.did == []
    assert talk.meeting.question is Question.MANNER


@pytest.mark.parametrize("voices", [(), ("Amy",)])
def test_a_voice_that_is_wrong_is_asked_about(voices: tuple[str, ...]) -> None:
    talk = at(Question.VOICE, Here(voice="Joe", voices=voices))
    assert "What shall I change?" in talk.answers("No.")
    assert talk.did == []


@pytest.mark.parametrize(
    "said", ["Never after ten in the evening.", "Always.", "You may speak between eight and ten.", "Not at all."]
)
def test_quiet_hours_are_never_taken_the_other_way_round(said: str) -> None:
    talk = at(Question.QUIET)
    assert "when" in talk.answers(said)
    assert talk.settings() == {}
    assert talk.meeting.question is Question.QUIET


def test_quiet_hours_are_kept_changed_or_none() -> None:
    for said, wanted in {"Yes.": None, "That's fine.": None, "None.": "", "From nine to five.": "21:00-05:00"}.items():
        talk = at(Question.QUIET)
        talk.answers(said)
        assert talk.settings().get("initiative.quiet_hours") == wanted
        assert talk.meeting.question is Question.FIRST
    talk = at(Question.QUIET)
    assert "Which hours" in talk.answers("No.")
    assert talk.meeting.question is Question.QUIET


def test_the_pace_is_changed_until_it_is_right_and_has_ends() -> None:
    talk = at(Question.VOICE)
    talk.answers("Faster.")
    talk.answers("Even faster, please.")
    assert talk.settings() == {"tts.speed": 1.3}
    assert talk.meeting.question is Question.VOICE
    talk.answers("That's good.")
    assert talk.meeting.question is Question.MANNER
    assert "as slow as" in at(Question.VOICE, Here(speed=0.5)).answers("Slower.")


def test_with_one_voice_another_is_refused_honestly() -> None:
    talk = at(Question.VOICE, Here(voice="Joe"))
    assert "only voice" in talk.answers("Another voice, please.")
    assert "can't change" in talk.answers("Deeper.")
    assert talk.did == []


def test_with_several_voices_the_next_is_tried_and_told_of_when_it_is_there() -> None:
    here = Here(voice="Joe", voices=("Amy", "Alan"))
    talk = at(Question.VOICE, here)
    talk.answers("Another one.")
    assert talk.did == [UseVoice("Amy")]
    talk.here = Here(voice="Amy", voices=("Alan", "Joe"))
    told = talk.step(lambda stands, here: meeting.voice_is_there(stands, failed=False))
    assert told.startswith("This is Amy.")
    talk.answers("I'd like Alan.")
    assert talk.did[-1] == UseVoice("Alan")


def test_its_name_is_liked_refused_or_given() -> None:
    named = at(Question.NAME, Here(user_name="Sam"), topics=("stars",))
    assert "Stella" in named.wishes(Wish.AGAIN)
    assert "Then perhaps Newton" in named.answers("No.")
    assert "I'm Luna" in named.answers("I'd rather call you Luna.")
    assert named.settings() == {"assistant.name": "Luna"}


LIKED = [
    "Perfect.", "Lovely.", "Absolutely.", "Yep.", "Yup.", "Great.", "Exactly.", "Gladly.", "Cool.", "Wonderful.",
    "Beautiful.",
    "I love it.", "Yes, I like it very much.", "No, it's perfect.", "Sure, no problem.", "Why not?", "I don't mind.",
]  # fmt: skip


@pytest.mark.parametrize("said", LIKED)
def test_to_like_its_name_is_no_other_name(said: str) -> None:
    talk = at(Question.NAME, Here(user_name="Sam"), topics=("music",))
    talk.wishes(Wish.AGAIN)
    talk.answers(said)
    assert talk.settings() == {"assistant.name": "Viola"}


@pytest.mark.parametrize(
    "said", ["Nope.", "Nah.", "Not really.", "Absolutely not.", "I don't like it.", "No, thank you."]
)
def test_to_dislike_its_name_is_no_other_name(said: str) -> None:
    talk = at(Question.NAME, Here(user_name="Sam"), topics=("music",))
    talk.wishes(Wish.AGAIN)
    assert "Clara" in talk.answers(said)
    assert talk.settings() == {}


def test_its_name_is_never_the_users_and_can_be_said() -> None:
    talk = at(Question.NAME, Here(user_name="Stella"), topics=("stars",))
    assert "Stella" not in talk.wishes(Wish.AGAIN)
    assert "mixed up" in talk.answers("I'll call you Stella.")
    assert "hard to say" in talk.answers("Krzptlk")
    assert talk.stage is Stage.OPEN
    assert talk.settings() == {}


def test_after_three_refusals_the_user_names_it() -> None:
    talk = at(Question.NAME, Here(user_name="Sam"))
    talk.wishes(Wish.AGAIN)
    talk.answers("No.")
    talk.answers("No.")
    assert "you name me" in talk.answers("No.")
    assert "I stay Ada" in talk.answers("Okay, stay as you are.")


def test_a_name_that_somebody_chose_is_kept_unless_it_is_wanted_otherwise() -> None:
    talk = at(Question.NAME, Here(name="Hal", named=True, user_name="Dave"))
    assert "You call me Hal" in talk.wishes(Wish.AGAIN)
    assert "I stay Hal" in talk.answers("Yes.")


def test_a_language_is_asked_only_where_there_is_a_choice() -> None:
    assert "language" not in Talk().begins()
    talk = Talk(Here(languages=("en", "de")))
    assert "There is English and German" in talk.begins()
    talk.answers("German, please.")
    assert talk.settings() == {"assistant.language": "de"}


@pytest.mark.parametrize("question", ORDER)
def test_why_is_told_and_the_question_stays(question: Question) -> None:
    talk = at(question)
    why = languages.table("en", "meeting")["why"][question.value]
    assert talk.wishes(Wish.WHY).startswith(why)
    assert talk.meeting.question is question


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("voices", [(), ("Amy",)])
def test_all_that_it_says_can_be_filled_in(terminal: bool, voices: tuple[str, ...]) -> None:
    here = Here(user_name="Sam", terminal=terminal, voices=voices, quiet_hours="23:00-07:00")
    talk = Talk(here)
    said = [talk.begins()]
    while talk.stage is Stage.OPEN:
        said += [talk.wishes(Wish.WHY), talk.wishes(Wish.AGAIN), talk.wishes(Wish.SKIP)]
    assert not any(sign in text for text in said for sign in "{}")


def test_no_text_is_without_use_and_none_ends_in_the_air() -> None:
    table = languages.table("en", "meeting")
    for part in ("say", "ask", "brief", "why"):
        for key, texts in table[part].items():
            for text in [texts] if isinstance(texts, str) else texts:
                assert text[-1] in ".?", f"{part}.{key}"
                fields = {field for _, field, _, _ in string.Formatter().parse(text) if field}
                known = {"user", "name", "chosen", "because", "voice", "voices", "speed", "begin", "end", "languages"}
                assert fields <= known
    for part in ("brief", "why"):
        assert {question.value for question in Question} <= {*table[part]}
