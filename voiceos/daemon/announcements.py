"""What was asked to be said: whether it has been heard."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from voiceos import events as ev
from voiceos.conductor import Conductor
from voiceos.daemon.part import Part
from voiceos.turn_taking.state import State


@dataclass(frozen=True, slots=True)
class _Waiting:
    announce: ev.Announce
    heard: asyncio.Future[bool]
    sounds: Callable[[], None]


class Announcements(Part):
    """Follows announcements through the machine: they wait, are made, and are heard to their end or are not."""

    def __init__(self) -> None:
        self._waiting: dict[int, _Waiting] = {}
        """By the number of what is announced: two may have the same words."""
        self._numbers = itertools.count(1)

    async def say(
        self,
        conductor: Conductor,
        text: str,
        at: float,
        *,
        unasked: bool = False,
        sounds: Callable[[], None] = lambda: None,
    ) -> bool:
        """Returns whether it has been heard to its end; a caller that is cancelled takes it back.

        Args:
            unasked: nobody waits for it, so a sound goes before it.
            sounds: called when its first word sounds; after a change of loudspeaker it may again.
        """
        announce = ev.Announce(at, text, number=next(self._numbers), unasked=unasked)
        heard: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[announce.number] = _Waiting(announce, heard, sounds)
        conductor.post(announce)
        try:
            return await heard
        except asyncio.CancelledError:
            state = conductor.state
            if state.announcing is announce or state.asking is announce:
                conductor.break_off()
            else:
                conductor.withdraw(text, number=announce.number)
            raise
        finally:
            del self._waiting[announce.number]

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        for waiting in list(self._waiting.values()):
            announce, heard = waiting.announce, waiting.heard
            if after.announcing is announce and before.announcing is not announce:
                waiting.sounds()
            if heard.done() or not (event is announce or _holds(before, announce)) or _holds(after, announce):
                continue
            heard.set_result(isinstance(event, ev.PlaybackFinished) and before.announcing is announce)


def _holds(state: State, announce: ev.Announce) -> bool:
    return (
        announce is state.asking or announce is state.announcing or any(one is announce for one in state.announcements)
    )
