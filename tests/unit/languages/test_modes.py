"""Every mode of listening is told of, as it starts and as it is changed to."""

from __future__ import annotations

from typing import get_args

import pytest

from voiceos.config.model import ListeningMode
from voiceos.languages import Phrases, available
from voiceos.turn_taking.policy import Mode


@pytest.mark.parametrize("language", available())
def test_each_mode_has_its_sentences(language: str) -> None:
    phrases = Phrases(language, wake_word="Okay Nabu")
    for mode in get_args(ListeningMode):
        assert phrases.text(f"greeting_{mode}", name="Ada")
        assert phrases.text(f"mode_{mode}", name="Ada")


def test_the_modes_that_may_be_set_are_those_that_there_are() -> None:
    assert set(get_args(ListeningMode)) == set(get_args(Mode))
