"""Vectors: who makes them learns what has none, who searches them gets them in order."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.memory.life import BEGIN, day
from voiceos.memory import USER, Store, Unread, Vector


def unit(number: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.cos(np.arange(8, dtype=np.float32) * (number + 1))
    return (vector / np.linalg.norm(vector)).astype(np.float32)


@pytest.fixture
def lived(store: Store) -> Store:
    for number in range(3):
        store.remember_turn(f"Said {number}", "Heard" if number else "", at=day(number), conversation="a")
    store.remember_fact(USER, "likes", "tea", at=BEGIN, sentence="I like tea.")
    return store


def embed(store: Store, model: str = "m", limit: int = 32) -> list[Unread]:
    unread = store.missing_vectors(model, limit=limit)
    assert store.add_vectors(model, [Vector(one.what, one.id, unit(one.id)) for one in unread]) == len(unread)
    return unread


def test_what_has_no_vector_is_told_facts_first_and_then_the_newest(lived: Store) -> None:
    assert [one.text for one in embed(lived, limit=2)] == ["I like tea.", "Said 2"]
    assert [one.text for one in embed(lived)] == ["Said 1", "Said 0"]
    assert embed(lived) == []
    lived.remember_turn("", "Good morning", at=day(4), conversation="a")
    assert [one.text for one in embed(lived)] == ["Good morning"]
    assert len(embed(lived, "another model")) == 5
    assert lived.stats().vectors == 10


def test_they_come_in_order_and_only_the_new_ones(lived: Store) -> None:
    embed(lived)
    batch = lived.vectors_since(0, "m", limit=3)
    assert batch.vectors.shape == (3, 8) and batch.vectors.dtype == np.float32
    assert batch.facts.tolist() == [True, False, False] and batch.ids.tolist() == [1, 3, 2]
    np.testing.assert_array_equal(batch.vectors[1], unit(3))
    rest = lived.vectors_since(int(batch.rows[-1]), "m")
    assert rest.ids.tolist() == [1]
    none = lived.vectors_since(int(rest.rows[-1]), "m")
    assert none.vectors.shape == (0, 0) and none.rows.shape == none.ids.shape == (0,)
    assert lived.vectors_since(0, "another").rows.size == 0


def test_a_vector_is_of_length_one_and_kept_once(lived: Store) -> None:
    for wrong in (unit(1) * 2, np.zeros(8, np.float32), np.full(8, np.nan, np.float32), unit(1).reshape(2, 4)):
        with pytest.raises(ValueError, match="length 1"):
            lived.add_vectors("m", [Vector("fact", 1, wrong)])
    assert (
        lived.add_vectors("m", [Vector("fact", 1, unit(1)), Vector("fact", 1, unit(2)), Vector("fact", 9, unit(1))])
        == 1
    )
    np.testing.assert_array_equal(lived.vectors_since(0, "m").vectors, [unit(1)])


def test_another_sentence_wants_another_vector(lived: Store) -> None:
    embed(lived)
    lived.remember_fact(USER, "likes", "tea", at=day(-1), sentence="Tea is what I like.")
    assert [one.text for one in embed(lived)] == ["Tea is what I like."]
    rows = lived.vectors_since(0, "m").rows
    assert len(set(rows.tolist())) == len(rows) == 4 and rows.max() > 4, "no row comes twice"
