"""Text as it is compared and searched: anything that anybody says must be safe to look for."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from functools import cache

from voiceos.languages import table

MOST_TERMS = 32
"""Of one search; what is asked in more words is asked by its first ones."""

SHORTEST_STEM = 3
"""Letters that are left of a word at least when its ending is taken off."""

_WORD = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"[\s_]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")
"""SQLite ends a text at a NUL, and half of a surrogate pair is no character."""


def clean(text: str) -> str:
    """Text that can be stored: without NUL, lone surrogates, and white space around it; letters in one piece (NFC)."""
    return unicodedata.normalize("NFC", _NO_TEXT.sub("\ufffd", text)).strip()


def folded(text: str) -> str:
    """What two texts have in common that mean the same: "Lives_in  Rome." and "lives in rome" are equal.

    Signs within stay: "C++" is not "C#"."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", clean(text)).casefold()).strip(" .,;:!?\"'“”‘’")


def words(text: str) -> list[str]:
    """The words of a text in lower case, each once, in their order; as FTS5 takes them (no "ß" becomes "ss")."""
    return list(dict.fromkeys(word.lower() for word in _WORD.findall(clean(text))))


@cache
def unimportant(language: str) -> frozenset[str]:
    """Words that are in every other sentence, so that looking for them finds nothing. Raises ConfigError."""
    return frozenset(table(language, "memory")["unimportant"])


def content(text: str, language: str) -> list[str]:
    """The words that matter; all of them where none does."""
    every = words(text)
    return [word for word in every if word not in unimportant(language)] or every


def stem(word: str, language: str) -> str:
    """What the forms of a word in lower case have in common, as good as. Raises ConfigError."""
    for ending, instead in _endings(language):
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= SHORTEST_STEM:
            return word.removesuffix(ending) + instead
    return word


@cache
def _endings(language: str) -> tuple[tuple[str, str], ...]:
    return tuple((ending, instead) for ending, instead in table(language, "memory")["endings"])


def stems(text: str, language: str) -> frozenset[str]:
    """Of the words that matter; of all of them where none does."""
    return frozenset(stem(word, language) for word in content(text, language))


def any_of(some: Iterable[str]) -> str:
    """An FTS5 query for what holds one of the words; empty where there are none."""
    return " OR ".join(map(_quoted, some))


def all_of(some: Iterable[str]) -> str:
    """An FTS5 query for what holds each of the words; empty where there are none."""
    return " AND ".join(map(_quoted, some))


def unspaced(word: str) -> bool:
    """Of a script that puts no spaces between words (Thai, Lao, Khmer, Burmese, Japanese, Chinese)."""
    return bool(_UNSPACED.search(word))


def matching(texts: Iterable[str], query: str) -> list[int]:
    """Which of some texts a query finds, by the same rules as among what is stored; their places, ascending."""
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'porter unicode61')")
        database.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(map(clean, texts)))
        rows = database.execute("SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid", (query,)).fetchall()
    return [row[0] for row in rows]


def _quoted(word: str) -> str:
    return f'"{word}"'  # a word holds no quotation mark
