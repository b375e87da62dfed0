"""What an answer is worth, by rules that anybody can read. Pure, and strict: what is in doubt counts against us.

The rules are English, as the lives are. A better model of language would judge better and could not be checked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from voiceos.bench.lives.script import Fact, Turn
from voiceos.memory.terms import folded


class Verdict(StrEnum):
    RIGHT = "right"
    OLDER = "older"
    """What is no longer so was told as if it were."""
    WRONG = "wrong"
    ADMITS = "admits"
    """It says that it does not know."""
    EVADES = "evades"
    """It asks back, and claims nothing."""
    INVENTS = "invents"
    LEAKS = "leaks"
    CLEAN = "clean"
    """Nothing of what was forgotten is in it."""


_SENTENCE = re.compile(r"[^.!?…]+[.!?…]*")

_ADMITS = re.compile(
    r"""\b(
      (do|did|does|ca|can|could|have|has|had|was|were|am|is|are)(n't|not|\ not)\ ([\w']+\ ){0,2}?
      (know|knows|sure|certain|remember|recall|have|any|aware|told|tell|mention(ed)?|shared?|said|say|find|been|access
      |yet|come|discussed|recorded|get|give|given|specified|provided?)
    | not\ (sure|certain|aware|know)
    | no\ (idea|information|record|details?|memory|mention|way|knowledge)
    | (never|haven't|hasn't|not)\ (yet\ )?(told|mentioned|said|shared|been\ told|heard|learned|spoken|talked)
    | (told|mentioned|said|shared|know|remember|known|have)\ (me\ )?(nothing|none)
    | (unknown|unaware|unsure)
    | nothing\ (about|of|on|is|was)
    )\b""",
    re.VERBOSE,
)

_CLAIMS = (
    re.compile(
        r"\byou('ve| have)? (once |already |also |just |previously |recently )?"
        r"(told|said|mentioned|shared|asked me to remember)\b(?! me nothing)"
    ),
    re.compile(r"\b(i|we)('ve| have)? (remember|recall)(ed)? (that|you|your|when|it)\b"),
    re.compile(
        r"\byour (\w+[ -]){0,3}?\w+('s \w+)? (is|are|was|were|'s) "
        r"(?!not\b|n't|unknown|something i|a mystery|yours|up to|important|safe|always|information)"
    ),
    re.compile(
        r"\b(it|that|he|she|they|his \w+|her \w+|their \w+) (is|was|are|were)( called| named)? "
        r"(?!not\b|n't|unknown|something|great|good|nice|lovely|important|okay|fine|possible|unclear|up to|a good"
        r"|a great|interesting)"
    ),
)
"""Of a sentence that does not admit anything: what it claims to know."""

_PAST = re.compile(
    r"\b(used to|before|previously|formerly|earlier|no longer|not any ?more|anymore|moved from|was|were|had|once|until|"
    r"instead of|changed from|switched from|rather than|your old|former|ex|originally|at first|left|quit|"
    r"(gave|given) up|stopped|sold|not|from)\b"
)
"""In the clause of what is no longer so: that it is past."""
_ENDED = (
    r"\b(swapped|traded|exchanged) (\w+ ){0,3}OLD\b.* for\b",
    r"\btraded (\w+ ){0,3}OLD\b.* in\b(?! for\b)",
    r"\blet (\w+ ){0,2}OLD\b.* go\b(?! for\b)",
    r"\b(took|taken) \w+ off (\w+ ){0,2}OLD",
    r"\b(chucked|ditched|(jacked|packed) in|walked out on|(fed up|done|finished|through) with) (\w+ ){0,3}OLD",
    r"n't (\w+ ){0,3}OLD\b.* any ?more\b",
    r"OLD\w*( \w+)?( has| have|'s|'ve)? (gone|went|moved|walked) (off|out|away)\b",
    r"OLD\w*( \w+)? (has|have|'s) (gone|folded|broken|retired|closed|died)\b",
    r"OLD\w* (folded|broke|died|closed|is off|is over)\W*$",
)
"""Likewise of what is no longer so itself, which stands for OLD."""
_WHEN_SAID = re.compile(r"[^.:;!?]*\byou said:")
"""When something was told is no part of it: "6 months ago, on a Tuesday you said: ..."."""
_CLAUSE = re.compile(r"[,;:.!?]| but | and | now | then ")


def sentences(answer: str) -> list[str]:
    return [found.strip() for found in _SENTENCE.findall(answer.replace("’", "'")) if found.strip()]


def admits(answer: str) -> bool:
    """Whether some sentence says that it does not know."""
    return any(_ADMITS.search(one.lower()) for one in sentences(answer) if not one.endswith("?"))


def claims(answer: str) -> bool:
    """Whether some sentence tells something as known: of the user, or as told by them."""
    return any(
        claim.search(clause)
        for one in sentences(answer)
        if not one.endswith("?")
        for clause in one.lower().split(" but ")  # "I don't know everything, but your sister is Anna"
        if not _ADMITS.search(clause)
        for claim in _CLAIMS
    )


def of_never(answer: str) -> Verdict:
    """On what nobody ever told: whoever neither admits that nor only asks back has invented something."""
    if not answer.strip():
        return Verdict.EVADES
    if claims(answer):
        return Verdict.INVENTS
    if admits(answer):
        return Verdict.ADMITS
    return Verdict.EVADES if all(one.endswith("?") for one in sentences(answer)) else Verdict.INVENTS


def tells_old(answer: str, old: Sequence[str]) -> bool:
    """Whether what is no longer so is told as if it were: not where its clause speaks of the past."""
    return any(
        re.search(pattern, clause, re.IGNORECASE) and not _PAST.search(clause) and not _ended(pattern, clause)
        for clause in _CLAUSE.split(_WHEN_SAID.sub("", answer.replace("’", "'").lower()))
        for pattern in old
    )


def _ended(old: str, clause: str) -> bool:
    return any(re.search(one.replace("OLD", f"(?:{old})"), clause, re.IGNORECASE) for one in _ENDED)


def of_told(answer: str, accept: Sequence[str], old: Sequence[str] = ()) -> Verdict:
    """On what was told, and perhaps told otherwise before."""
    if old and tells_old(answer, old):
        return Verdict.OLDER
    if any(re.search(pattern, answer.replace("’", "'"), re.IGNORECASE) for pattern in accept):
        return Verdict.RIGHT
    return Verdict.ADMITS if admits(answer) and not claims(answer) else Verdict.WRONG


def of_forgotten(answer: str, leak: Sequence[str]) -> Verdict:
    found = any(re.search(pattern, answer.replace("’", "'"), re.IGNORECASE) for pattern in leak)
    return Verdict.LEAKS if found else Verdict.CLEAN


def verdict(question: Turn, answer: str) -> Verdict:
    """On the answer to a question of a life."""
    if question.never:
        return of_never(answer)
    if question.leak:
        return of_forgotten(answer, question.leak)
    return of_told(answer, question.accept, question.old)


def fits(fact: Fact, subject: str, relation: str, value: str) -> bool:
    """Whether what was drawn is what was told."""
    return (
        ("*" in fact.subjects or any(folded(one) == folded(subject) for one in fact.subjects))
        and ("*" in fact.relations or any(folded(one) == folded(relation) for one in fact.relations))
        and re.search(fact.value, value, re.IGNORECASE) is not None
    )
