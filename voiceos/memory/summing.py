"""What the language model may write of the user, and what of that is borne out. Pure.

A small model writes what it was shown, what it expects, or half of one line and half of another. So each clause that it
writes is held to one line of what is known: the words that matter have to stand there, in their order, with a "not"
where there is one, of the user where it speaks of "you". A sentence with a clause that no line bears out is dropped
whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from voiceos.languages import table
from voiceos.memory import provenance
from voiceos.memory.records import NOTE, USER, Fact, Kind
from voiceos.memory.relations import Vocabulary
from voiceos.memory.terms import clean, stem, unimportant

SHORTEST_LETTERS, LONGEST_LETTERS = 8, 160
"""Of one sentence that is written, behind whom it speaks to."""

_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Line:
    """What is known: what a clause of a profile is held to."""

    text: str
    of_user: bool
    about: str
    """Of whom."""
    fact: int
    """Its number."""


def rules(language: str) -> dict[str, Any]:
    """The language's summaries.toml. Raises ConfigError where it is not there."""
    return table(language, "summaries")


def grammar(most: int, language: str) -> str:
    """GBNF of a list of one to `most` sentences to the user, each without signs that would end it."""
    sign = r'[^"\\\n]'
    return "\n".join(
        [
            f'root ::= "[" text ("," text){{0,{most - 1}}} "]"',
            f'text ::= "\\"{rules(language)["begins"]}" {sign}{{{SHORTEST_LETTERS},{LONGEST_LETTERS}}} "\\""',
        ]
    )


def written(sentences: Sequence[str]) -> str:
    """As the model is to write them."""
    return json.dumps(list(sentences), ensure_ascii=False, separators=(",", ":"))


def parse(text: str) -> list[str]:
    """The sentences in what was written, also where it broke off in one. Never raises."""
    return [sentence for found in _TEXT.findall(text) if (sentence := " ".join(clean(found).split()))]


def lines_known(facts: Iterable[Fact], vocabulary: Vocabulary) -> list[Line]:
    """Facts that tell who somebody is, those of people with what they are to the user: "sister Anna lives in Graz"."""
    facts = list(facts)
    people = {fact.value: fact.relation for fact in facts if fact.subject == USER and fact.kind is Kind.PERSON}
    lines = []
    for fact in facts:
        if fact.relation == NOTE or fact.kind in (Kind.PLAN, Kind.COMMITMENT):
            continue
        text = vocabulary.in_words(fact).rstrip(". ")
        if fact.subject in people:
            text = f"{people[fact.subject].replace('_', ' ')} {text}"
        lines.append(Line(text, fact.subject == USER, fact.subject, fact.id))
    return lines


def borne_out(sentence: str, lines: Sequence[Line], vocabulary: Vocabulary) -> list[Line] | None:
    """The lines that bear a sentence out, clause by clause; None where a clause has none."""
    words = rules(vocabulary.language)
    if re.search(words["persons"], _straight(sentence)):
        return None
    whole = _bearing(sentence, lines, vocabulary)
    if whole is not None:
        return [whole]
    found: list[Line] = []
    of_user = re.match(words["to_you"], sentence, re.IGNORECASE) is not None
    for clause in re.split(words["clause"], _straight(sentence)):
        content = _content(clause, vocabulary.language)
        if not content:
            continue
        among = lines
        if found and len(content) == 1:  # a name, or what something was like
            among = found[-1:]
        elif found and not _has_subject(clause, words):
            among = [line for line in lines if _goes_on(line, found[-1], of_user=of_user)]
        line = _bearing(clause, among, vocabulary)
        if line is None:
            return None
        found.append(line)
    return found or None


def _has_subject(clause: str, words: dict[str, Any]) -> bool:
    """It tells by itself of whom it is, as far as its first word shows."""
    first = re.sub(words["joints"], "", clause.strip(), flags=re.IGNORECASE)[:1].isupper()
    spoken = _words(re.sub(words["joints"], "", clause.strip(), flags=re.IGNORECASE))
    subjects = (*words["own_subjects"], *words["other_subjects"], *words["also_subjects"])
    return first or (bool(spoken) and spoken[0] in subjects)


def _goes_on(line: Line, before: Line, *, of_user: bool) -> bool:
    """A clause without a subject is of whom the sentence is: of the user, or of somebody else."""
    return line.of_user == of_user and (of_user or line.about == before.about)


def _bearing(clause: str, lines: Sequence[Line], vocabulary: Vocabulary) -> Line | None:
    wanted = _content(clause, vocabulary.language)
    return next((line for line in lines if wanted and _bears(clause, wanted, line, vocabulary)), None)


def _bears(clause: str, wanted: Sequence[str], line: Line, vocabulary: Vocabulary) -> bool:
    language = vocabulary.language
    words, clause = rules(language), _straight(clause).strip()
    if re.search(words["asks"], clause, re.IGNORECASE) or not _in_order(wanted, _words(line.text), language):
        return False
    if _denied(wanted[-1], clause, language) != _denied(wanted[-1], line.text, language):
        return False
    told = re.sub(words["reports"], "", clause, flags=re.IGNORECASE).strip()
    return line.of_user or re.match(words["to_you"], told, re.IGNORECASE) is None


def _content(text: str, language: str) -> list[str]:
    """The words that matter, in their order."""
    left_out = unimportant(language) | set(rules(language)["framing"])
    return [word for word in _words(text) if word not in left_out]


def _words(text: str) -> list[str]:
    """In small letters, "sister's" and "don't" as the two words that they are."""
    return [part for word in provenance.spoken(text) for part in re.split(r"['’]", word.lower()) if part]


def _in_order(wanted: Sequence[str], words: Sequence[str], language: str) -> bool:
    left = (stem(word, language) for word in words)
    return all(any(stem(word, language) == one for one in left) for word in wanted)


def _denied(word: str, text: str, language: str) -> bool:
    """Whether the clause that holds a word says that something is not so, or is over."""
    words, wanted = rules(language), stem(word, language)
    return any(
        re.search(words["denies"], clause) is not None
        for clause in re.split(words["clause"], _straight(text).lower())
        if wanted in (stem(one, language) for one in _words(clause))
    )


def _straight(text: str) -> str:
    return text.replace("’", "'")
