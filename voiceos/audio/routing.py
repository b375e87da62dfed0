"""Where our streams are, by the sound server's account, and where they should be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voiceos.audio.sound_server import Endpoint, Stream


@dataclass(frozen=True, slots=True)
class Course:
    """What is to be done about one direction."""

    move: Endpoint | None
    """Where the stream belongs, if it is elsewhere."""
    moved: bool
    """It is on another device than when last looked at."""
    told: bool
    """And that is another piece of hardware, not the same headset in another profile."""
    missing: bool
    """The device that the settings name is not there."""


class Route:
    """One direction: microphone or loudspeaker.

    Args:
        part: of the device's name, as in the settings; "" is the system's default.
    """

    def __init__(self, part: str) -> None:
        self._part = part
        self._home = ""
        """Server's name of the device that PortAudio has found by that name, where it always goes to one device."""
        self._named = False
        self._at: Endpoint | None = None
        self._known = False

    def opened(self, *, named: bool) -> None:
        """A new stream; `named` where PortAudio knew a device of that name."""
        self._named, self._at, self._known = named, None, False

    def look(self, streams: Sequence[Stream], endpoints: Sequence[Endpoint], default: str) -> Course:
        """
        Args:
            streams: our own in this direction.
            endpoints: there are.
            default: name of the system's.
        """
        here = next((one for one in endpoints if streams and one.index == streams[0].device), None)
        if here is not None and not self._known:
            self._known = True
            # A name for whatever is the default ("pulse") is none of a device.
            self._home = here.name if self._part and self._named and here.name != default else self._home
        wanted, missing = self._wanted(endpoints, default)
        before, self._at = self._at, here or self._at
        moved = before is not None and here is not None and (before.index, before.name) != (here.index, here.name)
        return Course(
            move=wanted if streams and wanted is not None and wanted != here else None,
            moved=moved,
            told=moved and before is not None and here is not None and not _same(before, here),
            missing=missing,
        )

    def _wanted(self, endpoints: Sequence[Endpoint], default: str) -> tuple[Endpoint | None, bool]:
        if self._home:
            for one in endpoints:
                if one.name == self._home:
                    return one, False
        elif self._part and not self._named:
            for one in endpoints:
                if self._part.casefold() in one.name.casefold() or self._part.casefold() in one.description.casefold():
                    return one, False
        usual = next((one for one in endpoints if one.name == default), endpoints[0] if endpoints else None)
        return usual, bool(self._home) or (bool(self._part) and not self._named)


def _same(before: Endpoint, after: Endpoint) -> bool:
    return before.name == after.name or (before.card is not None and before.card == after.card)
