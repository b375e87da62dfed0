"""Facts drawn from what the user says: what the language model is given, may write, and what becomes of that. Pure.

The model reads one statement of the user after the other, as messages of one conversation, and writes a list of facts
behind each, so that it knows by itself which statement a fact came from, and who "she" is. It may write nothing but
lists of subject, relation and value: subjects that were named, relations that the words of the statement may tell,
values out of its words. Kind, number of values and due date follow by rule. What it writes is then held to the user's
own words (`provenance.py`). The assistant's words are never shown to it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from voiceos.memory import due, provenance
from voiceos.memory.records import USER, Kind
from voiceos.memory.relations import Relation, Vocabulary
from voiceos.memory.terms import clean, folded

MOST_FACTS = 4
"""Of one statement."""

NOTHING = "[]"
"""What the model writes behind a statement that tells nothing."""

NAMING = ("is", "name")
"""Relations that give somebody's name."""

SKIPPED = 4
"""Words that a value may leave out in a row, and one."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A fact that the user's words tell, as `Store.remember_fact` takes it."""

    subject: str
    relation: str
    value: str
    kind: Kind
    single: bool
    due: datetime | None
    """Of plans and commitments, where the sentence tells it."""
    sentence: str
    """Of the user's own words."""


@dataclass(frozen=True, slots=True)
class Over:
    """What the user's words tell to be no longer so."""

    subject: str
    words: frozenset[str]
    """Stems that the value of a fact holds, all of them, where it is meant; empty: any value."""
    relations: frozenset[str]
    """Of which relations; empty: any that may end."""
    deed: str
    """What was done or came to pass, in the user's words."""
    sentence: str
    instead: str = ""
    """What is so in the place of it, of the same relation; empty where nothing is."""
    by: str = ""
    """Who did it, or to whom it came, where that is not the subject of the facts that are over."""
    doing: bool = False
    """The words tell what is done no more ("driving"): they stand in the sentence of a fact where it is meant."""


