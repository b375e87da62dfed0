"""The format of lives: what is one, what is none, and that those that are here are sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceos.bench.lives.script import Life, lives, read
from voiceos.errors import ConfigError
from voiceos.skills import memory
from voiceos.thinking.answers import ANSWERED
from voiceos.thinking.intents import SentenceMatcher

HEAD = 'about = "Somebody"\nuse = "test"\n'
SITTING = "[[sitting]]\nat = 2026-01-01T10:00:00\nturns = [\n{}\n]\n"


def life(folder: Path, *turns: str, head: str = HEAD) -> Life:
    path = folder / "somebody.toml"
    path.write_text(head + SITTING.format(",\n".join(turns)))
    return read(path)


def test_a_life_is_read_with_its_questions_and_facts(tmp_path: Path) -> None:
    found = life(
        tmp_path,
        '{ say = "I live in Rome with Ida.", facts = ["user | lives_in | rome", "~Ida/partner | * | rome"] }',
        '{ ask = "Where do I live?", accept = ["rome"], old = ["paris"] }',
        '{ ask = "What car do I drive?", never = true }',
        '{ ask = "Who is Tom?", leak = ["dentist"] }',
        '{ ask = "Who do I live with?", accept = ["ida"] }',
    )
    assert found.name == "somebody"
    assert [turn.kind for turn in found.questions] == ["superseded", "never", "forgotten", "told"]
    rome, ida = found.facts()
    assert (rome.subjects, rome.relations, rome.value, rome.wanted) == (("user",), ("lives_in",), "rome", True)
    assert (ida.subjects, ida.relations, ida.wanted) == (("Ida", "partner"), ("*",), False)


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        ("{ }", "either `say` or `ask`"),
        ('{ say = "Hm.", ask = "Hm?" }', "either `say` or `ask`"),
        ('{ ask = "Where do I live?" }', "one of `accept`, `leak` and `never`"),
        ('{ ask = "Where do I live?", accept = ["rome"], never = true }', "one of `accept`, `leak` and `never`"),
        ('{ ask = "Where do I live?", leak = ["rome"], old = ["paris"] }', "stands beside `accept`"),
        ('{ ask = "Where do I live?", accept = ["ro("] }', "no regular expression"),
        ('{ ask = "Do I live in Rome?", accept = ["rome"] }', "already"),
        ('{ say = "I live in Rome.", facts = ["rome"] }', "subject | relation | value"),
        ('{ say = "Hm.", never = true }', "belong to `ask`"),
        ('{ ask = "Where?", never = true, facts = ["a | b | c"] }', "tells no facts"),
        ('{ say = "Hm.", mood = "good" }', "mood"),
    ],
)
def test_what_is_no_life_is_refused_with_its_place(tmp_path: Path, turn: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        life(tmp_path, '{ say = "Hello." }', turn)
    assert "sitting.1.turns.2" in str(caught.value)
    assert told in str(caught.value)
    assert "docs/lives.md" in caught.value.hint


def test_a_life_goes_forward_and_is_long_enough(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="60 turns"):
        life(tmp_path, '{ say = "Hello." }', head=HEAD.replace("test", "figure"))
    with pytest.raises(ConfigError, match="does not come behind"):
        life(tmp_path, '{ say = "Hello." }', head=HEAD + SITTING.format('{ say = "Hello." }'))
    (tmp_path / "broken.toml").write_text("about = ")
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path / "broken.toml")


def test_the_lives_that_are_here_are_sound() -> None:
    """Each question is asked once in a life, and what lives say is for the memory or the language model: nothing that
    turns a dial."""
    matcher = SentenceMatcher("en", "Nova", asked=lambda: ("question", "told"))
    allowed = {*memory.WISHES, *ANSWERED}
    for one in lives():
        questions = [turn.ask for turn in one.questions]
        assert len(set(questions)) == len(questions), one.name
        for turn in one.turns:
            intent = matcher.match(turn.text)
            assert intent is None or intent.name in allowed, (one.name, turn.text)
            assert intent is None or not turn.never, (one.name, turn.text)
            for fact in turn.facts:
                assert all(fact.subjects), (one.name, turn.text)
