"""What an earpiece goes through: headsets come and go, the sound server dies, the computer sleeps, at random.

    python -m voiceos.bench.earpiece --events 200 --seed 1

The whole program runs over the virtual sound card, with scripted engines. After each event sound has to flow through
the devices that are the default by then; in between, and at the end, it is talked to and has to answer aloud.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voiceos.audio.frames import Samples
from voiceos.audio.presence import NO_LOUDSPEAKER, NO_MICROPHONE
from voiceos.bench.life import LOOK_S, QUESTION, Life
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import spoken
from voiceos.config import Settings
from voiceos.errors import AudioError

ENDING_LOOKS = 50
"""So often it is asked whether what is just ending has ended."""


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

    names: tuple[str, ...]
    """Of its threads, but for those of asyncio's pool, which grows to its size."""
    files: int

    @property
    def threads(self) -> int:
        return len(self.names)

    def more_than(self, other: Balance) -> bool:
        return self.threads > other.threads or self.files > other.files


def balance() -> Balance:
    names = (thread.name for thread in threading.enumerate() if not thread.name.startswith("asyncio_"))
    return Balance(tuple(sorted(names)), len(list(Path("/proc/self/fd").iterdir())))


async def lasting(before: Balance) -> Balance:
    """What it holds once what is just ending has ended."""
    for _ in range(ENDING_LOOKS):
        if not balance().more_than(before):
            break
        await asyncio.sleep(LOOK_S)
    return balance()


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
        return self.after.more_than(self.before)

    def __str__(self) -> str:
        lines = [f"{'event':24}{'times':>6}{'median':>9}{'longest':>9}"]
        for name, times_s in sorted(self.times_s.items()):
            lines.append(f"{name:24}{len(times_s):6}{statistics.median(times_s):7.1f} s{max(times_s):7.1f} s")
        threads, files = (self.before.threads, self.after.threads), (self.before.files, self.after.files)
        lines.append(f"threads {threads[0]} → {threads[1]}, open files {files[0]} → {files[1]}")
        if self.grown:
            lines.append(f"threads then: {', '.join(self.before.names)}; now: {', '.join(self.after.names)}")
        return "\n".join(lines)


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
        return Lived(before, await lasting(before), times_s)


async def _answers(life: Life) -> None:
    if not await life.answers():
        raise AudioError(f"it does not answer any more; sound says {life.sound.presence}")


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
