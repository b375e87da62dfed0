"""The one loop: facts in, machine, commands out. It decides nothing; whose turn it is, the machine knows.

Everything arrives through one inbox and is dealt with in order, so the machine, the gate and the player never disagree.
`deeds.py` carries the commands out, and what is done for a turn is in `work.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from voiceos import commands as do
from voiceos import events as ev
from voiceos.audio.frames import FRAME_S, Frame
from voiceos.audio.level import LevelWatch
from voiceos.audio.speaker import SpeakerEvent, Started
from voiceos.bearing import Bearing, KeepPauses
from voiceos.clock import Clock
from voiceos.deeds import Deeds
from voiceos.errors import bug
from voiceos.exchange import Exchange
from voiceos.idleness import Idleness
from voiceos.languages import Phrases
from voiceos.listening.ears import Ears
from voiceos.mood import Steady
from voiceos.observer import Observer
from voiceos.speaking.clips import Clips
from voiceos.speaking.ports import Loudspeaker, TextToSpeech
from voiceos.switch import MicrophoneSwitch
from voiceos.thinking.openers import Openers
from voiceos.thinking.thinker import Thinker
from voiceos.ticker import Ticker
from voiceos.turn_taking.machine import step
from voiceos.turn_taking.policy import Mode, Policy
from voiceos.turn_taking.state import IllegalEvent, Phase, State
from voiceos.turn_taking.utterance import holds_back
from voiceos.work import ENGINE_SENTENCES, Work

log = logging.getLogger(__name__)

SPEAKS = (ev.Announce, ev.LoudspeakerBack)
"""After these something may be said that nobody asked for."""


class Conductor:
    """`await conductor.run()` until `shut_down()`.

    Args:
        player: the loudspeaker, asked for anew at each use since a lost device is replaced.
        openers: what an answer may begin with while it is still being thought of; None for nothing.
        observer: told what goes on.
        mute, keep_pauses: see `MicrophoneSwitch` and `Bearing`.
        on_over, mood: see `Work`.
        attend: told whether frames are wanted at once: not while nobody speaks.
    """

    def __init__(
        self,
        *,
        ears: Ears,
        thinker: Thinker,
        tts: TextToSpeech,
        player: Callable[[], Loudspeaker],
        phrases: Phrases,
        clips: Clips,
        policy: Policy,
        clock: Clock,
        name: str,
        language: str,
        speed: float = 1.0,
        play_earcons: bool = True,
        mute: Callable[[bool], Coroutine[Any, Any, bool]] | None = None,
        keep_pauses: KeepPauses | None = None,
        attend: Callable[[bool], None] = lambda attentive: None,
        health: Callable[[], str] = lambda: "healthy",
        openers: Openers | None = None,
        observer: Observer | None = None,
        on_over: Callable[[Exchange], None] = lambda exchange: None,
        mood: Steady | None = None,
    ) -> None:
        self.state = State()
        self.name = name
        self._observer = observer or Observer()
        self._work = Work(
            thinker=thinker,
            tts=tts,
            player=player,
            phrases=phrases,
            clips=clips,
            clock=clock,
            name=name,
            language=language,
            speed=speed,
            post=self.post,
            openers=openers,
            on_trace=self._observer.answered,
            on_over=on_over,
            mood=mood,
        )
        self._bearing = Bearing(policy, play_earcons=play_earcons, keep_pauses=keep_pauses)
        self.deeds = Deeds(
            work=self._work,
            ears=ears,
            thinker=thinker,
            player=player,
            phrases=phrases,
            bearing=self._bearing,
            language=language,
            clock=clock,
            post=self.post,
        )
        self._ears = ears
        self._thinker = thinker
        self._player = player
        self._clock = clock
        self._switch = MicrophoneSwitch(
            mute,
            spawn=lambda work: self._work.spawn(work, None, 0, "error.audio"),
            post=self.post,
            earcon=self.deeds.earcon,
            clock=clock,
        )
        self._attend = attend
        self._health = health
        self._inbox: asyncio.Queue[Frame | ev.Event | SpeakerEvent] = asyncio.Queue()
        self._coming = 0
        """What may lead to an announcement, in the inbox."""
        self._level = LevelWatch()
        self._ticker = Ticker(self.post, clock=clock)
        self._ending = False
        self._running = False
        self._idleness = Idleness()
        self._silence = Idleness()
        """Likewise, and where nothing can be heard there is silence whatever goes on."""

    # What may be told from outside.

    def post(self, fact: Frame | ev.Event | SpeakerEvent) -> None:
        """Queue a fact; from within the loop only. Sound from before `run` is not listened to."""
        if self._running or not isinstance(fact, Frame):
            if isinstance(fact, SPEAKS):
                self._coming += 1
                self._tell_idle()
            self._inbox.put_nowait(fact)

    def announce(self, text: str, *, key: bool = False, urgency: ev.Urgency = "normal") -> None:
        self._work.missed_engine |= key and text in ENGINE_SENTENCES
        self.post(ev.Announce(self._clock.monotonic(), text, key, urgency))

    def withdraw(self, text: str, *, number: int = 0) -> None:
        """An announcement is no longer true: it is not said unless it sounds already. See `ev.Withdraw`."""
        self.post(ev.Withdraw(self._clock.monotonic(), text, number))

    def break_off(self) -> None:
        """Stop what is being said, thought of or listened to; nothing comes of it."""
        self.post(ev.BreakOff(self._clock.monotonic()))

    def engine_back(self, *, well: bool, thinks: bool = False) -> None:
        """An engine works again; said only where a failure was.

        Args:
            well: so does every other.
            thinks: it is the language model, whose lanes are now empty.
        """
        if thinks and self._running:
            self._work.spawn(self._thinker.warm_up(), None, 0, None)
        if well and self._work.missed_engine:
            self._work.missed_engine = False
            self.announce("restored", key=True)

    async def wait_idle(self) -> None:
        """Return when nobody speaks, and nothing waits to be said but for a loudspeaker."""
        await self._idleness.wait()

    async def wait_busy(self) -> None:
        """Return when somebody speaks, or something waits to be said."""
        await self._idleness.wait_busy()

    async def wait_silent(self) -> None:
        """Likewise, or where there is no loudspeaker that anything could be heard from."""
        while not self._silence.idle:
            await self._silence.wait()

    async def wait_answered(self) -> None:
        """Return when what the user has just said has been answered, and nobody speaks."""
        await self._idleness.wait_through()

    def own_words(self, since: float) -> str:
        """What the assistant is saying, and what it said that may be in sound captured since a moment, monotonic s."""
        return self._work.own_words(since)

    def sounded_since(self, at: float) -> bool:
        """Whether anything that the assistant says has sounded since a moment, monotonic seconds."""
        return self._work.sounded_since(at)

    def heard_of(self, text: str) -> str | None:
        """What was heard so far of the reply with this text; None where it is not being said."""
        return self._work.heard_of(text)

    @property
    def policy(self) -> Policy:
        """With what was learned."""
        return self._bearing.policy

    def go_by(
        self,
        policy: Policy,
        *,
        name: str,
        speed: float,
        play_earcons: bool,
        openers: Openers | None,
        keep_pauses: KeepPauses | None,
    ) -> None:
        """Go by other settings from now on; for between turns."""
        self._bearing.go_by(policy, play_earcons=play_earcons, keep_pauses=keep_pauses)
        self.name = name
        self._work.go_by(name=name, speed=speed, openers=openers)

    # Controls: what wishes may change.

    @property
    def volume(self) -> float:
        return self._player().volume

    @property
    def speed(self) -> float:
        return self._work.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._work.speed = speed

    @property
    def muted(self) -> bool:
        """Whether the microphone is to be closed; opening it may take a while."""
        return self._switch.off

    def mute(self) -> None:
        """Close the microphone."""
        self._switch.turn(off=True)

    def begin_muted(self) -> None:
        """Before `run`: the microphone is closed already."""
        self._switch.off = True

    def unmute(self) -> None:
        """Open it again."""
        self._switch.turn(off=False)

    def listen(self) -> bool:
        """Listen to what the user says next, in every mode, and end what is being said; returns False where the
        microphone is off, which an earcon tells."""
        if self.muted:
            self.deeds.earcon("muted")
            return False
        self.post(ev.Listen(self._clock.monotonic()))
        return True

    @property
    def mode(self) -> Mode:
        return self.policy.mode

    @property
    def voice(self) -> float:
        """Probability that somebody speaks in the newest frame, 0 to 1."""
        return self._ears.gate.probability

    def set_mode(self, mode: str) -> None:
        self._bearing.set_mode(mode)

    @property
    def quiet_until(self) -> datetime | None:
        """Asked for by the user."""
        return self._bearing.quiet_until

    def hush(self, until: datetime | None) -> None:
        """See `Bearing.hush`."""
        self._bearing.hush(until)
        self._tell_idle()

    def last_reply(self) -> str:
        return self._work.last_reply

    def let_go(self) -> None:
        """Of what was said something is forgotten: nothing of it is left here. The language model's part of it is read
        anew, at once where nobody speaks."""
        self._work.let_go()
        if self._running and self.state.phase is Phase.QUIET:
            self._work.spawn(self._thinker.settle(), None, 0, None)

    def health(self) -> str:
        return self._health()

    def shut_down(self) -> None:
        """End `run` as soon as what is being said has been heard."""
        self._ending = True
        self.deeds.earcon("goodbye")

    # The loop.

    async def run(self) -> None:
        """Until shut down; then every task is cancelled and awaited."""
        self._running = True
        self._attend(self.state.phase is not Phase.QUIET)
        self.deeds.earcon("muted" if self.muted else "listening")
        ticker = asyncio.create_task(self._ticker.run(), name="tick")
        try:
            while not (self._ending and self._silence.idle):
                fact = await self._inbox.get()
                if isinstance(fact, Frame):
                    self._hear(fact)
                elif isinstance(fact, SpeakerEvent):
                    self._played(fact)
                else:
                    if isinstance(fact, ev.MicrophoneOpened):
                        self._level = LevelWatch()
                    self._coming -= isinstance(fact, SPEAKS)
                    self._step(fact)
        finally:
            ticker.cancel()
            await asyncio.gather(ticker, self._work.aclose(), return_exceptions=True)

    def _hear(self, frame: Frame) -> None:
        now = self._ticker.frame_at = self._clock.monotonic()
        self._ears.keep(frame)
        if self.mode == "wakeword":
            for event in self._ears.heed(now):
                self._step(event)
        if self.deeds.ignores_microphone:
            self._step(ev.Tick(now))
            self._watch_level(frame, now, 0.0)
            return
        self._ears.gate.heeds_fading = self.state.phase is not Phase.OVERLAP
        self._ears.gate.over_reply = self.state.phase in (Phase.ANSWERING, Phase.SPEAKING)
        for event in self._ears.feed(now):
            self._step(event)
        self._step(ev.Tick(now, frame.at + FRAME_S))
        self._watch_level(frame, now, self._ears.gate.probability)

    def _watch_level(self, frame: Frame, now: float, speech_probability: float) -> None:
        notice = self._level.feed(frame, speech_probability)
        if notice is not None:
            self._step(ev.Announce(now, notice.value, key=True))

    def _played(self, event: SpeakerEvent) -> None:
        turn = self._work.turn_of(event.number)
        if turn is None:
            return
        if isinstance(event, Started):
            opening = self._work.sounds(turn, event.at)
            self._step(ev.PlaybackStarted(event.at, turn, opening))
        else:
            self._work.finish(turn)
            self._step(ev.PlaybackFinished(self._clock.monotonic(), turn))

    def _step(self, event: ev.Event) -> None:
        if self.quiet_until is not None and self._clock.now() >= self.quiet_until:
            self.hush(None)
        before = self.state
        try:
            self.state, wanted = step(self.state, event, self.policy)
        except IllegalEvent:
            log.exception("an event was refused")
            self._observer.decided(event, self.policy, before, None)
            return
        self._observer.decided(event, self.policy, before, wanted)
        if self.state.phase is not before.phase:
            log.debug("%s → %s on %s", before.phase.value, self.state.phase.value, type(event).__name__)
            self._attend(self.state.phase is not Phase.QUIET)
        if isinstance(event, ev.SpeechPaused) and self.state.phase is Phase.PAUSED:
            trace = self._work.turn(self.state.turn).trace
            trace.mark("end_of_speech", event.silent_since)
            trace.mark("pause", event.at)
        for command in wanted:
            try:
                self.deeds.carry_out(command)
            except Exception as error:  # it ends nothing else, and is heard; its text may hold what was said
                log.error("%s", bug(error))  # noqa: TRY400 - see above
                if not isinstance(command, do.Say):
                    self._tell_of_bug()
        if self.state.phase is Phase.QUIET:
            self._work.forget()
        self._tell_idle()
        self._observer.stepped(event, before, self.state)

    def _tell_of_bug(self) -> None:
        at, said, state = self._clock.monotonic(), "error.unknown", self.state
        unasked = ev.Announce(at, said, key=True, urgency="high")
        self.post(unasked if state.phase is Phase.QUIET else ev.WorkFailed(at, state.turn, state.revision, said))

    def _tell_idle(self) -> None:
        unheard = self.state.lost_at is not None
        waits = bool(self.state.announcements) and not unheard and not holds_back(self.state, self.policy)
        idle = self.state.phase is Phase.QUIET and not waits and not self._coming
        self._idleness.tell(idle=idle)
        self._silence.tell(idle=idle or unheard)
