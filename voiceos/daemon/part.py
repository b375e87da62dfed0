"""What stands beside the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from voiceos.observer import Observer


@dataclass(frozen=True, slots=True)
class Degraded:
    """Something does not work as it should; `status` tells of it."""

    what: str
    """One sentence."""
    hint: str = ""
    """What to do, one sentence; empty where nothing helps."""


class Part(Observer):
    """Entered before the conversation begins, left after it has ended, and told of it meanwhile.

    A part owns its tasks: begun in `__aenter__`, cancelled and awaited in `__aexit__`. What keeps one from starting
    (a `VoiceosError` out of `__aenter__`) keeps the daemon from starting.
    """

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing was begun here."""

    def degraded(self) -> Sequence[Degraded]:
        """What does not work as it should just now, as far as this part knows; asked often, so at hand."""
        return ()
