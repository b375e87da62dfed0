"""Persona files: shipped and the user's own, right and wrong, and what the language model reads of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceos.config.model import Assistant
from voiceos.errors import ConfigError
from voiceos.languages import available as languages
from voiceos.thinking import character
from voiceos.thinking.prompt import Persona
from voiceos.traits import Book, disposition


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = character.folder()
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("language", languages())
def test_several_come_with_each_language_and_are_right(language: str, own: Path) -> None:
    shipped = character.available(language)
    assert character.DEFAULT in shipped
    assert len(shipped) >= 3
    for name in shipped:
        who = character.load(language, name)
        assert who.summary
        assert "{" not in Persona.load(language, "Ada", called=name).system


def test_fields_become_sentences_and_empty_ones_none(own: Path) -> None:
    (own / "salt.toml").write_text(
        'who = "an old sailor"\ntone = "rough"\nhumour = "salty"\n'
        'interests = ["ships", "knots"]\ndirectness = "blunt"\n'
    )
    system = Persona.load("en", "Ada", called="salt").system
    assert system.startswith(
        "You are Ada, an old sailor. Your tone is rough. Your humour is salty. You like to talk about ships and knots. "
        "You say bluntly what you think, and are never unkind. You talk with them aloud."
    )
    (own / "salt.toml").write_text('who = "an old sailor"\n')
    assert Persona.load("en", "Ada", called="salt").system.startswith("You are Ada, an old sailor. You talk with them")


def test_what_it_never_claims_is_the_same_for_all(own: Path) -> None:
    (own / "human.toml").write_text('who = "a human being of flesh and blood"\n')
    assert "never claim a body or a past" in Persona.load("en", "Ada", called="human").system


def test_the_users_own_goes_before_the_shipped_one_and_their_words_before_both(own: Path) -> None:
    (own / "warm.toml").write_text('who = "a stove"\n')
    assert "You are Ada, a stove." in Persona.load("en", "Ada").system
    assert "a stove" not in Persona.load("en", "Ada", character="You are a pirate.").system


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("who = ", "cannot be read"),
        ('tone = "kind"', "who"),
        ('who = "x"\nhumor = "dry"', "humor"),
        ('who = "x"\ndirectness = "rude"', "directness"),
        ('who = "x"\ninterests = "ships"', "interests"),
        ('who = ""', "who"),
        ('who = "' + "x" * 500 + '"', "who"),
    ],
)
def test_a_mistake_names_the_file_and_the_field(text: str, told: str, own: Path) -> None:
    (own / "bad.toml").write_text(text)
    with pytest.raises(ConfigError) as error:
        character.load("en", "bad")
    assert str(own / "bad.toml") in str(error.value)
    assert told in str(error.value)
    assert error.value.hint


def test_one_that_is_not_there_names_those_that_are(own: Path) -> None:
    with pytest.raises(ConfigError, match=r"calm.*dry.*warm"):
        character.load("en", "nobody")


def test_traits_begin_where_the_file_says_and_move_within_its_bounds(own: Path) -> None:
    (own / "salt.toml").write_text(
        'who = "a sailor"\ndirectness = "plain"\n[traits]\ntalkativeness = -1\n[bounds]\nhumour = 0\n'
    )
    settings = Assistant(character="salt")
    drift = {"talkativeness": -2, "humour": 2, "directness": 1, "warmth": 1}
    begins, become = disposition(settings, Book()), disposition(settings, Book(drift=drift))
    assert begins.values == {"talkativeness": -1, "humour": 0, "directness": 1, "warmth": 0}
    assert become.values == {"talkativeness": -2, "humour": 0, "directness": 2, "warmth": 1}
    assert become.limits == {"talkativeness": (-1, 2), "humour": (0, 0), "directness": (-1, 1), "warmth": (-1, 1)}
    held = disposition(Assistant(character="salt", drift=0), Book(drift=drift))
    assert held.values == begins.values
    own_words = disposition(Assistant(character="nobody", persona="You are a pirate."), Book(drift=drift))
    assert own_words.values == {"talkativeness": -2, "humour": 2, "directness": 1, "warmth": 1}


def test_how_it_has_become_stands_last_but_for_how_direct_it_is(own: Path) -> None:
    before = Persona.load("en", "Ada", user_name="Tom").system
    assert Persona.load("en", "Ada", user_name="Tom", manner="Keep answers short.").system == (
        f"{before} Keep answers short."
    )
    system = Persona.load("en", "Ada", called="calm", directness=1).system
    assert "You say plainly what you think." in system
    assert "gently" not in system
