"""Forgetting leaves nothing: in no answer, in no file, whatever else has the memory open."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import numpy as np
import pytest

from tests.unit.memory.life import BEGIN, day
from tests.unit.memory.traces import traces, vocabulary
from voiceos import stored
from voiceos.memory import NOTE, USER, Episode, Fact, Store, Vector, database, forgetting


def said(store: Store, *texts: str, conversation: str = "a", first: float = 0) -> list[Episode]:
    return [
        store.remember_turn(text, "I see.", at=day(first + number), conversation=conversation)
        for number, text in enumerate(texts)
    ]


def told(store: Store, turn: Episode, subject: str, relation: str, value: str, *, single: bool = True) -> Fact:
    return store.remember_fact(subject, relation, value, at=turn.at, sentence=turn.said, episode=turn.id, single=single)


def left(store: Store) -> tuple[list[str], list[str]]:
    facts = [fact.value for fact in store.facts(superseded=True)]
    return sorted(facts), [episode.said for episode in reversed(store.episodes())]


@pytest.fixture
def anna(store: Store) -> Store:
    """A life with two people in it."""
    turns = said(
        store,
        "My sister's name is Annabella.",
        "She lives in Wuppertal.",
        "Bert and I like Earl Grey.",
        "ANNABELLA's coming on Friday, says Bert.",
        "It rains.",
    )
    told(store, turns[0], USER, "sister", "Annabella")
    told(store, turns[1], "Annabella", "lives_in", "Wuppertal")
    told(store, turns[2], USER, "likes", "Earl Grey", single=False)
    told(store, turns[3], "Bert", "knows", "Annabella", single=False)
    return store


def test_everything_about_somebody_is_shown_first_and_then_gone(anna: Store) -> None:
    chosen = anna.select_about("annabella")
    assert len(chosen.facts) == 3 and len(chosen.episodes) == 3
    assert traces("annabella", "wuppertal")
    done = anna.forget(chosen)
    assert (done.facts, done.episodes, done.lingering) == (3, 3, "")
    assert left(anna) == (["Earl Grey"], ["Bert and I like Earl Grey.", "It rains."])
    assert traces("annabella", "annabell", "wuppertal") == []
    assert traces("earl grey") != []
    assert anna.search_episodes("Annabella Wuppertal") == anna.search_facts("Annabella", superseded=True) == []
    assert not anna.select_about("Annabella")
    anna.close()
    assert traces("annabella", "annabell", "wuppertal") == []


@pytest.mark.parametrize(
    "named", ["Annabella", "annabellas", "ANNABELLA’S", "everything about Annabella", "sister Annabella"]
)
def test_a_name_is_known_in_other_forms(anna: Store, named: str) -> None:
    assert anna.select_about(named).episodes
    assert "It rains." in {episode.said for episode in anna.episodes()}


@pytest.mark.parametrize("nobody", ["", "?", "Anna", "bell", "Annabella Bert Wuppertal"])
def test_who_is_not_named_is_not_found(anna: Store, nobody: str) -> None:
    chosen = anna.select_about(nobody)
    assert not chosen
    assert anna.forget(chosen).facts == 0
    assert anna.stats().episodes == 5


def test_scripts_without_spaces_are_searched_by_their_signs(store: Store) -> None:
    said(store, "昨日東京に行った", "雨です")
    chosen = store.select_about("東京")
    assert len(chosen.episodes) == 1
    store.forget(chosen)
    assert traces("東京") == []


def test_a_fact_goes_with_the_turns_that_tell_it_and_what_it_took_the_place_of(store: Store) -> None:
    turns = said(
        store,
        "My PIN is 8841, and I like marzipan.",
        "No, the PIN is 9973.",
        "Let me think of something else.",
        "So what was my pin? 9973?",
        "Marzipan, please.",
    )
    told(store, turns[0], USER, "pin", "8841")
    likes = told(store, turns[0], USER, "likes", "marzipan", single=False)
    pin = told(store, turns[1], USER, "pin", "9973")
    chosen = store.select_fact(pin.id)
    assert store.forget(chosen).lingering == ""
    assert left(store) == (["marzipan"], ["Let me think of something else.", "Marzipan, please."])
    assert traces("8841", "9973") == []
    kept = store.fact(likes.id)
    assert kept is not None and (kept.sentence, kept.episode) == ("user likes marzipan", None)
    assert [telling.at for telling in store.tellings(likes.id)] == [turns[0].at]
    assert store.search_facts("marzipan")[0].item == kept
    with pytest.raises(KeyError):
        store.select_fact(pin.id)


def test_a_sentence_that_gives_nothing_away_is_kept(store: Store) -> None:
    (turn,) = said(store, "My PIN is 8841. I like marzipan.")
    likes = store.remember_fact(USER, "likes", "marzipan", at=turn.at, sentence="I like marzipan.", episode=turn.id)
    store.forget(store.select_fact(told(store, turn, USER, "pin", "8841").id))
    kept = store.fact(likes.id)
    assert kept is not None and (kept.sentence, kept.episode) == ("I like marzipan.", None)


def test_a_fact_that_was_told_at_other_times_too_stands_by_those(store: Store) -> None:
    turns = said(store, "I love tea, and Rumpelstilz is my friend.", "I really love tea.")
    for turn in turns:
        tea = told(store, turn, USER, "loves", "tea")
    assert tea.weight == 2
    store.forget(store.select_about("Rumpelstilz"))
    kept = store.fact(tea.id)
    assert kept is None, "its first sentence names him"
    turns = said(store, "I love rain. My friend is Rumpelstilz.", "I really love rain.", first=10)
    for turn, sentence in zip(turns, ("I love rain.", "I really love rain."), strict=True):
        rain = store.remember_fact(USER, "loves", "rain", at=turn.at, sentence=sentence, episode=turn.id)
    store.forget(store.select_about("Rumpelstilz"))
    kept = store.fact(rain.id)
    assert kept is not None
    assert (kept.weight, kept.since, kept.sentence, kept.episode) == (
        *(1, turns[1].at, "I really love rain.", turns[1].id),
    )


def test_a_later_sentence_that_names_it_is_found_too(store: Store) -> None:
    store.remember_fact(USER, "likes", "tea", at=BEGIN, sentence="I like tea.")
    store.remember_fact(USER, "likes", "tea", at=day(1), sentence="I like tea as Rumpelstilz does.")
    assert len(store.select_about("rumpelstilz").facts) == 1
    pin = store.remember_fact(USER, "friend", "Rumpelstilz", at=day(2), sentence="Rumpelstilz is my friend.")
    store.remember_fact(USER, "likes", "tea", at=day(3), sentence="I like tea as my friend Rumpelstilz does.")
    store.forget(store.select_fact(pin.id))
    (tea,) = store.facts()
    assert [telling.sentence for telling in store.tellings(tea.id)] == [
        "I like tea.",
        "I like tea as Rumpelstilz does.",
    ]
    assert tea.weight == 2


def test_a_note_goes_with_its_turn(store: Store) -> None:
    note = store.remember_fact(USER, NOTE, "the key is under the flowerpot", at=BEGIN, single=False)
    said(store, "Remember that the key is under the flowerpot.", "Where is the key?")
    store.forget(store.select_fact(note.id))
    assert left(store) == ([], ["Where is the key?"])
    assert traces("flowerpot") == []


def test_a_day_is_as_if_it_had_not_been(store: Store) -> None:
    old, today = said(store, "I live in Munich.", "I have moved to Berlin, and I love cheesecake.")
    told(store, old, USER, "lives_in", "Munich")
    told(store, old, USER, "loves", "cheesecake")
    told(store, today, USER, "lives_in", "Berlin")
    told(store, today, USER, "loves", "cheesecake")
    store.remember_fact(USER, "plans", "a party", at=day(1.2))
    done = store.forget(store.select_between(day(0.5), day(1.5)))
    assert (done.episodes, done.facts) == (1, 2)
    assert left(store) == (["Munich", "cheesecake"], ["I live in Munich."])
    munich, cheesecake = store.facts()
    assert munich.in_force and cheesecake.weight == 1
    assert traces("berlin", "party") == []


def test_what_somebody_took_the_place_of_does_not_come_back_with_forgetting_them(store: Store) -> None:
    store.remember_fact(USER, "girlfriend", "Rosalinde", at=BEGIN)
    store.remember_fact(USER, "girlfriend", "Kunigunde", at=day(1))
    store.forget(store.select_about("Kunigunde"))
    assert store.facts() == []
    (before,) = store.facts(superseded=True)
    assert before.value == "Rosalinde" and before.superseded_by is None and not before.in_force


def test_a_gap_in_what_followed_what_is_closed(store: Store) -> None:
    for number, place in enumerate(["Aachen", "Bochum", "Celle"]):
        store.remember_fact(USER, "lives_in", place, at=day(number))
    store.forget(store.select_between(day(0.5), day(1.5)))
    celle, aachen = store.facts(superseded=True)
    assert (celle.value, aachen.value, aachen.superseded_by) == ("Celle", "Aachen", celle.id)


def test_a_conversation_goes_alone(store: Store) -> None:
    (keep,) = said(store, "I like Pumpernickel.")
    (drop,) = said(store, "I like Zwieback and Pumpernickel.", conversation="b")
    told(store, drop, USER, "likes", "Zwieback", single=False)
    told(store, drop, USER, "likes", "Pumpernickel", single=False)
    told(store, keep, USER, "likes", "Pumpernickel", single=False)
    store.forget(store.select_conversation("b"))
    assert left(store) == (["Pumpernickel"], ["I like Pumpernickel."])
    assert traces("zwieback") == []


def test_everything_goes(anna: Store) -> None:
    anna.add_vectors("m", [Vector("fact", 1, np.array([0, 1], np.float32))])
    done = anna.forget(anna.select_everything())
    assert (done.episodes, done.facts) == (5, 4)
    assert anna.stats().vectors == anna.stats().facts == anna.stats().episodes == 0
    assert vocabulary(stored.MEMORY.path.parent) == set()
    assert traces("annabella", "rains", "earl", "user", "lives") == []
    said(anna, "We begin anew.")
    assert anna.search_episodes("anew")


def test_vectors_go_with_what_they_are_of(anna: Store) -> None:
    vector = np.frombuffer(b"Vv%?" * 16, np.float32)
    unit = (vector / np.linalg.norm(vector)).astype(np.float32)
    anna.add_vectors("m", [Vector(one.what, one.id, unit) for one in anna.missing_vectors("m")])
    assert anna.stats().vectors == 9
    before = anna.erasures
    anna.forget(anna.select_about("Annabella"))
    assert anna.stats().vectors == 3
    assert anna.erasures == before + 1
    anna.forget(anna.select_everything())
    data = stored.MEMORY.path.read_bytes()
    assert unit.tobytes() not in data and unit.tobytes()[:16] not in data


def test_copies_beside_it_go_too(anna: Store) -> None:
    beside = [
        stored.MEMORY.path.with_name(f"memory.db{end}") for end in (".bak-v0", ".broken", ".broken-wal", ".newer")
    ]
    for path in beside:
        path.write_text("Annabella lives here too")
    others = stored.MEMORY.path.with_name("notes.txt")
    others.write_text("mine")
    assert anna.forget(anna.select_about("Annabella")).copies == 4
    assert traces("annabella") == []
    assert others.exists()


READER = """
import sys
from voiceos.memory import Store
with Store() as store:
    print("open", flush=True)
    for line in sys.stdin:
        store.search_episodes("Annabella rains")
        store.facts()
        print(store.stats().episodes, flush=True)
