"""What is taken out of a report that somebody else will read: who somebody is, where they are, and their keys."""

from __future__ import annotations

import contextlib
import getpass
import re
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path

_PATTERNS: Sequence[tuple[str, str]] = (
    # A key=value or a header whose name says that it is secret, whatever it looks like.
    (
        r"(?i)\b([\w-]*(?:token(?!s)|secret|passw(?:or)?d|api[_-]?key|authorization|cookie|credential)[\w-]*)([\"']?\s*[=:]\s*)"
        r"(?:bearer\s+|basic\s+)?(?:\"[^\"]*\"|'[^']*'|\S+)",
        r"\1\2<secret>",
    ),
    (r"\b(?:hf|sk|ghp|gho|github_pat|xox[abp]|glpat|AKIA)[_-]?[A-Za-z0-9_-]{12,}", "<secret>"),
    (r"(?i)\bbearer\s+\S+", "<secret>"),
    (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "<address>"),
    (r"\b(?:[0-9A-Fa-f]{2}[:_-]){5}[0-9A-Fa-f]{2}\b", "<device address>"),
    (r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?!\.\d)", "<network address>"),
    (r"(\w+://)[^/\s@]+@", r"\1<secret>@"),
    (r"/(home|Users)/[^/\s\"':]+", r"/\1/<user>"),
)

SHORTEST = 3
"""A shorter name would be found in the middle of everything."""


class Redactor:
    """Args:
    private: words that must not appear: names, devices, what the settings hold in free text.
    """

    def __init__(self, private: Iterable[str] = ()) -> None:
        known = [(word, "<private>") for word in private]
        known += [(name, "<user>") for name in _names()]
        # The longest first, so that none is left in part by a shorter one inside it.
        self._known = sorted(
            ((word.strip(), mark) for word, mark in known if len(word.strip()) >= SHORTEST and word.strip() != "root"),
            key=lambda pair: -len(pair[0]),
        )

    def text(self, text: str) -> str:
        text = text.replace(str(Path.home()), "~")
        for pattern, mark in _PATTERNS:  # before the words: a name cut out of an address leaves the rest of it
            text = re.sub(pattern, mark, text)
        for word, mark in self._known:
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", mark, text, flags=re.IGNORECASE)
        return text


def _names() -> list[str]:
    """Of the user and of the machine."""
    names = [socket.gethostname(), socket.gethostname().partition(".")[0]]
    with contextlib.suppress(OSError, KeyError, ImportError):  # a user without a name
        names.append(getpass.getuser())
    return names
