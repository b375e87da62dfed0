"""What an earpiece goes through: headsets come and go, the sound server dies, the computer sleeps, at random.

    python -m voiceos.bench.earpiece --events 200 --seed 1

The whole program runs over the virtual sound card, with scripted engines. After each event sound has to flow through
the devices that are the default by then; in between, and at the end, it is talked to and has to answer aloud.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from voiceos.app import FACTORIES, Stage
from voiceos.audio.duplex import Duplex
from voiceos.audio.frames import RATE_HZ as HEARD_HZ
from voiceos.audio.frames import Samples
from voiceos.audio.listeners import Listeners
from voiceos.audio.presence import NO_LOUDSPEAKER, NO_MICROPHONE
from voiceos.audio.sound_server import SoundServer
from voiceos.bench.sound import ASSISTANT_LEVEL
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.virtual_headset import Headsets, at_home, places
from voiceos.bench.voice_to_voice import spoken
from voiceos.clock import SystemClock, asleep_s
from voiceos.config import Settings
from voiceos.engines.process import EngineSpec
from voiceos.errors import AudioError
from voiceos.live import Live
from voiceos.observer import Witness

PATIENCE_S = 30.0
"""Longest wait for sound to flow again."""

QUESTION = "What is the capital of Germany?"

STEADY_LOOKS = 4
LOOK_S = 0.1
"""So often in a row, and so long apart, all has to be well."""


def _settings(audio: Mapping[str, Any]) -> Settings:
    quick = {stage: {"engine": "scripted", "timeout_s": 10} for stage in ("stt", "llm", "tts")}
    return Settings.model_validate(
        {
            **quick,
            "end_of_turn": {"engine": "none"},
            "assistant": {"openers": False},
            "audio": {"hold_during_calls": False, "earcons": False, **audio},
        }
    )


class Life:
    """`async with Life(card, question) as life`: the assistant, at the mercy of whoever holds it.

    Args:
        question: what the user says, 16 kHz.
        reply: what it answers.
        audio: settings of that section.
    """

    def __init__(
        self,
        card: VirtualCard,
        question: Samples,
        *,
        reply: str = "It is Berlin, I think.",
        audio: Mapping[str, Any] = MappingProxyType({}),
        greet: bool = False,
    ) -> None:
        self.card = card
        self.headsets = Headsets(card)
        self.slept_s = 0.0
        self._question = question
        self._settings = _settings(audio)
        arguments: Mapping[Stage, dict[str, Any]] = {
            "stt": {"texts": [QUESTION]},
            "llm": {"replies": [(".", reply)]},
            "tts": {},
        }
        self._seen = Witness()
        self._viewed = asyncio.Event()
        self._server = SoundServer(lambda view: self._viewed.set())
        self.live = Live(
            self._settings,
            specs={
                stage: EngineSpec(stage, FACTORIES[stage, "scripted"], given, budget_s=10.0)
                for stage, given in arguments.items()
            },
            sound=self._open,
            observer=self._seen,
            greet=greet,
        )

    def _open(self, listeners: Listeners) -> Duplex:
        self.sound = Duplex(
            self._settings.audio,
            clock=SystemClock(),
            listeners=listeners,
            asleep_s=lambda: asleep_s() + self.slept_s,
        )
        return self.sound

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        self._running = asyncio.create_task(self.live.run())
        ready = asyncio.create_task(self._seen.listens.wait())
        await asyncio.wait({self._running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            ready.cancel()
            self._running.result()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await self._server.__aexit__()

    def said(self) -> list[str]:
        """The assistant's side of the history."""
        return [message.text for message in self.live.history() if message.role == "assistant"]

    async def until(self, state: Callable[[], bool], what: str) -> None:
        """Raises AudioError naming `what` where it does not come to that."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not state():  # noqa: ASYNC110 - whatever it is
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AudioError(f"{what}: it did not come to that; sound says {self.sound.presence}") from None

    async def flows(self) -> None:
        """Return once frames come, what was to be said has been said, and both streams are where they belong."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await self._steady():
                    pass
                await self.live.conductor.wait_idle()
        except TimeoutError:
            raise AudioError(f"sound does not flow: {self.sound.presence}, {self.places()}") from None

    async def _steady(self) -> bool:
        """Whether all is well, and has been for a while: what has just gone may not have been noticed yet."""
        for _ in range(STEADY_LOOKS):
            if self.sound.presence.reason or not self.at_home:
                await asyncio.sleep(LOOK_S)
                return False
            self._viewed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._viewed.wait()
        return True

    @property
    def at_home(self) -> bool:
        """Both streams are on the default devices."""
        return self._server.view is not None and at_home(self._server.view, os.getpid())

    def places(self) -> tuple[str, str]:
        """Names of the sink that it plays to and of the source that it records."""
        return places(self._server.view, os.getpid()) if self._server.view is not None else ("no server", "no server")

    async def answers(self) -> bool:
        """Talk to it; whether an answer was heard at the ear."""
        before = len(self.said())
        async with self.card.room_noise(), self.card.record() as recording:
            await self.card.play_to_microphone(self._question, HEARD_HZ)
            with contextlib.suppress(AudioError):
                await self.until(lambda: len(self.said()) > before, "an answer")
            await asyncio.sleep(0.2)
            heard = bool((np.abs(recording.samples[:, 0]) > ASSISTANT_LEVEL).any())
        return len(self.said()) > before and heard


