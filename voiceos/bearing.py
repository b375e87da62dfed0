"""How the conversation bears itself: the numbers that it goes by, what was learned of the user, the quiet they want."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from voiceos import commands as do
from voiceos.turn_taking.pauses import PauseProfile
from voiceos.turn_taking.policy import Mode, Policy

KeepPauses = Callable[[PauseProfile], Coroutine[Any, Any, None]]


class Bearing:
    """Changed by the settings, by wishes, and by what the user's pauses teach.

    Args:
        keep_pauses: keeps what was learned of the user's pauses; None: nothing is learned.
    """

    def __init__(self, policy: Policy, *, play_earcons: bool, keep_pauses: KeepPauses | None) -> None:
        self.policy = policy
        """With what was learned."""
        self.play_earcons = play_earcons
        self.keep_pauses = keep_pauses
        self.quiet_until: datetime | None = None
        """Asked for by the user."""

    def go_by(self, policy: Policy, *, play_earcons: bool, keep_pauses: KeepPauses | None) -> None:
        """Go by other settings from now on; what the user wants for now stays."""
        self.policy = replace(policy, hushed=self.policy.hushed)
        self.play_earcons, self.keep_pauses = play_earcons, keep_pauses

    def set_mode(self, mode: str) -> None:
        self.policy = replace(self.policy, mode=cast(Mode, mode))

    def hush(self, until: datetime | None) -> None:
        """Say nothing unasked until then, and answer only to the name; None: no more."""
        self.quiet_until = until
        self.policy = replace(self.policy, hushed=until is not None)

    def learn(self, pause: do.LearnPause) -> None:
        if self.keep_pauses is not None:
            self.policy = self.policy.learned(pause)
