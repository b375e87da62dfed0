""" "Mm-hm", "yeah", "I see": sounds of listening (backchannels, Yngve 1970), which do not ask for the turn."""

from __future__ import annotations

import re

from voiceos import languages
from voiceos.listening.hearing import plain

MOST = 3
"""So many in a row are still no sentence of their own: "oh, okay, right"."""


class Backchannels:
    """Those of `languages/<code>/backchannels.toml`. Raises ConfigError for a language that is not there."""

    def __init__(self, language: str) -> None:
        sounds = "|".join(languages.table(language, "backchannels")["sounds"])
        self._all = re.compile(rf"(?:(?:{sounds})(?: |$)){{1,{MOST}}}")

    def match(self, transcript: str, spoken: str) -> bool:
        """Whether `transcript` only shows that the user listens to what is `spoken`; nothing is an answer to nothing,
        and behind a question "yeah" is one."""
        asked = spoken.rstrip().endswith(("?", "？"))
        return bool(spoken.strip()) and not asked and self._all.fullmatch(plain(transcript)) is not None
