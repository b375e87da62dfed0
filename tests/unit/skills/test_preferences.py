from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from voiceos.catalogue import Store, catalog
from voiceos.catalogue.voices import Voice, called, voices_here
from voiceos.config.keys import section_models
from voiceos.events import Intent
from voiceos.languages import Phrases, available, table
from voiceos.skills.preferences import UNDONE, WISHES, perform
from voiceos.thinking.intents import SentenceMatcher

JOE, KRISTIN, NORMAN = (Voice(f"en_US-{name.lower()}-medium", name) for name in ("Joe", "Kristin", "Norman"))
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@dataclass
class Wanted:
    """Writes down what is wanted."""

    here: list[Voice]
    voice: str = JOE.model
    taken: list[Voice] = field(default_factory=list)
    until: datetime | None = None
    undone: str = ""

    def voices(self) -> list[Voice]:
        return self.here

    def use_voice(self, voice: Voice) -> None:
        self.taken.append(voice)

    def call_user(self, name: str) -> None: ...

    def hush(self, until: datetime | None) -> None:
        self.until = until

    def undo(self) -> str:
        return self.undone


def wish(wanted: Wanted, name: str, **slots: str | float) -> str:
    return perform(Intent(name, slots), wanted, Phrases("en"), NOW, "en")


def test_another_voice_is_the_next_one_round_and_round() -> None:
    wanted = Wanted([JOE, KRISTIN, NORMAN])
    for voice in (KRISTIN, NORMAN, JOE):
        wish(wanted, "another_voice")
        assert wanted.taken[-1] == voice
        wanted.voice = voice.model


@pytest.mark.parametrize(
    ("said", "voice"), [("Kristin", KRISTIN), ("kristen", KRISTIN), ("Christin", KRISTIN), ("Norma", NORMAN)]
)
def test_a_voice_is_found_however_its_name_was_spelled(said: str, voice: Voice) -> None:
    wanted = Wanted([JOE, KRISTIN, NORMAN])
    wish(wanted, "use_voice", voice=said)
    assert wanted.taken == [voice]


def test_a_voice_that_is_not_here_is_answered_with_those_that_are() -> None:
    wanted = Wanted([JOE, KRISTIN])
    assert wish(wanted, "use_voice", voice="Beethoven") == "I don't have that voice. There is Joe and Kristin."
    assert wish(wanted, "use_voice", voice="Joe") == "I'm Joe already."
    assert wish(Wanted([JOE]), "another_voice").startswith("Joe is the only voice here.")
    assert wish(Wanted([]), "which_voices").startswith("Joe is the only voice here.")
    assert wanted.taken == []


def test_until_when_it_will_be_quiet_is_said() -> None:
    wanted = Wanted([])
    assert "until 3:00" in wish(wanted, "quiet_until", hour=3)
    assert "until tomorrow at 2:30" in wish(wanted, "quiet_until", hour=2, minute=30, half="am")
    assert "you can talk again" in wish(wanted, "quiet_until")
    assert wanted.until is not None
    wish(wanted, "talk_again")
    assert wanted.until is None


@pytest.mark.parametrize("key", UNDONE)
def test_what_was_put_back_is_said(key: str) -> None:
    assert wish(Wanted([], undone=key), "undo") in Phrases("en").variants(UNDONE[key])


def test_with_nothing_to_put_back_it_says_so() -> None:
    assert wish(Wanted([]), "undo") in Phrases("en").variants("nothing_to_undo")


def test_voices_are_here_whose_files_are(tmp_path: object) -> None:
    store = Store(str(tmp_path))
    assert voices_here("en", store) == []
    for name in ("en_US-ljspeech-medium", "en_US-ljspeech-high", "en_US-joe-medium"):
        model = catalog().get(name)
        store.folder(model).mkdir(parents=True)
        for file in model.files:
            with (store.folder(model) / file.name).open("wb") as out:
                out.truncate(file.size)
    voices = voices_here("en", store)
    assert sorted(voice.spoken for voice in voices) == ["Joe", "Ljspeech high", "Ljspeech medium"]
    found = called("L J speech high", voices)
    assert found is not None
    assert found.model == "en_US-ljspeech-high"


@pytest.mark.parametrize("language", available())
def test_every_section_has_a_name_that_can_be_said(language: str) -> None:
    assert table(language, "answers")["sections"].keys() == section_models().keys()


def test_every_wish_has_sentences() -> None:
    known = set(SentenceMatcher("en")._data.intents.intents)
    assert {*WISHES} <= known
