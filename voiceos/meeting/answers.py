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


def is_free(text: str, language: str) -> bool:
    """They leave it to the assistant: "I don't mind", "you choose"."""
    return hear("free", text, language)


def is_aside(text: str, language: str) -> bool:
    """A question or a request of another kind: it answers nothing."""
    return text.rstrip().endswith(("?", "？")) or hear("aside", text, language)
