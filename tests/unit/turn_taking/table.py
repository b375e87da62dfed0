"""The turn-taking machine on paper: events in, commands out, by hand."""

from __future__ import annotations

from dataclasses import replace

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.machine import step
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State

POLICY = Policy(
    barge_in_s=0.12, end_silence_s=0.35, judges=frozenset({"sound"}), completion_threshold=0.5, unfinished_silence_s=1.5
)
FUSED = replace(POLICY, judges=frozenset({"sound", "words"}))


class Table:
    """A conversation on paper: feed events, read the commands of the last one."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.state = State()
        self.log: list[do.Command] = []
        self.learned: list[do.LearnPause] = []
        """Kept apart: what a pause teaches is beside the point of most rules."""
        self.flows = True
        """Sound is known up to each event; set to False where it is held up."""

    def feed(self, event: ev.Event) -> list[do.Command]:
        if self.flows:
            self.state = replace(self.state, heard_until=event.at)
        self.state, wanted = step(self.state, event, self.policy)
        self.learned += [command for command in wanted if isinstance(command, do.LearnPause)]
        wanted = [command for command in wanted if not isinstance(command, do.LearnPause)]
        self.log += wanted
        return wanted

    def says(self, began_at: float, until: float) -> list[do.Command]:
        """The user speaks from `began_at` to `until`, and a pause is noticed 0.1 s later."""
        opened = self.feed(ev.SpeechStarted(began_at + 0.06, began_at, began_at + 0.06))
        for n in range(1, int((until - began_at) / 0.1)):
            at = began_at + 0.06 + n * 0.1
            opened += self.feed(ev.Tick(at, heard_until=at))
        return opened + self.feed(ev.SpeechPaused(until + 0.1, until, until - began_at))

    def heard(self, at: float, heard: ev.Heard, probability: float = 0.9) -> list[do.Command]:
        turn, revision = self.state.turn, self.state.revision
        wanted = self.feed(ev.EndpointJudged(at, turn, revision, probability))
        return wanted + self.feed(ev.Transcribed(at, turn, revision, heard))

    def speaking(self) -> Table:
        """Bring it to where the reply to a question sounds, from 2.0 s on."""
        self.says(0.0, 1.0)
        self.heard(1.3, ev.Words("how are you"))
        self.feed(ev.EndpointJudged(1.35, self.state.turn, self.state.revision, 0.9, "words"))
        self.feed(ev.Tick(1.4))
        self.feed(ev.PlaybackStarted(2.0, self.state.turn))
        assert self.state.phase is Phase.SPEAKING
        return self
