"""When the first meeting begins, and when nobody answers it: at a pause, by the time that the conversation tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from voiceos import commands as do
from voiceos import events as ev
from voiceos.audio.presence import STARTING
from voiceos.daemon.part import Part
from voiceos.skills.meeting import WISHES
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State
from voiceos.turn_taking.utterance import holds_back

if TYPE_CHECKING:
    from voiceos.acquaintance import Acquaintance
    from voiceos.live import Live

SILENCE_S = (12.0, 25.0)
"""So long nobody has spoken behind a question before it is asked once more, and before it is let be. Who thinks of an
answer may take some seconds; set by hand."""

LATER_S = 600.0
"""So long behind a meeting that was let be it is not offered again, and then only once the user has spoken; set by
hand."""

BEHIND_S = 3.0
"""What is offered waits for a pause of this behind an answer, so that it cuts in on nothing."""


class FirstMeeting(Part):
    """Args:
    live: the conversation.
    """

    def __init__(self, live: Callable[[], Live]) -> None:
        self._live = live
        self._ready = False
        self._waits: str | None = None
        """What was given to be said and has not sounded yet."""
        self._queued = False
        self._last = ""
        """What was given to be said last."""
        self._silent_since = float("-inf")
        self._let_be_at: float | None = None
        self._spoke_at = float("-inf")

    def ready(self) -> None:
        self._ready = True

    def decided(self, event: ev.Event, policy: Policy, before: State, commands: Sequence[do.Command] | None) -> None:
        for command in commands or ():
            if isinstance(command, (do.Release, do.Perform)):
                self._spoke_at = event.at
                if isinstance(command, do.Release):
                    self._live().acquaintance.moved_on()
                elif command.intent.name == ev.CRISIS:
                    self.rest()
                elif command.intent.name in WISHES:
                    self._waits, self._queued = None, False

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        if not self._ready:
            return
        live = self._live()
        acquaintance = live.acquaintance
        if isinstance(event, ev.Announce) and event.text == self._waits:
            self._queued = True
        elif self._queued and self._waits not in _texts(after):  # dropped, as by `voiceos cancel`
            self._said(acquaintance)
        if self._waits is not None and after.announcing is not None and after.announcing.text == self._waits:
            self._said(acquaintance)
        if after.phase is not Phase.QUIET or not self._hears(live, after):
            self._silent_since = event.at
            return
        silent_s = event.at - max(self._silent_since, after.quiet_since)
        if acquaintance.due:
            if not acquaintance.in_quiet_hours or self._is_awake(acquaintance, silent_s):
                self._begin(live)
        elif acquaintance.open:
            self._watch(live, silent_s, event.at)
        elif self._waited(silent_s) and not acquaintance.in_quiet_hours:
            self._let_be_at = None
            self._say(live, acquaintance.offers())

    def _said(self, acquaintance: Acquaintance) -> None:
        self._waits, self._queued, acquaintance.put = None, False, True

    def _hears(self, live: Live, state: State) -> bool:
        """Whether somebody could answer: sound flows both ways, nobody else is talked to, and nothing else waits."""
        return (
            not live.conductor.muted
            and live.presence.reason in ("", STARTING)
            and state.lost_at is None
            and not holds_back(state, live.conductor.policy)
            and not state.announcements
            and self._waits is None
        )

    def _waited(self, silent_s: float) -> bool:
        """Whether a meeting that was let be may be offered again."""
        return self._let_be_at is not None and self._spoke_at > self._let_be_at + LATER_S and silent_s > BEHIND_S

    def _is_awake(self, acquaintance: Acquaintance, silent_s: float) -> bool:
        """Whether a meeting may begin in quiet hours: the user has spoken, and was answered."""
        return acquaintance.due == "meeting" and self._spoke_at > float("-inf") and silent_s > BEHIND_S

    def _begin(self, live: Live) -> None:
        sleeps = live.conductor.policy.sleeps
        self._say(live, live.acquaintance.only_tells() if sleeps else live.acquaintance.begins())

    def _watch(self, live: Live, silent_s: float, at: float) -> None:
        acquaintance = live.acquaintance
        if acquaintance.in_quiet_hours:  # who fell silent may sleep: it lets that be without a word
            if silent_s >= sum(SILENCE_S):
                acquaintance.rest()
                self._let_be_at = at
            return
        if silent_s < SILENCE_S[min(acquaintance.meeting.silences, len(SILENCE_S) - 1)]:
            return
        self._say(live, acquaintance.silent())
        if not acquaintance.open:
            self._let_be_at = at

    def rest(self) -> None:
        """Somebody is in danger: nothing is asked, what was cut off is not said again, and a question that sounds
        ends."""
        live = self._live()
        live.acquaintance.rest()
        self._waits, self._queued, self._let_be_at = None, False, None
        if not self._last:
            return
        live.conductor.withdraw(self._last)
        if (said := live.conductor.state.announcing) is not None and said.text == self._last:
            live.conductor.break_off()

    def _say(self, live: Live, text: str) -> None:
        if text:
            self._waits, self._queued, self._last = text, False, text
            live.conductor.announce(text)


def _texts(state: State) -> set[str]:
    """What is being announced, or waits to be."""
    return {one.text for one in (state.asking, state.announcing, *state.announcements) if one is not None}
