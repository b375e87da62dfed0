"""What shows that a life is in danger, and what people say without meaning that.

`python -m tests.unit.thinking.test_crisis` prints the figures of each part of the table.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from voiceos.languages import available
from voiceos.thinking.crisis import Crisis
from voiceos.thinking.intents import SentenceMatcher

CASES: dict[str, dict[str, list[str]]] = tomllib.loads(Path(__file__).with_name("crisis_cases.toml").read_text("utf-8"))
CRISIS = Crisis("en")
KNOWN = [(text, kind) for part in CASES if part != "held_out" for kind, texts in CASES[part].items() for text in texts]
HELD_OUT_FOUND = 51
"""Of the sentences that the rule was not written on. It may find more, never fewer."""
HELD_OUT_FALSE_ALARMS = 1


def figures(part: str) -> tuple[int, int, int, int]:
    """Of one part of the table: sentences that tell of danger, those of them that are found, others, false alarms."""
    table = CASES[part]
    danger = [text for kind, texts in table.items() if kind != "none" for text in texts]
    found = sum(bool(CRISIS.find(text)) for text in danger)
    return len(danger), found, len(table["none"]), sum(bool(CRISIS.find(text)) for text in table["none"])


@pytest.mark.parametrize(("text", "kind"), KNOWN)
def test_danger_is_found_and_idioms_films_and_denials_are_none(text: str, kind: str) -> None:
    assert CRISIS.find(text) == ("" if kind == "none" else kind)


def test_sentences_that_it_was_not_written_on_are_found_as_often_as_ever() -> None:
    _, found, _, false_alarms = figures("held_out")
    assert found >= HELD_OUT_FOUND
    assert false_alarms <= HELD_OUT_FALSE_ALARMS


@pytest.mark.parametrize(
    "text",
    [
        "I want to kill myself",
        "I WANT TO KILL MYSELF!",
        "I… want to, um. I want to kill myself.",
        "I want to kill  myself, okay?",
        "I don’t want to live any more.",
        "What time is it? And how warm is it outside? I want to kill myself. Set a timer.",
        "He says I want to kill myself. So do I.",
    ],
)
def test_spelling_punctuation_and_what_is_said_besides_do_not_hide_it(text: str) -> None:
    assert CRISIS.find(text) == "life"


def test_it_goes_before_every_wish_and_length() -> None:
    matcher = SentenceMatcher("en", "Ada")
    for text in ("Stop. I want to die.", "Be quiet, I'm going to kill myself", "so " * 100 + "I want to kill myself"):
        intent = matcher.match(text)
        assert intent is not None
        assert (intent.name, intent.slots) == ("crisis", {"kind": "life"})


@pytest.mark.parametrize("language", available())
def test_every_kind_has_its_patterns(language: str) -> None:
    assert Crisis(language).kinds == CRISIS.kinds
    assert Crisis(language).find("") == ""


if __name__ == "__main__":
    for name in CASES:
        danger, hits, others, alarms = figures(name)
        print(f"{name}: {hits} of {danger} found, {alarms} of {others} others taken for danger")
