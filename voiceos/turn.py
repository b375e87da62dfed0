"""The record of a turn while it lasts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from voiceos.mood import Delivery, Prosody
from voiceos.speaking.reply import Reply
from voiceos.trace import Trace


@dataclass(slots=True)
class Turn:
    trace: Trace
    now: datetime
    """Wall-clock time at which it began; the prompt may tell it, so it stays the same through the turn."""
    user_text: str | None = None
    """None for what the assistant says of its own accord."""
    prosody: Prosody | None = None
    """How the user said it; None where that is not known."""
    delivery: Delivery | None = None
    """How the answer is to sound; None: as the mood is by itself."""
    reply: Reply | None = None
    number: int | None = None
    """Of its reply in the player; each try has another."""
    clip: str = ""
    """What is said by a clip rendered ahead, where there is no `reply`."""
    clip_key: str = ""
    committed: bool = False
    failed: bool = False
    """Its reply broke off."""
    finished: bool = False
    """All that there is of its reply has been heard."""
    private: bool = False
    """No log tells a word of it, whatever the settings say."""
    kept: bool = True
    """It is remembered once it is over."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def words(self) -> str:
        """What it says, heard or not."""
        return self.clip if self.reply is None else self.reply.text
