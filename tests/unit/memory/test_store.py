"""Episodes and facts: what is remembered, what takes the place of what, and when it was told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.memory.life import BEGIN, ZONE, day
from voiceos import stored
from voiceos.memory import USER, Kind, Source, Store


def values(store: Store, subject: str = USER, relation: str = "lives_in", **options: bool) -> list[str]:
    return [fact.value for fact in store.facts(subject=subject, relation=relation, **options)]


def test_a_turn_is_kept_with_its_local_time_and_what_was_heard(store: Store) -> None:
    said = store.remember_turn("Where is it?", "It is on the", at=BEGIN, conversation="a", cut_off=True)
    unasked = store.remember_turn("", "Good morning.", at=day(1), conversation="b")
    assert store.episode(said.id) == said
    assert said.at == BEGIN and said.at.utcoffset() == timedelta(hours=2)
    assert (said.said, said.heard, said.cut_off) == ("Where is it?", "It is on the", True)
    assert store.episodes() == [unasked, said]
    assert store.episodes(conversation="a") == [said]
    assert store.episodes(since=day(1)) == [unasked]
    assert store.episodes(until=day(1)) == [said]
    assert store.episode(999) is None


def test_what_cannot_be_kept_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="without a word"):
        store.remember_turn(" ", "", at=BEGIN, conversation="a")
    with pytest.raises(ValueError, match="time zone"):
        store.remember_turn("Hello", "", at=BEGIN.replace(tzinfo=None), conversation="a")
    with pytest.raises(ValueError, match="without value"):
        store.remember_fact(USER, "likes", " . ", at=BEGIN)
    with pytest.raises(KeyError):
        store.remember_fact(USER, "likes", "tea", at=BEGIN, episode=7)
    assert store.stats().episodes == store.stats().facts == 0


def test_text_that_no_database_takes_is_kept_as_far_as_it_goes(store: Store) -> None:
    kept = store.remember_turn("a\x00b \ud800 'c' \"d\"; DROP TABLE episodes; --", "", at=BEGIN, conversation="a")
    assert kept.said == "a\ufffdb \ufffd 'c' \"d\"; DROP TABLE episodes; --"
    assert store.episodes() == [kept]


def test_a_fact_comes_out_as_it_was_told(store: Store) -> None:
    turn = store.remember_turn("I will call my sister on Friday.", "Shall I remind you?", at=BEGIN, conversation="a")
    fact = store.remember_fact(
        USER,
        "will",
        "call his sister",
        at=BEGIN,
        sentence="I will call my sister on Friday.",
        kind=Kind.COMMITMENT,
        single=False,
        due=day(3),
        episode=turn.id,
        source=Source.DRAWN,
    )
    assert store.fact(fact.id) == fact
    assert (fact.subject, fact.relation, fact.value, fact.kind) == (USER, "will", "call his sister", Kind.COMMITMENT)
    assert (fact.since, fact.due, fact.last) == (BEGIN, day(3), BEGIN)
    assert fact.since.tzinfo == ZONE
    assert (fact.episode, fact.source, fact.weight, fact.single) == (turn.id, Source.DRAWN, 1.0, False)
    assert fact.in_force and fact.superseded_by is None and fact.used is None
    assert store.facts_due(day(3)) == [] and store.facts_due(day(3.1)) == [fact]


def test_another_value_supersedes_and_deletes_nothing(store: Store) -> None:
    munich = store.remember_fact(USER, "lives_in", "Munich", at=BEGIN)
    berlin = store.remember_fact("User", "lives in", "Berlin", at=day(10))
    assert values(store) == ["Berlin"]
    assert values(store, superseded=True) == ["Berlin", "Munich"]
    old = store.fact(munich.id)
    assert old is not None and old.superseded_by == berlin.id and old.superseded_at == day(10)
    again = store.remember_fact(USER, "lives_in", "Munich", at=day(20))
    assert values(store) == ["Munich"] and again.id != munich.id


def test_the_value_that_was_told_last_is_in_force_whenever_it_is_remembered(store: Store) -> None:
    berlin = store.remember_fact(USER, "lives_in", "Berlin", at=day(10))
    munich = store.remember_fact(USER, "lives_in", "Munich", at=BEGIN)
    assert values(store) == ["Berlin"]
    assert munich.superseded_by == berlin.id and munich.superseded_at == day(10)


def test_there_may_be_several_values(store: Store) -> None:
    for name in ("Anna", "Bert", "anna"):
        store.remember_fact(USER, "friend", name, at=BEGIN, single=False, kind=Kind.PERSON)
    assert values(store, relation="friend") == ["Anna", "Bert"]


def test_the_same_again_gains_weight_once_an_episode(store: Store) -> None:
    turns = [store.remember_turn("I love tea.", "So you do.", at=day(number), conversation="a") for number in (1, 2)]
    for turn in (turns[1], turns[0], turns[0]):
        fact = store.remember_fact(
            USER, "likes", "tea" if turn is turns[1] else "Tea.", at=turn.at, sentence="I love tea.", episode=turn.id
        )
    assert fact.weight == 2 and fact.since == day(1) and fact.last == day(2) and fact.episode == turns[0].id
    told = store.tellings(fact.id)
    assert [(telling.at, telling.episode) for telling in told] == [(day(1), turns[0]), (day(2), turns[1])]
    assert store.tellings(999) == []


def test_what_is_told_by_command_gains_weight_each_time(store: Store) -> None:
    for number in range(3):
        fact = store.remember_fact(USER, "likes", "tea", at=day(number))
    assert fact.weight == 3 and fact.sentence == "user likes tea"
    assert [telling.episode for telling in store.tellings(fact.id)] == [None] * 3


def test_facts_come_by_weight_and_then_the_newest_first(store: Store) -> None:
    for number, value in enumerate(["tea", "rain", "tea", "snow"]):
        store.remember_fact(USER, "likes", value, at=day(number), single=False)
    assert values(store, relation="likes") == ["tea", "snow", "rain"]
    assert [fact.value for fact in store.facts(limit=1)] == ["tea"]


def test_a_correction_takes_the_place_of_one_value_alone(store: Store) -> None:
    bert = store.remember_fact(USER, "friend", "Bert", at=BEGIN, single=False, kind=Kind.PERSON)
    store.remember_fact(USER, "friend", "Anne", at=BEGIN, single=False, kind=Kind.PERSON)
    right = store.correct(bert.id, "Bart", at=day(1), sentence="No, it's Bart.")
    assert sorted(values(store, relation="friend")) == ["Anne", "Bart"]
    wrong = store.fact(bert.id)
    assert wrong is not None and wrong.superseded_by == right.id
    assert (right.kind, right.single, right.sentence) == (Kind.PERSON, False, "No, it's Bart.")
    assert store.correct(right.id, "bart", at=day(2)).id == right.id
    with pytest.raises(KeyError):
        store.correct(999, "x", at=BEGIN)


def test_a_correction_counts_even_where_the_clock_was_set_back(store: Store) -> None:
    wrong = store.remember_fact(USER, "name", "Jon", at=day(5))
    store.correct(wrong.id, "John", at=day(4))
    assert values(store, relation="name") == ["John"]


def test_what_is_known_of_a_person_is_found_by_name(store: Store) -> None:
    sister = store.remember_fact(USER, "sister", "Anna", at=BEGIN, kind=Kind.PERSON)
    home = store.remember_fact("anna", "lives_in", "Rome", at=day(1))
    store.remember_fact("Hannah", "lives_in", "Oslo", at=day(1))
    assert store.facts_naming("Anna") == [home, sister]


def test_signs_tell_values_apart(store: Store) -> None:
    store.remember_fact(USER, "language", "C++", at=BEGIN, single=False)
    store.remember_fact(USER, "language", "C#", at=BEGIN, single=False)
    assert len(values(store, relation="language")) == 2


def test_it_is_noted_what_was_of_use(store: Store) -> None:
    fact = store.remember_fact(USER, "likes", "tea", at=BEGIN)
    store.touch([fact.id, 999], day(2))
    touched = store.fact(fact.id)
    assert touched is not None and touched.used == day(2)


def test_the_version_tells_of_changes_by_anybody(store: Store) -> None:
    before = store.version
    assert store.version == before
    store.remember_turn("Hello", "", at=BEGIN, conversation="a")
    mine = store.version
    assert mine != before
    with Store() as other:
        other.remember_turn("Hello", "", at=BEGIN, conversation="a")
    assert store.version != mine


def test_it_knows_how_much_it_keeps(store: Store) -> None:
    store.remember_turn("Hello", "", at=BEGIN, conversation="a")
    store.remember_turn("Hello", "", at=day(1), conversation="b")
    for value in ("tea", "coffee"):
        store.remember_fact(USER, "likes", value, at=BEGIN)
    stats = store.stats()
    assert (stats.episodes, stats.conversations, stats.facts, stats.superseded, stats.vectors) == (2, 2, 1, 1, 0)
    assert (stats.first, stats.last) == (BEGIN, day(1))
    assert stats.size_bytes > 4096


def test_everything_is_there_after_it_was_closed() -> None:
    with Store() as store:
        turn = store.remember_turn("Hello", "Hi", at=BEGIN, conversation="a")
        fact = store.remember_fact(USER, "likes", "tea", at=BEGIN, episode=turn.id)
    with Store() as store:
        assert store.episodes() == [turn] and store.facts() == [fact]
        assert store.path == stored.MEMORY.path and store.set_aside is None
