"""Questions about the user's own life, as far as rules know them: of whom what is asked, what an answer has to hold.

A small language model that is asked for what it was never told makes something up, and does not always say what it was
told. So what is asked plainly is answered from the memory by rule, where that holds it, and else said not to be known.
The rules are data of a language (`languages/<code>/questions.toml`). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from voiceos.languages import table
from voiceos.memory import USER, terms
from voiceos.memory.plain import groups_of
from voiceos.memory.relations import Vocabulary
from voiceos.memory.spoken import Spoken
from voiceos.thinking.question_rules import Holds, alike, question_rules

ANYBODY = ""
"""As the first of a path: what is asked belongs to nobody in particular."""

ABOUT_WORDS = 2
"""Of such a question at least so many words matter, or it asks for what an encyclopedia holds."""

IDENTITY = "identity"
"""As a relation: who it is that has a name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked."""

    path: tuple[str, ...]
    """Of whom: `USER` or a name, and what each next one is to the one before: ("user", "sister", "husband")."""
    relations: tuple[str, ...]
    """Any of these; empty where only words tell what is asked."""
    words: frozenset[str]
    """Stems of which a sentence that answers it has each, or of words that mean the same."""
    holds: Holds = ""
    """What an answer holds."""
    of_kind: frozenset[str] = frozenset()
    """Stems of what kind of thing it is: "newspaper" of "which newspaper do I read?"."""
    pet: str = ""
    """What the thing is that is: "dog"."""
    sort: str = ""
    """Of what sort a value has to be: "colour" of "what colour is the cat?"."""
    among: str = ""
    """Of whom one is asked for: "brother" of "which of my brothers"."""
    latest: bool = False
    """The one that came last."""
    newest: bool = False
    """What is so now, where there may be more than one."""
    past: bool = False
    """As it is asked: "who was" of who is no more."""
    plain: bool = True
    """What nothing answers was never told; else it may stand in other words."""

    @property
    def of_user(self) -> bool:
        return self.path[0] == USER


@dataclass(frozen=True, slots=True)
class Answers:
    """How a relation is told: to the user of themselves, and of others."""

    user: str
    other: str
    several: str = ""
    """To the user, of more than one value; empty where `user` does for them too."""


class Questions:
    """Of one language. Raises ConfigError where it has none."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._vocabulary = Vocabulary.of(language)
        self._words = table(language, "questions")
        self._spoken = Spoken(language)
        self._rules = question_rules(language)
        self._alike = alike(language)
        self._groups = groups_of(language)

    def find(self, text: str) -> Asked | None:
        """What a text asks of the user's life; None where it asks for nothing of the kind, for advice, or for what was
        so once."""
        question = self._bare(text)
        if not question or any(re.search(self._words[key], question, re.IGNORECASE) for key in ("past", "other")):
            return None
        ways = (
            self._relation,
            self._identity,
            self._existence,
            self._one_of,
            self._thing,
            self._deed,
            self._whether,
            self._about,
        )
        asked = next((asked for way in ways if (asked := way(question))), None)
        now = re.search(self._words["now"], text, re.IGNORECASE) is not None
        latest = re.search(self._words["latest"], question, re.IGNORECASE) is not None
        return replace(asked, newest=asked.newest or now, latest=latest) if asked else None

    def alike(self, word: str) -> frozenset[str]:
        """The words that may stand for one of `Asked.words`, itself among them."""
        return self._alike.get(word, frozenset((word,)))

    def speaks_of(self, text: str, word: str) -> bool:
        """Whether a text has it, or what may stand for it."""
        spoken = {terms.stem(one, self._language) for one in terms.words(text)}
        return any(terms.stem(one, self._language) in spoken for one in self.alike(word))

    def tells_of_a_day(self, text: str) -> bool:
        return re.search(self._words["day"], text, re.IGNORECASE) is not None

    def of_somebody(self, text: str, question: str) -> str:
        """What of a text may tell who it is that is asked for: without the places, where somebody is."""
        asks = re.search(self._words["asks_who"], question, re.IGNORECASE)
        return re.sub(self._words["in_place"], " ", text, flags=re.IGNORECASE) if asks else text

    def tells_of_a_place(self, text: str) -> bool:
        without = re.sub(self._words["no_place"], " ", text, flags=re.IGNORECASE)
        return re.search(self._words["place"], without, re.IGNORECASE) is not None

    def tells_of_a_change(self, text: str) -> bool:
        return re.search(self._words["changed"], text, re.IGNORECASE) is not None

    def may_tell_of_a_change(self, text: str) -> bool:
        """Likewise in words that tell of other things as well."""
        may = re.search(self._words["may_have_changed"], text, re.IGNORECASE) is not None
        return may or self.tells_of_a_change(text)

    def tells_of_a_price(self, text: str) -> bool:
        return re.search(self._words["price"], text, re.IGNORECASE) is not None

    def plural(self, person: str) -> str:
        """ "sisters" of "sister"."""
        told = self._words["identity"]["plural"]
        return str(told.get(person) or f"{person}{told['else']}")

    def is_of_sort(self, value: str, sort: str) -> bool:
        """Whether a value may be, say, a colour, or a sentence tells one; of a sort that no rule knows any may be."""
        sorts = self._words["sorts"]
        pattern = sorts.get(sorts["same"].get(sort, sort))
        return not isinstance(pattern, str) or re.search(pattern, value, re.IGNORECASE) is not None

    def is_theirs(self, text: str, word: str) -> bool:
        """Whether a text speaks of something as of the user's own: "our wedding"."""
        pattern = self._words["about"]["theirs"].replace("{word}", re.escape(word))
        return re.search(pattern, text, re.IGNORECASE) is not None

    def cues(self, relation: str) -> tuple[str, ...]:
        """Beginnings of words that speak of a relation; none that are in every other sentence, such as "is"."""
        for entry in self._words["relation"]:
            if entry["name"] == relation and "spoken" in entry:
                return tuple(entry["spoken"])
        known = self._vocabulary.relation(relation)
        being = self._vocabulary.data["being"]
        return tuple(cue for cue in (known.cues if known else ()) if cue not in being and cue[0] != "'")

    def answers(self, relation: str) -> Answers | None:
        for entry in self._words["relation"]:
            if entry["name"] == relation:
                return Answers(entry["user"], entry.get("other", ""), entry.get("several", ""))
        if relation in self._vocabulary.people.values():
            told = self._words["identity"]
            return Answers(told["user"], told["other"], told["several"])
        if relation.startswith(self._vocabulary.data["favourite"]["prefix"]):
            return Answers(self._words["favourite"]["user"], self._words["favourite"]["other"])
        return Answers("", self._words["identity"]["is"]) if relation == IDENTITY else None

    def be(self, asked: Asked) -> str:
        """ "is", or "was" of what is asked so."""
        was, now = self._words["be"]
        return str(was if asked.past else now)

    def pet(self, asked: Asked) -> str:
        """What the animal is that is asked for: "dog"."""
        return asked.pet or str(self._words["pet"])

    def yours(self, person: str) -> str:
        """Who is somebody's to the user, told to them: "your sister"."""
        return str(self._words["yours"]).format(person=person)

    def of_user(self, text: str) -> str:
        """What of a text tells of the user themselves: without who is somebody's to them ("my sister")."""
        return self._rules.somebody.sub(" ", text)

    def with_article(self, text: str, value: str) -> str:
        """A value as it is said in a text: "the cello" of "I play the cello"; empty where it has no article there."""
        said = re.search(self._words["articled"].replace("{value}", re.escape(value)), text, re.IGNORECASE)
        return said[0] if said else ""

    def tells_of_the(self, text: str) -> bool:
        """Whether it begins with something that is known to both: "the …"."""
        return re.match(self._words["the"], text, re.IGNORECASE) is not None

    def _bare(self, text: str) -> str:
        """Without signs, and what stands before and behind the question; empty where it is none."""
        straight = self._spoken.question(text)
        asks = straight.endswith("?") or re.match(self._words["begins"], straight, re.IGNORECASE) is not None
        bare = straight.rstrip(" ?.!")
        for key in ("leading", "asked_for", "leading"):
            shorter = re.sub(self._words[key], "", bare, flags=re.IGNORECASE)
            asks |= key == "asked_for" and shorter != bare
            bare = shorter
        bare = re.sub(self._words["trailing"], "", bare, flags=re.IGNORECASE).strip(" ,")
        return bare if asks else ""

    def _relation(self, question: str) -> Asked | None:
        for names, holds, sort, pattern in self._rules.relations:
            if hit := pattern.search(question):
                path = self._path(hit)
                if path:
                    pet = (hit.groupdict().get("pet") or "").lower()
                    of_sort = sort or (hit.groupdict().get("sort") or "").lower()
                    words, past = self._matter(question, hit), self._is_past(question)
                    return Asked(path, names, words, holds, pet=pet, sort=of_sort, newest=bool(sort), past=past)
        return None

    def _identity(self, question: str) -> Asked | None:
        for pattern in self._rules.identity:
            if hit := pattern.search(question):
                *path, person = self._path(hit)
                if path:
                    words, past = self._matter(question, hit), self._is_past(question)
                    relations = (person, *self._words["identity"]["also"].get(person, ()))
                    return Asked(tuple(path), relations, words, "name", past=past)
        for pattern in self._rules.of_name:
            if hit := pattern.search(question):
                return Asked((hit["name"],), (IDENTITY,), frozenset(), plain=False)
        return None

    def _existence(self, question: str) -> Asked | None:
        """Whether there is somebody of a kind: "do I have a brother?"."""
        for pattern in self._rules.existence:
            if hit := pattern.search(question):
                path, people = self._path(hit), hit["people"].lower()
                person = self._groups.get(people) or self._vocabulary.people.get(people, people)
                words = self._important(people)
                return Asked(path, (person,), words, "name") if path and words else None
        return None

    def _one_of(self, question: str) -> Asked | None:
        """Which of several it is of whom something is so: "which of my brothers is a surgeon?"."""
        for pattern in self._rules.one_of:
            if (hit := pattern.search(question)) and (words := self._important(hit["verb"])):
                people = hit["people"].lower()
                among = self._groups.get(people) or self._vocabulary.people.get(people) or people.removesuffix("s")
                return Asked((USER,), (), words, "name", among=among, plain=bool(hit.groupdict().get("of")))
        return None

    def _thing(self, question: str) -> Asked | None:
        for pattern in self._rules.thing:
            if hit := pattern.search(question):
                groups = hit.groupdict()
                path, thing = self._path(hit), " ".join(filter(None, [groups.get("thing2"), groups["thing"]]))
                words = self._important(thing)
                if path and not words and len(path) > 1:  # "my dentist's appointment"
                    path, words = path[:-1], self._important(path[-1])
                if not path or not words or len(thing.split()) > 5:
                    return None
                relation = re.sub(r"[\s-]+", "_", thing.lower())
                relation = self._vocabulary.people.get(relation, relation)
                holds = "name" if re.search(self._words["named"], question) else self._holds(groups["wh"].lower())
                # Of where somebody or something is, who or what it is tells nothing.
                return Asked(path, () if holds == "place" else (relation,), words, holds)
        return None

    def _deed(self, question: str) -> Asked | None:
        for pattern in self._rules.deed:
            if hit := pattern.search(question):
                groups = hit.groupdict()
                path = self._path(hit) if groups.get("who") else (USER,)
                verb, kind = groups["verb"], groups.get("type") or ""
                asked = re.split(self._words["else"], verb)[0]
                words, of_kind = self._important(asked) or self._important(verb), self._important(kind)
                if not path or not (words or of_kind):
                    return None
                holds = self._holds(groups["wh"].lower())
                plain = self._never_told(question, path)
                return Asked(path, (), words or of_kind, holds, of_kind if words else frozenset(), plain=plain)
        return None

    def _whether(self, question: str) -> Asked | None:
        for pattern in self._rules.whether:
            if (
                (hit := pattern.search(question))
                and (words := self._important(hit["verb"]))
                and (path := self._path(hit))
            ):
                open_ = hit.groupdict().get("open")
                plain = self._never_told(question, (USER,) if open_ else path)
                return Asked(path, (), words, plain=plain)
        return None

    def _about(self, question: str) -> Asked | None:
        for pattern in self._rules.about:
            if (hit := pattern.search(question)) and (words := self._important(hit["verb"])):
                dated = hit["wh"].lower() in self._words["theirs_alone"]
                if len(words) < ABOUT_WORDS and not dated:
                    return None
                holds = "name" if re.search(self._words["named"], question) else self._holds(hit["wh"].lower())
                return Asked((ANYBODY,), (), words, holds, plain=False)
        return None

    def _never_told(self, question: str, path: tuple[str, ...]) -> bool:
        """Whether what nothing answers can only be a thing of their own life."""
        if path[0] not in (USER, ANYBODY) and not re.search(self._words["reasons"], question, re.IGNORECASE):
            return True
        return re.search(self._words["never"], question, re.IGNORECASE) is not None

    def _important(self, text: str) -> frozenset[str]:
        vague = {terms.stem(word, self._language) for word in self._words["vague"]}
        text = self._rules.kind.sub(r"\1", text)
        every = [word for word in terms.words(text) if word not in terms.unimportant(self._language)]
        return frozenset(terms.stem(word, self._language) for word in every) - vague

    def _is_past(self, question: str) -> bool:
        return re.search(self._words["was"], question, re.IGNORECASE) is not None

    def asks_for_a_fact(self, text: str) -> bool:
        """Whether a text asks who, what or when something is or was, and wants no advice."""
        question = self._bare(text)
        wants_else = any(re.search(self._words[key], question, re.IGNORECASE) for key in ("other", "general"))
        return not wants_else and re.search(self._words["fact"], question, re.IGNORECASE) is not None

    def asks_of_theirs(self, text: str) -> bool:
        """Whether a text asks for a fact of the user's own life."""
        theirs = re.search(self._words["of_theirs"], self._bare(text), re.IGNORECASE) is not None
        return theirs and self.asks_for_a_fact(text)

    def wanted(self, text: str) -> Holds:
        """What an answer to a text has to hold, by the word that asks."""
        asking = re.search(self._words["fact"], self._bare(text), re.IGNORECASE)
        return self._holds(asking[0].split()[-1].lower()) if asking else ""

    def _holds(self, asking: str) -> Holds:
        found: Holds = self._words["holds"].get(asking, "")
        return found

    def _matter(self, question: str, hit: re.Match[str]) -> frozenset[str]:
        """The words of a question that matter, without those of whom it asks."""
        who = hit.groupdict().get("who") or hit.groupdict().get("owner") or ""
        return self._important(question.replace(who, " ")) if len(who) > 1 else self._important(question)

    def _path(self, hit: re.Match[str]) -> tuple[str, ...]:
        """Of whom it is asked; empty where a word stands for nobody."""
        groups = hit.groupdict()
        owner = (groups.get("who") or groups.get("owner") or "").strip()
        steps = [step for step in re.split(self._words["of"], owner) if step]
        path = self._first(steps[0]) if steps else (USER,)
        for step in steps[1:]:
            path += self._person(step)
        if groups.get("person"):
            path += self._person(groups["person"])
        return path

    def _first(self, text: str) -> tuple[str, ...]:
        if text.lower() in self._vocabulary.data["user"]:
            return (USER,)
        own = re.match(self._words["own"], text, re.IGNORECASE)
        if own is None:
            return (text,)
        whom = text[own.end() :]
        if named := self._rules.named.search(whom):
            return (named[0],)
        return (USER, *self._person(whom))

    def _person(self, text: str) -> tuple[str, ...]:
        words = text.lower().split()
        people = {**self._groups, **self._vocabulary.people}
        found = [people[word] for word in words if word in people]
        return (found[-1],) if found else (words[-1],) if words else ()
