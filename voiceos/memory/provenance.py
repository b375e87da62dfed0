"""No provenance, no fact: what the language model writes down is held to what the user said. Pure.

The model is small, and writes what it was shown, what it expects or what belongs to the line before. So each fact has
to be found in the user's own words: its value word by word, its subject by name, its relation by a word that tells it,
and none of it behind a "not". Sentences that ask or suppose are not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from voiceos.memory import due
from voiceos.memory.records import USER, Kind
from voiceos.memory.relations import Relation, Vocabulary
from voiceos.memory.terms import folded, stem, unimportant

_SENTENCE = re.compile(r"[^.!?]*(?:[.!?]+(?=\s|$)|$)")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NAME = re.compile(r"[A-ZÀ-Þ][^\W_]*(?:[-'][^\W_]+)*(?: [A-ZÀ-Þ][^\W_]+)*")
BEING = ("is", "works_as")
"""Relations of what somebody is."""
DEEDS = ("did", "plans", "promised")
"""Relations of what is done: a name alone is none."""
HAVING = "has"
DONE = ("did", "plans", "promised", "birthday")
"""Relations of what is done, or when."""
ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def sentences(text: str) -> list[str]:
    """In their order; an abbreviation may cut one in two, which loses nothing but a fact."""
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def telling(said: str, vocabulary: Vocabulary) -> str:
    """What of the user's words may tell something: without questions, and what is only supposed. May be empty."""
    supposed = [re.compile(pattern) for pattern in vocabulary.data["hypothetical"]]
    return " ".join(
        sentence
        for sentence in sentences(said)
        if not sentence.endswith("?") and not any(one.search(_straight(sentence.lower())) for one in supposed)
    )


def source(subject: str, relation: Relation, value: str, said: str, vocabulary: Vocabulary) -> str | None:
    """The sentence of `said` that tells a fact; None where none does."""
    for sentence in sentences(said):
        if _tells(subject, relation, value, sentence, vocabulary):
            return sentence
    whole = said.strip()  # a value or its cue may stand in the sentence beside
    if len(sentences(said)) > 1 and _tells(subject, relation, value, whole, vocabulary):
        return whole
    return None


