"""Export and import: the round trip is exact, what is brought back twice is there once, all else is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.memory.life import BEGIN, day
from voiceos.errors import NewerFormat, VoiceosError
from voiceos.memory import USER, Kind, Source, Store, markdown, transfer


def live(store: Store) -> None:
    """Something of everything."""
    first = store.remember_turn('I live in Munich, "they" say.\nReally.', "A *fine* city!", at=BEGIN, conversation="a")
    second = store.remember_turn("I moved to Berlin.", "Oh, how", at=day(30), conversation="b", cut_off=True)
    store.remember_turn("", "Good morning.", at=day(31), conversation="b")
    store.remember_turn("", "Good morning.", at=day(31), conversation="b")
    store.remember_fact(USER, "lives_in", "Munich", at=first.at, episode=first.id, source=Source.DRAWN)
    store.remember_fact(USER, "lives_in", "Munich", at=day(2))
    store.remember_fact(USER, "lives_in", "Berlin", at=second.at, episode=second.id, sentence=second.said)
    store.remember_fact(USER, "will", "call Anna", at=day(31), kind=Kind.COMMITMENT, single=False, due=day(33.5))
    store.remember_fact(
        *(USER, "reminder", "eat"), at=day(31), kind=Kind.COMMITMENT, single=False, due=day(32), repeats="FREQ=DAILY"
    )
    anna = store.remember_fact("Anna", "is", "his sister", at=day(31), kind=Kind.PERSON)
    store.correct(anna.id, "his cousin", at=day(31))
    store.remember_fact("Anna", "age", "40", at=BEGIN)
    store.remember_fact("Anna", "age", "forty-one", at=day(1))
    store.forget(store.select_about("forty-one"))
    store.touch([1, 3], day(32))


def another(tmp_path: Path, name: str = "other") -> Store:
    return Store(tmp_path / name / "memory.db").open()


def test_the_round_trip_is_exact(store: Store, tmp_path: Path) -> None:
    live(store)
    text = transfer.written(store.export())
    with another(tmp_path) as other:
        done = other.bring_in(transfer.read(text))
        assert (done.episodes, done.facts) == (4, 7)
        assert transfer.written(other.export()) == text
        assert other.search_facts("Munich", superseded=True)[0].item.value == "Munich"
        assert [turn.said for turn in other.episodes()] == [turn.said for turn in store.episodes()]
        assert len(other.missing_vectors("m")) == 11


def test_what_is_brought_back_twice_is_there_once(store: Store) -> None:
    live(store)
    before = store.export()
    for _ in range(2):
        done = store.bring_in(before)
        assert (done.episodes, done.facts) == (0, 0)
        assert store.export() == before


def test_it_can_be_read_by_people(store: Store) -> None:
    live(store)
    data = json.loads(transfer.written(store.export()))
    assert data["voiceos_memory"] == transfer.FORMAT
    assert data["episodes"][0]["at"] == "2026-03-01T09:00:00+02:00"
    assert data["facts"][0]["told"][0] == {
        "at": "2026-03-01T09:00:00+02:00",
        "sentence": "user lives in Munich",
        "source": "drawn",
        "episode": 1,
    }
    assert data["facts"][0]["superseded_by"] == 2
    page = markdown.page(store.export())
    for line in (
        "### You",
        "- I moved to Berlin. (lives in: Berlin; told on 31 March 2026)",
        "- ~~user lives in Munich~~ (lives in: Munich; told on 1 March 2026; 2 times, the last on 3 March 2026; "
        "until 31 March 2026, then: Berlin)",
        "### Sunday, 1 March 2026",
        '- 09:00 **You:** I live in Munich, "they" say. Really.  ',
        "  **voiceos:** A \\*fine\\* city!",
        "  **voiceos:** Oh, how …",
        "- 09:00 **voiceos:** Good morning.",
    ):
        assert line in page.splitlines()
    assert "due on 3 April 2026, 21:00" in page


def test_nothing_is_a_page_too(store: Store) -> None:
    assert markdown.page(store.export()) == "# What voiceos remembers\n\nNothing.\n"


def test_two_memories_become_one(store: Store, tmp_path: Path) -> None:
    """Of values that exclude each other the one told last is in force, on whichever side it was told."""
    turn = store.remember_turn("I love tea.", "So you do.", at=day(1), conversation="a")
    store.remember_fact(USER, "loves", "tea", at=day(1), episode=turn.id, single=False)
    store.remember_fact(USER, "lives_in", "Munich", at=day(1))
    store.remember_fact(USER, "works_at", "the mill", at=day(9))
    with another(tmp_path) as other:
        other.remember_fact(USER, "loves", "Tea", at=day(5), single=False)
        other.remember_fact(USER, "loves", "rain", at=day(5), single=False)
        other.remember_fact(USER, "lives_in", "Berlin", at=day(5))
        other.remember_fact(USER, "works_at", "the docks", at=day(5))
        content = other.export()
    done = store.bring_in(content)
    assert (done.episodes, done.facts) == (0, 3)
    assert {(fact.relation, fact.value, fact.weight) for fact in store.facts()} == {
        ("loves", "tea", 2),
        ("loves", "rain", 1),
        ("lives_in", "Berlin", 1),
        ("works_at", "the mill", 1),
    }
    assert {fact.value for fact in store.facts(superseded=True) if not fact.in_force} == {"Munich", "the docks"}
    assert store.bring_in(content).facts == 0
    assert store.facts()[0].since == day(1)


def damaged(change: Any) -> str:
    data: dict[str, Any] = {
        "voiceos_memory": 1,
        "facts": [
            {
                "id": 1,
                "subject": "a",
                "relation": "b",
                "value": "secret",
                "told": [{"at": BEGIN.isoformat(), "sentence": ""}],
            }
        ],
        "episodes": [{"id": 1, "at": BEGIN.isoformat(), "conversation": "", "said": "secret", "heard": ""}],
    }
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "does not say"),
        ('{"voiceos_memory": true}', "does not say"),
        (damaged(lambda data: data.update(extra=1)), r"extra"),
        (damaged(lambda data: data["facts"][0].update(kind="secret")), r"facts\.0\.kind"),
        (damaged(lambda data: data["facts"][0].update(told=[])), r"facts\.0\.told"),
        (damaged(lambda data: data["facts"][0]["told"][0].update(at="2026-03-01T09:00:00")), r"at: .*timezone"),
        (damaged(lambda data: data["facts"][0]["told"][0].update(episode=7)), "fact 1 points to what is not there"),
        (damaged(lambda data: data["facts"][0].update(superseded_by=7)), "fact 1 points to what is not there"),
        (damaged(lambda data: data["facts"][0].update(value=" . ")), "fact 1 is empty"),
    ],
)
def test_what_is_no_export_is_refused_without_showing_it(text: str, why: str) -> None:
    with pytest.raises(VoiceosError, match=why) as refused:
        transfer.read(text)
    assert "secret" not in str(refused.value).replace("facts.0", "")
    assert refused.value.hint


def test_one_of_a_newer_voiceos_is_refused() -> None:
    with pytest.raises(NewerFormat, match="format 4"):
        transfer.read('{"voiceos_memory": 4}')


def test_one_that_was_written_by_hand_may_be_short(store: Store) -> None:
    done = store.bring_in(transfer.read(damaged(lambda data: None)))
    assert (done.episodes, done.facts) == (1, 1)
    assert store.facts()[0].sentence == "a b secret"


lives = st.lists(
    st.tuples(st.sampled_from("xy"), st.booleans(), st.sampled_from("pqr"), st.integers(0, 5), st.booleans()),
    max_size=12,
)


@settings(max_examples=30)
@given(life=lives)
def test_any_round_trip_is_exact(
    life: list[tuple[str, bool, str, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("life")
    with another(folder, "one") as one, another(folder, "two") as two:
        for subject, single, value, when, in_a_turn in life:
            turn = one.remember_turn(value, subject, at=day(when), conversation="a") if in_a_turn else None
            one.remember_fact(
                subject,
                "only" if single else "any",
                value,
                at=day(when),
                single=single,
                episode=None if turn is None else turn.id,
            )
        content = one.export()
        two.bring_in(content)
        assert two.export() == content
        two.bring_in(content)
        assert two.export() == content
