"""What is learnt from episodes: which are still to be gone through, and what was drawn from one. In one step each.

An episode is marked together with what it told, so that nothing is drawn twice or lost, whatever breaks off in between.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from voiceos.memory import episodes, facts
from voiceos.memory.drawing import Drawn, Over
from voiceos.memory.facts import Told
from voiceos.memory.records import NOTE, USER, Episode, Fact, Kind, Source
from voiceos.memory.relations import Vocabulary
from voiceos.memory.terms import folded, stems

LASTING = (NOTE, "name", "age", "birthday", "from", "did")
"""Relations that nothing ends: what was so stays so, or another value takes its place."""

DONE_OFTEN = ("works_as", "works_at", "studies", "learns", "plays", "hobby", "drives", "likes")
"""Relations of what somebody does, so that it may be told as a deed that it is no longer so."""

ENDED_AT_ONCE = 1000
"""Facts of one subject that are looked at for what ends."""


def undrawn(database: sqlite3.Connection, limit: int) -> list[Episode]:
    """Of the conversation that waits longest, the oldest first; those in which the user said nothing are left out."""
    rows = database.execute(
        f"SELECT {episodes.COLUMNS} FROM episodes WHERE drawn = 0 AND said <> '' ORDER BY at, id LIMIT ?",  # noqa: S608
        (limit,),
    ).fetchall()
    found = [episodes.of_row(row) for row in rows]
    return [episode for episode in found if episode.conversation == found[0].conversation]


def waiting(database: sqlite3.Connection, limit: int) -> list[Episode]:
    """The newest of all that are still to be gone through, the oldest of them first."""
    rows = database.execute(
        f"SELECT {episodes.COLUMNS} FROM episodes WHERE drawn = 0 AND said <> '' ORDER BY at DESC, id DESC LIMIT ?",  # noqa: S608
        (limit,),
    ).fetchall()
    return [episodes.of_row(row) for row in reversed(rows)]


def take_in(
    database: sqlite3.Connection, number: int, drawn: Sequence[Drawn], over: Sequence[Over], vocabulary: Vocabulary
) -> list[Fact]:
    """Keep what was drawn from an episode, and mark it; empty where it was forgotten meanwhile.

    Args:
        over: what it tells to be no longer so; of facts that were told before it.
    """
    episode = episodes.get(database, number)
    if episode is None:
        return []
    database.execute("UPDATE episodes SET drawn = 1 WHERE id = ?", (number,))
    learnt = [fact for one in over for fact in _end(database, one, episode, vocabulary)]
    for one in _people_first(drawn, vocabulary):
        subject = _name(database, one.subject, vocabulary)
        told = Told(
            *(subject, one.relation, one.value, one.sentence, one.kind, episode.at, one.single, one.due),
            *(number, Source.DRAWN),
        )
        fact = facts.tell(database, told)
        if against := _against(database, subject, one, vocabulary):
            facts.supersede(database, fact.id, [against.id])
        learnt.append(fact)
    return learnt


def _end(database: sqlite3.Connection, over: Over, episode: Episode, vocabulary: Vocabulary) -> list[Fact]:
    """What took the place of the facts that are over: the deed that ended them, or what is so instead. What ended them
    is a fact too, so that they are in force again where it is forgotten."""
    subject = _name(database, over.subject, vocabulary)
    ended = [
        fact
        for fact in facts.in_force(database, subject=subject, limit=ENDED_AT_ONCE)
        if ends(over, fact, vocabulary) and fact.last <= episode.at
    ]
    learnt = []
    for fact in ended:
        relation, value = (fact.relation, over.instead) if over.instead else ("did", over.deed)
        kind, single = (fact.kind, fact.single) if over.instead else (Kind.FACT, False)
        told = Told(
            *(over.by or subject, relation, value, over.sentence, kind, episode.at, single, None),
            *(episode.id, Source.DRAWN),
        )
        learnt.append(facts.tell(database, told, instead_of=fact.id))
    return learnt


def ends(over: Over, fact: Fact, vocabulary: Vocabulary) -> bool:
    """Whether a fact of the same subject is one of those that are over."""
    held = stems(fact.value, vocabulary.language) if over.words else frozenset[str]()
    if over.relations:
        return fact.relation in over.relations and over.words <= held
    if fact.kind in (Kind.PLAN, Kind.COMMITMENT, Kind.PERSON) or fact.relation in LASTING:
        return False
    if over.doing and fact.relation in DONE_OFTEN:
        held |= stems(fact.sentence, vocabulary.language)
        return all(any(one.startswith(word) for one in held) for word in over.words)
    return over.words <= held


def _people_first(drawn: Sequence[Drawn], vocabulary: Vocabulary) -> list[Drawn]:
    """So that "my sister Anna" is known as Anna when the next fact tells of "sister"."""
    return sorted(drawn, key=lambda one: one.relation not in vocabulary.people.values())


def _name(database: sqlite3.Connection, subject: str, vocabulary: Vocabulary) -> str:
    """Whom a relation to the user means, where there is one such person only; the user, where it is their own name."""
    if subject in vocabulary.people:
        known = facts.in_force(database, subject=USER, relation=subject, limit=2)
        return known[0].value if len(known) == 1 else subject
    own = facts.in_force(database, subject=USER, relation="name", limit=1)
    return USER if own and folded(own[0].value) == folded(subject) else subject


def _against(database: sqlite3.Connection, subject: str, one: Drawn, vocabulary: Vocabulary) -> Fact | None:
    """What is known to the contrary: what is liked now was disliked."""
    relation = vocabulary.relation(one.relation)
    if relation is None or not relation.against:
        return None
    known = facts.in_force(database, subject=subject, relation=relation.against, limit=1000)
    return next((fact for fact in known if folded(fact.value) == folded(one.value)), None)
