"""`voiceos setup`: the first meeting, in a terminal."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from voiceos import config, meeting, off_the_record
from voiceos.acquaintance import MEANT, circumstances, remember_name
from voiceos.catalogue import Store
from voiceos.catalogue.voices import voices_here
from voiceos.cli.exits import plain_errors
from voiceos.cli.options import ConfigFile
from voiceos.config.edit import set_value
from voiceos.config.plan import Value
from voiceos.events import CRISIS
from voiceos.meeting import BecomeSo, Here, KnowName, Set, Stage, Step, UseVoice, kept, nature
from voiceos.memory import Store as Memory
from voiceos.skills.crisis import FirstAid
from voiceos.skills.region import Region, region
from voiceos.thinking.intents import SentenceMatcher


def setup(
    config_file: ConfigFile = None,
    anew: Annotated[bool, typer.Option("--anew", help="From the first question on.")] = False,
) -> None:
    """Get to know each other in the terminal: the questions of the first meeting, without sound. Each answer is kept at
    once; Ctrl-C breaks off, and the next time it goes on there. A running assistant takes it over."""
    with plain_errors():
        Setup(config_file).run(anew=anew)


class Setup:
    """Args:
    config_file: in place of the user's own.
    """

    def __init__(self, config_file: Path | None) -> None:
        self._config_file = config_file
        self._path = config_file or config.user_file()
        self._outranked: set[str] = set()
        self._meeting = kept.load()
        self._language = self._here().language
        self._wording = meeting.Wording(self._language)
        self._first_aid = FirstAid(self._language, self._region)
        self._wishes = SentenceMatcher(self._language, asked=lambda: {"meeting"})

    def run(self, *, anew: bool) -> None:
        """Until all is answered, or no more lines come. Raises VoiceosError."""
        self._take((meeting.begin if anew else meeting.resume)(self._meeting, self._here()))
        while self._meeting.stage is Stage.OPEN:
            line = self._line()
            if line is None:
                print("What you answered is kept. `voiceos setup` goes on here.")
                return
            if line:
                self._heard(line)

    def _heard(self, line: str) -> None:
        found = self._wishes.match(line)
        if found is not None and found.name == CRISIS:
            self._meeting = meeting.rested(self._meeting)
            kept.keep(self._meeting)
            print(self._first_aid.answer(str(found.slots["kind"]), datetime.now().astimezone()))
        elif found is not None and found.name in MEANT:
            self._take(meeting.wished(self._meeting, MEANT[found.name], self._here()))
        else:
            self._take(meeting.answered(self._meeting, line, self._here()))

    def _line(self) -> str | None:
        """What is typed; None at the end."""
        if sys.stdin is None:
            return None
        if sys.stdin.isatty():
            print("> ", end="", flush=True)
        line = sys.stdin.readline()
        return line.strip() if line else None

    def _region(self) -> Region:
        return region(config.load(self._config_file).settings.assistant.region)

    def _here(self) -> Here:
        settings = config.load(self._config_file).settings
        return circumstances(settings, voices_here(settings.assistant.language, Store()), terminal=True)

    def _take(self, step: Step) -> None:
        """Do what is wanted, keep how far it is, and say what there is to say."""
        before, self._meeting = self._meeting, step.meeting
        changed = None
        for deed in step.does:
            match deed:
                case Set(key, value):
                    self._set(key, value)
                case KnowName(name):
                    self._know(name)
                case UseVoice(spoken):
                    here = voices_here(self._language, Store())
                    self._set("tts.voice", next(one.model for one in here if one.spoken == spoken))
                    changed = meeting.voice_is_there(self._meeting, failed=False)
                case BecomeSo(traits, topics):
                    last = nature.persona(before.traits, before.topics, self._language)
                    nature.keep(traits, topics, self._language, before=last)
                    self._set("assistant.character", nature.PERSONA)
        kept.keep(self._meeting)
        says = step.says if changed is None else changed.says
        print(self._wording.text(says, self._meeting, self._here()))

    def _set(self, key: str, value: Value) -> None:
        set_value(self._path, key, value)
        after = config.load(self._config_file)
        if after.get(key) != value and key not in self._outranked:
            self._outranked.add(key)
            typer.echo(f"{key} has no effect as long as {after.origin(key)} says {after.get(key)!r}.", err=True)

    def _know(self, name: str) -> None:
        now = datetime.now().astimezone()
        until = off_the_record.load()
        if not config.load(self._config_file).settings.memory.enabled or (until is not None and until > now):
            return
        with Memory(language=self._language) as store:
            remember_name(store, name, at=now, language=self._language)
