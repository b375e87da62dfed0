"""What would be forgotten: all of it is chosen beforehand, so that it can be shown, and nothing else goes."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from voiceos.memory import episodes, terms
from voiceos.memory.numbers import AMONG, listed
from voiceos.memory.records import NOTE, USER

TELLING = 3
"""A value of so many words that matter is told by whoever says them all; a shorter one only together with what it is
about: "tea" is said by many who do not say that the user likes it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Facts and episodes, by their numbers."""

    facts: frozenset[int] = frozenset()
    episodes: frozenset[int] = frozenset()
    query: str = ""
    """An FTS5 query for what names the same; empty where it was chosen by time."""
    since: datetime | None = None
    until: datetime | None = None
    """Of a span of time."""
    undone: bool = False
    """As if it had never been said: what it took the place of is in force again."""
    everything: bool = False

    def __bool__(self) -> bool:
        return bool(self.facts or self.episodes or self.everything)


def of_fact(database: sqlite3.Connection, number: int, language: str) -> Selection:
    """A fact with all that would tell it again: the values that it took the place of, the same value told at other
    times, the turns that told it, and those that name the value together with what it is about.

    Raises KeyError."""
    row = database.execute("SELECT subject_key, relation_key, value_key FROM facts WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise KeyError(number)
    subject, relation, value = row
    same = database.execute(
        "SELECT id FROM facts WHERE subject_key = ? AND relation_key = ? AND value_key = ?", row
    ).fetchall()
    facts = _with_those_before(database, {one[0] for one in same})
    found = _told_in(database, facts)
    parts = [terms.all_of(terms.content(value, language))]
    if relation != NOTE and len(terms.content(value, language)) < TELLING:
        parts.append(terms.any_of(terms.content(relation if subject == USER else f"{subject} {relation}", language)))
    query = " AND ".join(f"({part})" for part in parts if part) if parts[0] else ""
    if query:
        found |= _matching(database, "episodes", query)
    return Selection(frozenset(facts), frozenset(found), query=query)


def about(database: sqlite3.Connection, text: str, language: str) -> Selection:
    """All that names `text`: facts, in their words or in those that told them, and turns; each of its words that matter
    must be there, inflected or not. The turns that told such a fact go too, whether they name it or not."""
    words = terms.content(text, language)
    query = terms.all_of(words)
    if not query:
        return Selection()
    facts = _matching(database, "facts", query) | {fact for _, fact in retold(database, query)}
    found = _matching(database, "episodes", query)
    for word in words:
        if terms.unspaced(word):
            facts |= _containing(database, "facts", ("subject", "relation", "value", "sentence"), word)
            found |= _containing(database, "episodes", ("said", "heard"), word)
    return Selection(frozenset(facts), frozenset(found | _told_in(database, facts)), query=query)


def between(database: sqlite3.Connection, since: datetime | None, until: datetime | None) -> Selection:
    """All that was said from `since` on and before `until`, and the facts that were told at no other time."""
    conditions, values = episodes.span(since, until)
    where = " AND ".join(conditions) or "1"
    rows = database.execute(f"SELECT id FROM episodes WHERE {where}", values).fetchall()  # noqa: S608
    told = database.execute(f"SELECT DISTINCT fact FROM tellings WHERE {where}", values).fetchall()  # noqa: S608
    inside = f"SELECT count(*) FROM tellings WHERE fact = ? AND ({where})"  # noqa: S608 - conditions of our own
    facts = {
        fact for (fact,) in told if database.execute(inside, (fact, *values)).fetchone() == _tellings(database, fact)
    }
    return Selection(frozenset(facts), frozenset(row[0] for row in rows), since=since, until=until, undone=True)


def of_episodes(database: sqlite3.Connection, numbers: Iterable[int]) -> Selection:
    """These turns, and the facts that no other told."""
    chosen = frozenset(numbers)
    facts = set()
    for fact, times in _counted(database, chosen).items():
        if (times,) == _tellings(database, fact):
            facts.add(fact)
    return Selection(frozenset(facts), chosen, undone=True)


def of_conversation(database: sqlite3.Connection, conversation: str) -> Selection:
    rows = database.execute("SELECT id FROM episodes WHERE conversation = ?", (conversation,)).fetchall()
    return of_episodes(database, (row[0] for row in rows))


def everything(database: sqlite3.Connection) -> Selection:
    facts, found = (database.execute(f"SELECT id FROM {name}").fetchall() for name in ("facts", "episodes"))  # noqa: S608
    return Selection(frozenset(row[0] for row in facts), frozenset(row[0] for row in found), everything=True)


def _with_those_before(database: sqlite3.Connection, facts: set[int]) -> set[int]:
    found, new = set(facts), set(facts)
    while new:
        before = {
            row[0]
            for number in new
            for row in database.execute("SELECT id FROM facts WHERE superseded_by = ?", (number,)).fetchall()
        }
        new = before - found
        found |= new
    return found


def _told_in(database: sqlite3.Connection, facts: Iterable[int]) -> set[int]:
    return {
        row[0]
        for fact in facts
        for row in database.execute(
            "SELECT episode FROM tellings WHERE fact = ? AND episode IS NOT NULL", (fact,)
        ).fetchall()
    }


def _tellings(database: sqlite3.Connection, fact: int) -> tuple[int]:
    times: tuple[int] = database.execute("SELECT count(*) FROM tellings WHERE fact = ?", (fact,)).fetchone()
    return times


def _counted(database: sqlite3.Connection, numbers: frozenset[int]) -> dict[int, int]:
    """How often these turns told each fact."""
    rows = database.execute(f"SELECT fact FROM tellings WHERE episode {AMONG}", (listed(numbers),)).fetchall()  # noqa: S608
    return Counter(fact for (fact,) in rows)


def _matching(database: sqlite3.Connection, name: str, query: str) -> set[int]:
    rows = database.execute(f"SELECT rowid FROM {name}_fts WHERE {name}_fts MATCH ?", (query,)).fetchall()  # noqa: S608
    return {row[0] for row in rows}


def _containing(database: sqlite3.Connection, name: str, columns: Sequence[str], text: str) -> set[int]:
    """For scripts that put no spaces between words, which the full-text index takes for one word."""
    where = " OR ".join(f"instr({column}, ?)" for column in columns)
    rows = database.execute(f"SELECT id FROM {name} WHERE {where}", [text] * len(columns)).fetchall()  # noqa: S608
    return {row[0] for row in rows}


def retold(database: sqlite3.Connection, query: str) -> list[tuple[int, int]]:
    """Tellings with a sentence that names it, behind each its fact: the full-text index holds the first ones alone."""
    rows = database.execute("SELECT id, fact, sentence FROM tellings").fetchall()
    return [rows[index][:2] for index in terms.matching((row[2] for row in rows), query)]
