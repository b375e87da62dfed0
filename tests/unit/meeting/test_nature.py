"""What is drawn from how the user wants it to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceos import languages
from voiceos.meeting import nature
from voiceos.thinking import character
from voiceos.thinking.intents import plain

TRAITS = {
    "Funny, please.": ("funny",),
    "Not too funny, and straight out.": ("serious", "direct"),
    "Be like a good friend, gentle and calm.": ("warm", "gentle", "calm"),
    "No jokes.": ("serious",),
    "Blunt. Brutally honest.": ("blunt",),
    "Short answers, I don't like a lot of talk.": ("brief",),
    "I live in Bristol.": (),
}

TOPICS = {
    "I like sailing, and a bit of jazz.": ("sea", "music"),
    "Reading books and my dog": ("books", "animals"),
    "Nothing in particular.": (),
}


@pytest.mark.parametrize(("said", "found"), TRAITS.items())
def test_traits(said: str, found: tuple[str, ...]) -> None:
    assert nature.traits(plain(said), "en") == found


@pytest.mark.parametrize(("said", "found"), TOPICS.items())
def test_topics(said: str, found: tuple[str, ...]) -> None:
    assert nature.topics(plain(said), "en") == found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "trait", [None, *(key for key in languages.table("en", "meeting")["traits"] if key != "without")]
)
def test_every_trait_makes_a_persona_that_can_be_read(home: Path, trait: str | None) -> None:
    nature.keep([trait] if trait else [], ["sea", "music"], "en")
    who = character.load("en", nature.PERSONA)
    assert who.interests == ("the sea", "music")
    assert who.told("en").startswith("You are {name}, a")


def test_a_persona_that_somebody_has_edited_stays_beside_the_new_one(home: Path) -> None:
    first = nature.keep(["funny"], [], "en")
    nature.keep(["funny"], ["sea"], "en", before=first)
    assert [path.name for path in nature.path().parent.iterdir()] == ["ours.toml"]
    nature.path().write_text('who = "my own"\n')
    nature.keep(["calm"], [], "en", before=first)
    assert nature.path().with_name("ours.toml.bak").read_text() == 'who = "my own"\n'
    assert "calm" in nature.path().read_text()


def test_what_was_drawn_is_forgotten_and_what_was_written_by_hand_stays(home: Path) -> None:
    nature.path().parent.mkdir(parents=True)
    copy = nature.path().with_name("ours.toml.bak")
    copy.write_text("whatever")
    drawn = nature.keep(["funny"], ["sea"], "en")
    by_hand = drawn.replace('interests = ["the sea"]', 'interests = ["the sea", "knots"]  # mine').replace(
        "tone = ", 'summary2 = "x"\ntone = '
    )
    nature.path().write_text(by_hand)
    assert nature.tells(["funny"], ["sea"], "en")
    nature.forget(["funny"], ["sea"], "en")
    left = nature.path().read_text()
    assert "the sea" not in left and "quick-witted" not in left and "at the expense" not in left
    assert "knots" in left and "summary2" in left
    assert not copy.exists()
    assert not nature.tells(["funny"], ["sea"], "en")
