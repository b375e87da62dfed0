"""What is told so plainly that a rule draws it: at once, without the language model, and as it was said. Pure.

The rules are data of a language (`languages/<code>/plain.toml`). They know few things, and those surely: who somebody
is, where they live and work, what is called how, and what is no longer so. All else is the language model's to draw.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from voiceos.languages import table
from voiceos.memory.drawing import Drawn, Over
from voiceos.memory.provenance import sentences, telling
from voiceos.memory.records import USER, Kind
from voiceos.memory.relations import Vocabulary
from voiceos.memory.terms import folded, stems


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    relation: str = ""
    of: str = ""
    relations: frozenset[str] = frozenset()
    doing: bool = False


class Plain:
    """The rules of one language. Raises ConfigError where it has none."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._vocabulary = Vocabulary.of(language)
        self._words = table(language, "plain")
        self._told, self._over, self._instead = _rules(language)
        self._expanded = [(re.compile(rf"\b{short}\b", re.IGNORECASE), full) for short, full in self._words["expanded"]]
        self._name = re.compile(parts(language)["name"])
        self._not_told = re.compile(self._words["not_told"], re.IGNORECASE)
        self._article = re.compile(self._words["article"], re.IGNORECASE)

    def telling(self, said: str) -> str:
        """What of the user's words the rules are for: as `provenance.telling`, and what they asked to be kept."""
        return telling(re.sub(self._words["kept"], "", said.strip(), flags=re.IGNORECASE), self._vocabulary)

    def drawn(self, said: str) -> list[Drawn]:
        """Facts that a statement tells, each once, in the order of the rules.

        Args:
            said: what `telling` leaves of what the user said.
        """
        found: dict[tuple[str, str, str], Drawn] = {}
        for sentence in sentences(said):
            text = self._in_full(sentence)
            for rule in self._told:
                for hit in rule.pattern.finditer(text):
                    if self._not_told.search(self._clause_before(text, hit)):
                        continue
                    for one in self._facts(rule, hit, sentence):
                        found.setdefault((folded(one.subject), one.relation, folded(one.value)), one)
        return list(found.values())

    def over(self, said: str) -> list[Over]:
        """What a statement tells to be no longer so."""
        found = []
        for sentence in sentences(said):
            text = self._in_full(sentence)
            for rule in self._instead:
                for hit in rule.pattern.finditer(text):
                    if words := self._content(hit["old"]):
                        instead = self._article.sub("", hit["value"].strip())
                        found.append(Over(self._who(hit), words, frozenset(), self._deed(hit), sentence, instead))
            for rule in self._over:
                for hit in rule.pattern.finditer(text):
                    by = hit.groupdict().get("by") or ""
                    words = self._content(hit.groupdict().get("value") or by)
                    subject = self._who(hit) if "who" in hit.groupdict() else USER
                    if (words or rule.relations) and not any(words and words <= one.words for one in found):
                        found.append(
                            Over(subject, words, rule.relations, self._deed(hit), sentence, by=by, doing=rule.doing)
                        )
        return found

    def _content(self, text: str) -> frozenset[str]:
        return stems(text, self._language) if text else frozenset()

    def _in_full(self, sentence: str) -> str:
        text = sentence.replace("’", "'")
        for short, full in self._expanded:
            text = short.sub(full, text)
        return text

    def _facts(self, rule: _Rule, hit: re.Match[str], sentence: str) -> list[Drawn]:
        """What was found: one fact, or one for each of several who are named in a row."""
        groups = hit.groupdict()
        if groups.get("names") is None:
            one = self._fact(rule, hit, sentence)
            return [] if one is None else [one]
        relation = self._group(groups["people"]) if groups.get("people") else rule.relation
        names = [name[0] for name in self._name.finditer(groups["names"])]
        known = self._vocabulary.relation(relation)
        kind = known.kind if known else Kind.FACT
        return [Drawn(USER, relation, name, kind, False, None, sentence) for name in names]

    def _group(self, text: str) -> str:
        """What one of several is to the user: "sister" of "sisters"."""
        of_several = groups_of(self._language)
        return of_several[text.lower()]

    def _fact(self, rule: _Rule, hit: re.Match[str], sentence: str) -> Drawn | None:
        groups = hit.groupdict()
        subject = rule.of or (self._who(hit) if groups.get("who") else USER)
        value = (groups.get("value") or groups.get("name") or "").strip()
        relation = rule.relation
        if relation in ("person", "person_of"):
            relation = self._vocabulary.people[groups["person"].lower()]
            subject = self._who(hit) if rule.relation == "person_of" else USER
        elif relation == "favourite":
            relation = self._vocabulary.data["favourite"]["prefix"] + groups["thing"].replace(" ", "_")
        elif relation == "attribute":
            relation = groups["thing"].replace(" ", "_").lower()
        value = self._article.sub("", value)
        if not folded(value) or not subject or folded(value) == folded(subject):
            return None
        known = self._vocabulary.relation(relation)
        single = known.single if known else True
        if replacing := self._words["replacing"].get(relation):
            single = re.search(replacing, sentence, re.IGNORECASE) is not None
        if rule.relation == "person_of":
            single = relation in self._vocabulary.data["people"]["one"]
        return Drawn(subject, relation, value, known.kind if known else Kind.FACT, single, None, sentence)

    def _deed(self, hit: re.Match[str]) -> str:
        """What was found, without whoever did it."""
        done = next((part for part in ("by", "who") if hit.groupdict().get(part)), "")
        start = hit.end(done) if done else hit.start()
        deed = hit.string[start : hit.end()].strip(" ,")
        return re.sub(f"^{self._words['before']} ", "", f" {deed}", flags=re.IGNORECASE).strip() or deed

    def _who(self, hit: re.Match[str]) -> str:
        """Of whom it is told: the user, somebody's name, or what they are to the user."""
        groups = hit.groupdict()
        text = (groups.get("who") or "").strip()
        if name := groups.get("who_name") or groups.get("who_name2"):
            return name.strip()
        person = groups.get("who_person")
        if person:
            return self._vocabulary.people.get(person.lower(), person.lower())
        return USER if folded(text) in self._vocabulary.data["user"] or not text else ""

    def _clause_before(self, text: str, hit: re.Match[str]) -> str:
        """From where its clause begins to the end of what was found, without the value."""
        start = max((text.rfind(mark, 0, hit.start()) for mark in self._words["clause_begins"]), default=-1)
        value_at = hit.start("value") if hit.groupdict().get("value") else hit.end()
        return text[max(start, 0) : max(value_at, hit.start())]


