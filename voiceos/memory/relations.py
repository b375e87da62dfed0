"""The words in which facts are kept: a small vocabulary, so that "lives in" and "moved to" meet; data of a language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from voiceos.languages import table
from voiceos.memory.records import USER, Fact, Kind, plain
from voiceos.memory.terms import folded


@dataclass(frozen=True, slots=True)
class Relation:
    """How two things may stand to each other."""

    name: str
    says: str
    """In words, with {who}, {whose} and {value}."""
    kind: Kind = Kind.FACT
    single: bool = True
    """Of one value only."""
    person: bool = False
    """The value is somebody's name."""
    cues: tuple[str, ...] = ()
    """Beginnings of words of which one is said where it is told; empty where any words may tell it."""
    sure: tuple[str, ...] = ()
    """Beginnings of words that hardly ever tell anything else."""
    of_being: str = ""
    """A regular expression of what somebody "is" where this is meant."""
    dated: bool = False
    """A day to come tells it as well."""
    negated: bool = False
    """It may be told by a "not"."""
    against: str = ""
    """The relation that excludes it for the same value: what is liked is not disliked."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The relations of one language. Raises ConfigError for a language that is not there."""

    language: str
    relations: Mapping[str, Relation]
    aliases: Mapping[str, str]
    people: Mapping[str, str]
    """What somebody is called: the relation to the user."""
    data: Mapping[str, Any]
    """All of the language's drawing.toml."""

    @classmethod
    @cache
    def of(cls, language: str) -> Vocabulary:
        data = table(language, "drawing")
        people = data["people"]
        relations: dict[str, Relation] = {}
        aliases: dict[str, str] = {}
        for name, entry in data["relations"].items():
            relations[name] = Relation(
                name,
                entry["says"],
                Kind(entry.get("kind", "fact")),
                single=not entry.get("several", False),
                person=entry.get("person", False),
                cues=tuple(entry.get("cues", ())),
                sure=tuple(entry.get("sure", ())),
                of_being=entry.get("of_being", ""),
                dated=entry.get("dated", False),
                negated=entry.get("negated", False),
                against=entry.get("against", ""),
            )
            aliases |= dict.fromkeys(entry.get("aliases", ()), name)
        called = {word: name for name, words in people["words"].items() for word in words}
        for name in (*people["several"], *people["one"]):
            called[name] = name
            cues = tuple(word for word, of in called.items() if of == name)
            relations[name] = Relation(
                name, people["says"], Kind.PERSON, single=name in people["one"], person=True, cues=cues
            )
        return cls(language, relations, aliases | called, called, data)

    def relation(self, text: str) -> Relation | None:
        """The one that a text names, in whatever spelling; None where there is none."""
        name = re.sub(r"[\s_]+", "_", folded(text))
        favourite = self.data["favourite"]
        for prefix in (favourite["prefix"], *favourite["aliases"]):
            if name.startswith(prefix) and len(name) > len(prefix):
                return Relation(
                    favourite["prefix"] + name.removeprefix(prefix),
                    favourite["says"],
                    Kind.PREFERENCE,
                    cues=tuple(favourite["cues"]),
                )
        return self.relations.get(self.aliases.get(name, name))

    def of_being(self, value: str) -> tuple[Relation, str] | None:
        """The relation that is meant where somebody "is" something, and its value."""
        text = folded(value)
        for one in self.relations.values():
            if one.of_being and (found := re.search(one.of_being, text)):
                return one, found.groupdict().get("value") or value
        return None

    def subject(self, text: str) -> str:
        """`USER`, the word for somebody's relation to the user, or a name as it was written."""
        name = folded(text)
        if name in self.data["user"]:
            return USER
        of_user, possessive = "|".join(map(re.escape, self.data["user"])), re.escape(self.data["possessive"])
        bare = re.sub(rf"^({of_user})({possessive})? ", "", name)
        return self.people.get(bare, text.strip())

    def in_words(self, fact: Fact) -> str:
        """A sentence without its full stop, in which the user is "the user"; for the language model to read."""
        relation = self.relation(fact.relation)
        if relation is None:
            return fact.sentence or plain(fact.subject, fact.relation, fact.value)
        told = self.data["told"]
        who = told["user"] if folded(fact.subject) == USER else fact.subject
        if folded(fact.subject) in self.people:
            who = f"{told['whose'].format(who=told['user'])} {fact.subject}"
        value = " ".join(told.get(word.lower(), word) for word in fact.value.split())
        thing = relation.name.removeprefix(self.data["favourite"]["prefix"]).replace("_", " ")
        return relation.says.format(
            who=who, whose=told["whose"].format(who=who), value=value, thing=thing, relation=relation.name
        )
