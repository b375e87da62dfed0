"""The conversation and what stands beside it: started in order, stopped in reverse.

    Daemon ── Live        sound, engines, conductor
           └─ parts       each hears of the conversation (`Observer`) and acts on it through `daemon.live`

Whatever else a service needs is another part in `Daemon.__init__`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from voiceos.app import Specs
from voiceos.assembly import Sound
from voiceos.audio.listeners import Listeners
from voiceos.catalogue import Store
from voiceos.clock import Clock, SystemClock
from voiceos.config import Settings
from voiceos.config.source import Source
from voiceos.daemon.configuration import Configuration, Reloaded
from voiceos.daemon.control import Control
from voiceos.daemon.first_meeting import FirstMeeting
from voiceos.daemon.garbage import Garbage
from voiceos.daemon.muting import Muting
from voiceos.daemon.notify import Notifier
from voiceos.daemon.part import Degraded, Part
from voiceos.daemon.recording import keepers
from voiceos.daemon.recovery import Recovery
from voiceos.daemon.remembering import Remembering
from voiceos.daemon.repair import Repair
from voiceos.daemon.retention import Retention
from voiceos.daemon.speaking_first import SpeakingFirst
from voiceos.daemon.watchdog import Watchdog
from voiceos.live import Live
from voiceos.memory import Store as Memory
from voiceos.observer import Observers
from voiceos.repair import repair

log = logging.getLogger(__name__)


class Daemon:
    """`await Daemon(settings).run()` until it is stopped or told to switch itself off.

    Args:
        parts: further ones, entered last.
        notifier: who is told that it is alive, and how it is.
        after_kill: the last run was killed; the user is told, instead of being greeted.
        source: what the settings were read from, to be read again when that changes; None: they stay as they are.
        record: a new file that the conversation is written to, with its sound where `record_audio`.
        greet: say hello at the start, or hold the first meeting.
        store, specs, sound, clock: see `Live`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        parts: Sequence[Part] = (),
        source: Source | None = None,
        notifier: Notifier | None = None,
        after_kill: bool = False,
        record: Path | None = None,
        record_audio: bool = False,
        greet: bool = True,
        store: Store | None = None,
        specs: Specs = MappingProxyType({}),
        sound: Callable[[Listeners], Sound] | None = None,
        clock: Clock | None = None,
    ) -> None:
        def announce(sentence: str) -> None:
            self.live.conductor.announce(sentence, key=True)

        mended = repair()  # before any part of it reads a stored file
        self.configuration = Configuration(lambda: self.live, source, settings) if source else None
        self._watchdog = Watchdog(lambda: self.live, notifier or Notifier(), remark=self._remark)
        self.clock: Clock = clock or SystemClock()
        self.since = time.time()
        """Seconds since the epoch."""
        control = Control(self)
        self.speaking_first = SpeakingFirst(lambda: self.live, control.announcements, self.clock)
        muting = Muting(self)
        self.first_meeting = FirstMeeting(lambda: self.live)
        self.parts: tuple[Part, ...] = (
            *([self.configuration] if self.configuration else []),
            self._watchdog,
            Repair(mended, announce),
            *([Recovery(lambda: self.live)] if after_kill else []),
            *keepers(settings.records, announce, record=record, record_audio=record_audio),
            control.feed,
            control.announcements,
            control,
            muting,
            Remembering(lambda: self.live),
            Retention(self._prune, settings.memory.keep_episodes_days, self.clock),
            self.speaking_first,
            self.first_meeting,
            Garbage(),
            *parts,
        )
        self._told = Observers(self.parts)
        self.live = Live(
            settings,
            store=store,
            specs=specs,
            greet=greet and not after_kill,
            meets=greet,
            sound=sound,
            observer=self._told,
            keep=self.configuration.keep if self.configuration else None,
            muted=muting.muted,
            clock=self.clock,
            memory=Memory(language=settings.assistant.language) if settings.memory.enabled else None,
        )
        self._task: asyncio.Task[None] | None = None
        self._reloading = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._ended = False

    async def run(self, *, keys: bool = False) -> None:
        """Until it ends or SIGINT or SIGTERM comes, or its terminal is closed.

        SIGHUP has the settings read again; SIGUSR1, and Enter where `keys`, switch the microphone; SIGUSR2, and L with
        Enter, have it listen.

        Raises AudioError where PortAudio itself is missing; a microphone and a loudspeaker are waited for.
        """
        loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run(), name="daemon")
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._hung_up, keys)
        loop.add_signal_handler(signal.SIGUSR1, self.live.toggle_mute)
        loop.add_signal_handler(signal.SIGUSR2, self.live.listen)
        if keys:
            loop.add_reader(sys.stdin, self._key)
        try:
            await self._task
        except asyncio.CancelledError:
            log.info("stopped")
        finally:
            if keys:
                loop.remove_reader(sys.stdin)

    @property
    def settings(self) -> Settings:
        """In force."""
        return self.live.settings

    async def reload(self) -> Reloaded:
        """Read the settings again, as after SIGHUP or a change of a file; one reload at a time, since systemd takes
        the end of any for the end of its own."""
        async with self._reloading:
            with self._watchdog.reloading():
                return await self.configuration.reload() if self.configuration else Reloaded()

    @property
    def settings_problem(self) -> str:
        """Why the settings in force are not those of the files; "" where they are."""
        return self.configuration.problem if self.configuration else ""

    def _remark(self) -> str:
        return f"The settings are not those of the file: {self.settings_problem}" if self.settings_problem else ""

    async def _prune(self, before: datetime) -> int:
        diary = self.live.diary
        return 0 if diary is None else await diary.prune(before)

    def degraded(self) -> list[Degraded]:
        """What does not work as it should just now."""
        return [one for part in self.parts for one in part.degraded()]

    def stop(self) -> None:
        """End now, in order; `live.shut_down()` ends once what is being said has been heard. While it ends already
        this does nothing: it would break off the writing of what is not written yet."""
        self._told.stopping()
        if self._task is not None and not (self._stopped or self._ended or self.live.ended):
            self._stopped = True
            self._task.cancel()

    def _hung_up(self, keys: bool) -> None:
        """SIGHUP: somebody wants the settings read again, or the terminal is gone."""
        if keys and not sys.stdin.isatty():
            self.stop()
        elif not self._ended:
            task = asyncio.create_task(self._reload(), name="reload")
            self._reloads.add(task)
            task.add_done_callback(self._reloads.discard)

    async def _reload(self) -> None:
        """A reload whose outcome nobody waits for."""
        try:
            await self.reload()
        except Exception as error:
            # Its text may hold what a file holds; its kind does not.
            log.error("the settings were not read again: %s", type(error).__name__)  # noqa: TRY400 - see above

    async def _run(self) -> None:
        async with contextlib.AsyncExitStack() as stack:
            try:
                for part in self.parts:
                    await stack.enter_async_context(part)
                await self.live.run()
            finally:  # before the parts that they use end
                self._ended = True
                for task in self._reloads:
                    task.cancel()
                await asyncio.gather(*self._reloads, return_exceptions=True)

    def _key(self) -> None:
        """A line from the terminal: L has it listen, any other switches the microphone."""
        line = sys.stdin.readline()
        if line.strip().lower().startswith("l"):
            self.live.listen()
        elif line:
            self.live.toggle_mute()
        else:  # the terminal was closed
            asyncio.get_running_loop().remove_reader(sys.stdin)
