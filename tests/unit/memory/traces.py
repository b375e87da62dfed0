"""Whether anything on the disk still holds a word."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from voiceos import stored


def traces(*words: str, folder: Path | None = None) -> list[str]:
    """Files of the state folder that hold one of the words, in any case, as UTF-8 or UTF-16, or in the vocabulary of
    the full-text indexes (whose pages share beginnings, so that no search for bytes would find a word there)."""
    place = folder or stored.MEMORY.path.parent
    found = []
    for path in sorted(place.rglob("*")):
        if path.is_file():
            data = path.read_bytes().lower()
            for word in words:
                forms = [word.lower().encode(form) for form in ("utf-8", "utf-16-le", "utf-16-be")]
                found += [f"{path.name}: {word}" for form in forms if form in data]
    return found + [f"index: {word}" for word in sorted(vocabulary(place) & {word.lower() for word in words})]


def vocabulary(folder: Path) -> set[str]:
    """Terms of the full-text indexes, stemmed."""
    with closing(sqlite3.connect(folder / stored.MEMORY.name)) as database:
        terms = set()
        for name in ("episodes_fts", "facts_fts"):
            database.execute(f"CREATE VIRTUAL TABLE temp.{name}_terms USING fts5vocab('main', '{name}', 'row')")
            terms |= {row[0] for row in database.execute(f"SELECT term FROM temp.{name}_terms").fetchall()}
    return terms