@cache
def _rules(language: str) -> tuple[list[_Rule], list[_Rule], list[_Rule]]:
    words = table(language, "plain")

    def rules(entries: Sequence[Mapping[str, Any]]) -> Iterator[_Rule]:
        for entry in entries:
            for pattern in entry["says"]:
                yield _Rule(
                    compiled(pattern, parts(language)),
                    entry.get("relation", ""),
                    entry.get("of", ""),
                    frozenset(entry.get("relations", ())),
                    entry.get("doing", False),
                )

    return list(rules(words["told"])), list(rules(words["over"])), list(rules(words["instead"]))


@cache
def parts(language: str) -> Mapping[str, str]:
    """What stands for {name}, {who} and the like in a rule, by its name."""
    words, vocabulary = table(language, "plain"), Vocabulary.of(language)
    found = {name: "|".join(words[name]) for name in ("titles", "not_names", "animals", "jobs")}
    found["people"] = "|".join(sorted(map(re.escape, vocabulary.people), key=len, reverse=True))
    found["several"] = "|".join(sorted(map(re.escape, groups_of(language)), key=len, reverse=True))
    found["kinds"] = f"(?:{'|'.join(words['kinds'])})"
    found |= {name: words[name] for name in ("ends", "before", "number")}
    return with_parts(words["parts"], found)


@cache
def groups_of(language: str) -> Mapping[str, str]:
    """What several are called ("sisters", "lads"): what one of them is to the user."""
    words, vocabulary = table(language, "plain"), Vocabulary.of(language)
    return {**{word + words["plural"]: person for word, person in vocabulary.people.items()}, **words["groups"]}


def with_parts(more: Mapping[str, str], known: Mapping[str, str]) -> Mapping[str, str]:
    """What is known, and more, each of which may be made of what is known and of those before it."""
    found = dict(known)
    for name, pattern in more.items():
        found[name] = _filled(pattern, found)
    return found


def compiled(pattern: str, known: Mapping[str, str]) -> re.Pattern[str]:
    """A rule, whatever the case."""
    return re.compile(_filled(pattern, known), re.IGNORECASE)


def _filled(pattern: str, known: Mapping[str, str]) -> str:
    for name, part in known.items():
        pattern = pattern.replace(f"{{{name}}}", part)
    return pattern
