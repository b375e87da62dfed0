"""How much is remembered."""

from __future__ import annotations

import sqlite3

from voiceos.memory import moments
from voiceos.memory.records import Stats


def of(database: sqlite3.Connection, size_bytes: int) -> Stats:
    """
    Args:
        size_bytes: of all the store's files.
    """
    row = database.execute(
        """
        SELECT (SELECT count(*) FROM episodes), (SELECT count(DISTINCT conversation) FROM episodes),
            (SELECT count(*) FROM facts WHERE superseded_at IS NULL),
            (SELECT count(*) FROM facts WHERE superseded_at IS NOT NULL),
            (SELECT count(*) FROM embeddings WHERE episode IS NOT NULL)
                + (SELECT count(*) FROM embeddings WHERE fact IS NOT NULL),
            (SELECT min(at) FROM episodes), (SELECT max(at) FROM episodes),
            (SELECT count(*) FROM summaries WHERE text <> '')
        """
    ).fetchone()
    told, conversations, in_force, superseded, vectors, first, last, summaries = row
    return Stats(
        episodes=told,
        conversations=conversations,
        facts=in_force,
        superseded=superseded,
        vectors=vectors,
        first=moments.utc(first),
        last=moments.utc(last),
        size_bytes=size_bytes,
        summaries=summaries,
    )
