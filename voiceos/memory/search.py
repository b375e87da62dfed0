"""Full-text search over episodes and facts, by BM25 (SQLite's FTS5 with its Porter stemmer).

Ranking costs about a microsecond a row that matches, counting a twentieth of it. So words are counted first, and only
so many rows are ranked as a turn has time for: those with the rarer words, which decide the rank anyway; those with two
of the others together; and where a single word is everywhere, the newest of its rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Literal

from voiceos.memory import episodes, facts, terms
from voiceos.memory.records import Episode, Fact, Hit

Name = Literal["episodes", "facts"]

MOST_ROWS = 2000
"""That are ranked."""


def find_episodes(database: sqlite3.Connection, words: Sequence[str], limit: int) -> list[Hit[Episode]]:
    """Best first, by any of the words."""
    query, behind = _query(database, "episodes", words)
    columns = ", ".join(f"e.{name.strip()}" for name in episodes.COLUMNS.split(","))
    rows = database.execute(
        f"""
        SELECT found.score, {columns} FROM (
            SELECT rowid, rank AS score FROM episodes_fts WHERE episodes_fts MATCH ? AND rowid > ?
            ORDER BY rank LIMIT ?
        ) found JOIN episodes e ON e.id = found.rowid ORDER BY found.score, e.id DESC
        """,  # noqa: S608 - columns of our own
        (query, behind, limit),
    ).fetchall()
    return [Hit(episodes.of_row(row[1:]), -row[0]) for row in rows]


def find_facts(database: sqlite3.Connection, words: Sequence[str], limit: int, *, superseded: bool) -> list[Hit[Fact]]:
    """Best first, by any of the words."""
    query, behind = _query(database, "facts", words)
    rows = database.execute(
        f"""
        SELECT found.rank, {facts.COLUMNS} FROM facts_fts found JOIN facts f ON f.id = found.rowid
        WHERE facts_fts MATCH ? AND found.rowid > ? AND (? OR f.superseded_at IS NULL)
        ORDER BY found.rank, f.id DESC LIMIT ?
        """,  # noqa: S608 - columns of our own
        (query, behind, superseded, limit),
    ).fetchall()
    return [Hit(facts.of_row(row[1:]), -row[0]) for row in rows]


def _query(database: sqlite3.Connection, name: Name, words: Sequence[str]) -> tuple[str, int]:
    """What matches rows that are worth ranking, and behind which row."""
    counted = sorted((_count(database, name, terms.all_of([word])), word) for word in words)
    present = [(count, word) for count, word in counted if count]
    if not present:
        return '""', 0
    rare, ranked = [present[0][1]], present[0][0]
    for count, word in present[1:]:
        if ranked + count > MOST_ROWS:
            break
        rare.append(word)
        ranked += count
    query = terms.any_of(rare)
    together = terms.all_of([word for _, word in present[len(rare) :][:2]])
    if len(present) > len(rare) + 1 and _count(database, name, together) <= MOST_ROWS:
        query = f"{query} OR ({together})"
    if ranked <= MOST_ROWS:
        return query, 0
    (behind,) = database.execute(
        f"SELECT rowid FROM {name}_fts WHERE {name}_fts MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?",  # noqa: S608
        (query, MOST_ROWS),
    ).fetchone()
    return query, behind


def _count(database: sqlite3.Connection, name: Name, query: str) -> int:
    count: int = database.execute(
        f"SELECT count(*) FROM {name}_fts WHERE {name}_fts MATCH ?",  # noqa: S608 - names of our own
        (query,),
    ).fetchone()[0]
    return count
