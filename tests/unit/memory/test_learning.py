"""What was drawn from a turn is kept with the mark that it was gone through."""

from __future__ import annotations

from tests.unit.memory.life import day
from voiceos.memory import USER, Episode, Kind, Source, Store
from voiceos.memory.drawing import Drawn


def turn(store: Store, number: float, said: str, conversation: str = "a") -> Episode:
    return store.remember_turn(said, "I see.", at=day(number), conversation=conversation)


def fact(subject: str, relation: str, value: str, *, single: bool = False) -> Drawn:
    return Drawn(subject, relation, value, Kind.FACT, single, None, f"{subject} {relation} {value}.")


def test_conversations_wait_in_their_order() -> None:
    with Store() as store:
        later = turn(store, 3, "Hello", "b")
        first, second = turn(store, 1, "I'm Tom."), turn(store, 1, "I'm Tom, I said.")
        store.remember_turn("", "The tea is ready.", at=day(0), conversation="a")
        assert [one.id for one in store.undrawn()] == [first.id, second.id]
        store.take_in(first.id, [])
        store.take_in(second.id, [])
    with Store() as store:
        assert [one.id for one in store.undrawn()] == [later.id]


def test_a_turn_gone_through_twice_tells_it_once() -> None:
    with Store() as store:
        said = turn(store, 1, "I live in Rome.")
        for _ in range(2):
            (known,) = store.take_in(said.id, [fact(USER, "lives_in", "Rome", single=True)])
        assert (known.weight, known.source, known.since, known.episode) == (1, Source.DRAWN, day(1), said.id)
        store.take_in(turn(store, 2, "I live in Rome.").id, [fact(USER, "lives_in", "Rome", single=True)])
        (known,) = store.facts()
        assert known.weight == 2


def test_of_a_turn_that_was_forgotten_nothing_is_learnt() -> None:
    with Store() as store:
        said = turn(store, 1, "I live in Rome.")
        store.forget(store.select_episodes([said.id]))
        assert store.take_in(said.id, [fact(USER, "lives_in", "Rome")]) == []
        assert store.facts() == []


def test_a_relation_stands_for_the_one_person_that_it_is() -> None:
    with Store() as store:
        said = turn(store, 1, "My sister Anna lives in Graz.")
        store.take_in(said.id, [fact("sister", "lives_in", "Graz"), fact(USER, "sister", "Anna")])
        assert {(one.subject, one.relation) for one in store.facts()} == {("Anna", "lives_in"), (USER, "sister")}
        store.take_in(turn(store, 2, "My sister Eva").id, [fact(USER, "sister", "Eva")])
        (known,) = store.take_in(turn(store, 3, "My sister is ill.").id, [fact("sister", "is", "ill")])
        assert known.subject == "sister"  # which one, nobody said


def test_the_users_own_name_is_the_user() -> None:
    with Store() as store:
        store.take_in(turn(store, 1, "I'm Tom").id, [fact(USER, "name", "Tom", single=True)])
        (known,) = store.take_in(turn(store, 2, "Tom likes tea.").id, [fact("Tom", "likes", "tea")])
        assert known.subject == USER


def test_what_is_liked_is_disliked_no_more_in_whatever_order_it_is_learnt() -> None:
    for order in ((1, 2), (2, 1)):
        with Store() as store:
            store.forget(store.select_everything())
            told = {1: fact(USER, "dislikes", "Jazz"), 2: fact(USER, "likes", "jazz")}
            for number in order:
                store.take_in(turn(store, number, "Jazz").id, [told[number]])
            assert [one.relation for one in store.facts()] == ["likes"]
