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


def test_what_people_really_said_is_taken_for_a_wish_only_where_it_is_one(speech_dir: Path) -> None:
    taken = {}
    for folder in ("english", "commands", "turns"):
        for line in (speech_dir / folder / "manifest.jsonl").read_text("utf-8").splitlines():
            text = json.loads(line).get("text") or ""
            if (intent := MATCHER.match(text)) is not None:
                taken[text] = intent.name
    assert taken == {"nevermind": "never_mind", "what's the date": "date"}
