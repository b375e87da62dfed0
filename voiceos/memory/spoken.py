"""What somebody said, as they would have written it: without the words that fill a pause, in whole sentences, "she" by
her name where there can be no doubt who she is, and with what was put right at once. Pure.

All that is drawn from what was said, and told of it again, goes through it; so rules that know "I live in Hull" know
"In Hull now" and "so I, um, I live in, er, Hull" as well. They are data of a language (`languages/<code>/spoken.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from voiceos.languages import table
from voiceos.memory.plain import compiled, parts
from voiceos.memory.provenance import sentences
from voiceos.memory.records import Episode
from voiceos.memory.slips import Slips
from voiceos.memory.store import Store
from voiceos.memory.terms import unimportant

BEFORE = 3
"""Turns before one that are looked at for who "she" is, and for what it puts right."""
BEHIND = 2
"""Turns behind one that may put it right."""
NEAR = timedelta(minutes=10)
"""Between two turns of which one tells who is meant by the other."""
MOST_NEAR = 200
"""Turns within that time."""
AGAIN = 3
"""Words in a row, and one, that are said again at most."""
PAUSE = "…"
"""Where a pause was filled."""

_Rule = tuple[re.Pattern[str], str]


class Spoken:
    """The rules of one language. Raises ConfigError where it has none."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._rules = _rules(language)
        self._slips = Slips(language)

    def statement(self, said: str, before: Sequence[str] = ()) -> str:
        """
        Args:
            before: what the user said before in the same conversation, the oldest first.
        """
        told: list[str] = []
        for text in (*before[-BEFORE:], said):
            one = self._slips.within(self._fluent(text))
            right = self._slips.put_right(told[-1], one) if told else ""
            whole = self._together(self._named(self._whole(right or one), told[-1] if told else ""))
            told.append(self._joined(told[-1] if told else "", whole) or whole)
        return told[-1]

    def put_right(self, said: str, before: Sequence[str], behind: Sequence[str]) -> tuple[str, int]:
        """What somebody said as they meant it, by what they said next: and how many turns later that was, 0 where they
        left it as it was.

        Args:
            before: what they said before it in the same conversation, the oldest first.
            behind: what they said after it.
        """
        told, later = self.statement(said, before), 0
        for number, text in enumerate(behind[:BEHIND], 1):
            one = self._slips.within(self._fluent(text))
            right = self._slips.put_right(told, one)
            right = self._named(self._whole(right), told) if right else self._joined(told, self._whole(one))
            if not right:
                break
            told, later = right, number
        return told, later

    def _joined(self, before: str, said: str) -> str:
        """What was done and what was done for it, in one sentence: "I sold the Polo and got a Zoe"; else empty."""
        for first, second, between in self._rules.joined:
            one, rest = first.search(before), second.search(said)
            if one and rest:
                return f"{one[0]}{between}{rest['rest'][:1].lower()}{rest['rest'][1:]}"
        return ""

    def _together(self, text: str) -> str:
        told: list[str] = []
        for sentence in sentences(text):
            joined = self._joined(told[-1], sentence) if told else ""
            told = [*told[:-1], joined] if joined else [*told, sentence]
        return " ".join(told)

    def question(self, text: str) -> str:
        """What is asked; without its sign where that stands in the middle."""
        straight = self._fluent(text).strip()
        for pattern, instead in self._rules.asked:
            straight = pattern.sub(instead, straight)
        return straight

    def _fluent(self, text: str) -> str:
        """Without what fills a pause."""
        rules, straight = self._rules, " ".join(text.replace("’", "'").split())
        fluent = straight
        for pattern in (rules.hesitations, rules.joining, rules.ending):
            fluent = pattern.sub(f" {PAUSE} ", fluent)
        for _ in range(2):
            fluent = rules.aside.sub("", fluent)
            fluent = rules.twice.sub(lambda hit: hit[1] or hit[2], fluent)
        fluent = " ".join(fluent.replace(PAUSE, " ").split())
        told = []
        for sentence in sentences(fluent):
            shorter = rules.leading.sub("", sentence)
            told.append(shorter[:1].upper() + shorter[1:] if shorter else sentence)
        return re.sub(r"\s+([,.!?])", r"\1", " ".join(told)) or straight

    def _whole(self, text: str) -> str:
        """In whole sentences."""
        told: list[str] = []
        for sentence in sentences(text):
            if sentence.endswith("?"):
                told.append(sentence)
                continue
            whole = sentence
            for pattern, instead in self._rules.whole:
                if hit := pattern.search(whole):
                    put, behind = _put(instead, hit), whole[hit.end() :]
                    behind = behind[:1].lower() + behind[1:] if put and not hit.end() else behind
                    whole = whole[: hit.start()] + put + behind
            whole, beside = self._apart(whole)
            told += [whole[:1].upper() + whole[1:], *beside]
        return " ".join(told)

    def _apart(self, sentence: str) -> tuple[str, list[str]]:
        """ "Eva, who is ten, and Ida": "Eva and Ida", and "Eva is ten."."""
        beside: list[str] = []

        def told(hit: re.Match[str]) -> str:
            is_so = f" {self._rules.short[0]} " if hit["being"] else " "
            beside.append(f"{hit['whom'][:1].upper()}{hit['whom'][1:]}{is_so}{hit['rest'].strip()}.")
            return hit["whom"] + ("," if hit.groupdict().get("on") is not None else "")

        left = self._rules.relative.sub(told, sentence)
        if not beside:
            return sentence, []
        left = self._rules.before_and.sub(" ", left)
        left = re.sub(r"\s+([.!])", r"\1", " ".join(left.split()))
        return ("", beside) if re.sub(r"[.!]", "", left) + " " in f"{beside[0]} " else (left, beside)

    # Who "she" is.

    def _named(self, text: str, before: str) -> str:
        told: list[str] = []
        known = self._people(sentences(before)[-1]) if before else []
        for sentence in sentences(text):
            named = sentence if sentence.endswith("?") else self._in_sentence(sentence, known)
            told.append(named)
            known = self._people(named) or known
        return " ".join(told)

    def _in_sentence(self, sentence: str, known: Sequence[str]) -> str:
        if self._rules.third_person.search(sentence) and len(known) == 1:
            sentence = f"{known[0]} {sentence[:1].lower()}{sentence[1:]}"
        found, at = "", 0
        for hit in self._rules.pronouns.finditer(sentence):
            if self._rules.begins_clause.search(sentence[: hit.start()]) is None:
                continue
            people = self._people(found + sentence[at : hit.start()]) or known
            if len(people) != 1 or self._is_another(people[0], hit["pronoun"].lower()):
                continue
            verb = hit["verb"]
            if hit["short"]:
                verb = f" {self._rules.short[self._rules.has_been.search(sentence[hit.end() :]) is not None]}"
            begins = people[0][:1].upper() + people[0][1:] if not hit.start() else people[0]
            found, at = found + sentence[at : hit.start()] + begins + verb, hit.end()
        return found + sentence[at:]

    def _people(self, text: str) -> list[str]:
        """Who is spoken of, each once: a name, or who it is to the user where there is none."""
        found: dict[str, None] = {}
        for hit in self._rules.people.finditer(text):
            alone = hit["alone"]
            if alone and (self._rules.places.search(text[: hit.start()]) or self._begins(alone, text[: hit.start()])):
                continue
            who = hit["named"] or alone or hit["someone"]
            found[who[:1].lower() + who[1:] if who == hit["someone"] else who] = None
        return list(found)

    def _begins(self, word: str, before: str) -> bool:
        """Whether a word has its capital only because it begins a sentence, as far as one can tell."""
        lower = word.lower()
        return not before.rstrip(" .!?") and (
            lower in unimportant(self._language) or self._rules.no_name.search(lower) is not None
        )

    def _is_another(self, who: str, pronoun: str) -> bool:
        """Whether the pronoun cannot mean them."""
        return not self._rules.never.get(pronoun, frozenset()).isdisjoint(who.lower().split())


