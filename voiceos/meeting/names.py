"""Names as they are told, the user's and the assistant's; and the one that it chooses for itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from voiceos import languages
from voiceos.listening import addressing

MOST_WORDS = 3
"""A user's name; the assistant's has `MOST_OWN_WORDS`."""

MOST_OWN_WORDS = 2
MOST_OWN_LETTERS = 14
"""Longer ones nobody calls, and a recogniser spells them anew each time; set by hand."""

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_VOWEL = re.compile(r"[aeiouyäöüáéíóúàèìòùâêîôû]", re.IGNORECASE)
_UNSPEAKABLE = re.compile(r"[^aeiouyäöüáéíóúàèìòùâêîôû\W\d_]{5}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    because: str
    """Joins a sentence."""


def of_user(text: str, language: str) -> str:
    """The name in an answer to "what may I call you?", "" where there is none: "people call me Sam, but…" is Sam."""
    table = languages.table(language, "meeting")["names"]
    return (
        _behind(text, table["of_user"], language)
        or _behind(text, table["of_user_written"], language, written=True)
        or _bare(text, language, MOST_WORDS)
    )


def corrected(text: str, language: str, *, just_told: bool = False) -> str:
    """The name that an answer to another question puts right, "" where it does not: "no, my name is Pam".

    Args:
        just_told: the name was the last thing that was said, and this answers nothing else: "no, it's Pam".
    """
    table = languages.table(language, "meeting")["names"]
    name = _behind(text, table["correcting"], language)
    return name or (_behind(text, table["correcting_behind"], language, written=True) if just_told else "")


def of_assistant(text: str, language: str) -> str:
    """The name in an answer to "how do you like my name?", "" where there is none."""
    table = languages.table(language, "meeting")["names"]
    return _behind(text, table["of_assistant"], language) or _bare(text, language, MOST_OWN_WORDS)


def refuses(text: str, language: str) -> bool:
    """Whether they want to be called nothing; `text` in lower case and without punctuation."""
    return re.search(languages.table(language, "meeting")["names"]["none"], text) is not None


def sound_alike(one: str, other: str) -> bool:
    """Whether a recogniser may take one for the other."""
    return bool(one and other) and (addressing.names(one, other) or addressing.names(other, one))


def speakable(name: str) -> bool:
    """Whether it can be said, and heard."""
    return (
        bool(_VOWEL.search(name))
        and not _UNSPEAKABLE.search(name)
        and 2 <= len(name) <= MOST_OWN_LETTERS
        and len(name.split()) <= MOST_OWN_WORDS
    )


def choose(topics: Sequence[str], traits: Sequence[str], *, not_these: Collection[str], language: str) -> Choice | None:
    """The name that fits best what the user has said: by topics, then by traits, then any; None where all were refused.

    Args:
        not_these: nor what sounds like them, as the user's own name.
    """
    known = languages.table(language, "meeting")["own"]
    said = [*topics, *traits]
    ranked = sorted(known, key=lambda one: _rank(one["of"], said))
    for one in ranked:
        fits = not one["of"] or _rank(one["of"], said) < len(said)
        if fits and not any(sound_alike(one["name"], other) for other in not_these):
            return Choice(one["name"], one["because"])
    return None


def because(name: str, language: str) -> str:
    """Why it chose this name, "" where it did not."""
    known = languages.table(language, "meeting")["own"]
    return next((str(one["because"]) for one in known if one["name"] == name), "")


def _rank(of: Iterable[str], said: Sequence[str]) -> int:
    return min((said.index(one) for one in of if one in said), default=len(said))


def _behind(text: str, patterns: Iterable[str], language: str, *, written: bool = False) -> str:
    table = languages.table(language, "meeting")["names"]
    text = text.replace("’", "'")
    for pattern in patterns:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            if re.search(table["negated"], text[: found.start()], re.IGNORECASE):
                continue
            rest = text[found.end() :]
            if written and not text.islower() and not rest.lstrip(' "“')[:1].isupper():
                continue  # "I'm hungry"
            if name := _begins(rest, language, text):
                return name
    return ""


def _begins(rest: str, language: str, whole: str) -> str:
    """The name that a text begins with."""
    never = languages.table(language, "meeting")["names"]["never"]
    words: list[str] = []
    capitals = not whole.islower()
    for token in rest.split()[:MOST_WORDS]:
        word = token.strip(' .,!?;:"“”…')
        if not _WORD.fullmatch(word) or word.lower() in never:
            break
        if words and not word[0].isupper():  # only the first may have been taken for a word
            break
        if not words and capitals and not word[0].isupper() and len(rest.split()) > 1 and token == word:
            break  # "I'm tired of this"
        words.append(word)
        if token != word and not token.startswith(("“", '"')):
            break
    return _titled(" ".join(words))


def _bare(text: str, language: str, most: int) -> str:
    """An answer that is nothing but a name, and what is said around one."""
    table = languages.table(language, "meeting")["names"]
    words = [word for token in text.replace("’", "'").split() if (word := token.strip(' .,!?;:"“”…'))]
    if text.rstrip().endswith("?") and len(words) > most:
        return ""
    while words and words[0].lower() in table["around"]:
        words.pop(0)
    while words and words[-1].lower() in table["around"]:
        words.pop()
    if not 0 < len(words) <= most or any(not _WORD.fullmatch(word) or word.lower() in table["never"] for word in words):
        return ""
    if len(words) > 1 and any(word[0].islower() for word in words) and not text.islower():
        return ""
    return _titled(" ".join(words))


def _titled(name: str) -> str:
    return name.title() if name.islower() else name