"""


def test_another_process_that_reads_is_in_nobodys_way(anna: Store) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as reader:
        assert reader.stdin is not None and reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                reader.stdin.write("\n")  # type: ignore[union-attr]  # asserted above
                reader.stdout.readline()  # type: ignore[union-attr]

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            assert anna.forget(anna.select_about("Annabella")).lingering == ""
            assert traces("annabella", "wuppertal") == []
        finally:
            stop.set()
            asking.join()
        reader.stdin.write("\n")
        assert reader.stdout.readline() == "2\n"
        reader.stdin.close()


def test_who_holds_on_to_it_is_told_of_and_it_is_made_up_for(anna: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    with Store() as impatient, closing(sqlite3.connect(stored.MEMORY.path)) as holds:
        holds.execute("BEGIN")
        holds.execute("SELECT count(*) FROM episodes").fetchone()
        done = impatient.forget(impatient.select_about("Annabella"))
        assert "another program" in done.lingering
        assert impatient.search_episodes("Annabella") == []
        assert traces("annabella") != []
        holds.rollback()
    with Store():
        assert traces("annabella", "wuppertal") == []


def test_what_was_interrupted_is_made_up_for_when_it_is_opened(anna: Store) -> None:
    """As by a kill between the two halves."""
    with anna._database.writing() as writer:
        forgetting.forget(writer, anna.select_about("Annabella"))
    anna.close()
    assert traces("annabella") != [], "only to see that this test would notice"
    with Store() as store:
        assert traces("annabella", "wuppertal") == []
        assert store.stats().episodes == 2


def test_old_turns_are_let_go_of_and_what_is_known_stays(anna: Store) -> None:
    assert anna.prune(day(1.5)) == 2
    assert anna.stats().episodes == 3
    (sister,) = anna.facts(relation="sister")
    assert (sister.episode, sister.sentence) == (None, "My sister's name is Annabella.")
    assert traces("she lives in") != [], "the sentence of a fact"
    anna.prune(day(9))
    assert traces("it rains") == []
    assert anna.prune(day(9)) == 0


WRITER = """
import itertools, sys
from datetime import UTC, datetime
from voiceos.memory import Store
with Store() as store:
    for number in itertools.count():
        store.remember_turn(f"Number {number}", "", at=datetime.now(UTC), conversation="count")
        print(number, flush=True)
"""


def test_another_process_may_write_meanwhile(anna: Store) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER], stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "0\n"
            for name in ("Annabella", "Earl Grey"):
                assert anna.forget(anna.select_about(name)).lingering == ""
                assert traces(name, "wuppertal") == []
            written = int(writer.stdout.readline())
            assert writer.poll() is None
        finally:
            writer.kill()
    assert anna.stats().episodes >= written
