"""Answers that many questions have in common."""

from __future__ import annotations

import re

from voiceos import languages
from voiceos.thinking.intents import plain


def hear(key: str, text: str, language: str) -> bool:
    """Whether a pattern of `[hear]` is found in what was said."""
    return re.search(languages.table(language, "meeting")["hear"][key], plain(text)) is not None


def yes(text: str, language: str) -> bool:
    return hear("yes", text, language)


def no(text: str, language: str) -> bool:
    return hear("no", text, language)


def only(text: str, language: str) -> tuple[str, ...]:
    """The keys "yes", "no" and "free" in the order of their words where all that was said is made of these; () where
    more was said. "No, it's perfect." is ("no", "yes"), "Perfect, Max." is ()."""
    patterns = languages.table(language, "meeting")["hear"]
    rest, keys = plain(text), []
    while rest:
        ends = {key: found.end() for key in ("free", "no", "yes", "around") if (found := re.match(patterns[key], rest))}
        if not ends or max(ends.values()) == 0:
            return ()
        key = max(ends, key=lambda one: ends[one])
        rest = rest[ends[key] :].strip()
        if key != "around":
            keys.append(key)
    return tuple(keys)


def is_free(text: str, language: str) -> bool:
    """They leave it to the assistant: "I don't mind", "you choose"."""
    return hear("free", text, language)


def is_aside(text: str, language: str) -> bool:
    """A question or a request of another kind: it answers nothing."""
    return text.rstrip().endswith(("?", "？")) or hear("aside", text, language)