def _put(instead: str, hit: re.Match[str]) -> str:
    """What stands for what was found: what began the sentence has its capital no more where it does not any longer."""
    begins = hit.lastindex is not None and hit.start(1) == 0 and not instead.startswith("\\1")
    text = hit.expand(instead)
    return text.replace(hit[1], hit[1][:1].lower() + hit[1][1:], 1) if begins else text


def around(store: Store, episode: Episode) -> tuple[list[Episode], list[Episode]]:
    """What the user said just before and just after it in the same conversation, the oldest first. Raises
    StorageError."""
    found = store.episodes(
        since=episode.at - NEAR, until=episode.at + NEAR, conversation=episode.conversation, limit=MOST_NEAR
    )
    every = [one for one in reversed(found) if one.said and one.id != episode.id]
    before = [one for one in every if (one.at, one.id) < (episode.at, episode.id)]
    return before[-BEFORE:], [one for one in every if (one.at, one.id) > (episode.at, episode.id)][:BEHIND]


@dataclass(frozen=True, slots=True)
class _Rules:
    hesitations: re.Pattern[str]
    joining: re.Pattern[str]
    ending: re.Pattern[str]
    aside: re.Pattern[str]
    twice: re.Pattern[str]
    leading: re.Pattern[str]
    whole: tuple[_Rule, ...]
    asked: tuple[_Rule, ...]
    joined: tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...]
    relative: re.Pattern[str]
    pronouns: re.Pattern[str]
    begins_clause: re.Pattern[str]
    has_been: re.Pattern[str]
    places: re.Pattern[str]
    third_person: re.Pattern[str]
    people: re.Pattern[str]
    before_and: re.Pattern[str]
    no_name: re.Pattern[str]
    short: tuple[str, str]
    """What a shortened verb is in full: of what somebody is, and of what they have done."""
    never: Mapping[str, frozenset[str]]
    """By pronoun who cannot be meant."""


