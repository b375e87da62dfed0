"""Full-text search over episodes and facts, by BM25 (SQLite's FTS5 with its Porter stemmer)."""

from __future__ import annotations

import sqlite3

from voiceos.memory import episodes, facts
from voiceos.memory.records import Episode, Fact, Hit


def find_episodes(database: sqlite3.Connection, query: str, limit: int) -> list[Hit[Episode]]:
    """Best first. `query` is one of `terms`."""
    if not query:
        return []
    columns = ", ".join(f"e.{name.strip()}" for name in episodes.COLUMNS.split(","))
    rows = database.execute(
        f"""
        SELECT found.score, {columns} FROM (
            SELECT rowid, rank AS score FROM episodes_fts WHERE episodes_fts MATCH ? ORDER BY rank LIMIT ?
        ) found JOIN episodes e ON e.id = found.rowid ORDER BY found.score, e.id DESC
        """,  # noqa: S608 - columns of our own
        (query, limit),
    ).fetchall()
    return [Hit(episodes.of_row(row[1:]), -row[0]) for row in rows]


def find_facts(database: sqlite3.Connection, query: str, limit: int, *, superseded: bool) -> list[Hit[Fact]]:
    """Best first. `query` is one of `terms`."""
    if not query:
        return []
    rows = database.execute(
        f"""
        SELECT found.rank, {facts.COLUMNS} FROM facts_fts found JOIN facts f ON f.id = found.rowid
        WHERE facts_fts MATCH ? AND (? OR f.superseded_at IS NULL) ORDER BY found.rank, f.id DESC LIMIT ?
        """,  # noqa: S608 - columns of our own
        (query, superseded, limit),
    ).fetchall()
    return [Hit(facts.of_row(row[1:]), -row[0]) for row in rows]