@dataclass(slots=True)
class Troubles:
    """What befalls an earpiece, each ending with sound in order."""

    life: Life
    chance: random.Random
    plugged: set[str] = field(default_factory=set)

    async def happen(self) -> str:
        """One at random; its name."""
        name, trouble = self.chance.choice(
            (
                ("a headset comes", self.comes),
                ("a headset goes", self.goes),
                ("another is the default", self.chosen),
                ("the profile changes", self.profile),
                ("the sound server dies", self.server),
                ("no microphone", self.microphone),
                ("no sound at all", self.everything),
                ("the computer sleeps", self.sleep),
                ("a microphone stalls", self.stall),
                ("the streams are killed", self.killed),
            )
        )
        await trouble()
        await self.life.flows()
        return name

    async def comes(self) -> None:
        name = self.chance.choice(("first", "second"))
        if name in self.plugged:
            await self._do(self.life.headsets.unplug, name)
        await self._do(self.life.headsets.plug, name)
        self.plugged.add(name)

    async def goes(self) -> None:
        if not self.plugged:
            await self.comes()
        name = self.chance.choice(sorted(self.plugged))
        await self._do(self.life.headsets.unplug, name)
        self.plugged.remove(name)

    async def chosen(self) -> None:
        await self._do(self.life.headsets.choose, self.chance.choice(["speaker", *sorted(self.plugged)]))

    async def profile(self) -> None:
        if not self.plugged:
            await self.comes()
        name = self.chance.choice(sorted(self.plugged))
        await self._do(self.life.headsets.unplug, name)
        await asyncio.sleep(self.chance.choice((0.0, 0.1, 0.5)))
        await self._do(self.life.headsets.plug, name, self.chance.choice((8_000, 16_000, 48_000)))

    async def server(self) -> None:
        await self._do(lambda: self.life.card.stop_server(kill=self.chance.random() < 0.5))
        self.plugged.clear()
        await asyncio.sleep(self.chance.choice((0.0, 0.5, 1.5)))
        await self._do(self.life.card.start_server)

    async def microphone(self) -> None:
        await self._do(self.life.card.unload, "sources")
        await self.life.until(lambda: self.life.sound.presence.reason == NO_MICROPHONE, "a microphone is missed")
        await self._do(self.life.card.load, "sources")
        for name in sorted(self.plugged):
            await self._do(lambda name=name: self.life.headsets.plug(name, loudspeaker=False))

    async def everything(self) -> None:
        await self._do(self.life.card.unload)
        self.plugged.clear()
        await self.life.until(lambda: self.life.sound.presence.reason == NO_LOUDSPEAKER, "a loudspeaker is missed")
        await self._do(self.life.card.load)

    async def sleep(self) -> None:
        since = self.life.sound.presence.since
        self.life.slept_s += 3600.0
        await self.life.until(lambda: self.life.sound.presence.since != since, "sleep is noticed")

    async def stall(self) -> None:
        name = await self._do(lambda: self.life.card.pactl("get-default-source").strip())
        await self._do(self.life.card.pactl, "suspend-source", name, "1")
        await self.life.until(lambda: self.life.sound.presence.reason != "", "a stall is noticed")
        await self._do(self.life.card.pactl, "suspend-source", name, "0")

    async def killed(self) -> None:
        await self._do(self.life.headsets.kill_streams, os.getpid())

    async def _do(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Beside the loop, which has sound to take."""
        return await asyncio.to_thread(work, *arguments)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a process holds."""

    threads: int
    """But for those of asyncio's pool, which grows to its size."""
    files: int


def balance() -> Balance:
    pool = [thread for thread in threading.enumerate() if thread.name.startswith("asyncio_")]
    return Balance(threading.active_count() - len(pool), len(list(Path("/proc/self/fd").iterdir())))


@dataclass(slots=True)
class Lived:
    """What came of it."""

    before: Balance
    """After the first answer."""
    after: Balance
    """After the last."""
    times_s: dict[str, list[float]]
    """By kind of event, how long until all was well again; an event may be long itself."""

    @property
    def grown(self) -> bool:
        """It has kept something."""
        return self.after.threads > self.before.threads or self.after.files > self.before.files

    def __str__(self) -> str:
        lines = [f"{'event':24}{'times':>6}{'median':>9}{'longest':>9}"]
        for name, times_s in sorted(self.times_s.items()):
            lines.append(f"{name:24}{len(times_s):6}{statistics.median(times_s):7.1f} s{max(times_s):7.1f} s")
        threads, files = (self.before.threads, self.after.threads), (self.before.files, self.after.files)
        return "\n".join([*lines, f"threads {threads[0]} → {threads[1]}, open files {files[0]} → {files[1]}"])


async def live_through(
    card: VirtualCard, question: Samples, events: int, seed: int, *, told: Callable[[str], None] = lambda line: None
) -> Lived:
    """So many events in a row. Raises AudioError where sound does not come back, or where it no longer answers."""
    async with Life(card, question) as life:
        troubles = Troubles(life, random.Random(seed))  # noqa: S311 - to be the same each time
        await life.flows()
        await _answers(life)
        before = balance()
        times_s: dict[str, list[float]] = {}
        for number in range(events):
            begun = time.monotonic()
            name = await troubles.happen()
            times_s.setdefault(name, []).append(time.monotonic() - begun)
            told(f"{number + 1:4} {name:24}{times_s[name][-1]:6.1f} s")
            if number % 10 == 9:
                await _answers(life)
        await _answers(life)
        return Lived(before, balance(), times_s)


async def _answers(life: Life) -> None:
    if not await life.answers():
        raise AudioError(f"it does not answer any more; sound says {life.sound.presence}")


@contextlib.asynccontextmanager
async def lived(card: VirtualCard, question: Samples, **arguments: Any) -> AsyncIterator[Life]:
    """One whose sound flows."""
    async with Life(card, question, **arguments) as life:
        await life.flows()
        yield life


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m voiceos.bench.earpiece", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()

    async def run() -> Lived:
        ((_, question),) = await spoken((QUESTION,), Settings())
        return await live_through(card, question, chosen.events, chosen.seed, told=lambda line: print(line, flush=True))

    with VirtualCard() as card:
        try:
            lived_through = asyncio.run(run())
        except AudioError as error:
            print(error)
            return 1
    print(f"\n{lived_through}")
    return int(lived_through.grown)


if __name__ == "__main__":
    sys.exit(main())
