"""From a stream of tokens to phrases that a voice can say one after the other. Pure.

A whole sentence costs its length before its first sound, so the first phrase ends after a few words, the second, made
while that sounds, may end at a clause, and from then on phrases are sentences. A border is decided on what stands
before it and on the first character behind it, one character at a time; so how the stream was split changes nothing,
and the phrases, joined, are the stream.
"""

from __future__ import annotations

import re

from voiceos.languages import table

MAX_CHARACTERS = 120
"""Longest phrase where there is any place to cut: about 7 s of speech and 0.4 s of synthesis on two cores."""

FIRST_WORDS = 4
"""Length of the first phrase where no clause ends sooner: each further word delays the first sound by its writing, and
four last for as long as the next phrase takes to make."""

FIRST_CHARACTERS, SECOND_CHARACTERS = 40, 70
"""Longest first phrase of long words; and longest second one, which has to be made while the first sounds."""

LIGHT_WORDS = 2
"""A first phrase of so few words ("Of course!") is soon over: the second may be no longer than a first one."""

_SENTENCE_END = re.compile(r"([.!?…]+)[\"'’”»)\]*_]*$")
_CLAUSE_END = re.compile(r"(?:[,;:][\"'’”»)\]*_]*|[—–]|^-+)$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?$")
_OPENERS = "\"'‘“«([*_"
_WIDE_END = "。！？｡"
_WIDE_CLAUSE = "、，；："
_WIDE_CLOSERS = "」』）】”’\"'"
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class PhraseSplitter:
    """Feed it what the model writes; it hands out phrases as soon as each is complete."""

    def __init__(self, language: str) -> None:
        """Raises ConfigError for an unknown language."""
        data = table(language, "phrase_breaks")
        self._abbreviations = frozenset(data["abbreviations"])
        self._perhaps = frozenset(data["perhaps"])
        self._conjunctions = frozenset(data["conjunctions"])
        self._prepositions = frozenset(data["prepositions"])
        self._determiners = frozenset(data["determiners"])
        self._approximate = frozenset(data["approximate"])
        self._clinging = frozenset(data["clinging"]) | self._prepositions | self._determiners
        self._buffer = ""
        self._done = 0
        self._light = False

    def feed(self, piece: str) -> list[str]:
        """Phrases completed by this piece, each exactly as written, white space included."""
        phrases: list[str] = []
        for character in piece:
            self._buffer += character
            at = self._border()
            if at and self._buffer[:at].strip():
                phrases.append(self._buffer[:at])
                self._buffer = self._buffer[at:]
                self._light = not self._done and _words(phrases[-1]) <= LIGHT_WORDS
                self._done += 1
        return phrases

    def ends_sentence(self, text: str, following: str) -> bool:
        """Whether a sentence ends with `text`, no white space behind it, where this character begins the next word."""
        token = text.split()[-1] if text.strip() else ""
        return self._ends_sentence(token, following, alone=text.strip() == token)

    def flush(self) -> list[str]:
        """What is left when the model has ended; the next phrase is a first one again."""
        rest, self._buffer, self._done, self._light = self._buffer, "", 0, False
        return [rest] if rest.strip() else []

    def _border(self) -> int:
        """Length of the phrase that stands complete at the buffer's start; 0 for none yet."""
        text = self._buffer
        last = text[-1]
        if last == "\n":
            return len(text)
        if last.isspace():
            return self._before_word(text)
        if len(text) > 1 and text[-2].isspace():
            return self._after_token(text[:-1], last)
        if last not in _WIDE_CLOSERS and last not in _WIDE_END and len(text) > 1:
            before = text[:-1].rstrip(_WIDE_CLOSERS)
            if before and (before[-1] in _WIDE_END or (before[-1] in _WIDE_CLAUSE and self._long_enough(text))):
                return len(text) - 1
        return MAX_CHARACTERS if len(text) > 2 * MAX_CHARACTERS else 0  # a word without end

    def _after_token(self, text: str, following: str) -> int:
        """Cut behind `text`, which ends in white space, given the character that follows it?"""
        token = text.split()[-1] if text.strip() else ""
        if self._ends_sentence(token, following, alone=text.strip() == token):
            return len(text)
        if not token[:1] or (token[0].isdigit() and following.isdigit()):
            return 0
        if self._done == 0 and following.isdigit() and token.lower() in self._approximate:
            return len(text) if _words(text) >= FIRST_WORDS - 1 else 0  # digits take long to be written
        clause = bool(_CLAUSE_END.search(token)) or (bool(_SENTENCE_END.search(token)) and not token.endswith("."))
        return len(text) if clause and self._long_enough(text) else 0

    def _ends_sentence(self, token: str, following: str, *, alone: bool) -> bool:
        match = _SENTENCE_END.search(token)
        if not match or following.islower():
            return False
        core = token[: match.start()].lstrip(_OPENERS).lower()
        if "." not in match.group(1):
            return match.group(1) != "…" or following.isupper()
        if match.group(1) == "." and core:
            if core in self._abbreviations or (len(core) == 1 and core.isalpha()):
                return False
            if core.isdigit() and alone:
                return False  # "1." in front of a list item
            if core in self._perhaps:
                return following.isupper()
            if _INITIALS.match(core):
                return False
        return bool(core) or self._done > 0 or len(match.group(1)) > 1

    def _long_enough(self, text: str) -> bool:
        """Is this clause long enough to be a phrase of its own?"""
        return self._done == 0 or len(text) >= (20 if self._light else 40 if self._done == 1 else 80)

    def _before_word(self, text: str) -> int:
        """A word has just ended: cut before it, where it opens a clause or the phrase has grown too long?"""
        stripped = text.rstrip()
        if not stripped or text[-2:-1].isspace():
            return 0
        start = len(stripped) - len(stripped.split()[-1])
        word, before = stripped[start:].lower(), text[:start]
        clings = (before.split() or [""])[-1].lower() in self._clinging
        opens_clause = word in self._conjunctions | self._prepositions and not clings
        if self._done == 0:
            words = _words(before)
            if opens_clause and words >= FIRST_WORDS - 1:
                return start
            if words + 1 >= FIRST_WORDS and not self._leans_on(word, before):
                return len(text)
            return self._forced(text, FIRST_CHARACTERS)
        if self._done == 1:
            if word in self._conjunctions and not clings and len(before) >= 40:
                return start
            return self._forced(text, FIRST_CHARACTERS if self._light else SECOND_CHARACTERS)
        return self._forced(text, MAX_CHARACTERS)

    def _leans_on(self, word: str, before: str) -> bool:
        """Whether what comes next belongs to `word`: "of …", and "a powerful …", which may be no noun yet."""
        if word in self._clinging or word in self._conjunctions:
            return True
        return before.split()[-1].lower() in self._determiners and _words(before) < FIRST_WORDS

    def _forced(self, text: str, longest: int) -> int:
        """The best place to cut what has grown longer than `longest` characters: a clause, a conjunction, a
        preposition, any space; 0 where it has not."""
        if len(text.rstrip()) <= longest:
            return 0
        best, best_rank = 0, -1
        for match in re.finditer(r"\S+", text):
            if match.start() < longest // 3 or match.start() > longest:
                continue
            word, before = match.group().lower(), text[: match.start()].split()
            rank = 0
            if before and _CLAUSE_END.search(before[-1]):
                rank = 3
            elif word in self._conjunctions:
                rank = 2
            elif word in self._prepositions:
                rank = 1
            if rank >= best_rank:
                best, best_rank = match.start(), rank
        return best


def _words(text: str) -> int:
    """Words; two characters of a script without spaces count as one."""
    wide = len(_WIDE.findall(text))
    return len(text.split()) + wide // 2 - (1 if wide else 0)
