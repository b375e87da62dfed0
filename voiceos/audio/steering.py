"""Our streams go where they belong: to the devices that the settings name while they are there, else to the default."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Literal

from voiceos.audio.routing import Route
from voiceos.audio.sound_server import SoundServer, View
from voiceos.config.model import Audio

log = logging.getLogger(__name__)

Direction = Literal["microphone", "loudspeaker"]


@dataclass(frozen=True, slots=True)
class Found:
    """What came of looking."""

    settled: bool
    """Nothing is on its way any more."""
    moved: bool = False
    """Sound goes through another device since it was last settled."""
    told: bool = False
    """And that is another piece of hardware."""
    missing: bool = False
    """A device that the settings name is not there."""


class Steering:
    """PulseAudio moves streams by itself when a device goes or the default changes, but not all, and not back."""

    def __init__(self, server: SoundServer, settings: Audio) -> None:
        self._server = server
        self._routes = {
            "loudspeaker": Route(settings.output_device),
            "microphone": Route(settings.input_device),
        }
        self._world: tuple[object, ...] = ()
        """The devices that were there when streams were last sent where they belong."""
        self._moved = self._told = False

    def opened(self, which: Direction, *, named: bool) -> None:
        """A new stream; `named` where PortAudio knew a device of the name in the settings."""
        self._routes[which].opened(named=named)
        self._world = ()

    async def follow(self, view: View) -> Found:
        """See where our streams are, and move them: once for each change of what there is, for whoever moves one by
        hand means it."""
        own = os.getpid()
        streams = {
            "loudspeaker": [stream for stream in view.playing if stream.process == own],
            "microphone": [stream for stream in view.recording if stream.process == own],
        }
        courses = {
            "loudspeaker": self._routes["loudspeaker"].look(streams["loudspeaker"], view.sinks, view.default_sink),
            "microphone": self._routes["microphone"].look(streams["microphone"], view.sources, view.default_source),
        }
        self._moved |= any(course.moved for course in courses.values())
        self._told |= any(course.told for course in courses.values())
        names = tuple(one.name for one in (*view.sinks, *view.sources))
        counts = tuple(len(ours) for ours in streams.values())
        world = (names, view.default_sink, view.default_source, counts)
        new, self._world = world != self._world, world
        on_the_way = False
        for which, course in courses.items():
            if new and course.move is not None:
                for stream in streams[which]:
                    moved = await self._server.move(stream, course.move, plays=which == "loudspeaker")
                    on_the_way |= moved
                    log.info("%s %s %s", which, "goes over to" if moved else "stays, not on", course.move.description)
        if on_the_way:
            return Found(settled=False)  # what came of it is seen in the next view
        found = Found(True, self._moved, self._told, any(course.missing for course in courses.values()))
        self._moved = self._told = False
        return found
