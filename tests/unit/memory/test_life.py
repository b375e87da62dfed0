"""Any life: whatever is told, superseded and forgotten in whatever order, the store knows what a plain model knows, and
what was forgotten is in no answer and in no file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.memory.life import day
from tests.unit.memory.traces import traces
from voiceos import stored
from voiceos.memory import USER, Store

WORDS = ("zorblaxo", "quintipo", "vexmoora")
"""Part of no other word, and their own stems."""

RELATIONS = {"lives_in": True, "likes": False}
"""And whether there is a single value."""

people = st.sampled_from((USER, WORDS[0]))
words = st.sampled_from(WORDS)
days = st.integers(0, 6)


@dataclass
class Turn:
    day: int
    conversation: str
    said: str


@dataclass(eq=False)
class Known:
    key: tuple[str, str, str]
    told: list[tuple[int, int | None, str]] = field(default_factory=list)
    """Day, turn, sentence; in the order in which it was remembered."""
    after: Known | None = None
    superseded: bool = False

    @property
    def last(self) -> int:
        return max(day for day, _, _ in self.told)

    def names(self, word: str) -> bool:
        return word in self.key or any(word in sentence for _, _, sentence in self.told)


@dataclass
class Model:
    """What the store should know, with nothing but lists."""

    turns: dict[int, Turn] = field(default_factory=dict)
    facts: dict[int, Known] = field(default_factory=dict)

    def tell(
        self, number: int, key: tuple[str, str, str], telling: tuple[int, int | None, str], *, single: bool
    ) -> None:
        fact = self.facts.setdefault(number, Known(key))
        if telling[1] is None or telling[1] not in {turn for _, turn, _ in fact.told}:
            fact.told.append(telling)
        if not single:
            return
        for other in self.in_force():
            if other.key[:2] == key[:2] and other.key[2] != key[2]:
                old, new = (other, fact) if other.last <= fact.last else (fact, other)
                if not old.superseded:
                    old.superseded, old.after = True, new

    def in_force(self) -> list[Known]:
        return [fact for fact in self.facts.values() if not fact.superseded]

    def forget(self, facts: set[int], turns: set[int], *, undone: bool) -> None:
        going = [self.facts.pop(number) for number in facts]
        for number in turns:
            del self.turns[number]
        for fact in self.facts.values():
            others = [telling for telling in fact.told if telling[1] not in turns]
            values = {one.key[2] for one in going} - {*fact.key}
            fact.told = others or [
                (day, None, " ".join(fact.key) if any(value in sentence for value in values) else sentence)
                for day, _, sentence in fact.told
            ]
            after = fact.after
            while after in going:
                ended = after
                after = after.after
                if after is None and undone and not ended.superseded:
                    fact.superseded = False
            fact.after = after

    def about(self, word: str) -> tuple[set[int], set[int]]:
        facts = {number for number, fact in self.facts.items() if fact.names(word)}
        told = {turn for number in facts for _, turn, _ in self.facts[number].told if turn is not None}
        return facts, told | {number for number, turn in self.turns.items() if word in turn.said}

    def between(self, first: int, last: int) -> tuple[set[int], set[int]]:
        turns = {number for number, turn in self.turns.items() if first <= turn.day < last}
        facts = {number for number, fact in self.facts.items() if all(first <= day < last for day, _, _ in fact.told)}
        return facts, turns

    def conversation(self, name: str) -> tuple[set[int], set[int]]:
        turns = {number for number, turn in self.turns.items() if turn.conversation == name}
        facts = {number for number, fact in self.facts.items() if all(turn in turns for _, turn, _ in fact.told)}
        return facts, turns


telling = st.tuples(st.just("fact"), people, st.sampled_from(sorted(RELATIONS)), words, st.booleans(), days)
step = st.one_of(
    telling,
    telling,
    st.tuples(st.just("turn"), days, st.sampled_from("ab"), st.lists(words, min_size=1, max_size=3)),
    telling,
    st.tuples(st.just("about"), words),
    st.tuples(st.just("between"), days, days),
    st.tuples(st.just("conversation"), st.sampled_from("ab")),
    st.tuples(st.just("reopen")),
)


def agree(store: Store, model: Model) -> None:
    facts = store.facts(superseded=True, limit=1000)
    assert {fact.id: fact.in_force for fact in facts} == {
        number: not fact.superseded for number, fact in model.facts.items()
    }
    for fact in facts:
        known = model.facts[fact.id]
        assert (fact.subject, fact.relation, fact.value) == known.key
        assert fact.weight == len(known.told)
        assert fact.last == day(known.last)
        first = min(known.told, key=lambda telling: telling[0])
        assert (fact.since, fact.episode) == (day(first[0]), first[1])
        after = known.after
        assert fact.superseded_by == next((n for n, one in model.facts.items() if one is after), None)
    assert {turn.id: turn.said for turn in store.episodes(limit=1000)} == {
        number: turn.said for number, turn in model.turns.items()
    }


def gone(store: Store, word: str) -> None:
    assert store.search_episodes(word) == store.search_facts(word, superseded=True) == []
    assert store.facts_naming(word) == store.facts(subject=word, superseded=True) == []
    assert all(word not in str(one) for one in store.episodes(limit=1000))
    assert all(word not in str(one) for one in store.facts(superseded=True, limit=1000))
    assert all(word not in one.text for one in store.missing_vectors("m", limit=1000))


_GIVEN_AWAY: list[tuple[object, ...]] = [
    ("fact", USER, "likes", "zorblaxo", False, 0),
    ("fact", "zorblaxo", "likes", "quintipo", False, 0),
    ("turn", 0, "a", ["quintipo"]),
    ("fact", USER, "likes", "zorblaxo", True, 0),
    ("fact", USER, "likes", "vexmoora", True, 0),
    ("about", "zorblaxo"),
    ("about", "quintipo"),
]
"""The turn that goes names the value of a fact that goes as well: what else it told stays in other words."""


@settings(max_examples=60)
@example(steps=_GIVEN_AWAY)
@given(steps=st.lists(step, min_size=12, max_size=30))
def test_the_store_knows_what_a_plain_model_knows(steps: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", folder)
        model = Model()
        store = Store().open()
        try:
            for what, *details in steps:
                store = follow(store, model, str(what), details)
                agree(store, model)
        finally:
            store.close()
        kept = " ".join(f"{turn.said}" for turn in model.turns.values()) + " ".join(
            f"{fact.key} {fact.told}" for fact in model.facts.values()
        )
        if forgot := {str(details[0]) for what, *details in steps if what == "about"}:
            assert traces(*(word for word in forgot if word not in kept), folder=stored.MEMORY.path.parent) == []


def follow(store: Store, model: Model, what: str, details: list[object]) -> Store:
    match what, details:
        case "turn", [int(when), str(conversation), list(said)]:
            text = f"It was {' and '.join(said)}."
            turn = store.remember_turn(text, "So it was.", at=day(when), conversation=conversation)
            model.turns[turn.id] = Turn(when, conversation, text)
        case "fact", [str(subject), str(relation), str(value), bool(in_a_turn), int(when)]:
            last = max(model.turns, default=None) if in_a_turn else None
            when = when if last is None else model.turns[last].day
            sentence = model.turns[last].said if last is not None else f"{subject} {relation} {value}".replace("_", " ")
            single = RELATIONS[relation]
            fact = store.remember_fact(
                subject, relation, value, at=day(when), sentence=sentence, single=single, episode=last
            )
            model.tell(fact.id, (subject, relation, value), (when, last, sentence), single=single)
        case "about", [str(word)]:
            chosen = store.select_about(word)
            facts, turns = model.about(word)
            assert (chosen.facts, chosen.episodes) == (facts, turns)
            assert store.forget(chosen).lingering == ""
            model.forget(facts, turns, undone=False)
            gone(store, word)
            assert traces(word) == []
        case "between", [int(first), int(last)]:
            chosen = store.select_between(day(first), day(last))
            facts, turns = model.between(first, last)
            assert (chosen.facts, chosen.episodes) == (facts, turns)
            store.forget(chosen)
            model.forget(facts, turns, undone=True)
        case "conversation", [str(name)]:
            chosen = store.select_conversation(name)
            facts, turns = model.conversation(name)
            assert (chosen.facts, chosen.episodes) == (facts, turns)
            store.forget(chosen)
            model.forget(facts, turns, undone=True)
        case _, _:
            store.close()
            return Store().open()
    return store
