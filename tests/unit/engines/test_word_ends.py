from __future__ import annotations

from voiceos.engines.word_ends import Sounded, word_ends, words_of

ALONE = {"of": "ʌv", "the": "ðə", "many": "mˈɛni", "ten-thirty": "tˈɛnθˈɜːɾi"}


def sounded(phonemes: str) -> list[Sounded]:
    return [Sounded(p, 100 * (i + 1)) for i, p in enumerate(phonemes)]


def ends(text: str, phonemes: str) -> list[tuple[str, int]]:
    said = sounded(phonemes)
    words = word_ends(text, said, ALONE.__getitem__, begin=0, sound_end=said[-1].sample_end)
    return [(text[: w.text_end], w.sample_end) for w in words]


def test_one_group_a_word() -> None:
    assert ends("of many", "ʌv mˈɛni") == [("of", 200), ("of many", 800)]


def test_two_words_said_as_one() -> None:
    assert ends("of the many", "ʌvðə mˈɛni") == [("of", 200), ("of the", 400), ("of the many", 1000)]


def test_one_word_said_as_two() -> None:
    assert [at for _, at in ends("many ten-thirty", "mˈɛni tˈɛn θˈɜːɾi")] == [500, 1700]


def test_punctuation_and_silence_are_not_words() -> None:
    assert [at for _, at in ends("of, … many!", "ʌv,  mˈɛni!")] == [200, 1100]


def test_nothing_sounded_ends_at_the_end() -> None:
    assert [w.sample_end for w in word_ends("of", [], ALONE.__getitem__, begin=10, sound_end=50)] == [40]


def test_characters_are_words_where_nothing_separates_them() -> None:
    assert words_of("漢字。") == [("漢", 1), ("字。", 3)]
