"""What the language model is given to read: persona, history, time. Pure; nothing here waits or evaluates.

Messages only ever join at the end, and what stands in the prompt never changes, so that the model's cache stays good:
the time is a note before the user's words, written once and left there; history is cut seldom, at the border of a
turn, and many turns at once, so that what stays is the same tail as before.
"""

from __future__ import annotations

import re
import tomllib
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources
from typing import Literal

from babel.dates import format_datetime

from voiceos.thinking.beginnings import Beginning, beginning_for, beginnings
from voiceos.thinking.character import DEFAULT
from voiceos.thinking.character import load as load_character
from voiceos.thinking.ports import Message

ASIDES_KEPT = 50
"""Answers beside the conversation that are still told of, the newest."""

CLOSE_TURNS = 6
"""Of the user's, the one that told of the danger among them, that carry the note which keeps the model at it."""

KEPT_SHARE = 0.6
"""Of the budget, left filled by a cut: history is cut once in many turns, for each cut costs an evaluation."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Who speaks, in one language."""

    system: str
    """The system message, with the name filled in."""
    time_full: str
    """Babel date pattern of the note when the day is new."""
    time_short: str
    """Likewise when only the minute is."""
    cut_off: str
    """Put behind what was heard of an answer that the user broke off."""
    never: tuple[str, ...] = ()
    """What no answer may hold; see `Sampling.never`."""
    locale: str = "en"
    stay_close: str = ""
    """Note before the user's words for a while after they were in danger."""
    close_beginnings: tuple[str, ...] = ()
    """Of what is answered meanwhile."""
    beginnings: tuple[Beginning, ...] = ()
    """Of answers to what asks it for a life of its own, or to take the place of people."""
    words: int | None = None
    """Its answers end with the sentence in which they have so many; None: where the language model ends them."""

    @classmethod
    def load(
        cls,
        language: str,
        name: str,
        *,
        called: str = DEFAULT,
        character: str = "",
        user_name: str = "",
        directness: int | None = None,
        manner: str = "",
        words: int | None = None,
    ) -> Persona:
        """The persona of `voiceos/languages/<language>/persona.toml` under the name `name`.

        Args:
            called: the persona file that tells who it is. How it talks, and what it never claims, stays the same.
            character: the user's own words in the place of that, with {name} where its name belongs; empty for none.
            user_name: what the user is called; empty where that is not known.
            directness: see `Character.told`.
            manner: lines on how it has become; they stand last, so that what was evaluated before them stays good.
            words: see the field.

        Raises ConfigError where that file is missing or wrong.
        """
        text = resources.files("voiceos.languages").joinpath(language, "persona.toml").read_text("utf-8")
        data = tomllib.loads(text)
        parts = [
            character.strip() or load_character(language, called).told(language, directness),
            data["manner"].strip(),
        ]
        if "{name}" not in parts[0]:
            parts.insert(0, data["named"])
        system = " ".join(parts).replace("{name}", name)
        if user_name:
            system += " " + data["user_name"].replace("{user_name}", user_name)
        if manner:
            system += " " + manner
        return cls(
            system,
            data["time_full"],
            data["time_short"],
            data["cut_off"],
            # A small model that has twice read how it was broken off breaks off by itself.
            (*data["never"], data["cut_off"], f" {data['cut_off']}"),
            language,
            data["stay_close"],
            tuple(data["close_beginnings"]),
            beginnings(data["beginnings"]),
            words,
        )


def spoken_so_far(text: str) -> str:
    """What of a transcript stands when more words follow: not the full stop that the recogniser put behind it."""
    return re.sub(r"\W+$", "", text)


