"""What is recalled, by the scripted embedder: words alone decide what is alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from voiceos.engines.scripted import ScriptedEmbedder
from voiceos.memory import USER, Episode, Fact, Store, Vector
from voiceos.memory.index import VectorIndex
from voiceos.memory.recall import Recall, asks_for_past, speaks_of_the_user

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)

TALK = [
    "I had pancakes for breakfast",
    "The bus was late because of the snow",
    "My sister Anna moved to Hamburg",
    "I watched a long film about whales",
    "My colleague bought a bicycle",
]


def days(count: float) -> datetime:
    return NOW - timedelta(days=count)


def embed(store: Store, embedder: ScriptedEmbedder | None = None) -> None:
    embedder = embedder or ScriptedEmbedder()
    while missing := store.missing_vectors(embedder.name):
        vectors = embedder.embed([one.text for one in missing])
        store.add_vectors(
            embedder.name, [Vector(one.what, one.id, vector) for one, vector in zip(missing, vectors, strict=True)]
        )


class Asked:
    """A recall that follows its store before it answers, as the program does."""

    def __init__(self, store: Store, *, by_words: bool = False) -> None:
        embedder = ScriptedEmbedder()
        self.store = store
        self.index = VectorIndex(store, embedder.name)
        self.recall = Recall(store, self.index, None if by_words else embedder)

    def __call__(self, text: str, **options: object) -> list[Fact | Episode]:
        self.index.follow()
        return [one.item for one in self.recall.recall(text, NOW, **options)]  # type: ignore[arg-type]

    def said(self, text: str, **options: object) -> list[str]:
        return [one.sentence if isinstance(one, Fact) else one.said or one.heard for one in self(text, **options)]


@pytest.fixture
def ask(store: Store) -> Asked:
    for number, said in enumerate(TALK):
        store.remember_turn(said, "I see.", at=days(30 - number), conversation="old")
    embed(store)
    return Asked(store)


def test_what_was_said_is_found_by_what_is_asked(ask: Asked) -> None:
    assert ask.said("Where did my sister Anna move") == ["My sister Anna moved to Hamburg"]


def test_what_fits_nothing_recalls_nothing(ask: Asked) -> None:
    for text in ("What is the capital of Peru?", "Set a timer", "", "?!", "\x00"):
        assert ask.said(text) == []


def test_an_empty_memory_recalls_nothing(store: Store) -> None:
    assert Asked(store)("Where did my sister Anna move") == []


def test_what_has_no_vector_yet_is_found_by_its_words(ask: Asked) -> None:
    ask.store.remember_turn("The zeppelin museum is in Friedrichshafen", "", at=days(1), conversation="old")
    assert ask.said("Where was that zeppelin museum I mentioned")[0].startswith("The zeppelin")


def test_without_an_embedder_words_alone_decide(ask: Asked) -> None:
    by_words = Asked(ask.store, by_words=True)
    assert by_words.said("Where in Hamburg does my sister live")[0] == "My sister Anna moved to Hamburg"
    assert by_words.said("What is the capital of Peru?") == []


def test_what_is_in_the_prompt_already_is_left_out(ask: Asked) -> None:
    assert ask.said("Where did my sister Anna move", without="old") == []
    assert ask.said("Where did my sister Anna move", without="another") != []


def test_a_fact_stands_for_the_turn_that_told_it(ask: Asked) -> None:
    turn = ask.store.episodes(limit=3)[2]
    fact = ask.store.remember_fact(
        "Anna", "lives in", "Hamburg", at=turn.at, sentence="My sister Anna moved to Hamburg.", episode=turn.id
    )
    embed(ask.store)
    assert ask("Where did my sister Anna move") == [fact]


def test_what_is_no_longer_so_is_recalled_only_for_the_past(ask: Asked) -> None:
    for value, when in (("Berlin", 300), ("Bonn", 3)):
        sentence = f"I live in {value} now"
        turn = ask.store.remember_turn(sentence, "Nice.", at=days(when), conversation=value)
        ask.store.remember_fact(USER, "lives in", value, at=days(when), sentence=sentence, episode=turn.id)
    embed(ask.store)
    assert ask.said("In which city do I live now") == ["I live in Bonn now"]
    assert set(ask.said("In which city did I use to live")) == {"I live in Bonn now", "I live in Berlin now"}
    assert ask.said("In which city do I live now", past=True) != ["I live in Bonn now"]


def test_of_turns_that_say_the_same_the_newest_is_recalled(ask: Asked) -> None:
    for count in (50, 2, 20):
        ask.store.remember_turn(
            f"My {'good ' * (count == 50)}friend Bo plays the trombone in a jazz band on Sunday nights in town",
            "",
            at=days(count),
            conversation="x",
        )
    embed(ask.store)
    (found,) = ask("Who plays the trombone in a jazz band on Sunday nights, my friend Bo")
    assert isinstance(found, Episode)
    assert found.at == days(2)


def test_names_decide_between_what_is_else_alike(ask: Asked) -> None:
    for name in ("Ines", "Olaf"):
        ask.store.remember_turn(f"{name} is allergic to nuts", "", at=days(3), conversation="x")
    embed(ask.store)
    assert ask.said("Is it my friend Olaf who is allergic to nuts")[0].startswith("Olaf")


def test_what_was_told_often_goes_before_what_was_told_once(ask: Asked) -> None:
    for value, times in (("rowing", 1), ("sailing", 8)):
        for number in range(times):
            ask.store.remember_fact(
                USER, "likes", value, at=days(9), sentence=f"I like {value}", single=False,
                episode=ask.store.remember_turn("x", "", at=days(9 - number / 100), conversation="y").id,
            )  # fmt: skip
    embed(ask.store)
    assert ask.said("What do I like")[:2] == ["I like sailing", "I like rowing"]


def test_what_says_much_the_same_is_found_by_how_near_it_is(ask: Asked) -> None:
    again = ask.store.remember_turn("My sister Anna moved to Bremen", "I see.", at=NOW, conversation="new")
    embed(ask.store)
    ask.index.follow()
    alike = [one.id for one in ask.recall.alike("My sister Anna moved to Hamburg", least=0.5)]
    assert alike[1:] == [again.id]
    assert len(ask.recall.alike("My sister Anna moved to Hamburg", least=-1.0)) == len(TALK) + 1
    assert not Asked(ask.store, by_words=True).recall.alike("My sister Anna moved to Hamburg", least=0.0)


def test_no_more_than_wanted(ask: Asked) -> None:
    for number in range(10):
        ask.store.remember_turn(f"I play cards with friends of club{number}", "", at=days(5), conversation="x")
    embed(ask.store)
    assert len(ask("I play cards with friends", limit=2)) == 2
    assert ask("I play cards with friends", limit=0) == []


@pytest.mark.parametrize(
    "forget",
    [
        lambda store: store.select_about("Anna"),
        lambda store: store.select_everything(),
        lambda store: store.select_episodes([3]),
    ],
)
def test_what_was_forgotten_is_gone_at_once(ask: Asked, forget: Callable[[Store], object]) -> None:
    assert ask.said("Where did my sister Anna move")
    held = len(ask.index.neighbours)
    with Store() as other:  # as another process does
        other.forget(forget(other))  # type: ignore[arg-type]
    assert ask.said("Where did my sister Anna move") == []
    assert len(ask.index.neighbours) < held


def test_what_another_process_writes_is_found(ask: Asked) -> None:
    with Store() as other:
        other.remember_turn("The vet is called Dr. Marsh", "", at=days(1), conversation="z")
        embed(other)
    assert ask.said("What is my vet called, Marsh or Dr. Mason?")[0] == "The vet is called Dr. Marsh"


def test_an_index_may_be_read_bit_by_bit(ask: Asked) -> None:
    index = VectorIndex(ask.store, "scripted")
    assert not index.follow(most=2)
    assert len(index.neighbours) == 2
    while not index.follow(most=2):
        pass
    assert len(index.neighbours) == len(TALK)


def test_vectors_of_another_model_are_not_read(ask: Asked) -> None:
    embed(ask.store, ScriptedEmbedder("another"))
    index = VectorIndex(ask.store, "another")
    index.follow()
    assert len(index.neighbours) == len(TALK)


SAYABLE = ["my", "sister", "anna", "hamburg", "bus", "snow", "whale", "film", "pancake", "i", "a", "the", "where"]
WORDS = st.lists(st.sampled_from(SAYABLE), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(words=WORDS, limit=st.integers(0, 5))
def test_it_is_deterministic_and_in_order(ask: Asked, words: list[str], limit: int) -> None:
    text = " ".join(words)
    ask.index.follow()
    first, again = (ask.recall.recall(text, NOW, limit=limit) for _ in range(2))
    afresh = VectorIndex(ask.store, "scripted")
    afresh.follow()
    assert first == again == Recall(ask.store, afresh, ScriptedEmbedder()).recall(text, NOW, limit=limit)
    assert len(first) <= limit
    assert [one.score for one in first] == sorted((one.score for one in first), reverse=True)
    assert len({one.key for one in first}) == len(first)


@pytest.mark.parametrize(
    ("text", "past"),
    [("Where did I use to live?", True), ("What was it called previously?", True), ("Where do I live?", False)],
)
def test_the_past_is_asked_for_in_words(text: str, past: bool) -> None:
    assert asks_for_past(text, "en") is past


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        ("What's my name?", True),
        ("How old is the dog?", True),
        ("Where does grandma live?", True),
        ("Can you tell me what I like?", True),
        ("Do you remember the restaurant by the lake?", True),
        ("Tell us a joke.", False),
        ("I would like to know how far away the moon is.", False),
        ("I'd like to know why the sky is blue.", False),
        ("How do I boil an egg?", False),
        ("Why is the sky blue?", False),
        ("", False),
    ],
)
def test_who_speaks_of_themselves_says_so(text: str, personal: bool) -> None:
    assert speaks_of_the_user(text, "en") is personal
