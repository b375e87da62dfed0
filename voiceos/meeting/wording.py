"""What the meeting says, in words: the texts of meeting.toml, filled in."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime

from babel import Locale
from babel.dates import format_time
from babel.lists import format_list

from voiceos import languages
from voiceos.meeting import names
from voiceos.meeting.state import Here, Line, Meeting, Question


class Wording:
    """The texts of one language; a list of variants takes turns. Raises ConfigError for an unknown language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._table = languages.table(language, "meeting")
        self._turns: dict[str, Iterator[str]] = {}

    def text(self, lines: Iterable[Line], meeting: Meeting, here: Here) -> str:
        """What is said, as one text.

        Args:
            meeting, here: as they are behind the step that says it.
        """
        return " ".join(self._line(line, meeting, here) for line in lines)

    def _line(self, line: Line, meeting: Meeting, here: Here) -> str:
        table = line.key.partition(".")[0]
        key = line.key.partition(".")[2] or self._variant(table, line.question, meeting, here)
        found = self._table[table][key]
        if isinstance(found, list):
            found = next(self._turns.setdefault(f"{table}.{key}", itertools.cycle(found)))
        return str(found).format_map(self._values(meeting, here))

    def _variant(self, table: str, question: Question | None, meeting: Meeting, here: Here) -> str:
        """Which wording a question has just now."""
        assert question is not None
        if question is Question.NAME and table in ("ask", "brief"):
            if not meeting.proposed:
                return "name_kept"
            return "name_again" if table == "ask" and meeting.refused else "name"
        if table != "ask":
            return question.value
        if question is Question.VOICE:
            return f"voice{'s' if here.voices else ''}{'_terminal' if here.terminal else ''}"
        if question is Question.QUIET and not here.quiet_hours:
            return "quiet_none"
        return question.value

    def _values(self, meeting: Meeting, here: Here) -> dict[str, object]:
        begin, _, end = here.quiet_hours.partition("-")
        return {
            "user": here.user_name,
            "name": here.name,
            "chosen": meeting.proposed,
            "because": names.because(meeting.proposed, self._language),
            "voice": here.voice,
            "voices": format_list(list(here.voices), locale=self._language),
            "speed": f"{here.speed:g}",
            "begin": self._time(begin) if begin else "",
            "end": self._time(end) if end else "",
            "languages": format_list(
                [str(Locale(code).get_display_name(self._language)) for code in here.languages], locale=self._language
            ),
        }

    def _time(self, text: str) -> str:
        at = datetime.strptime(text.strip(), "%H:%M").time()
        return format_time(at, languages.table(self._language, "answers")["time_pattern"], locale=self._language)
