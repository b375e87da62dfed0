"""What is done in every turn goes through an index: no query walks through all that is remembered."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

import numpy as np
import pytest

from tests.unit.memory.life import BEGIN, day
from voiceos.memory import USER, Kind, Store, Vector, forgetting, selection

UNIT = np.array([1, 0], np.float32)

EACH_TURN: dict[str, Callable[[Store], object]] = {
    "remember a turn": lambda store: store.remember_turn("Hello", "Hi", at=BEGIN, conversation="a"),
    "remember a fact": lambda store: store.remember_fact(USER, "likes", "tea", at=day(1), episode=1),
    "remember it again": lambda store: store.remember_fact(USER, "lives_in", "Rome", at=day(1)),
    "correct": lambda store: store.correct(1, "Oslo", at=day(1)),
    "an episode": lambda store: store.episode(1),
    "the last turns": lambda store: store.episodes(),
    "a day": lambda store: store.episodes(since=BEGIN, until=day(1)),
    "a conversation": lambda store: store.episodes(conversation="a"),
    "a fact": lambda store: store.fact(1),
    "the heaviest facts": lambda store: store.facts(),
    "facts of somebody": lambda store: store.facts(subject=USER),
    "one fact of somebody": lambda store: store.facts(subject=USER, relation="likes", kind=Kind.FACT),
    "facts that name": lambda store: store.facts_naming("Rome"),
    "what is due": lambda store: store.facts_due(day(1)),
    "when it was told": lambda store: store.tellings(1),
    "search": lambda store: (store.search_episodes("rain in Rome"), store.search_facts("rain in Rome")),
    "candidates": lambda store: store.candidates("rain in Rome", fact_numbers=[1], episode_numbers=[1, 2]),
    "touch": lambda store: store.touch([1], BEGIN),
    "select a fact": lambda store: store.select_fact(1),
    "select a conversation": lambda store: store.select_conversation("a"),
    "forget a turn": lambda store: _forget(store),
    "add a vector": lambda store: store.add_vectors("m", [Vector("fact", 2, UNIT), Vector("episode", 1, UNIT)]),
    "new vectors": lambda store: store.vectors_since(1, "m"),
    "prune": lambda store: store.prune(day(-1)),
}

SCANS = {
    "the heaviest facts": "SCAN f USING INDEX facts_weight",
    "the last turns": "SCAN episodes USING INDEX episodes_at",
}
"""In the order that is asked for, from its beginning: as far as the limit goes."""


def _forget(store: Store) -> None:
    """The rows alone: the purge rewrites the file, whatever it holds."""
    with store._database.writing() as database:
        forgetting.forget(database, selection.of_episodes(database, [1]))


@pytest.mark.parametrize("what", EACH_TURN)
def test_no_table_is_walked_through(store: Store, what: str) -> None:
    store.remember_turn("It rains in Rome.", "So it does.", at=BEGIN, conversation="a")
    store.remember_fact(USER, "lives_in", "Rome", at=BEGIN, episode=1)
    store.remember_fact(USER, "loves", "Rome", at=BEGIN)
    store.add_vectors("m", [Vector("fact", 1, UNIT)])
    asked: list[str] = []
    connections = [one for one in (store._database._reader, store._database._writer) if one is not None]
    for connection in connections:
        connection.set_trace_callback(asked.append)
    EACH_TURN[what](store)
    for connection in connections:
        connection.set_trace_callback(None)
    plans = {line for statement in asked for line in plan(connections[0], statement)}
    walks = {
        line for line in plans if re.match(r"SCAN (?!found$|\(|CONSTANT|.*_fts_config|.*VIRTUAL TABLE INDEX)", line)
    }
    allowed = {line for line in walks if what in SCANS and line.startswith(SCANS[what])}
    assert asked
    assert walks - allowed == set()
    sorts = {line for line in plans if "TEMP B-TREE" in line}
    if what in SCANS:
        assert sorts == set()


def plan(database: sqlite3.Connection, statement: str) -> list[str]:
    """Of a statement; of what triggers do there is none, which is by the row's own number."""
    if not re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE)", statement):
        return []
    return [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()]
