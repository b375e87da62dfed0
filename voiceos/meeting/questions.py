"""What is asked, in which order, and what is made of the answers: one class a question. Pure."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from babel import Locale
from rapidfuzz import fuzz, process

from voiceos import languages
from voiceos.meeting import answers, names, nature
from voiceos.meeting.hours import hours
from voiceos.meeting.state import BecomeSo, Deed, Here, KnowName, Line, Meeting, Question, Set, Step, UseVoice
from voiceos.thinking.intents import plain

SPEED_STEP = 0.15
"""As of "slower" at any time (`skills.controls`)."""

SLOWEST, FASTEST = 0.5, 2.0

ALIKE = 70
"""Of 100: so alike a language or voice is to how it is called."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is made of an answer."""

    says: tuple[Line, ...] = ()
    does: tuple[Deed, ...] = ()
    knows: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Fields of the meeting."""
    stays: bool = False
    """The same question is still open."""

    def step(self, meeting: Meeting) -> Step:
        return Step(meeting, self.says, self.does)


class Asked(ABC):
    """A question. It is asked unless a subclass says otherwise."""

    def asked(self, here: Here) -> bool:
        return True

    def prepared(self, meeting: Meeting, here: Here) -> Meeting:
        """The meeting as the question is put."""
        return meeting

    @abstractmethod
    def hear(self, meeting: Meeting, text: str, here: Here) -> Outcome | None:
        """What is made of what was said; None where it answers nothing."""


class AskLanguage(Asked):
    def asked(self, here: Here) -> bool:
        return len(here.languages) > 1

    def hear(self, meeting: Meeting, text: str, here: Here) -> Outcome | None:
        if called := [code for code in here.languages if _language(code, here.language).lower() in plain(text).split()]:
            if called[0] == here.language:
                return Outcome((Line("say.language_kept"),))
            return Outcome((Line("say.language_set"),), (Set("assistant.language", called[0]),))
        return Outcome((Line("say.language_kept"),)) if answers.yes(text, here.language) else None


class AskWhatToCallYou(Asked):
    def hear(self, meeting: Meeting, text: str, here: Here) -> Outcome | None:
        if names.refuses(plain(text), here.language):
            return Outcome((Line("say.unnamed"),))
        only = answers.only(text, here.language)
        name = "" if only else names.of_user(text, here.language)
        if not name:
            return Outcome((Line("say.unnamed"),)) if answers.is_free(text, here.language) else None
        return Outcome((Line("say.met"),), called(name))


class AskVoice(Asked):
    def hear(self, meeting: Meeting, text: str, here: Here) -> Outcome | None:
        table = languages.table(here.language, "meeting")["voice"]
        said, only = plain(text), answers.only(text, here.language)
        if only[-1:] == ("no",):
            return Outcome((Line("say.voice_what"), Line("brief", Question.VOICE)), stays=True)
        if only or re.search(table["unchanged"], said):
            return Outcome((Line("say.voice_kept"),))
        for way, step in (("slower", -SPEED_STEP), ("faster", SPEED_STEP)):
            if re.search(table[way], said):
                return self._pace(way, round(min(FASTEST, max(SLOWEST, here.speed + step)), 2), here)
        if here.voices and (named := _alike(said, here.voices)):
            return self._voice(named)
        if re.search(table["pitch"], said) and not here.voices:
            return Outcome((Line("say.voice_pitch"), Line("brief", Question.VOICE)), stays=True)
        if re.search(table["another"], said):
            if here.voices:
                return self._voice(here.voices[0])
            return Outcome((Line("say.voice_only"), Line("brief", Question.VOICE)), stays=True)
        if re.search(table["pitch"], said):
            return self._voice(here.voices[0])
        if answers.yes(text, here.language) or answers.is_free(text, here.language) or re.search(table["keep"], said):
            return Outcome((Line("say.voice_kept"),))
        return None

    def _pace(self, way: str, speed: float, here: Here) -> Outcome:
        if speed == here.speed:
            line = Line("say.voice_slowest" if way == "slower" else "say.voice_fastest")
            return Outcome((line, Line("brief", Question.VOICE)), stays=True)
        told = (Line(f"say.voice_{way}"), Line("brief", Question.VOICE))
        return Outcome(told, (Set("tts.speed", speed),), stays=True)

    def _voice(self, spoken: str) -> Outcome:
        return Outcome((Line("say.voice_changing"),), (UseVoice(spoken),), stays=True)


class AskManner(Asked):
    def hear(self, meeting: Meeting, text: str, here: Here) -> Outcome | None:
        found = nature.traits(plain(text), here.language)
        if not found:
            is_free = answers.is_free(text, here.language) or answers.no(text, here.language)
            return Outcome((Line("say.manner_free"),)) if is_free else None
        return Outcome((Line("say.manner_taken"),), (BecomeSo(found, meeting.topics),), {"traits": found})


class AskWhatYouLike(Asked):
    def hear(self, meeting: Meeting, text: str, here: Here) -> Outcome | None:
        found = nature.topics(plain(text), here.language)
        if found:
            return Outcome((Line("say.talk_taken"),), (BecomeSo(meeting.traits, found),), {"topics": found})
        if answers.is_aside(text, here.language):
            return None
        is_free = answers.is_free(text, here.language) or answers.no(text, here.language)
        return Outcome((Line("say.talk_free" if is_free else "say.talk_taken"),))


class AskQuietHours(Asked):
    def hear(self, meeting: Meeting, text: str, here: Here) -> Outcome | None:
        found = hours(text, here.language)
        if found:
            return Outcome((Line("say.quiet_set"),), (Set("initiative.quiet_hours", found),))
        if found == "":
            return Outcome((Line("say.quiet_none"),), (Set("initiative.quiet_hours", ""),))
        only = answers.only(text, here.language)
        is_right = answers.yes(text, here.language) or answers.is_free(text, here.language)
        if only[-1:] in (("yes",), ("free",)) or (is_right and not only):
            return Outcome((Line("say.quiet_kept"),))
        if answers.no(text, here.language) and here.quiet_hours:
            return Outcome((Line("say.quiet_which"),), stays=True)
        if answers.no(text, here.language):
            return Outcome((Line("say.quiet_kept"),))
        return None


class AskWhetherFirst(Asked):
    def hear(self, meeting: Meeting, text: str, here: Here) -> Outcome | None:
        level = self._level(text, here)
        if not level:
            return None
        return Outcome((Line(f"say.first_{level}"),), (Set("initiative.level", level),))

    def _level(self, text: str, here: Here) -> str:
        """ "" where it tells none; the opposite of what was said would be worse than to ask again."""
        agreed = here.level if here.level != "off" else "rare"
        if only := answers.only(text, here.language):
            return "off" if "no" in only else agreed if "yes" in only else "rare"
        table, said = languages.table(here.language, "meeting")["first"], plain(text)
        at = {level: found.start() for level in ("rare", "off", "normal") if (found := re.search(table[level], said))}
        if "off" in at and at["off"] == min(at.values()):
            return "off"
        if "rare" in at:
            return "rare"
        if "normal" in at:
            return "" if re.search(table["denied"], said[: at["normal"]]) else "normal"
        if answers.is_free(text, here.language):
            return "rare"
        if answers.no(text, here.language):
            return "off"
        return agreed if answers.yes(text, here.language) else ""


class AskOwnName(Asked):
    def prepared(self, meeting: Meeting, here: Here) -> Meeting:
        if here.named and not meeting.refused:
            return replace(meeting, proposed="")
        return replace(meeting, proposed=self._choose(meeting, here))

    def hear(self, meeting: Meeting, text: str, here: Here) -> Outcome | None:
        language = here.language
        only = answers.only(text, language)
        named = "" if only else names.of_assistant(text, language)
        if named and named.lower() != meeting.proposed.lower():
            return self._takes(named, here)
        said_yes = answers.yes(text, language) or answers.is_free(text, language)
        if named or only[-1:] in (("yes",), ("free",)) or (said_yes and not answers.no(text, language)):
            if not meeting.proposed:
                return Outcome((Line("say.own_name_kept"),))
            return self._takes(meeting.proposed, here)
        if not answers.no(text, language) and re.search(self._another(language), plain(text)) is None:
            return None
        refused = (*meeting.refused, meeting.proposed or here.name)
        proposed = self._choose(replace(meeting, refused=refused), here) if len(refused) < 3 else ""
        knows = {"refused": refused, "proposed": proposed}
        if not proposed:
            return Outcome((Line("say.own_name_yours"),), knows=knows, stays=True)
        return Outcome((Line("ask", Question.NAME),), knows=knows, stays=True)

    def _takes(self, name: str, here: Here) -> Outcome:
        if names.sound_alike(name, here.user_name):
            return Outcome((Line("say.own_name_users"), Line("brief", Question.NAME)), stays=True)
        if not names.speakable(name):
            return Outcome((Line("say.own_name_hard"), Line("brief", Question.NAME)), stays=True)
        if name == here.name:
            return Outcome((Line("say.own_name_kept"),), (Set("assistant.name", name),))
        return Outcome((Line("say.own_name"),), (Set("assistant.name", name),), {"proposed": name})

    def _choose(self, meeting: Meeting, here: Here) -> str:
        not_these = [*meeting.refused, here.user_name, here.name]
        found = names.choose(meeting.topics, meeting.traits, not_these=not_these, language=here.language)
        return found.name if found else ""

    def _another(self, language: str) -> str:
        return str(languages.table(language, "meeting")["voice"]["another"])


ASKED_BY: Mapping[Question, Asked] = {
    Question.LANGUAGE: AskLanguage(),
    Question.CALL: AskWhatToCallYou(),
    Question.VOICE: AskVoice(),
    Question.MANNER: AskManner(),
    Question.TALK: AskWhatYouLike(),
    Question.QUIET: AskQuietHours(),
    Question.FIRST: AskWhetherFirst(),
    Question.NAME: AskOwnName(),
}

ORDER = tuple(Question)


def asked(question: Question, here: Here) -> bool:
    """Whether there is anything to ask."""
    return ASKED_BY[question].asked(here)


def called(name: str) -> tuple[Deed, ...]:
    """What is done as it is known what to call the user."""
    return Set("assistant.user_name", name), KnowName(name)


def _language(code: str, shown_in: str) -> str:
    return str(Locale(code).get_display_name(shown_in))


def _alike(said: str, known: tuple[str, ...]) -> str:
    """The one of these that is named."""
    for word in said.split():
        if found := process.extractOne(word, [one.lower() for one in known], scorer=fuzz.ratio, score_cutoff=ALIKE):
            return known[int(found[2])]
    return ""
