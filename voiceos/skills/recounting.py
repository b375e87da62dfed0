"""What the memory holds, told by rule: the answer to a question about the user's own life, in words that were told.

Facts in force answer what is asked of a relation; what was said since they were drawn last is taken into account. Else
a sentence of the user's own answers that speaks of all that is asked. What nothing answers was never told, and that is
said too. What is in doubt is the language model's to answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from babel.lists import format_list

from voiceos.languages import Phrases
from voiceos.memory import USER, Episode, Fact, Kind, Store, due, provenance, terms
from voiceos.memory.plain import Plain, parts
from voiceos.memory.relations import Vocabulary
from voiceos.skills import memory as says
from voiceos.skills.in_force import Held, InForce, as_held
from voiceos.skills.readings import Readings
from voiceos.skills.told import Told
from voiceos.thinking.persons import Persons
from voiceos.thinking.question_rules import Holds
from voiceos.thinking.questions import ANYBODY, IDENTITY, Asked, Questions

MOST_TOLD = 4
"""Values in one answer, the newest."""
LONGEST_LETTERS = 160
"""Of a sentence that answers; what is longer, the language model makes shorter."""
MATCHES = 20
"""Facts and turns that hold a word of what is asked, of each."""
ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


class Recounting:
    """Of one language. Raises ConfigError where it has no rules."""

    def __init__(self, language: str, phrases: Phrases | None = None) -> None:
        self._language = language
        self._phrases = phrases or Phrases(language)
        self._persons = Persons(language)
        self._plain = Plain(language)
        self._questions = Questions(language)
        self._vocabulary = Vocabulary.of(language)
        self._people = frozenset(self._vocabulary.people.values())
        self._themselves = [[word] for word in self._vocabulary.data["user"]]
        self._readings = Readings(language, self._plain)
        self._favourite: str = self._vocabulary.data["favourite"]["prefix"]
        self._name = re.compile(parts(language)["name"])

    def tell(self, store: Store, text: str, now: datetime, *, recalled: Sequence[Fact | Episode] = ()) -> Told | None:
        """What answers a question by rule; None for what is none, and where the language model is to answer it. Raises
        StorageError.

        Args:
            recalled: what belongs to the text, found by its meaning, the best first.
        """
        asked = self._questions.find(text)
        return None if asked is None else self._answer(store, asked, text, now, recalled)

    def forgotten(self) -> None:
        """Something was: what was read out of turns is read anew."""
        self._readings.forget()

    def _answer(
        self, store: Store, asked: Asked, text: str, now: datetime, recalled: Sequence[Fact | Episode]
    ) -> Told | None:
        known = InForce(store, self._vocabulary, self._readings)
        owners = self._owners(known, asked.path)
        held = self._held(known, owners, asked)
        if held and (told := self._in_words(held, asked)):
            numbers = tuple(one.number for one in held if one.number is not None)
            return Told(told, numbers, fact=held[0] if len(held) == 1 and self._is_one(held[0]) else None)
        ended = [end for one in owners for of in asked.relations if (end := known.ended(one, of))]
        spoken = self._spoken(known, store, asked, owners, text, recalled)
        if ended:
            return self.as_told(self._with_next(max(ended, key=lambda one: one.at), spoken, owners), now)
        own = [one for one in spoken if self._is_about(known, one, asked, owners, text)]
        if asked.sort and (of_sort := [one for one in own if self._questions.is_of_sort(one.sentence, asked.sort)]):
            return self.as_told(max(of_sort, key=lambda one: one.at), now)
        if asked.relations and asked.holds != "name" and self._is_cueing(asked.relations[0]):
            likely = [one for one in own if self._is_cued(one, asked.relations)]
        elif answering := [one for one in own if self._answers(known, one, asked, text)]:
            best = self._as_changed(max(answering, key=lambda one: one.at), own, asked, text)
            if not asked.of_kind or len(asked.words) > 1 or self._speaks_of(best, asked.of_kind):
                return replace(self.as_told(best, now), said=best)
            likely = answering
        else:
            likely = [one for one in own if self._may_answer(one, asked, text)]
        theirs = asked.path[0] == ANYBODY and self._are_theirs(spoken, asked)
        if not theirs and not (asked.plain and (asked.of_user or known.names(asked.path[0]))):
            return None
        if likely:
            return self.perhaps(self._likeliest(likely, asked, recalled), now)
        return self.never_told()

    def statements(self, store: Store, recalled: Sequence[Fact | Episode]) -> list[Held]:
        """What was recalled, the best first, as it was meant; without what is no longer so, and what was said in need.
        Raises StorageError."""
        known = InForce(store, self._vocabulary, self._readings)
        found: list[Held] = []
        for one in recalled:
            if isinstance(one, Fact):
                if one.in_force and one.id not in known.gone:
                    changes = self._questions.tells_of_a_change(one.sentence)
                    found.append(known.with_next(one) if changes else as_held(one))
            elif one.id not in known.outdated and not self._readings.in_need(one):
                reading = self._readings.of(one, store)
                found.append(Held("", "", "", reading.said, reading.at))
        return list({terms.folded(one.sentence): one for one in reversed(found) if one.sentence}.values())[::-1]

    def _is_one(self, held: Held) -> bool:
        """Whether there is one value of the kind at a time, so that another takes its place."""
        known = self._vocabulary.relations.get(held.relation)
        return known is None or known.single or known.kind is Kind.PLAN

    def knows(self, store: Store, name: str) -> bool:
        """Whether somebody of the name is. Raises StorageError."""
        return InForce(store, self._vocabulary, self._readings).names(name)

    def never_told(self) -> Told:
        """That nothing of the kind was."""
        return Told(self._phrases.text("never_told"), known=False)

    # Of whom.

    def _owners(self, known: InForce, path: Sequence[str]) -> list[str]:
        """The subjects under which facts of them are kept; empty where nobody of the kind is known."""
        first, *steps = path
        if first not in (USER, ANYBODY) and not known.names(first):
            return []
        owners = [first]
        if first not in (USER, ANYBODY):  # of whom the user may have spoken as "my sister"
            owners += [one.relation for one in known.naming(first)]
        for number, step in enumerate(steps):
            next_ones = [one.value for owner in owners for one in known.held(owner, step)]
            if first == USER and not number:
                next_ones += [step] if step in self._vocabulary.people.values() else self._pets(known, step)
            owners = next_ones
        return list(dict.fromkeys(owners))

    def _pets(self, known: InForce, kind: str) -> list[str]:
        return [one.value for one in known.held(USER, "pet") if self._is_pet(known, one, kind)]

    def _is_pet(self, known: InForce, pet: Held, kind: str) -> bool:
        what = " ".join([pet.sentence, *(one.value for one in known.held(pet.value, "is"))])
        return self._questions.speaks_of(what, terms.stem(kind, self._language))

    # Facts.

    def _held(self, known: InForce, owners: Sequence[str], asked: Asked) -> list[Held]:
        if IDENTITY in asked.relations:
            return [one for one in known.naming(asked.path[0]) if one.relation in self._vocabulary.people.values()][:1]
        of_each = [[one for owner in owners for one in known.held(owner, of)] for of in asked.relations]
        every = asked.newest or set(asked.relations) <= self._people
        held = [one for of in of_each for one in of] if every else next(filter(None, of_each), [])
        held = list({(one.relation, terms.folded(one.value)): one for one in reversed(held)}.values())[::-1]
        if asked.pet:
            held = [one for one in held if self._is_pet(known, one, asked.pet)]
        if asked.sort:
            held = [one for one in held if self._questions.is_of_sort(one.value, asked.sort)]
        return sorted(held, key=lambda one: (one.at, one.number or math.inf))[-self._most(asked) :]

    def _most(self, asked: Asked) -> int:
        """Of what somebody does only the last, where it is asked what it is now."""
        if asked.latest and asked.pet:
            return 1
        return 1 if asked.newest and not {*self._people, "pet"} & set(asked.relations) else MOST_TOLD

    def _in_words(self, held: Sequence[Held], asked: Asked) -> str:
        """Empty where no rule has words for it."""
        if IDENTITY in asked.relations:
            answers = self._questions.answers(IDENTITY)
            person = held[0].relation.replace("_", " ")
            return answers.other.format(Who=held[0].value, person=person) if answers else ""
        told = []
        apart = {one: (one.subject, one.relation if one.relation in self._people else "") for one in held}
        for part in dict.fromkeys(apart.values()):
            of_one, subject = [one for one in held if apart[one] == part], part[0]
            answers = self._questions.answers(of_one[-1].relation)
            words = answers and (answers.user if subject == USER else answers.other)
            if answers and subject == USER and len(of_one) > 1:
                words = answers.several or words
            if not words:
                sentence = self._turned(of_one[-1].sentence)
                if not sentence:
                    return ""
                told.append(sentence)
                continue
            who = self._called(subject)
            told.append(
                words.format(
                    value=format_list([self._value(one) for one in of_one], locale=self._language),
                    Who=_capital(who),
                    Whose=_capital(self._vocabulary.data["told"]["whose"].format(who=who)),
                    person=of_one[-1].relation.replace("_", " "),
                    people=self._questions.plural(of_one[-1].relation),
                    relation=of_one[-1].relation,
                    pet=self._questions.pet(asked),
                    thing=of_one[-1].relation.removeprefix(self._favourite).replace("_", " "),
                    be=self._questions.be(asked),
                )
            )
        return " ".join(told)

    def _called(self, subject: str) -> str:
        return self._questions.yours(subject) if subject in self._vocabulary.people.values() else subject

    def _value(self, one: Held) -> str:
        """With the article with which it was said, and turned to the user."""
        said = self._questions.with_article(one.sentence, one.value)
        value = said or one.value
        return self._persons.turned(value[:1].lower() + value[1:] if said else value) or value

    # Sentences.

    def _spoken(
        self,
        known: InForce,
        store: Store,
        asked: Asked,
        owners: Sequence[str],
        text: str,
        recalled: Iterable[Fact | Episode],
    ) -> list[Held]:
        """What the user said that may answer it, sentence by sentence."""
        words = [other for word in sorted(asked.words) for other in sorted(self._questions.alike(word))]
        words += [word for word, person in self._vocabulary.people.items() if person in asked.path[1:]]
        found = store.candidates(
            " ".join([text, *owners, *words]), fact_numbers=(), episode_numbers=(), superseded=False, limit=MATCHES
        )
        spoken = [
            as_held(fact)
            for fact in (*found.facts, *(one for one in recalled if isinstance(one, Fact)))
            if fact.in_force and fact.id not in known.gone
        ]
        episodes = {one.id: one for one in (*known.waiting, *found.episodes)}
        episodes |= {one.id: one for one in recalled if isinstance(one, Episode)}
        for episode in episodes.values():
            if self._readings.in_need(episode):  # what was said in need is not read back
                continue
            if episode.id not in found.outdated and episode.id not in known.outdated:
                reading = self._readings.of(episode, store)
                spoken += [Held("", "", "", one, reading.at) for one in provenance.sentences(reading.said)]
        return spoken

    def _with_next(self, ended: Held, spoken: Sequence[Held], owners: Sequence[str]) -> Held:
        """What ended something, with what was said of them in the same breath: it tells what is so now."""
        place = next((i for i, one in enumerate(spoken) if not one.subject and one.sentence == ended.sentence), None)
        behind = spoken[place + 1] if place is not None and place + 1 < len(spoken) else None
        if (
            behind is None
            or behind.subject
            or behind.at != ended.at
            or not set(owners) & set(self._names(behind.sentence))
        ):
            return ended
        return replace(ended, sentence=f"{ended.sentence} {behind.sentence}")

    def _are_theirs(self, spoken: Iterable[Held], asked: Asked) -> bool:
        """Whether what is asked of is a thing of the user's own, so that nobody else could tell of it."""
        every = [one.sentence for one in spoken]
        return all(
            any(self._questions.is_theirs(one, alike) for one in every for alike in self._questions.alike(word))
            for word in asked.words
        )

    def _is_about(self, known: InForce, one: Held, asked: Asked, owners: Sequence[str], text: str) -> bool:
        """Whether a sentence speaks of whom it is asked."""
        heard = set(terms.words(one.sentence.replace("'", " ").replace("’", " ")))
        if asked.among:
            among = {value.value for value in known.held(USER, asked.among)} | set(self._pets(known, asked.among))
            names = self._names(one.sentence)
            return any(name in among for name in names) or (bool(names) and len(asked.words) > 1)
        if asked.path == (USER,):
            own = {word.split("'")[0] for word in self._vocabulary.data["own"]}
            if own & set(terms.words(self._questions.of_user(one.sentence))):
                return True
            if any(name in text for name in self._names(one.sentence)):
                return True
            if heard & asked.words & self._vocabulary.people.keys():  # "my doctor is on Tuesday"
                return True
            enough = len(asked.words) > 1 or asked.holds == "day"
            return enough and self._questions.tells_of_the(one.sentence) and not self._names(one.sentence)
        if asked.path[0] == ANYBODY:  # what the user did with it tells not what it is
            return bool(asked.holds) or terms.words(one.sentence)[:1] not in self._themselves
        last = asked.path[-1]
        if last in self._vocabulary.people.values():
            heard_people = {self._vocabulary.people[word] for word in heard if word in self._vocabulary.people}
            if last in heard_people and (len(asked.path) < 3 or asked.path[-2] in heard_people):
                return True
        return any(owner in (one.subject, *self._names(one.sentence)) or owner.lower() in heard for owner in owners)

    def _answers(self, known: InForce, one: Held, asked: Asked, text: str) -> bool:
        alone = asked.path[0] == ANYBODY and len(asked.words) == 1
        return (
            len(one.sentence) <= LONGEST_LETTERS
            and all(self._tells_of(known, one, word, alone=alone) for word in asked.words)
            and self.holds(one, asked.holds, text)
        )

    def _as_changed(self, best: Held, own: Iterable[Held], asked: Asked, text: str) -> Held:
        """What was said later in other words, where it tells that something changed: "she wants to do law instead"."""

        def changed(one: Held) -> bool:
            shared = any(self._questions.speaks_of(one.sentence, word) for word in asked.words)
            tells = shared and self._questions.tells_of_a_change(one.sentence) and self.holds(one, asked.holds, text)
            return one.at > best.at and tells and len(one.sentence) <= LONGEST_LETTERS

        return max(filter(changed, own), key=lambda one: one.at, default=best)

    def _is_cueing(self, relation: str) -> bool:
        """Whether there are words that speak of it."""
        return relation in self._vocabulary.relations or bool(self._questions.cues(relation))

    def _tells_of(self, known: InForce, one: Held, word: str, *, alone: bool) -> bool:
        """Whether a sentence speaks of it: by a word for it, or by the name of who it is."""
        if alone:  # "the wedding" is not whoever got married
            return word in terms.stems(one.sentence, self._language)
        if self._questions.speaks_of(one.sentence, word):
            return True
        person = self._vocabulary.people.get(word)
        return person is not None and any(held.value in self._names(one.sentence) for held in known.held(USER, person))

    def _may_answer(self, one: Held, asked: Asked, text: str) -> bool:
        """Whether it speaks of a part of what is asked, besides of whom, so that it may answer it in other words."""
        names = {terms.stem(word, self._language) for name in self._names(text) for word in terms.words(name)}
        words = asked.words - names
        spoken_of = sum(self._questions.speaks_of(one.sentence, word) for word in words)
        enough = len(asked.words) > 1 and spoken_of > 0 and 2 * spoken_of >= len(words)
        return not asked.relations and not asked.holds and enough

    def _speaks_of(self, one: Held, words: Iterable[str]) -> bool:
        return any(self._questions.speaks_of(one.sentence, word) for word in words)

    def holds(self, one: Held, wanted: Holds, text: str) -> bool:
        """Whether a sentence holds what an answer to a text has to."""
        if wanted == "name":
            return any(name not in text for name in self._names(self._questions.of_somebody(one.sentence, text)))
        if wanted == "day":
            day = due.moment(one.sentence, ANY_DAY, self._vocabulary.data["due"])
            return day is not None or self._questions.tells_of_a_day(one.sentence)
        if wanted == "place":
            return self._questions.tells_of_a_place(one.sentence)
        if wanted == "price":
            return self._questions.tells_of_a_price(one.sentence)
        number = parts(self._language)["number"]
        return wanted != "number" or re.search(rf"\b{number}\b", one.sentence, re.IGNORECASE) is not None

    def _is_cued(self, one: Held, relations: Iterable[str]) -> bool:
        return any(cues and provenance.cued(cues, one.sentence) for cues in map(self._questions.cues, relations))

    def _names(self, sentence: str) -> list[str]:
        return [hit["name"] for hit in self._name.finditer(sentence)]

    def _likeliest(self, likely: Sequence[Held], asked: Asked, recalled: Sequence[Fact | Episode]) -> Held:
        """What speaks of most of what is asked; of these what is nearest in meaning, then the newest."""
        near = [one.sentence if isinstance(one, Fact) else one.said for one in recalled]

        def fits(one: Held) -> tuple[int, int, datetime]:
            place = next((i for i, said in enumerate(near) if one.sentence in said), len(near))
            return sum(self._questions.speaks_of(one.sentence, word) for word in asked.words), -place, one.at

        return max(likely, key=fits)

    def perhaps(self, one: Held, now: datetime) -> Told:
        """What was told that may be meant, and that it may not be."""
        said = one.sentence.rstrip(" .!")
        turned = "" if self._persons.dated(said) and one.at.date() != now.date() else self._persons.turned(said)
        if turned:
            first = re.split(r"[ '’]", turned, maxsplit=1)[0]
            inner = turned if first in self._names(turned) else turned[:1].lower() + turned[1:]
            text = self._phrases.text("told_only", fact=inner)
        else:
            text = self._phrases.text("told_only_as_said", when=says.moment(one.at, now, self._language), said=said)
        return Told(text, () if one.number is None else (one.number,), known=False)

    def as_told(self, one: Held, now: datetime) -> Told:
        """What was told, said to the user."""
        said, numbers = one.sentence.rstrip(" .!"), () if one.number is None else (one.number,)
        if self._persons.dated(said) and one.at.date() != now.date():
            when = _capital(says.moment(one.at, now, self._language))
            return Told(self._phrases.text("known_episode", when=when, said=said), numbers)
        turned = self._turned(said)
        return Told(turned or self._phrases.text("known_as_said", said=said), numbers)

    def _turned(self, said: str) -> str:
        turned = self._persons.turned(said.rstrip(" .!"))
        return self._phrases.text("known_fact", fact=_capital(turned)) if turned else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
