"""Facts in force as of now: those of the store, and what was told since facts were drawn from what was said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from voiceos.memory import NOTE, USER, Episode, Fact, Kind, Store, provenance, terms
from voiceos.memory.drawing import Over
from voiceos.memory.learning import ENDED_AT_ONCE, ends
from voiceos.memory.relations import Vocabulary
from voiceos.skills.readings import Readings

WAITING = 50
"""Turns that no facts were drawn from yet, and facts of one kind, at most."""


@dataclass(frozen=True, slots=True)
class Held:
    """A fact in force, drawn already or not."""

    subject: str
    relation: str
    value: str
    sentence: str
    at: datetime
    number: int | None = None


class InForce:
    """Reads the store as it is made and asked. Raises StorageError."""

    def __init__(self, store: Store, vocabulary: Vocabulary, readings: Readings) -> None:
        self._store = store
        self._vocabulary = vocabulary
        self._readings = readings
        notes = store.facts(relation=NOTE, superseded=True, limit=WAITING)
        self.outdated = {one.episode for one in notes if not one.in_force and one.episode is not None}
        """Turns that told what is no longer so."""
        self.waiting: list[Episode] = [
            one
            for one in store.waiting(limit=WAITING)
            if one.id not in self.outdated and not readings.in_need(one)  # then nothing is drawn from it
        ]
        self._new: list[Held] = []
        self._single: set[tuple[str, str]] = set()
        self._instead: list[Held] = []
        self._gone: dict[int, Held] = {}
        """What ended a fact since, by its number."""
        for episode in self.waiting:
            reading = readings.of(episode, store)
            for over in reading.over:
                self._end(over, reading.at)
            for one in sorted(reading.drawn, key=lambda one: one.relation not in vocabulary.people.values()):
                subject = self._named(one.subject)
                self._new.append(Held(subject, one.relation, one.value, one.sentence, reading.at))
                if one.single:
                    self._single.add((terms.folded(subject), one.relation))

    @property
    def gone(self) -> frozenset[int]:
        """Facts that ended since they were drawn."""
        return frozenset(self._gone)

    def held(self, subject: str, relation: str) -> list[Held]:
        """Values that are in force."""
        facts = self._store.facts(subject=subject, relation=relation, limit=WAITING)
        found = [as_held(one) for one in facts if one.id not in self._gone]
        new = [one for one in (*self._instead, *self._new) if _is_of(one, subject, relation)]
        if new and (terms.folded(subject), relation) in self._single:
            return new[-1:]
        told = {terms.folded(one.value) for one in new}
        return [*(one for one in found if terms.folded(one.value) not in told), *new]

    def ended(self, subject: str, relation: str) -> Held | None:
        """By what the last value ended, where none is in force."""
        facts = self._store.facts(subject=subject, relation=relation, superseded=True, limit=WAITING)
        now = [self._gone[one.id] for one in facts if one.id in self._gone]
        then = [self._store.fact(one.superseded_by) for one in facts if one.superseded_by is not None]
        return max([*now, *(as_held(one) for one in then if one is not None)], key=lambda one: one.at, default=None)

    def with_next(self, fact: Fact) -> Held:
        """A fact that was drawn, with the sentence behind it: where it tells of a change, that tells what is so now."""
        held = as_held(fact)
        told_in = self._store.episode(fact.episode) if fact.episode is not None else None
        if told_in is None or told_in.id in self.outdated:
            return held
        _, found, behind = self._readings.of(told_in, self._store).said.partition(fact.sentence.rstrip(" .!"))
        then = provenance.sentences(behind.lstrip(" .!"))[:1]
        return replace(held, sentence=" ".join([held.sentence, *then])) if found else held

    def naming(self, name: str) -> list[Held]:
        """Who somebody is to the user."""
        facts = [one for one in self._store.facts_naming(name) if one.subject == USER and one.kind is Kind.PERSON]
        return [*(one for one in self._new if one.value == name and one.subject == USER), *map(as_held, facts)]

    def names(self, name: str) -> bool:
        """Whether somebody of the name is known: of whom something was told, or who is somebody to the user."""
        if any(self._is_somebody(one, name) for one in (*self._new, *map(as_held, self._store.facts_naming(name)))):
            return True
        was = self._store.search_facts(name, superseded=True, limit=WAITING)
        return any(self._is_somebody(as_held(hit.item), name) for hit in was)

    def _is_somebody(self, one: Held, name: str) -> bool:
        if terms.folded(one.subject) == terms.folded(name):
            return True
        of_people = one.relation in self._vocabulary.people.values() or one.relation == "pet"
        return of_people and terms.folded(one.value) == terms.folded(name)

    def _named(self, subject: str) -> str:
        """Whom a word for somebody means, where there is one such person only."""
        known = self.held(USER, subject) if subject in self._vocabulary.people else []
        return known[0].value if len(known) == 1 else subject

    def _end(self, over: Over, at: datetime) -> None:
        subject = self._named(over.subject)
        for fact in self._store.facts(subject=subject, limit=ENDED_AT_ONCE):
            if ends(over, fact, self._vocabulary):
                self._gone[fact.id] = Held(over.by or subject, "did", over.deed, over.sentence, at)
                if fact.episode is not None:
                    self.outdated.add(fact.episode)
                if over.instead:
                    self._instead.append(Held(subject, fact.relation, over.instead, over.sentence, at))


def as_held(fact: Fact) -> Held:
    """A fact that was drawn."""
    return Held(fact.subject, fact.relation, fact.value, fact.sentence, fact.last, fact.id)


def _is_of(one: Held, subject: str, relation: str) -> bool:
    return terms.folded(one.subject) == terms.folded(subject) and one.relation == relation