@dataclass(frozen=True, slots=True)
class Said:
    """What one of the two said, for people: without what only the language model reads."""

    role: Literal["user", "assistant"]
    text: str
    aside: bool = False
    """Beside the conversation, which knows nothing of it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    message: Message
    said: Said
    noted: datetime | None = None
    """The time that stands in the message."""
    turn: int = 0
    """In which it was said; 0 where that is not known."""
    at: datetime | None = None
    """When the user said it."""


@dataclass(frozen=True, slots=True)
class _Aside:
    behind: int
    """So many entries."""
    said: tuple[Said, Said]


class Conversation:
    """The persona and what was said, in order. An announcement is an assistant's message that nobody asked for."""

    def __init__(self, persona: Persona) -> None:
        self.persona = persona
        self.known = ""
        """What is known of the user, behind the persona. Whatever changes it has all that follows read anew."""
        self._entries: list[_Entry] = []
        self._asides: deque[_Aside] = deque(maxlen=ASIDES_KEPT)
        self._close_turns = 0

    def messages(self, start: int = 0) -> list[Message]:
        """The persona and the history from message `start` on."""
        system = Message("system", f"{self.persona.system} {self.known}".strip())
        return [system, *(entry.message for entry in self._entries[start:])]

    def for_user(self, text: str, now: datetime, note: str = "") -> list[Message]:
        """The prompt of a turn in which the user says `text`, begun at `now`; the history stays as it is.

        Args:
            note: stands behind the words, for the language model alone.
        """
        return [*self.messages(), self._user(text, now, note).message]

    def add_user(self, text: str, now: datetime, *, turn: int = 0, note: str = "") -> None:
        self._entries.append(replace(self._user(text, now, note), turn=turn))
        self._close_turns = max(0, self._close_turns - 1)

    def beginning(self, text: str, turn: int) -> str:
        """How the answer to `text` has to begin, "" where that is left to the language model.

        Args:
            turn: number of the turn, which has the beginnings take turns.
        """
        if self._close_turns and (among := self.persona.close_beginnings):
            return among[turn % len(among)]
        return beginning_for(text, turn, self.persona.beginnings)

    def stay_close(self) -> None:
        """The user is in danger: the language model is told so with this turn and the next few."""
        self._close_turns = CLOSE_TURNS

    @property
    def stays_close(self) -> bool:
        """They were in danger a few turns ago."""
        return self._close_turns > 0

    def add_assistant(self, text: str, *, cut_off: bool = False, turn: int = 0) -> None:
        """What the user heard; nothing is added if they heard nothing."""
        if text := text.strip():
            text += self.persona.cut_off if cut_off else ""
            self._entries.append(_Entry(Message("assistant", text), Said("assistant", text), turn=turn))

    def add_aside(self, question: str, answer: str) -> None:
        """Keep what was asked beside the conversation where it belongs in time; no prompt holds it."""
        told = Said("user", question.strip(), aside=True), Said("assistant", answer.strip(), aside=True)
        self._asides.append(_Aside(len(self._entries), told))

    def said(self) -> list[Said]:
        """All that is in mind, and what was asked beside it since; the oldest first."""
        told: list[Said] = []
        for number in range(len(self._entries) + 1):
            told += [one for aside in self._asides if aside.behind == number for one in aside.said]
            told += [entry.said for entry in self._entries[number : number + 1]]
        return told

    def texts(self) -> dict[int, str]:
        """What the language model reads of each turn whose number is known, the oldest first."""
        texts: dict[int, str] = {}
        for entry in self._entries:
            if entry.turn:
                texts[entry.turn] = f"{texts.get(entry.turn, '')}\n{entry.message.text}".strip()
        return texts

    def told(self) -> tuple[list[str], datetime | None]:
        """What the user said that is still in the prompt, the oldest first, and when the first of it."""
        entries = [entry for entry in self._entries if entry.at is not None]
        return [entry.said.text for entry in entries], entries[0].at if entries else None

    def last_asked(self) -> tuple[int, str]:
        """The newest turn in which the user said something, and what; 0 where there is none."""
        asked = (entry for entry in reversed(self._entries) if entry.turn and entry.said.role == "user")
        return next(((entry.turn, entry.said.text) for entry in asked), (0, ""))

    def forget(self, turns: Collection[int]) -> None:
        """Let go of turns, and of all that was asked beside them. The next turn tells the day again."""
        self._entries = [replace(entry, noted=None) for entry in self._entries if entry.turn not in turns]
        self._asides.clear()

    def borders(self) -> list[int]:
        """Messages at which history may be cut: where a turn or an announcement begins, the oldest left out."""
        roles = [entry.message.role for entry in self._entries]
        return [i for i in range(1, len(roles)) if roles[i] == "user" or roles[i - 1] == "assistant"]

    def drop(self, count: int) -> None:
        """Forget the oldest `count` messages; ValueError unless that is a border or all of them."""
        if count != len(self._entries) and count not in self.borders():
            raise ValueError(f"{count} is not the border of a turn")
        del self._entries[:count]
        left = [replace(aside, behind=aside.behind - count) for aside in self._asides if aside.behind >= count]
        self._asides = deque(left, ASIDES_KEPT)

    def __len__(self) -> int:
        """Messages after the persona."""
        return len(self._entries)

    def _user(self, text: str, now: datetime, behind: str = "") -> _Entry:
        note = self._note(now)
        close = self.persona.stay_close if self._close_turns else ""
        words = " ".join(part for part in (note, close, text.strip(), behind) if part)
        return _Entry(Message("user", words), Said("user", text.strip()), now if note else None, at=now)

    def _note(self, now: datetime) -> str:
        last = next((entry.noted for entry in reversed(self._entries) if entry.noted), None)
        if last is None or last.date() != now.date():
            return format_datetime(now, self.persona.time_full, locale=self.persona.locale)
        if (last.hour, last.minute) != (now.hour, now.minute):
            return format_datetime(now, self.persona.time_short, locale=self.persona.locale)
        return ""
