from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from voiceos.memory import fusion
from voiceos.memory.fusion import THRESHOLD, Evidence, score

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVIDENCE = st.builds(
    Evidence,
    cosine=st.floats(-1, 1),
    words=st.floats(0, 10),
    named=st.sampled_from([None, True, False]),
    question=st.booleans(),
    personal=st.booleans(),
    fact=st.booleans(),
    weight=st.floats(1, 1000),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),
)
MORE = st.floats(0, 5)


@given(EVIDENCE, MORE, MORE, MORE, MORE)
def test_more_of_anything_that_speaks_for_it_never_lowers_the_score(
    evidence: Evidence, cosine: float, words: float, weight: float, days: float
) -> None:
    assert evidence.cosine is not None
    assert evidence.at is not None
    more = replace(
        evidence,
        cosine=evidence.cosine + cosine,
        words=evidence.words + words,
        weight=evidence.weight + weight,
        at=evidence.at + timedelta(days=days),
        named=True,
        question=False,
        personal=True,
    )
    assert score(more, NOW) >= score(evidence, NOW)


@given(EVIDENCE, MORE)
def test_without_a_vector_more_words_count_too(evidence: Evidence, words: float) -> None:
    alone = replace(evidence, cosine=None)
    assert score(replace(alone, words=alone.words + words), NOW) >= score(alone, NOW)


def test_meaning_goes_before_all_else() -> None:
    """What lies far is not recalled for being new and told often, and what lies near is for being told long ago."""
    new = Evidence(0.25, 0.5, fact=True, weight=16, at=NOW)
    old = Evidence(0.45, 0, at=NOW - timedelta(days=3000))
    assert score(new, NOW) < THRESHOLD < score(old, NOW)


@pytest.mark.parametrize(("words", "recalled"), [(1.0, False), (1.2, True), (2.0, True)])
def test_without_a_vector_one_rare_word_is_too_little(words: float, recalled: bool) -> None:
    assert (score(Evidence(None, words), NOW) > THRESHOLD) is recalled


def test_a_rare_word_counts_the_same_among_few_and_among_many() -> None:
    """BM25 of a word that one of n holds goes by the logarithm of n."""
    assert fusion.rare_matches(11.5, 100_000) == pytest.approx(1, abs=0.01)
    assert fusion.rare_matches(4.64, 100) == pytest.approx(1, abs=0.01)
    assert fusion.rare_matches(-1, 0) == 0


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Where does Anna live?", {"anna"}),
        ("Is it true that Jean-Luc and Zoë know each other?", {"jean", "zoë"}),
        ("Anna called", set()),
        ("What do I do?", set()),
        ("I'm in Rome, I think", {"rome"}),
        ("", set()),
    ],
)
def test_names_are_told_by_their_capitals(text: str, names: set[str]) -> None:
    assert fusion.names(text) == names


def test_a_name_is_found_as_a_whole_word() -> None:
    assert fusion.name_any("We met ANNA's brother", {"anna"})
    assert not fusion.name_any("Annabel", {"anna"})
