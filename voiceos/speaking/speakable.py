"""Nothing that cannot be spoken reaches the voice, whatever the model writes.

A phrase goes through passes in this order: what is not for the ear at all (code, thoughts, stage directions), marks
of markdown, HTML and LaTeX, links, abbreviations, numbers, symbols; and last a sieve that lets only letters and the
punctuation of speech through. Each pass keeps account of what its characters stand for, so that after an
interruption the heard part of the original can be cut.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from voiceos.languages import table
from voiceos.speaking.reading import Reader, alternatives
from voiceos.speaking.traced import Traced

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\u20e3]")
_BLANKS = re.compile(r"[ \t\xa0]{2,}|\n{2,}")
_CODE = re.compile(r"(?P<open>```|~~~).*?(?:(?P=open)|\Z)", re.DOTALL)
_THOUGHT = re.compile(r"<(?P<open>think|thinking|tool_call)>.*?(?:</(?P=open)>|\Z)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*(?:\s[^)]*)?\)")
_STARRED = re.compile(r"(?<![*\w])\*(?![*\s])([^*]+?)(\*(?!\*)|\Z)")
_ROUND = re.compile(r"\(([^()]*)(\)|\Z)")
_SQUARE = re.compile(r"\[([^\]]*)(\]|\Z)")
_URL = re.compile(r"<?(?:https?://|www\.)([^\s<>()\[\]\"/?#:]+)[^\s<>()\[\]\"]*>?", re.IGNORECASE)
_EMAIL = re.compile(r"(?:mailto:)?\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)\b")
_DOMAIN = re.compile(r"(?<![\w@.])((?:[\w-]+\.)+(?:com|org|net|io|dev|gov|edu|info|app|ai|uk|de|fr))\b(/\S*)?")
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[A-Za-z][^<>]*>", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_EMOTICON = re.compile(r"(?<!\w)(?:[:;=][-']?[()DPpOo/\\|*]|:'\(|<3|\^_+\^|[xX]D)(?!\w)")
_FRACTION = re.compile(r"\\d?frac\{([^{}]*)\}\{([^{}]*)\}")
_FORMULA = re.compile(r"\$\$?(?=[^\s\d$])([^$\n]{1,80}?)(?<=\S)\$\$?")
_POWER = re.compile(r"\^\{?(-?\w+)\}?")
_COMMAND_BODY = re.compile(r"\\(?:text|mathrm|mathbf|textbf|textit|emph|sqrt)\{([^{}]*)\}")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_LINE_MARKS = (
    re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$", re.MULTILINE),
    re.compile(r"^[ \t]*\|?[ \t:|]*-{3,}[-\s:|]*$", re.MULTILINE),
    re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE),
    re.compile(r"^[ \t]*#{1,6}[ \t]+", re.MULTILINE),
    re.compile(r"^[ \t]*[-*+•◦▪‣][ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)", re.MULTILINE),
    re.compile(r"^[ \t]*\d{1,2}[.)][ \t]+(?=\S)", re.MULTILINE),
)
_TIMES = re.compile(r"(?<=[\d)])\s*\*\s*(?=[\d(])")
_EMPHASIS = re.compile(r"\*+|_{2,}|(?<!\w)_|_(?!\w)|~~|`+")
_CELL = re.compile(r"[ \t]*\|[ \t]*")
_COMPARISON = re.compile(r"(?<=\s)[<>](?=\s)|[<>](?=\s?\d)")
_DASH = re.compile(r"\s+[-–—]+\s+|\s*—+\s*|\s*--+\s*|–")
_ASIDE = re.compile(r"\s+\((?=\w)|(?<=\w)[.,]?\)(?=\s)")
"""An aside is set off by pauses; brackets written against a word are only marks."""
_NEWLINE = re.compile(r"(?<=[\w)])[ \t]*\n+\s*(?=\S)")
_APOSTROPHE = re.compile(r"(?<=\w)[’ʼ`´](?=\w)")
_UNSAYABLE = re.compile(r"[^A-Za-z .,!?;:'\-]")
_LONE_MARK = re.compile(r"(?<![\w.])['\-]+|['\-]+(?![\w])")
_CLEANING: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s{2,}"), " "),
    (re.compile(r"\s+(?=[.,!?;:])"), ""),
    (re.compile(r"[,;:]+(?=[.,!?;:])|(?<=[.!?])[,;:]+"), ""),
    (re.compile(r"(?<=[!?])[!?.]+"), ""),
    (re.compile(r"(?<=\.\.\.)\.+"), ""),
    (re.compile(r"\A[\s.,!?;:\-]+|\s+\Z"), ""),
)
_WIDE_PUNCTUATION = "。、，！？；：｡「」『』"
_HEARABLE_HOST = 30
"""Longer host names are called a link."""
_LOST_AFTER = 2
"""Phrases after which a stage direction that never closed is taken for a stray mark."""


@dataclass(frozen=True, slots=True)
class Spoken:
    text: str
    """What the voice gets; empty where there is nothing to say."""
    _traced: Traced
    _source_length: int

    def source_end(self, index_in_spoken: int) -> int:
        """How many characters of the source have been said once the first `index_in_spoken` of `text` have. Never
        falls; the whole source at the end of `text`."""
        if index_in_spoken >= len(self.text):
            return self._source_length
        return self._traced.source_end(index_in_spoken)


class Speakable:
    """Makes the phrases of one reply speakable, one after the other; what is open at a phrase's end (a code block, a
    stage direction) stays open in the next. Not for two replies at once; `reset()` between them."""

    def __init__(self, language: str) -> None:
        """Raises ConfigError for an unknown language. Loads its tables: tens of milliseconds, once."""
        data = table(language, "speakable")
        self._reader = Reader(language)
        self._words: dict[str, str] = data["words"]
        self._stage = frozenset(data["stage"]["words"])
        self._loose = frozenset(data["stage"]["loose"])
        self._adverb: str = data["stage"]["adverb"]
        self._symbols: dict[str, str] = data["symbols"]
        self._abbreviations = _abbreviation_rules(data)
        self._symbol = re.compile(alternatives(s for s in self._symbols if s not in "<>" and len(s) == 1))
        self._closer = ""
        self._open_for = 0
        self.reset()

    def reset(self) -> None:
        """A new reply begins: nothing is open."""
        self._closer, self._open_for = "", 0

    def feed(self, phrase: str) -> Spoken:
        """The next phrase of the reply, as it is to be said."""
        text = Traced(phrase)
        text.replace(_INVISIBLE, "").replace(_BLANKS, lambda m: m[0][0])
        if self._closer:
            self._close(text)
        text.replace(_CODE, lambda m: self._dropped(m, m["open"]))
        text.replace(_THOUGHT, lambda m: self._dropped(m, f"</{m['open']}>"))
        text.keep(_LINK)
        self._links(text)
        text.replace(_TAG, " ")
        text.replace(_ENTITY, lambda m: html.unescape(m[0]))
        text.replace(_EMOTICON, " ")
        text.replace(_STARRED, lambda m: self._acted(m, "*"))
        self._formulas(text)
        text.replace(_ROUND, lambda m: self._acted(m, ")"))
        text.replace(_SQUARE, self._bracketed)
        for mark in _LINE_MARKS:
            text.replace(mark, "")
        text.replace(_TIMES, f" {self._words['times']} ")
        text.replace(_EMPHASIS, "").replace(_CELL, ", ")
        for pattern, word in self._abbreviations:
            text.replace(pattern, word)
        text.replace(_APOSTROPHE, "'")
        self._reader.read(text)
        text.replace(_COMPARISON, lambda m: f" {self._symbols[m[0]]} ")
        text.replace(self._symbol, lambda m: f" {self._symbols[m[0]]} ")
        text.replace(_ASIDE, ", ").replace(_DASH, ", ").replace(_NEWLINE, ", ")
        text.replace(_UNSAYABLE, _sieve).replace(_LONE_MARK, "")
        for pattern, by in _CLEANING:
            text.replace(pattern, by)
        said = text.text if any(c.isalpha() for c in text.text) else ""
        return Spoken(said, text, len(phrase))

    def _close(self, text: Traced) -> None:
        """Drop what still belongs to something an earlier phrase opened."""
        self._open_for += 1
        if len(self._closer) == 1 and self._open_for > _LOST_AFTER:
            self.reset()
            return
        closer, self._closer = self._closer, ""
        rest = re.compile(rf"\A.*?(?:{re.escape(closer)}|\Z)", re.DOTALL)
        text.replace(rest, lambda m: self._dropped(m, closer, again=True))

    def _dropped(self, match: re.Match[str], closer: str, *, again: bool = False) -> str:
        body = match[0] if again else match[0][len(closer) if closer in "```~~~" else 1 :]
        if not body.endswith(closer):
            self._open_for = self._open_for if again else 0
            self._closer = closer
        return " "

    def _bracketed(self, match: re.Match[str]) -> str:
        """Drop what stands in square brackets, whether or not they close in this phrase: it is not for the ear."""
        if not match[2]:
            self._closer, self._open_for = "]", 0
        return " "

    def _acted(self, match: re.Match[str], closer: str) -> str | None:
        """Drop a stage direction, whether or not it closes in this phrase."""
        words = re.findall(r"[^\W\d_]+", match[1].lower())
        while len(words) > 1 and words[0].endswith(self._adverb):
            words.pop(0)
        if not words:
            return None
        loose = closer == "*" and words[0] in self._loose and len(words) > 1
        strict = words[0] in self._stage and (closer == "*" or len(words) <= 4)
        if not (loose or strict):
            return None
        if not match[2]:
            self._closer, self._open_for = closer, 0
        return " "

    def _links(self, text: Traced) -> None:
        text.replace(_EMAIL, lambda m: f"{self._dotted(m[1])} {self._words['at']} {self._dotted(m[2])}")
        text.replace(_URL, self._url)
        text.replace(_DOMAIN, lambda m: self._dotted(m[1]))

    def _url(self, match: re.Match[str]) -> str:
        host = match[1].rstrip(".,;!?'").removeprefix("www.")
        tail = re.search(r"[.,;!?]+$", match[0])
        hearable = len(host) <= _HEARABLE_HOST and re.search(r"\.[a-z]{2,}$", host)
        return (self._dotted(host) if hearable else self._words["link"]) + (tail[0] if tail else "")

    def _dotted(self, name: str) -> str:
        return re.sub(r"[-_+]", " ", name).replace(".", f" {self._words['dot']} ")

    def _formulas(self, text: Traced) -> None:
        if "\\" not in text.text and "$" not in text.text and "^" not in text.text:
            return
        text.replace(_FRACTION, lambda m: f"{m[1]} {self._words['over']} {m[2]}")
        root = self._symbols.get("\\sqrt", "")
        text.replace(_COMMAND_BODY, lambda m: f" {root} {m[1]}" if m[0].startswith("\\sqrt") else m[1])
        text.keep(_FORMULA)
        powers = {"2": self._words["squared"], "3": self._words["cubed"]}
        text.replace(_POWER, lambda m: f" {powers.get(m[1]) or self._words['power'] + ' ' + m[1]} ")
        text.replace(_COMMAND, lambda m: f" {self._symbols.get(m[0], '')} ")


def speakable(text: str, language: str) -> Spoken:
    """One text on its own, such as the argument of `voiceos say`. Raises ConfigError for an unknown language."""
    return Speakable(language).feed(text)


def _abbreviation_rules(
    data: dict[str, dict[str, str]],
) -> list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]:
    """Three rules, by what must stand beside an abbreviation; a full stop that also ends the text stays."""
    words = data["abbreviations"]
    before, after = set(data["before_number"]["keys"]), set(data["after_number"]["keys"])
    capital = set(data["before_capital"]["keys"])

    def word(match: re.Match[str]) -> str:
        ends = match[0].endswith(".") and not match.string[match.end() :].strip("\"'”’)* \n")
        return words[match[0]] + ("." if ends else "")

    patterns = (
        rf"(?<![\w.])(?:{alternatives(set(words) - before - after - capital)})(?!\w)",
        rf"(?<![\w.])(?:{alternatives(before)})(?=\s?\d)",
        rf"(?<=\d\s)(?:{alternatives(after)})(?!\w)",
        rf"(?<![\w.])(?:{alternatives(capital)})(?=\s[A-Z])",
    )
    return [(re.compile(pattern), word) for pattern in patterns]


def _sieve(match: re.Match[str]) -> str | None:
    """Letters of any script, their marks and wide punctuation pass; all else becomes a space."""
    character = match[0]
    if character.isalpha() or character in _WIDE_PUNCTUATION or unicodedata.category(character) in ("Mn", "Mc"):
        return None
    return "..." if character == "…" else " "
