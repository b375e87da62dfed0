"""The settings while it runs: read again when a file changes, in force without a restart wherever that can be."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence, Set
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from voiceos import languages, stored
from voiceos.changes import CHARACTER, Changing, Refused
from voiceos.config import KEYS, Problem, Settings
from voiceos.config.plan import Plan, Value, changed, laid_over, overlaid, value
from voiceos.config.source import Source
from voiceos.config.watch import changes
from voiceos.daemon.part import Degraded, Part
from voiceos.errors import ConfigError, VoiceosError, bug
from voiceos.languages import Phrases
from voiceos.live import Live
from voiceos.thinking import character

log = logging.getLogger(__name__)

ENVIRONMENT = "environment "
"""How the origin of a value begins that a variable sets."""

_LINE = re.compile(r":(\d+)$")


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of reading the settings again; keys are dotted."""

    live: tuple[str, ...] = ()
    """In force now, or once nobody speaks."""
    sound: tuple[str, ...] = ()
    """Likewise, with devices that are opened anew."""
    engines: tuple[str, ...] = ()
    """Stages whose engines are started anew, once nobody speaks."""
    restart: tuple[str, ...] = ()
    """Not in force before the next start."""
    wrong: tuple[str, ...] = ()
    """Reasons why the settings, or some of them, stay as they were."""

    def __str__(self) -> str:
        told = {
            "changed": self.live,
            "sound opened anew for": self.sound,
            "engines started anew": self.engines,
            "at the next start": self.restart,
            "wrong": self.wrong,
        }
        return "; ".join(f"{what}: {', '.join(which)}" for what, which in told.items() if which) or "nothing changed"


