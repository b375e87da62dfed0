"""Whether an engine's child gives the signs of life that it owes, and whether it would where it owes none.

A computation is no hang: while the child works, each of its steps is a sign of life, and it may be silent for its
budget. While it rests it would not be missed before the next question, so it is asked now and then; it answers at once,
since all that it does is to wait for its mail.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PING = 0
"""The number of what the child is asked while it rests; calls count from 1."""

REST_S = 15.0
"""How long a child rests before it is asked."""


class Pulse:
    """Between `begin` and `end` a child runs and has loaded.

    Args:
        budget_s: longest silence of a child that owes something, asked for at each use.
        rest_s: how long it may rest before it is asked, likewise.
        ask: sends the ping.
        stuck: told once when a child has been silent for its budget.
    """

    def __init__(
        self,
        *,
        budget_s: Callable[[], float],
        rest_s: Callable[[], float],
        ask: Callable[[], None],
        stuck: Callable[[], None],
    ) -> None:
        self._budget_s = budget_s
        self._rest_s = rest_s
        self._ask = ask
        self._stuck = stuck
        self._owed: set[int] = set()
        """Calls for which the child has something to do; one that waits for its reader is not among them."""
        self._heard_at = 0.0
        self._look_again: asyncio.TimerHandle | None = None
        self._ask_again: asyncio.TimerHandle | None = None

    @property
    def silent_s(self) -> float:
        """How long it has owed a sign of life, in seconds; 0 where it owes none."""
        return time.monotonic() - self._heard_at if self._owed else 0.0

    def begin(self) -> None:
        """A child has loaded, and owes nothing."""
        self._owed.clear()
        self._rest()

    def end(self) -> None:
        """There is no child any more."""
        self._owed.clear()
        for timer in (self._look_again, self._ask_again):
            if timer is not None:
                timer.cancel()
        self._look_again = self._ask_again = None

    def owes(self, number: int) -> None:
        """The child has something to do for this call, whether or not anybody still waits for it."""
        if not self._owed:
            self._heard_at = time.monotonic()
        self._owed.add(number)
        if self._look_again is None:
            self._look_again = asyncio.get_running_loop().call_later(self._budget_s(), self._look)

    def heard(self, number: int, *, more: bool) -> None:
        """A sign of life for a call; `more` is to come without further asking."""
        self._heard_at = time.monotonic()
        if not more:
            self._owed.discard(number)

    def _look(self) -> None:
        self._look_again = None
        if not self._owed:
            return
        left_s = self._budget_s() - self.silent_s
        if left_s > 0:
            self._look_again = asyncio.get_running_loop().call_later(left_s, self._look)
        else:
            self._stuck()

    def _rest(self) -> None:
        self._ask_again = asyncio.get_running_loop().call_later(self._rest_s(), self._ask_one_that_rests)

    def _ask_one_that_rests(self) -> None:
        if not self._owed:
            self.owes(PING)
            self._ask()
        self._rest()