def known_subject(subject: str, context: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether the user named somebody, in what was said so far."""
    if subject == USER:
        return True
    heard = [word for text in context for word in _words(text)]
    if subject in vocabulary.people:
        return any(vocabulary.people.get(word) == subject for word in heard)
    heard_names = [word for text in context for word in _WORD.findall(_straight(text)) if word[:1].isupper()]
    named = {*heard_names, *(word.removesuffix(vocabulary.data["possessive"]) for word in heard_names)}
    names = _WORD.findall(subject)
    return bool(names) and all(name in named for name in names)


def of_user(value: str, said: str, vocabulary: Vocabulary) -> bool:
    """Whether the sentence that holds the value speaks of the user, and its clause is not about "she" or "they"."""
    wanted = _stems(value, vocabulary)[:1]
    for sentence in sentences(said):
        if not set(vocabulary.data["own"]) & set(_words(sentence)):
            continue
        for clause in re.split(vocabulary.data["clause"], _straight(sentence.lower())):
            if wanted and wanted[0] in _stems(clause, vocabulary):
                return _words(clause)[0] not in vocabulary.data["others"]
    return False


def of_whom(value: str, said: str, vocabulary: Vocabulary) -> str:
    """Who somebody is to the user, or their name, of whom the clause that holds the value speaks ("my wife Megan
    died"); empty where it speaks of nobody of the kind, or of the user as well."""
    people = "|".join(sorted(map(re.escape, vocabulary.people), key=len, reverse=True))
    begins = re.compile(vocabulary.data["relative"].replace("{people}", people), re.IGNORECASE)
    wanted = set(_stems(value, vocabulary))
    for clause in re.split(vocabulary.data["clause"], _straight(said)):
        found = begins.match(clause.strip())
        heard = _words(clause)
        if (
            found
            and wanted
            and wanted <= set(_stems(clause, vocabulary)[2:])
            and not set(vocabulary.data["user_too"]) & set(heard)
        ):
            name = re.match(rf" ?({_NAME.pattern})", clause.strip()[found.end() :])
            if name is None:
                return vocabulary.people[found["person"].lower()]
            return name[1].removesuffix(vocabulary.data["possessive"])
    return ""


def _tells(subject: str, relation: Relation, value: str, sentence: str, vocabulary: Vocabulary) -> bool:
    heard = _words(sentence)
    stems, language = _stems(sentence, vocabulary), vocabulary.language
    wanted = [word for word in _words(value) if word not in unimportant(language)]
    if not wanted or folded(value) == folded(subject) or not all(stem(word, language) in stems for word in wanted):
        return False
    if relation.person and not any(
        word[:1].isupper() and word.lower() in _words(value) for word in _WORD.findall(sentence)
    ):
        return False
    if not told_by(relation, sentence, vocabulary):
        return False
    if relation.name in BEING and not _is_said_to_be(wanted[0], sentence, vocabulary):
        return False
    if relation.name not in DONE and _words(value)[0] in vocabulary.data["prepositions"]:
        return False
    if relation.name in DEEDS and len(_words(value)) < 2:
        return False
    if subject == USER and not set(vocabulary.data["own"]) & set(heard):
        return False
    if _is_no_thing(relation, value, sentence, vocabulary):
        return False
    if not _in_one_clause(value, sentence, vocabulary) or _only_possesses(subject, relation, sentence, vocabulary):
        return False
    return relation.negated or not _denied(wanted[0], sentence, vocabulary)


def told_by(relation: Relation, text: str, vocabulary: Vocabulary) -> bool:
    """Whether words may tell a relation."""
    dated = relation.dated and due.moment(text, ANY_DAY, vocabulary.data["due"]) is not None
    if relation.kind is Kind.PERSON:  # "gran" is not in "grandson"
        return not {*relation.cues, *(f"{cue}s" for cue in relation.cues)}.isdisjoint(_bare(text, vocabulary))
    return not relation.cues or dated or cued(relation.cues, text)


def _is_no_thing(relation: Relation, value: str, sentence: str, vocabulary: Vocabulary) -> bool:
    """Whether what is to be had, liked or done tells what was done, what is not so, or only where."""
    words, text = vocabulary.data["no_thing"], _straight(sentence.lower())
    lower = re.escape(_straight(value.lower()))
    if relation.name not in DEEDS and not relation.negated and re.search(vocabulary.data["negation"], value.lower()):
        return True
    if relation.name in BEING and re.search(words["passing"], value.lower()):
        return True
    if relation.name in words["of_things"] and re.search(rf"\b(?:{words['where']}) {lower}\b", text):
        return True
    return relation.name == HAVING and re.match(words["done"], value.lower()) is not None


def _bare(text: str, vocabulary: Vocabulary) -> set[str]:
    """Its words, without what makes them somebody's."""
    return {word.removesuffix(vocabulary.data["possessive"]) for word in _words(text)}


def _in_one_clause(value: str, sentence: str, vocabulary: Vocabulary) -> bool:
    """Whether its words stand in one clause, where there is more than one."""
    wanted = set(_stems(value, vocabulary))
    clauses = re.split(vocabulary.data["clause"], _straight(sentence.lower()))
    return (
        len(wanted) < 2
        or any(wanted <= set(_stems(clause, vocabulary)) for clause in clauses)
        or (vocabulary.data["and"] in f" {folded(value)} ")
    )


def _only_possesses(subject: str, relation: Relation, sentence: str, vocabulary: Vocabulary) -> bool:
    """Whether it tells of what is somebody's ("Ana's brother"), and not of them."""
    text, possessive = _straight(sentence), re.escape(vocabulary.data["possessive"])
    owned = re.findall(rf"\b{re.escape(subject)}{possessive} (\w+)", text, re.IGNORECASE)
    alone = re.search(rf"\b{re.escape(subject)}\b(?!{possessive})", text, re.IGNORECASE)
    return bool(owned) and not alone and not any(cued(relation.cues, word) for word in owned if relation.cues)


def _is_said_to_be(first: str, sentence: str, vocabulary: Vocabulary) -> bool:
    heard = _words(sentence)
    stems, wanted = _stems(sentence, vocabulary), stem(first, vocabulary.language)
    where = stems.index(wanted) if wanted in stems else 0
    articles = "|".join(map(re.escape, vocabulary.data["articles"]))
    if re.search(rf", (?:{articles}) (?:\w+ )?{re.escape(first)}", _straight(sentence.lower())):
        return True  # "Paul, a baker"
    for word in reversed(heard[max(0, where - 4) : where]):
        if word in vocabulary.data["articles"]:
            continue
        if word in vocabulary.data["being"] or word.endswith(vocabulary.data["contracted"]):
            return True
        if word in vocabulary.data["prepositions"]:
            return False
    return False


def cued(cues: Sequence[str], text: str) -> bool:
    """Whether one of these beginnings of words is said."""
    straight = _straight(text.lower())
    return any(
        re.search(rf"(?:^|[^a-z]){re.escape(cue)}" if cue[0] != "'" else re.escape(cue), straight) for cue in cues
    )


def spoken(text: str) -> list[str]:
    """Its words, as they are written, without the signs around them."""
    return _WORD.findall(_straight(text))


def inner_names(said: str, vocabulary: Vocabulary) -> list[str]:
    """Names that do not begin a sentence, where any word has a capital."""
    found = [(sentence, name) for sentence in sentences(said) for name in names([sentence], vocabulary)]
    return [name for sentence, name in found if not sentence.startswith(name)]


def names(texts: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """Words in a row that are written with capitals, each once: names, and the beginnings of sentences."""
    possessive, no_names = vocabulary.data["possessive"], vocabulary.data["no_names"]
    found = [name.removesuffix(possessive) for text in texts for name in _NAME.findall(_straight(text))]
    return list(dict.fromkeys(name for name in found if name not in no_names))


def _denied(first: str, sentence: str, vocabulary: Vocabulary) -> bool:
    """Whether a "not" stands before the value in its clause."""
    text = _straight(sentence.lower())
    language = vocabulary.language
    wanted = stem(first, language)
    for clause in re.split(vocabulary.data["clause"], text):
        heard = _WORD.finditer(clause)
        where = next((found.start() for found in heard if stem(found.group(), language) == wanted), None)
        if where is not None and re.search(vocabulary.data["negation"], clause[:where]):
            return True
    return False


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(_straight(text))]


def _stems(text: str, vocabulary: Vocabulary) -> list[str]:
    """Of its words, in their order."""
    return [stem(word, vocabulary.language) for word in _words(text)]


def _straight(text: str) -> str:
    return text.replace("’", "'")
