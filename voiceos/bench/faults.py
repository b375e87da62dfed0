"""What befalls the running program in a long run: one kind of fault after the other, each kind before any comes again.

A fault is over when the program is well again by its own account (`voiceos status`) and by that of the sound server:
every engine ready, nothing missing, and both streams on the devices that are the default by then.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

import psutil

from voiceos.audio.sound_server import SoundServer
from voiceos.bench.hung_engine import HungEngine, choose
from voiceos.bench.session import Session
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.virtual_headset import OWN, Headsets, at_home
from voiceos.errors import VoiceosError

PATIENCE_S = 60.0
"""Longest wait for it to be well again: an engine loads its model."""

RATES_HZ = (8_000, 16_000, 48_000)
"""Of a Bluetooth headset, in its profiles for calls and for music."""

STEADY_S = 0.5
"""So long all has to be well: what has just gone may not have been noticed yet."""

LOOK_S = 0.1

HEADSET = "headset"

ENGINES = ("engine hung", "engine killed")
"""Kinds after which an engine is another process."""

T = TypeVar("T")


class Faults:
    """`async with Faults(session, card, config, chance) as faults: await faults.happen("engine killed")`.

    Args:
        config: the program's config.toml.
    """

    def __init__(self, session: Session, card: VirtualCard, config: Path, chance: random.Random) -> None:
        self._session = session
        self._card = card
        self._config = config
        self._chance = chance
        self._headsets = Headsets(card)
        self._plugged = False
        self._stack = contextlib.AsyncExitStack()
        self._hung: HungEngine | None = None
        self._happened = ""
        self._bags: dict[bool, list[str]] = {True: [], False: []}
        """Kinds yet to come, of engines and of all else, before any comes again."""
        self._engine_next = True
        self.kinds: Mapping[str, Callable[[], Awaitable[None]]] = {
            "engine killed": self._kill_engine,
            "engine hung": self._hang_engine,
            "sound server killed": self._kill_server,
            "sound server frozen": self._freeze_server,
            "microphone suspended": self._suspend_microphone,
            "headset gone and back at another rate": self._change_profile,
            "another default device": self._change_default,
            "settings changed": self._change_settings,
        }
        self.came: Counter[str] = Counter()
        """By kind, those that are over."""

    async def __aenter__(self) -> Self:
        self._server = await self._stack.enter_async_context(SoundServer())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._hung is not None:
            self._hung.wake()
        await self._stack.aclose()

    @property
    def outstanding(self) -> Sequence[str]:
        """Kinds that have not come yet."""
        return [name for name in self.kinds if not self.came[name]]

    async def happen(self, *, engines: bool) -> str:
        """The next one; its name.

        Args:
            engines: every other one may be an engine's; else none is.
        """
        of_engine = engines and self._engine_next
        self._engine_next = not of_engine
        bag = self._bags[of_engine]
        if not bag:
            bag += sorted(name for name in self.kinds if (name in ENGINES) == of_engine)
            self._chance.shuffle(bag)
        name = bag.pop()
        await self.kinds[name]()
        self._happened = name
        return name

    async def over(self) -> None:
        """Return once it is well again. Raises VoiceosError where that does not come about."""
        if self._hung is not None:
            hung, self._hung = self._hung, None
            await hung.given_up()
        well_s, state = 0.0, "it does not answer"
        try:
            async with asyncio.timeout(PATIENCE_S):
                while well_s < STEADY_S:
                    state = await self._ill()
                    well_s = 0.0 if state else well_s + LOOK_S
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise VoiceosError(f"it is not well again: {state}") from None
        self.came[self._happened] += 1

    async def _ill(self) -> str:
        """What is not as it should be; empty where all is well."""
        status = await self._session.status()
        down = [engine["name"] for engine in status["engines"] if engine["state"] != "ready"]
        if down:
            return f"{', '.join(down)} not ready"
        if status["devices"]["no_sound"]:
            return str(status["devices"]["no_sound"])
        if self._server.view is None or not at_home(self._server.view, self._session.process.pid):
            return "its streams are not on the default devices"
        return ""

    async def _kill_engine(self) -> None:
        await self._to_engine(psutil.Process.kill)

    async def _hang_engine(self) -> None:
        """Until it is given up."""
        self._hung = await self._to_engine(HungEngine)

    async def _to_engine(self, do: Callable[[psutil.Process], T]) -> T:
        """Done to one that is ready; waits for it."""
        while True:
            one = choose((await self._session.status())["engines"], self._chance)
            if one is not None:
                with contextlib.suppress(psutil.NoSuchProcess):  # ended just now: another
                    return do(one)
            await asyncio.sleep(LOOK_S)

    async def _kill_server(self) -> None:
        self._card.stop_server(kill=True)
        self._plugged = False
        await asyncio.sleep(self._chance.choice((0.0, 1.0, 3.0)))
        await asyncio.to_thread(self._card.start_server)
        await self._stack.enter_async_context(self._card.room_noise())

    async def _freeze_server(self) -> None:
        with self._card.frozen_server():
            await asyncio.sleep(self._chance.uniform(0.2, 2.0))

    async def _suspend_microphone(self) -> None:
        source = (await asyncio.to_thread(self._card.pactl, "get-default-source")).strip()
        await asyncio.to_thread(self._card.pactl, "suspend-source", source, "1")
        await asyncio.sleep(self._chance.uniform(0.5, 5.0))
        await asyncio.to_thread(self._card.pactl, "suspend-source", source, "0")

    async def _change_profile(self) -> None:
        """A headset's sink and source go, and come back at another rate; one that was not there comes first."""
        if not self._plugged:
            await self._plug(48_000)
            await asyncio.sleep(self._chance.uniform(0.0, 2.0))
        await asyncio.to_thread(self._headsets.unplug, HEADSET)
        await asyncio.sleep(self._chance.choice((0.0, 0.1, 0.5)))
        await self._plug(self._chance.choice(RATES_HZ))

    async def _change_default(self) -> None:
        if not self._plugged:
            await self._plug(48_000)
        view = self._server.view
        other = OWN[0] if view is not None and view.default_sink == HEADSET else HEADSET
        await asyncio.to_thread(self._headsets.choose, other)

    async def _plug(self, rate_hz: int) -> None:
        await asyncio.to_thread(self._headsets.plug, HEADSET, rate_hz)
        self._plugged = True

    async def _change_settings(self) -> None:
        volume = self._chance.choice(("0.6", "0.7", "0.8"))
        text = self._config.read_text()
        lines = [line for line in text.splitlines() if not line.startswith("volume =")]
        place = lines.index("[audio]") + 1
        self._config.write_text("\n".join([*lines[:place], f"volume = {volume}", *lines[place:]]) + "\n")
