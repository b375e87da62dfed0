from __future__ import annotations

import string
from pathlib import Path
from typing import get_args

import pytest

import voiceos
from voiceos import errors
from voiceos.config.model import ListeningMode
from voiceos.errors import ConfigError, VoiceosError
from voiceos.languages import Phrases, available


def error_classes(of: type[VoiceosError] = VoiceosError) -> list[type[VoiceosError]]:
    return [of, *(found for child in of.__subclasses__() for found in error_classes(child))]


@pytest.mark.parametrize("language", available())
def test_every_error_has_its_sentence(language: str) -> None:
    assert errors.StorageError in error_classes()
    for error in error_classes():
        assert Phrases(language).text(error.spoken)


def test_variants_take_turns() -> None:
    phrases = Phrases("en")
    first, second = phrases.variants("didnt_catch")
    assert [phrases.text("didnt_catch") for _ in range(3)] == [first, second, first]


def test_values_are_filled_in() -> None:
    assert "Samantha" in Phrases("en").text("greeting_open", name="Samantha")
    with pytest.raises(KeyError):
        Phrases("en").text("greeting_open")


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        Phrases("en").text("no.such.sentence")


def test_a_missing_language_names_those_that_exist() -> None:
    with pytest.raises(ConfigError, match=r"'tlh'.*en"):
        Phrases("tlh")


@pytest.mark.parametrize("language", available())
def test_sentences_are_whole_and_short(language: str) -> None:
    phrases = Phrases(language)
    for key in phrases:
        for text in phrases.variants(key):
            assert text == text.strip()
            assert text[-1] in ".?!"
            assert len(text) <= 120, key


def test_every_sentence_has_a_use() -> None:
    """Each key stands in the code, in full or by a part of the tree or a choice that is made there."""
    code = "".join(path.read_text("utf-8") for path in Path(voiceos.__file__).parent.rglob("*.py"))
    spoken = {error.spoken for error in error_classes()} | {f"error.{stage}" for stage in ("stt", "llm", "tts")}
    modes = {f"{what}_{mode}" for what in ("greeting", "mode") for mode in get_args(ListeningMode)}
    unused = [key for key in Phrases("en") if f'"{key}"' not in code and key not in spoken | modes]
    assert unused == []


@pytest.mark.parametrize("language", available())
def test_errors_hold_no_placeholders(language: str) -> None:
    phrases = Phrases(language)
    for key in [k for k in phrases if k.startswith("error.")]:
        for text in phrases.variants(key):
            assert [field for _, field, _, _ in string.Formatter().parse(text) if field] == []
