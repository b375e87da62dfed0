from __future__ import annotations

from pathlib import Path

import pytest

from voiceos import languages
from voiceos.engines.spoken_vocabulary import WholeVocabulary, kept, write_copy

NORMAL, CONTROL = 1, 3


def letters(text: str) -> str:
    """As a byte-level vocabulary writes it."""
    return "".join(chr(byte) if 0x21 <= byte < 0x7F else _OTHERS[byte] for byte in text.encode())


_PRINTABLE = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
_OTHERS = {byte: chr(byte) for byte in _PRINTABLE} | {
    byte: chr(256 + n) for n, byte in enumerate(b for b in range(256) if b not in _PRINTABLE)
}

SAID = [" the", "Moon", " naïve", "'s", "’re", '"Well', "-looking", " iPhone", "42", "...", ' "', '":"', "?\n\n", "  "]
UNSAID = [" привет", "東京", "的", ".append", "_name", "$scope", " ✓", "►", "\ufeffusing"]


@pytest.mark.parametrize("text", SAID)
def test_what_is_said_or_structures_a_reply_is_kept(text: str) -> None:
    assert kept([letters(text)], [NORMAL], {"LATIN"}) == [0]


@pytest.mark.parametrize("text", UNSAID)
def test_other_scripts_and_programs_are_left_out(text: str) -> None:
    assert kept([letters(text)], [NORMAL], {"LATIN"}) == []


def test_single_bytes_and_marks_are_kept_and_halves_of_characters_are_not() -> None:
    half = letters("東")[:2]
    assert kept([*_OTHERS.values(), half, "<|im_end|>"], [NORMAL] * 257 + [CONTROL], {"LATIN"}) == [*range(256), 257]


def test_a_language_of_another_script_keeps_its_own() -> None:
    assert kept([letters(" привет"), letters("東京")], [NORMAL] * 2, {"CYRILLIC", "LATIN"}) == [0]


def test_words_with_marks_on_their_letters_are_words() -> None:
    words = [letters(" नमस्ते"), letters("。"), letters(" привет")]
    assert kept(words, [NORMAL] * 3, {"DEVANAGARI"}) == [0, 1]


def test_each_language_names_its_letters() -> None:
    for language in languages.available():
        assert languages.table(language, "script")["letters"]


def test_what_is_no_model_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"not a model, but long enough to be read as one" * 9)
    with pytest.raises(WholeVocabulary):
        write_copy(tmp_path / "model.gguf", tmp_path / "copy.gguf", {"LATIN"})
    assert not (tmp_path / "copy.gguf").exists()
