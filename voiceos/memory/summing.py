"""What the language model may write of a day, of a week and of the user, and what of that is borne out. Pure.

A small model writes what it was shown, what it expects, or half of one line and half of another. So each clause that it
writes is held to one line of what was said, or of what is known: the words that matter have to stand there, in their
order, with a "not" where there is one, of the user where it speaks of "you", as a question where it was one. A sentence
with a clause that no line bears out is dropped whole.
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
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Line:
    """What was said in one breath, or is known: what a clause of a summary is held to."""

    text: str
    asks: bool = False
    """A question, or a request."""
    of_user: bool | None = None
    """None: that is to be seen from its words."""
    fact: int | None = None
    """Where it is one, its number."""
    about: str = ""
    """Where it is one, of whom."""


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


def grammar_of_numbers(count: int, most: int) -> str:
    """GBNF of a list of up to `most` numbers from 1 to `count`."""
    numbers = " | ".join(f'"{number}"' for number in range(1, count + 1))
    return f'root ::= "[" number ("," number){{0,{most - 1}}} "]"\nnumber ::= {numbers}'


def written(sentences: Sequence[str]) -> str:
    """As the model is to write them."""
    return json.dumps(list(sentences), ensure_ascii=False, separators=(",", ":"))


def parse(text: str) -> list[str]:
    """The sentences in what was written, also where it broke off in one. Never raises."""
    return [sentence for found in _TEXT.findall(text) if (sentence := " ".join(clean(found).split()))]


def numbers(text: str, count: int) -> list[int]:
    """The numbers from 1 to `count` in what was written, each once, ascending."""
    found = {int(number) for number in _NUMBER.findall(text)[:count] if len(number) <= 6}
    return sorted(number for number in found if 1 <= number <= count)


def lines_said(said: str, vocabulary: Vocabulary) -> list[Line]:
    """What a turn of the user's may be told by: its sentences without suppositions."""
    request = re.compile(rules(vocabulary.language)["request"], re.IGNORECASE)
    lines = []
    for sentence in provenance.sentences(said):
        asks = sentence.endswith(("?", "？")) or request.search(_straight(sentence)) is not None
        if asks or provenance.telling(sentence, vocabulary):
            lines.append(Line(sentence, asks))
    return lines


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
        lines.append(Line(text, of_user=fact.subject == USER, fact=fact.id, about=fact.subject))
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
            among = [line for line in lines if _goes_on(content[0], line, found[-1], of_user, vocabulary.language)]
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


def _goes_on(word: str, line: Line, before: Line, of_user: bool, language: str) -> bool:
    """A clause without a subject is of whom the sentence is: of the user, or of somebody else."""
    return _of_user(word, line, language) == of_user and (of_user or line.about == before.about)


def _bearing(clause: str, lines: Sequence[Line], vocabulary: Vocabulary) -> Line | None:
    wanted = _content(clause, vocabulary.language)
    return next((line for line in lines if wanted and _bears(clause, wanted, line, vocabulary)), None)


def _bears(clause: str, wanted: Sequence[str], line: Line, vocabulary: Vocabulary) -> bool:
    language = vocabulary.language
    words, clause = rules(language), _straight(clause).strip()
    if line.asks != (re.search(words["asks"], clause, re.IGNORECASE) is not None):
        return False
    if not _in_order(wanted, _words(line.text), language):
        return False
    if line.asks:
        return True
    if _denied(wanted[-1], clause, language) != _denied(wanted[-1], line.text, language):
        return False
    told = re.sub(words["reports"], "", clause, flags=re.IGNORECASE).strip()
    if re.match(words["to_you"], told, re.IGNORECASE) and not _of_user(wanted[0], line, language):
        return False
    return not _is_anothers(told, line, language)


def _of_user(word: str, line: Line, language: str) -> bool:
    """Whether it is the user of whom a word is said: "I" is the last before it of whom anything may be."""
    if line.of_user is not None:
        return line.of_user
    words, wanted, before = rules(language), stem(word, language), list[str]()
    for spoken in provenance.spoken(line.text):
        parts = [part for part in re.split(r"['’]", spoken) if part]
        if wanted in (stem(part.lower(), language) for part in parts):
            break
        before += parts
    for part in reversed(before):
        if part.lower() in words["own_subjects"]:
            return True
        if part[:1].isupper() or part.lower() in words["other_subjects"]:
            return False
    return False


def _is_anothers(told: str, line: Line, language: str) -> bool:
    """It speaks of "your" thing, and the user did not say that it is theirs."""
    if line.of_user is not None:
        return False
    words, said = rules(language), _straight(line.text).lower()
    things = [found["thing"].lower() for found in re.finditer(words["your"], told, re.IGNORECASE)]
    return not all(
        re.search(words["mine"].format(thing=re.escape(thing)), said) or _of_user(thing, line, language)
        for thing in things
    )


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