@cache
def _rules(language: str) -> _Rules:
    words, of = table(language, "spoken"), parts(language)
    known = {**of, "name": of["some_name"]}

    def rule(pattern: str) -> re.Pattern[str]:
        return compiled(pattern, known)

    def all_of(key: str) -> tuple[_Rule, ...]:
        return tuple((rule(pattern), instead) for pattern, instead in words[key])

    one = rf"(?!{of['number']}\b)[\w'-]+"
    again = rf"{one}(?: {one}){{0,{AGAIN}}}?"
    return _Rules(
        hesitations=re.compile(rf",?\s*{words['hesitations']},?"),
        joining=rule(rf",\s*(?:{words['joining']})\s*,"),
        ending=rule(rf",\s*(?:{words['joining']})(?=[.?!]|$)"),
        aside=rule(rf"[,{PAUSE}]\s*(?:{words['asides']})(?=\s*[,.?!{PAUSE}]|\s*$)"),
        twice=rule(rf"\b({again})\s*[,{PAUSE}][\s,{PAUSE}]*\1(?![\w'-])|\b({words['small']}) \2(?![\w'-])"),
        leading=rule(words["leading"]),
        whole=all_of("whole"),
        asked=all_of("asked"),
        joined=tuple((rule(first), rule(second), between) for first, second, between in words["joined"]),
        relative=rule(words["relative"]),
        pronouns=rule(words["pronouns"]),
        begins_clause=rule(words["begins_clause"]),
        has_been=rule(words["has_been"]),
        places=rule(words["places"]),
        third_person=rule(words["third_person"]),
        people=rule(words["people"]),
        before_and=rule(words["before_and"]),
        no_name=rule(words["no_name"]),
        short=(words["short"][0], words["short"][1]),
        never={pronoun: frozenset(people) for pronoun, people in words["never"].items()},
    )
