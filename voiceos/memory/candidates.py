"""What may be worth recalling, read from the database in one go: by its words, and by numbers that the vectors gave."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from voiceos.memory import episodes, facts, search, terms
from voiceos.memory.numbers import AMONG, listed
from voiceos.memory.records import Episode, Fact

# Each is completed by the numbers that are wanted.
_FACTS = f"SELECT {facts.COLUMNS} FROM facts f WHERE f.id"  # noqa: S608 - columns of our own
_EPISODES = f"SELECT {episodes.COLUMNS} FROM episodes WHERE id"  # noqa: S608
# Joined crosswise, which keeps SQLite from beginning with all facts.
_OUTDATED = """
    SELECT t.episode FROM tellings t CROSS JOIN facts f ON f.id = t.fact
    WHERE f.superseded_at IS NOT NULL AND t.episode"""


@dataclass(frozen=True, slots=True)
class Candidates:
    facts: tuple[Fact, ...]
    episodes: tuple[Episode, ...]
    fact_scores: dict[int, float]
    """By BM25, of those that have the words."""
    episode_scores: dict[int, float]
    outdated: frozenset[int]
    """Episodes that told what is no longer so."""
    documents: int
    """How many episodes there are, as good as."""


def find(
    database: sqlite3.Connection,
    text: str,
    language: str,
    *,
    fact_numbers: Collection[int],
    episode_numbers: Collection[int],
    superseded: bool,
    limit: int,
) -> Candidates:
    """Those of the numbers that are there, and for the words of `text` at most `limit` of each kind."""
    words = terms.content(text, language)[: terms.MOST_TERMS]
    fact_hits = search.find_facts(database, words, limit, superseded=superseded)
    episode_hits = search.find_episodes(database, words, limit)
    known = {hit.item.id: hit.item for hit in fact_hits}
    told = {hit.item.id: hit.item for hit in episode_hits}
    for row in _by_number(database, _FACTS, set(fact_numbers) - known.keys()):
        fact = facts.of_row(row)
        if superseded or fact.in_force:
            known[fact.id] = fact
    for row in _by_number(database, _EPISODES, set(episode_numbers) - told.keys()):
        episode = episodes.of_row(row)
        told[episode.id] = episode
    outdated = [row[0] for row in _by_number(database, _OUTDATED, told.keys())]
    (newest,) = database.execute("SELECT coalesce(max(id), 0) FROM episodes").fetchone()
    return Candidates(
        tuple(known.values()),
        tuple(told.values()),
        {hit.item.id: hit.score for hit in fact_hits},
        {hit.item.id: hit.score for hit in episode_hits},
        frozenset(outdated),
        newest,
    )


def embedded(database: sqlite3.Connection, model: str) -> list[tuple[bool, int]]:
    """What has a vector: whether it is a fact, and its number."""
    rows = database.execute("SELECT episode, fact FROM embeddings WHERE model = ?", (model,)).fetchall()
    return [(fact is not None, episode if fact is None else fact) for episode, fact in rows]


def _by_number(database: sqlite3.Connection, select: str, numbers: Collection[int]) -> list[tuple[Any, ...]]:
    """Rows of a query that ends with the column of the number."""
    if not numbers:
        return []  # SQLite would go through all rows to find none
    return database.execute(f"{select} {AMONG}", (listed(numbers),)).fetchall()