class Configuration(Part):
    """Args:
    live: the conversation.
    source: what to read again, and to write the user's changes to.
    settings: as read from there at the start.
    """

    def __init__(self, live: Callable[[], Live], source: Source, settings: Settings) -> None:
        self.source = source
        self._live = live
        self._file = settings
        """As last read, whatever was changed by voice since."""
        self._wrong = ""
        self._refused: dict[str, str] = {}
        """What a key could not be changed for."""
        self._waiting: dict[str, None] = {}
        self._outranked: set[str] = set()
        """Keys of which it was said that they do not last."""
        self._ready = asyncio.Event()
        self._reading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None
        self._unwatched = ""
        """Why no change of a file is noticed any more."""

    @property
    def problem(self) -> str:
        """Why the settings in force are not those of the files; "" where they are."""
        return self._wrong or "\n".join(dict.fromkeys(self._refused.values()))

    @property
    def waiting(self) -> tuple[str, ...]:
        """Keys of which the change waits for the next start."""
        return tuple(self._waiting)

    def degraded(self) -> Sequence[Degraded]:
        wrong = [Degraded(f"The settings in force are not those of the file: {self.problem}")] if self.problem else []
        if self._unwatched:
            wrong.append(Degraded(self._unwatched))
        if not self._waiting:
            return wrong
        return [*wrong, Degraded(f"Changed, and not in force before the next start: {', '.join(self._waiting)}.")]

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch(), name="settings")
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [*self._tasks, *([self._watching] if self._watching else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def ready(self) -> None:
        self._ready.set()

    async def keep(self, values: Mapping[str, Value]) -> None:
        """Write what the user has changed; of keys that are others in the file by now the file is right. See `Keep`."""
        async with self._reading:
            outranked = await asyncio.to_thread(self._write, values)
        for key in outranked - self._outranked:
            log.warning("%s is written down, but %s goes before that at the next start", key, KEYS[key].environment)
            self._say("settings_outranked", setting=self._called(key))
        self._outranked |= outranked

    def _write(self, values: Mapping[str, Value]) -> set[str]:
        """Returns what an environment variable says otherwise, and goes before the file."""
        now = self.source.load().settings
        wanted = {key: new for key, new in values.items() if value(now, key) == value(self._file, key)}
        self.source.keep(wanted)
        loaded = self.source.load()
        after = loaded.settings
        # Its own writing is no news. A key that is another all the same is overridden, or was edited just now.
        self._file = laid_over(self._file, after, [key for key, new in wanted.items() if value(after, key) == new])
        others = [key for key, new in wanted.items() if value(after, key) != new]
        return {key for key in others if loaded.origin(key).startswith(ENVIRONMENT)}

    async def reload(self, *, try_again: bool = True) -> Reloaded:
        """Read the settings again; what has changed is carried out once nobody speaks. A mistake keeps what is in
        force, and is said.

        Args:
            try_again: also change what could not be changed before, as where a model has come since; where anything
                else has changed that is done anyway.
        """
        await self._ready.wait()
        async with self._reading:
            try:
                told = await self._read(try_again=try_again)
            except Exception as error:  # the files go on being watched: what mends it may be the next change
                self._wrong = bug(error)
                log.error("the settings stay as they were: %s", self._wrong)  # noqa: TRY400 - a trace may hold speech
                self._say("settings_wrong")
                return Reloaded(wrong=(self._wrong,))
            self._beside(self._reread_persona(), "persona")
            return told

    async def _read(self, *, try_again: bool) -> Reloaded:
        try:
            loaded = await asyncio.to_thread(self.source.load)
        except ConfigError as error:
            return await self._refuse(error)
        keys = {*changed(self._file, loaded.settings)}
        if keys or try_again:
            keys |= self._refused.keys()
        return await self._take(loaded.settings, keys)

    async def _take(self, settings: Settings, keys: Set[str]) -> Reloaded:
        live = self._live()
        in_force, before = live.changes.settings, live.changes.wanted
        self._refused = {key: why for key, why in self._refused.items() if key not in keys}
        if self._wrong:
            self._wrong = ""
            log.info("the settings are in order again")
            self._say("settings_mended")
        target = overlaid(before, settings, keys)
        changing = live.changes.change(target, keys)
        self._file = settings
        wanted = changing.plan
        live.preferences.forget(changed(before, target))
        live.preferences.try_again()
        self._waiting = dict.fromkeys(wanted.restart) | {
            key: None for key in self._waiting if key in changed(in_force, settings)
        }
        if wanted.restart:
            self._say("settings_restart", setting=self._called(wanted.restart[0]))
        self._carry_out(changing)
        told = Reloaded(
            wanted.live, wanted.sound, tuple(wanted.engines), wanted.restart, await self._missing(wanted, target)
        )
        if wanted.keys:
            log.info("settings: %s", told)
        return told

    async def _refuse(self, error: ConfigError) -> Reloaded:
        wrong = str(error)
        if wrong != self._wrong:
            self._wrong = wrong
            log.error("the settings stay as they were: %s %s", error, error.hint)
            problems = await asyncio.to_thread(self.source.problems)
            self._tell(problems[0] if problems else Problem("", wrong))
        return Reloaded(wrong=(wrong,))

    def _tell(self, problem: Problem) -> None:
        """One sentence on what is wrong."""
        line = _LINE.search(problem.where)
        if problem.key:
            self._say("settings_wrong_key", setting=self._called(problem.key))
        elif line:
            self._say("settings_wrong_line", line=line[1])
        else:
            self._say("settings_wrong")

    async def _missing(self, wanted: Plan, target: Settings) -> tuple[str, ...]:
        """Models that are not here, as far as that is known before they are loaded."""
        found = []
        for stage in [stage for stage in self._live().engines.processes if stage in wanted.engines]:
            try:
                await asyncio.to_thread(self._live().engines.spec, stage, target)
            except VoiceosError as error:
                found.append(f"{error} {error.hint}".strip())
        return tuple(found)

    def _carry_out(self, changing: Changing) -> None:
        async def carry_out() -> None:
            for refused in await changing.done:
                self._refusal(refused)

        self._beside(carry_out(), "other settings")

    def _beside(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _refusal(self, refused: Refused) -> None:
        reason = f"{refused.error} {refused.error.hint}".strip()
        self._refused |= dict.fromkeys(refused.keys, reason)
        if CHARACTER in refused.keys:
            self._say("settings_refused_character")
        elif not any(KEYS[key].effect == "engine" for key in refused.keys):
            self._say("settings_wrong")
        else:
            voice = refused.keys[0].startswith("tts.")
            self._say("settings_refused_voice" if voice else "settings_refused_model")

    def _called(self, dotted: str) -> str:
        """A key as it can be said: "turn_taking.end_silence_ms" is "turn taking, end silence"."""
        section, _, name = dotted.rpartition(".")
        called = languages.table(self._language, "answers")["sections"].get(section, section.replace("_", " "))
        words = re.sub(r"_(ms|s)$", "", name).replace("_", " ")
        return f"{called}, {words}" if called else words

    def _say(self, sentence: str, **values: object) -> None:
        self._live().conductor.announce(Phrases(self._language).text(sentence, **values))

    @property
    def _language(self) -> str:
        return self._live().settings.assistant.language

    def _paths(self) -> set[Path]:
        """What is watched: the settings, persona files where they are and may come to be, and how it has become."""
        known = character.available(self._language).values()
        return {*self.source.paths, stored.TRAITS.path, *known, *(character.folder() / path.name for path in known)}

    async def _reread_persona(self) -> None:
        """The file may be another; the one in force is kept where it is wrong, and that is said once."""
        try:
            if await self._live().changes.reread_persona():
                log.info("the persona file is another, and in force")
            self._refused.pop(CHARACTER, None)
        except ConfigError as error:
            if str(error) not in self._refused.get(CHARACTER, ""):
                log.warning("it stays who it is: %s %s", error, error.hint)
                self._refusal(Refused((CHARACTER,), error))

    async def _watch(self) -> None:
        try:
            while True:
                paths = self._paths()
                async with aclosing(changes(*paths)) as watching:  # type: ignore[type-var]
                    async for _ in watching:
                        await self.reload(try_again=False)
                        if self._paths() != paths:
                            break
        except Exception as error:
            why = error if isinstance(error, OSError) else bug(error)
            log.warning("changed settings are not noticed; `kill -HUP` has them read again: %s", why)
            self._unwatched = f"Changed settings are not noticed: {why}; `voiceos reload` has them read again."
