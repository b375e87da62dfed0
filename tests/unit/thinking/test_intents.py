"""The wishes that work when the language model is dead, and all else that must not be taken for one."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from voiceos.thinking.intents import SentenceMatcher

CASES: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("intent_cases.toml").read_text("utf-8"))
MATCHER = SentenceMatcher("en", "Ada")


@pytest.mark.parametrize(
    ("transcript", "wish"), [(text, wish) for wish, texts in CASES.items() for text in texts if wish != "none"]
)
def test_a_wish_is_understood(transcript: str, wish: str) -> None:
    intent = MATCHER.match(transcript)
    assert intent is not None
    assert intent.name == wish


@pytest.mark.parametrize("transcript", CASES["none"])
def test_other_sentences_are_left_to_the_model(transcript: str) -> None:
    assert MATCHER.match(transcript) is None


def test_a_number_comes_with_the_wish() -> None:
    intent = MATCHER.match("Set the volume to 40%.")
    assert intent is not None
    assert intent.slots["percent"] == 40


OPEN = {
    "question": {
        "yes": ["Yes.", "Yeah.", "Yes, please.", "Yes, do it.", "Sure.", "Yes, forget everything.", "I'm sure."],
        "no": ["No.", "No, don't.", "No, thanks.", "Better not.", "Keep it.", "No, wait."],
        "": ["Okay.", "Right.", "Yes, I saw Ana yesterday.", "No idea.", "Never mind that."],
    },
    "told": {
        "wrong": ["That's wrong.", "No, that's not true.", "You're wrong."],
        "correct": ["That's wrong, it's Anna.", "No, it's Anna Maria.", "It's not Ana, it's Anna.", "No, she's forty."],
        "told_when": ["When was that?", "How do you know that?", "Did I really say that?"],
        "": ["It's raining.", "Yes.", "No."],
    },
    "when": {
        "remind_at": [
            *("At five.", "Five.", "Five o'clock, please.", "Tomorrow at nine.", "In ten minutes.", "At noon?"),
            *("Remind me at five.", "Make it at five past six.", "Maybe on Friday?"),
        ],
        "remind": ["Remind me to eat at five."],
        "never_mind": ["Never mind."],
        "": ["At the cinema.", "Five people came.", "Tomorrow never dies.", "Yes.", "Today's news."],
    },
    "what": {
        "remind_of": [
            *("To call my sister.", "Call my sister.", "My dentist appointment.", "Of the meeting.", "Milk."),
            *("Tell Anna about the party.", "Give the dog his pill.", "Play tennis with Bob.", "Cancel the gym."),
            *("Show Eva the flat.", "That I have to go.", "The good wine.", "Good wine.", "Call Anna, please."),
            *("Ask my boss for a day off.", "Set the table.", "Leave at nine."),
        ],
        "never_mind": ["Never mind."],
        "": [
            *("I don't know.", "What is the capital of France?", "Nothing.", "It's raining.", "No."),
            *("Let's talk about something else.", "Tell me a joke.", "Give me a moment.", "Play some music."),
            *("Show me the news.", "Actually, forget it.", "Maybe later.", "Good night.", "Good.", "Great.", "Sure."),
            *(
                "Do you have any ideas?",
                "Do you have any ideas.",
                "That was a good one.",
                "That's fine.",
                "Let me think.",
            ),
            *("Your voice is nice.", "Sing me a song.", "Hang on.", "Something else.", "Don't do that.", "Of what"),
            *(
                "By the way, it's cold.",
                "Just a second.",
                "Explain that.",
                "Yeah, sure.",
                "That's great.",
                "There's a bird.",
            ),
        ],
    },
    "meeting": {
        "meeting_skip": ["Skip.", "Skip that.", "Next question, please.", "I'd rather not say.", "Pass."],
        "meeting_back": ["Go back.", "No, go back.", "One step back.", "Back to the last question."],
        "meeting_again": ["Say that again.", "What did you ask?", "Repeat the question, please."],
        "meeting_why": ["Why?", "Why do you ask?", "Why do you want to know that?", "What for?"],
        "meeting_later": ["Not now.", "Later.", "Let's do this later.", "Skip all of it.", "Stop asking me questions."],
        "meeting_never": ["Never ask again.", "Don't ask me that again.", "I don't want this."],
        "repeat": ["Pardon?"],
        "": ["Sam.", "Yes.", "From ten to eight.", "Never.", "I like to go back home."],
    },
    "correction": {
        "correct": ["It's Anna.", "It is the second of May.", "It's a fine old house."],
        "no": ["It's fine.", "That's okay.", "Leave it.", "It's not that important."],
        "": ["Anna.", "It's over."],
    },
    "spoke_first": {
        "not_now": ["Not now.", "Later, please.", "Maybe later.", "Tell me again later."],
        "why_first": ["Why did you say that?", "Why did you tell me that?", "Why did you remind me?"],
        "": ["Why is the sky blue?", "Now.", "Yes."],
    },
    "offer": {
        "accept_reminder": ["Yes.", "Yes, please.", "Okay.", "Sure, do that.", "Yes, remind me."],
        "decline_reminder": ["No.", "No, thanks.", "No need.", "No, I'll remember."],
        "": ["Yes, I saw her.", "No idea."],
    },
    "more": {"known_more": ["Go on.", "Yes.", "What else?", "Tell me more."], "": ["No."]},
}
"""What is understood only behind what it answers."""


@pytest.mark.parametrize(
    ("is_open", "wish", "transcript"),
    [(name, wish, text) for name, wishes in OPEN.items() for wish, texts in wishes.items() for text in texts],
)
def test_what_answers_something_is_understood_just_behind_it(is_open: str, wish: str, transcript: str) -> None:
    intent = SentenceMatcher("en", "Ada", asked=lambda: {is_open}).match(transcript)
    assert (intent.name if intent is not None else "") == wish


@pytest.mark.parametrize(
    ("transcript", "slots"),
    [
        ("Remember that my Sister's name is Ana, please.", {"text": "my Sister's name is Ana"}),
        ("Remember that I like tea, Ada.", {"text": "I like tea"}),
        ("Remember that my PIN is 1234, thanks Ada?", None),
        ("Remember that my PIN is 1234, thanks Ada.", {"text": "my PIN is 1234"}),
        ("Remember that my PIN is 1234, thank you, Ada!", {"text": "my PIN is 1234"}),
        ("Remember that my daughter is called Ada.", {"text": "my daughter is called Ada"}),
        ("Remember that 🎉🎉 is my emoji.", {"text": "🎉🎉 is my emoji"}),
        ('Remember that "Bo" is my cat.', {"text": '"Bo" is my cat'}),
        ("Remember: I like tea.", {"text": "I like tea"}),
        ("Could you remember that I take 50% now?", {"text": "I take 50% now"}),
        ("Remember that Dr. O’Neill calls at 5:30 p.m.", {"text": "Dr. O’Neill calls at 5:30 p.m"}),
        (f"Remember that I have {'very ' * 200}old friends.", {"text": f"I have {'very ' * 200}old friends"}),
        ("What do you know about Ana Maria, Ada?", {"topic": "Ana Maria"}),
        ("Forget everything about the McGregors.", {"topic": "the McGregors"}),
        ("forget ana", {"topic": "Ana"}),
        ("forget about ana maria please", {"topic": "Ana Maria"}),
        ("forget my sister", {"topic": "my sister"}),
        ("forget dinner", None),
        ("forget the milk", None),
        ("forget about the weather", None),
        ("Forget ana.", {"topic": "Ana"}),
        ("Remind me again in ten minutes.", {"again": 1, "minutes": 10}),
        ("Remind me once more at five.", {"again": 1, "hour": 5}),
        ("Remind me in ten minutes again.", {"again": 1, "minutes": 10}),
        ("Remind me again.", {"again": 1}),
        ("Remind me again what you said.", None),
        ("Remind me to buy milk after work.", {"link": "to", "task": "buy milk", "after": "after work"}),
    ],
)
def test_words_come_as_they_were_written(transcript: str, slots: dict[str, str] | None) -> None:
    intent = MATCHER.match(transcript)
    assert (None if intent is None else intent.slots) == slots


def test_what_people_really_said_is_taken_for_a_wish_only_where_it_is_one(speech_dir: Path) -> None:
    taken = {}
    for folder in ("english", "commands", "turns"):
        for line in (speech_dir / folder / "manifest.jsonl").read_text("utf-8").splitlines():
            text = json.loads(line).get("text") or ""
            if (intent := MATCHER.match(text)) is not None:
                taken[text] = intent.name
    assert taken == {"nevermind": "never_mind", "what's the date": "date"}
