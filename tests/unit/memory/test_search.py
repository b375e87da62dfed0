"""Search finds what fits, and takes whatever anybody may say."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.memory.life import BEGIN, day
from voiceos.memory import USER, Store, search
from voiceos.memory.terms import all_of, any_of, content, folded, words


@pytest.fixture
def told(store: Store) -> Store:
    for number, said in enumerate(
        [
            "My sister Anna moved to Rome.",
            "I was swimming in the cold lake yesterday.",
            "We talked about Zoë's café in Zürich.",
            "What is the name of the lake?",
            "The Straße is closed.",
        ]
    ):
        store.remember_turn(said, "I see.", at=day(number), conversation="a")
    store.remember_fact(USER, "sister", "Anna", at=BEGIN, sentence="My sister is called Anna.")
    store.remember_fact("Anna", "lives_in", "Milan", at=BEGIN, sentence="Anna lives in Milan.")
    store.remember_fact("Anna", "lives_in", "Rome", at=day(1), sentence="Anna moved to Rome.")
    return store


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Where did my sister move to?", "My sister Anna moved to Rome."),
        ("swim", "I was swimming in the cold lake yesterday."),
        ("SWIMS!", "I was swimming in the cold lake yesterday."),
        ("zoe", "We talked about Zoë's café in Zürich."),
        ("ZÜRICH", "We talked about Zoë's café in Zürich."),
        ("straße", "The Straße is closed."),
        ("cafe\u0301", "We talked about Zoë's café in Zürich."),
        ("cold lakes", "I was swimming in the cold lake yesterday."),
    ],
)
def test_the_best_episode_comes_first(told: Store, text: str, found: str) -> None:
    hits = told.search_episodes(text)
    assert hits[0].item.said == found
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_words_that_are_everywhere_are_left_out_unless_there_are_no_others(told: Store) -> None:
    assert [hit.item.said for hit in told.search_episodes("what is in the café")] == [
        "We talked about Zoë's café in Zürich."
    ]
    assert len(told.search_episodes("what is the")) == 3
    assert told.search_episodes("") == told.search_facts("?!") == []


def test_facts_are_found_by_any_of_their_words_and_superseded_ones_if_wanted(told: Store) -> None:
    assert told.search_facts("Where does Anna live?")[0].item.value == "Rome"
    assert told.search_facts("Milan") == []
    assert [hit.item.value for hit in told.search_facts("Milan", superseded=True)] == ["Milan"]
    assert len(told.search_facts("Anna", limit=1)) == 1


ANYTHING = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="\"*():^-+{}'ANDORNOTEAR \x00\ud800²ßﬁ", max_size=30),
    st.sampled_from(
        ['"', "NEAR(", "said:", "a AND", "* OR *", "a NOT b", '"a" "b', "-", "^a", "{said}: a", "\\", "%_"]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANYTHING)
def test_any_text_is_safe_to_look_for(told: Store, text: str) -> None:
    found = [told.search_episodes(text), told.search_facts(text, superseded=True), told.facts_naming(text)]
    found.append(told.facts(subject=text, relation=text))
    assert all(isinstance(one, list) for one in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text(alphabet=st.characters(max_codepoint=0x17F), max_size=60))
def test_whatever_was_said_is_found_by_its_own_words(store: Store, text: str) -> None:
    try:
        kept = store.remember_turn(text, "", at=BEGIN, conversation="a")
    except ValueError:
        return
    if any(word.isascii() for word in words(text)):
        assert kept.id in {hit.item.id for hit in store.search_episodes(text, limit=10_000)}


def test_terms_are_what_they_should_be() -> None:
    assert folded(" Lives_in  Rome. ") == "lives in rome"
    assert words("Anna's ANNA_s  café") == ["anna", "s", "café"]
    assert content("What is the name of my sister?", "en") == ["name", "sister"]
    assert any_of(["rome", "oslo"]) == '"rome" OR "oslo"'
    assert all_of(["lake", "rome"]) == '"lake" AND "rome"'


def test_only_so_many_rows_are_ranked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the rarer words, with two others together, and else the newest."""
    monkeypatch.setattr(search, "MOST_ROWS", 3)
    for number, said in enumerate(["rain", "sun", "snow", "rain sun", "rain", "sun", "rain", "sun", "rain"]):
        store.remember_turn(said, "", at=day(number), conversation="a")

    def found(text: str) -> list[int]:
        return sorted(hit.item.id for hit in store.search_episodes(text, limit=100))

    assert found("snow rain") == [3]
    assert found("snow rain sun") == [3, 4]
    assert found("rain") == [5, 7, 9]
    assert found("hail") == []
