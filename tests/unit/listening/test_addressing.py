"""Its name, as recognisers spell it, and ordinary sentences in which it is not said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceos.listening.addressing import names, strip_name, strip_wake_word

CALLED = [
    ("Ada", "Ada, what time is it?"),
    ("Ada", "what do you think, Ada?"),
    ("Ada", "ADA"),
    ("Ada", "Eda, tell me a joke"),
    ("Ada", "Aida how are you"),
    ("Ada", "hello Ayda"),
    ("Ada", "is that Ada's idea?"),
    ("Samantha", "Samantha, are you there?"),
    ("Samantha", "Samanta are you there"),
    ("Samantha", "Sam Antha, are you there?"),
    ("Jarvis", "hey Jarvis"),
    ("Jarvis", "hey Jervis"),
    ("Iris", "Iris, stop"),
    ("Mary Ann", "Maryann, what is new?"),
    ("Zoë", "Zoë, hello"),
    ("Zoë", "Zoe, hello"),
    ("Zoe", "Zoey, hello"),
    ("José", "Jose, are you there"),
    ("Max", "Macs, hello"),
    ("Luna", "good morning Loona"),
    ("Sophie", "Sofi, what is new"),
    ("Theo", "Teo, stop"),
]
ORDINARY = [
    "I had a day off",
    "add a timer for ten minutes",
    "I have an idea",
    "Canada is a big country",
    "Adam said so",
    "at a time like this",
    "and a cup of tea",
    "I need some aid",
    "the data is lost",
    "odd as it may be",
    "a dark night",
    "give it to Eddie",
    "it is all over",
    "my samba class is on Monday",
    "this jar is empty",
    "so what do you think they said",
    "the tea is too hot to drink",
    "they went there on Thursday",
    "to be or not to be",
    "any time at all",
    "what a joy it was",
    "the sofa is too soft",
    "she was so sorry about the zoo",
    "I ate an egg and a ham sandwich",
    "my aim is to learn",
    "an hour and a half",
    "ahead of us is a hut",
    "I am only joking",
    "turn the music up a bit",
    "the moon is very bright",
    "no one knows how far it is",
    "never say never",
    "come here and have a look",
    "it may well rain tomorrow",
    "my mother made me a meal",
    "me and my brother went out",
    "these are hers and those are his",
    "the eyes of the cat are green",
    "irises grow in the garden",
    "a robot cleans the floor",
    "we were robbed on Monday",
    "rob a bank and you go to prison",
    "java is a language and an island",
    "service was slow at the bar",
    "a small salmon swam by",
    "all else is a lie",
    "also relax a little",
    "I would like ten of them at most",
    "mix the eggs and the milk",
    "how do you make tofu",
    "an army of ants",
    "you can do it the other way around",
    "open the door and let him in",
    "what is the weather like in the north",
    "otherwise we ought to go",
    "he has had enough of it",
    "put it on the table over there",
    "I need a new pair of shoes",
    "",
]


@pytest.mark.parametrize(("name", "transcript"), CALLED)
def test_it_hears_its_name(name: str, transcript: str) -> None:
    assert names(transcript, name)


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "Samantha",
        "Jarvis",
        "Robin",
        "Anna",
        "Emma",
        "Iris",
        "Joe",
        "Luna",
        "Max",
        "Mia",
        "Otto",
        "Sophie",
        "Theo",
        "Zoë",
    ],
)
@pytest.mark.parametrize("transcript", ORDINARY)
def test_it_does_not_hear_its_name_in_other_words(name: str, transcript: str) -> None:
    assert not names(transcript, name)


def test_it_does_not_hear_its_name_in_what_people_really_say(speech_dir: Path) -> None:
    texts = []
    for manifest in ("english", "commands", "turns"):
        for line in (speech_dir / manifest / "manifest.jsonl").read_text("utf-8").splitlines():
            texts.append(json.loads(line).get("text") or "")
    assert [text for text in texts if names(text, "Ada")] == []


@pytest.mark.parametrize(
    ("name", "transcript", "rest"),
    [
        ("Ada", "Ada, what time is it?", "what time is it?"),
        ("Ada", "What time is it, Ada?", "What time is it?"),
        ("Ada", "Eda! Stop.", "Stop."),
        ("Ada", "Tell me, Ada, what is new?", "Tell me, what is new?"),
        ("Ada", "Okay. Ada, stop.", "Okay. stop."),
        ("Ada", "Ada, stop, Ada!", "stop!"),
        ("Ada", "Ada?", ""),
        ("Ada", "It was 3.5, Ada.", "It was 3.5."),
        ("Samantha", "Sam Antha, are you there?", "are you there?"),
        ("Mary Ann", "Mary Ann, hello", "hello"),
        ("Ada", "Ada Lovelace was born in London.", "Ada Lovelace was born in London."),
        ("Ada", "Is that Ada's idea?", "Is that Ada's idea?"),
        ("Ada", "I met Ada.", "I met Ada."),
        ("Ada", "Well, yes, and no.", "Well, yes, and no."),
    ],
)
def test_a_name_that_only_calls_is_taken_out(name: str, transcript: str, rest: str) -> None:
    assert strip_name(transcript, name) == rest


@pytest.mark.parametrize(
    ("heard", "phrase", "rest"),
    [
        ("Okay, Nabu, what time is it?", "Okay Nabu", "what time is it?"),
        ("Okay Naboo. What time is it?", "Okay Nabu", "What time is it?"),
        ("OK, now boo, what time is it?", "Okay Nabu", "what time is it?"),
        ("so I said okay nabu what time is it", "Okay Nabu", "what time is it"),
        ("Okay Nabu.", "Okay Nabu", ""),
        ("Hey Jarvis, tell me a joke.", "Hey Jarvis", "tell me a joke."),
        ("Hey Microsoft, tell me a joke.", "Hey Mycroft", "tell me a joke."),
        ("A lexa, tell me a joke.", "Alexa", "tell me a joke."),
        ("Alexa's joke, please.", "Alexa", "s joke, please."),
        ("What time is it?", "Okay Nabu", "What time is it?"),
        ("", "Okay Nabu", ""),
    ],
)
def test_the_wake_word_is_no_part_of_what_is_said(heard: str, phrase: str, rest: str) -> None:
    assert strip_wake_word(heard, phrase) == rest