def examples(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """What was said, and what is to be written behind it."""
    return [(said, drawn) for said, drawn in vocabulary.data["examples"]]


def instructions(vocabulary: Vocabulary) -> str:
    return str(vocabulary.data["instructions"]).strip()


def grammar(said: str, before: Sequence[str], vocabulary: Vocabulary) -> str:
    """GBNF of what may be written behind a statement: subjects that were named, relations that its words may tell, and
    values out of its words, in their order.

    Args:
        before: what was said before in the same conversation.
    """
    about = [USER, *_relatives([*before, said], vocabulary), *provenance.names([*before, said], vocabulary)]
    relations = [one for one in vocabulary.relations.values() if provenance.told_by(one, said, vocabulary)]
    favourite = vocabulary.data["favourite"]
    thing = [f'"{favourite["prefix"]}" [a-z]{{2,16}}'] if provenance.cued(favourite["cues"], said) else []
    certain = bool(thing) or any(one.sure and provenance.cued(one.sure, said) for one in relations)
    words = provenance.spoken(said)
    steps = [
        f'w{i} ::= "{word}" (" " ({" | ".join(f"w{k}" for k in range(i + 1, min(i + 1 + SKIPPED, len(words))))}))?'
        if i + 1 < len(words)
        else f'w{i} ::= "{word}"'
        for i, word in enumerate(words)
    ]
    return "\n".join(
        [
            f'root ::= "[" (fact ("," fact){{0,{MOST_FACTS - 1}}}){"" if certain else "?"} "]"',
            'fact ::= "[\\"" subject "\\",\\"" relation "\\",\\"" value "\\"]"',
            f"subject ::= {_either(about)}",
            f"relation ::= {' | '.join([_either([one.name for one in relations]), *thing])}",
            f"value ::= {' | '.join(f'w{i}' for i in range(len(words)))}",
            *steps,
        ]
    )


def _relatives(texts: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    heard = {word.lower() for text in texts for word in provenance.spoken(text)}
    return list(dict.fromkeys(relation for word, relation in vocabulary.people.items() if word in heard))


def _either(texts: Sequence[str]) -> str:
    return " | ".join(f'"{text}"' for text in texts)


def parse(written: str) -> list[tuple[str, str, str]]:
    """Subject, relation and value of each fact in what was written; empty where it is anything else. Never raises."""
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        found = _rescued(written)
    if not isinstance(found, list):
        return []
    facts = []
    for fact in found[:MOST_FACTS]:
        if isinstance(fact, list) and len(fact) == 3 and all(isinstance(part, str) for part in fact):
            subject, relation, value = (clean(part) for part in fact)
            if folded(subject) and folded(relation) and folded(value):
                facts.append((subject, relation, value))
    return facts


def _rescued(written: str) -> object:
    """The facts before the one in which it broke off."""
    end = written.rfind("]")
    try:
        return json.loads(written[: end + 1] + "]") if end > 0 else None
    except (ValueError, RecursionError):
        return None


def check(
    written: str, said: str, *, at: datetime, vocabulary: Vocabulary, before: Sequence[str] = (), user_name: str = ""
) -> list[Drawn]:
    """The facts in what the model wrote that the user's words bear out.

    Args:
        said: the statement behind which it was written.
        at: when it was said, for "tomorrow".
        before: what the user said before, in the same conversation.
        user_name: of whom what is said is said of the user.
    """
    drawn: list[Drawn] = []
    for subject, name, value in parse(written):
        relation = vocabulary.relation(name)
        subject = vocabulary.subject(subject)
        if user_name and folded(subject) == folded(user_name):
            subject = USER
        if relation is None or not provenance.known_subject(subject, [*before, said], vocabulary):
            continue
        if subject == USER and relation.kind is not Kind.PERSON:
            subject = provenance.of_whom(value, said, vocabulary) or USER
        if subject == USER and relation.kind is not Kind.PERSON and not provenance.of_user(value, said, vocabulary):
            subject = _last_named(said.partition(value)[0], vocabulary)
        if subject in vocabulary.people and relation.name in NAMING and value[:1].isupper():
            subject, relation = USER, vocabulary.relations[subject]  # "my sister is Anna"
        if not subject or (relation.kind is Kind.PERSON and subject != USER):  # a sister's sister is left out
            continue
        relation, value = _meant(relation, value, said, at, vocabulary)
        sentence = provenance.source(subject, relation, value, said, vocabulary)
        told_already = any(one.subject == subject and folded(one.value) == folded(value) for one in drawn)
        if sentence is not None and not told_already:
            drawn.append(_drawn(subject, relation, value, sentence, at, vocabulary))
    return drawn


def merged(plain: Sequence[Drawn], written: Sequence[Drawn]) -> list[Drawn]:
    """What rules drew, and what the language model wrote besides: of one thing that has a single value, or told twice
    in other words, the rule is right."""
    known = {one.relation: one.value for one in plain if one.kind is Kind.PERSON and one.subject == USER}

    def says_the_same(one: Drawn, other: Drawn) -> bool:
        words, others = set(folded(one.value).split()), set(folded(other.value).split())
        if one.relation == other.relation and known.get(one.subject, one.subject) == other.subject:
            return other.single or words <= others or others <= words
        return one.subject == other.subject and one.relation in NAMING and words <= others

    return [*plain, *(one for one in written if not any(says_the_same(one, other) for other in plain))]


def _last_named(said: str, vocabulary: Vocabulary) -> str:
    """Who "she" is behind these words, where they name one person beside the user; empty where that is not so."""
    people = provenance.inner_names(said, vocabulary) or _relatives([said], vocabulary)
    return people[0] if len(people) == 1 else ""


def _meant(relation: Relation, value: str, said: str, at: datetime, vocabulary: Vocabulary) -> tuple[Relation, str]:
    """What somebody "is" tells their age or diet, and what one "has" on a day to come is a plan."""
    if relation.name in ("is", "did"):
        return vocabulary.of_being(value) or (relation, value)
    if relation.name == "has" and due.moment(said, at, vocabulary.data["due"], near=value):
        return vocabulary.relations["plans"], value
    return relation, value


def _drawn(subject: str, relation: Relation, value: str, sentence: str, at: datetime, vocabulary: Vocabulary) -> Drawn:
    dated = relation.kind in (Kind.PLAN, Kind.COMMITMENT)
    return Drawn(
        subject,
        relation.name,
        value,
        relation.kind,
        relation.single,
        due.moment(sentence, at, vocabulary.data["due"], near=value) if dated else None,
        sentence,
    )
