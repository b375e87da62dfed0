"""The nearest of many vectors: those that an exact search finds, and never one that was removed."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from voiceos.memory.neighbours import CENTRE_AFTER, Neighbours
from voiceos.memory.ports import Vectors

DIMENSIONS = 64


def vectors(count: int, seed: int = 0, lean: float = 0.0) -> Vectors:
    found = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    found[:, 0] += lean
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def full(keys: list[int], given: Vectors) -> Neighbours:
    found = Neighbours(DIMENSIONS)
    found.put(keys, given)
    return found


def exact(given: Vectors, asked: Vectors) -> Vectors:
    """Cosines as seen from the centre."""
    centre = given.sum(axis=0) / (len(given) + CENTRE_AFTER)
    away, to = given - centre, asked - centre
    cosines: Vectors = (away @ to) / np.linalg.norm(away, axis=1) / np.linalg.norm(to)
    return cosines


@pytest.mark.parametrize("lean", [0, 3])
def test_the_nearest_are_those_of_an_exact_search(lean: float) -> None:
    given, asked = vectors(700, lean=lean), vectors(1, 9, lean=lean)[0]
    cosines = exact(given, asked)
    found = full(list(range(700)), given).nearest(asked, 20)
    assert [key for key, _ in found[:3]] == np.argsort(-cosines)[:3].tolist()
    assert [cosine for _, cosine in found] == pytest.approx(np.sort(cosines)[::-1][:20], abs=0.01)


def test_most_of_the_nearest_are_found_by_their_signs() -> None:
    near = vectors(1, 9)[0]
    given = vectors(5000)
    given[:20] = near + 0.1 * given[:20]
    given[:20] /= np.linalg.norm(given[:20], axis=1, keepdims=True)
    found = full(list(range(5000)), given).nearest(near, 20, shortlist=200)
    assert {key for key, _ in found} == set(range(20))


def test_a_new_vector_takes_the_place_of_the_older_one() -> None:
    given = vectors(3)
    index = full([7, 8], given[:2])
    index.put([7], given[2:])
    assert len(index) == 2
    assert index.cosine(7, given[2]) == pytest.approx(1, abs=0.01)
    assert index.nearest(given[2], 1)[0][0] == 7


def test_what_is_not_there_has_no_cosine() -> None:
    index = full([1], vectors(1))
    assert index.cosine(2, vectors(1)[0]) is None
    assert index.alike(1, 2) == index.alike(2, 1) == 0
    assert index.alike(1, 1) == pytest.approx(1, abs=0.01)


def test_nothing_is_found_in_nothing() -> None:
    index = Neighbours(DIMENSIONS)
    assert index.nearest(vectors(1)[0], 5) == []
    index.put([], np.zeros((0, DIMENSIONS), np.float32))
    assert len(index) == 0


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="multiple"):
        Neighbours(100)
    with pytest.raises(ValueError, match="shape"):
        Neighbours(DIMENSIONS).put([1, 2], vectors(1))


@given(
    st.lists(st.tuples(st.booleans(), st.sets(st.integers(0, 40), max_size=30)), max_size=12), st.integers(0, 2**32 - 1)
)
def test_it_holds_what_was_put_and_not_removed(steps: list[tuple[bool, set[int]]], seed: int) -> None:
    given = vectors(41, seed)
    index, held = Neighbours(DIMENSIONS), set[int]()
    for put, keys in steps:
        if put:
            index.put(sorted(keys), given[sorted(keys)])
            held |= keys
        else:
            index.remove(keys)
            held -= keys
        assert set(index.keys().tolist()) == held
        assert {key for key, _ in index.nearest(given[0], 50)} == held
        for key in held:
            assert index.cosine(key, given[key]) == pytest.approx(1, abs=0.01)


def test_nothing_is_left_of_what_was_removed() -> None:
    index = full(list(range(50)), vectors(50))
    index.remove(range(50))
    assert len(index) == 0
    for array in (index._numbers, index._scales, index._along, index._lengths, index._signs, index._keys):
        assert not array.any()
    index.put([3], vectors(1))
    index.clear()
    assert index.nearest(vectors(1)[0], 5) == []
