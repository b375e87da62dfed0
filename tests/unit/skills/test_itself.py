"""What it says of itself: never that it has a body or a past of its own."""

from __future__ import annotations

import pytest

from voiceos.bench.character import judge, table
from voiceos.events import Intent
from voiceos.languages import Phrases, available
from voiceos.skills import itself
from voiceos.thinking.intents import SentenceMatcher


@pytest.mark.parametrize("language", available())
@pytest.mark.parametrize("name", itself.ANSWERED)
def test_each_question_has_several_answers_that_claim_nothing(language: str, name: str) -> None:
    phrases = Phrases(language)
    key = itself.ANSWERED[name]
    said = [itself.answer(Intent(name), phrases) for _ in phrases.variants(key)]
    assert len({*said}) == len(said) >= 2
    for text in said:
        assert judge("honest", text, table()["rules"]) == ""


def test_each_is_a_known_sentence() -> None:
    assert itself.ANSWERED.keys() <= {*SentenceMatcher("en")._data.intents.intents}
