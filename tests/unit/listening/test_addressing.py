"""Its name, as recognisers spell it, and ordinary sentences in which it is not said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceos.listening.addressing import names

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
    "",
]


@pytest.mark.parametrize(("name", "transcript"), CALLED)
def test_it_hears_its_name(name: str, transcript: str) -> None:
    assert names(transcript, name)


@pytest.mark.parametrize("name", ["Ada", "Samantha", "Jarvis", "Robin"])
@pytest.mark.parametrize("transcript", ORDINARY)
def test_it_does_not_hear_its_name_in_other_words(name: str, transcript: str) -> None:
    assert not names(transcript, name)


def test_it_does_not_hear_its_name_in_what_people_really_say(speech_dir: Path) -> None:
    texts = []
    for manifest in ("english", "commands", "turns"):
        for line in (speech_dir / manifest / "manifest.jsonl").read_text("utf-8").splitlines():
            texts.append(json.loads(line).get("text") or "")
    assert [text for text in texts if names(text, "Ada")] == []
