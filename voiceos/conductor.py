"""The one loop: facts in, machine, commands out. It decides nothing; whose turn it is, the machine knows.

Everything arrives through one inbox and is dealt with in order, so the machine, the gate and the player never disagree.
What is done for a turn is in `work.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from voiceos import commands as do
from voiceos import events as ev
from voiceos.audio import earcons
from voiceos.audio.frames import FRAME_S, Frame
from voiceos.audio.level import LevelWatch
from voiceos.audio.speaker import SpeakerEvent, Started
from voiceos.clock import Clock
from voiceos.idleness import Idleness
from voiceos.languages import Phrases
from voiceos.listening.ears import Ears
from voiceos.recognition import Recognition
from voiceos.skills.controls import Controls, perform
from voiceos.speaking.clips import Clips
from voiceos.speaking.ports import Loudspeaker, TextToSpeech
from voiceos.switch import MicrophoneSwitch
from voiceos.thinking.openers import Openers
from voiceos.thinking.prompt import spoken_so_far
from voiceos.thinking.thinker import Thinker
from voiceos.ticker import Ticker
from voiceos.trace import Trace
from voiceos.turn_taking.machine import step
from voiceos.turn_taking.pauses import PauseProfile
from voiceos.turn_taking.policy import Mode, Policy
from voiceos.turn_taking.state import IllegalEvent, Phase, State
from voiceos.turn_taking.utterance import holds_back
from voiceos.work import ENGINE_SENTENCES, Work

log = logging.getLogger(__name__)

SPEAKS = (ev.Announce, ev.LoudspeakerBack)
"""After these something may be said that nobody asked for."""

KeepPauses = Callable[[PauseProfile], Coroutine[Any, Any, None]]


class Conductor:
    """`async with asyncio.TaskGroup() …: await conductor.run()` until `shut_down()`.

    Args:
        player: the loudspeaker, asked for anew at each use since a lost device is replaced.
        openers: what an answer may begin with while it is still being thought of; None for nothing.
        on_trace: told the waterfall of each answered turn.
        on_decision: see `Observer.decided`.
        on_step: told each fact and the states before and after it, once its commands have been carried out.
        mute: see `MicrophoneSwitch`.
        keep_pauses: keeps what was learned of the user's pauses; None: nothing is learned.
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
        on_trace: Callable[[Trace], None] = lambda trace: None,
        on_step: Callable[[ev.Event, State, State], None] = lambda event, before, after: None,
        on_decision: Callable[
            [ev.Event, Policy, State, Sequence[do.Command] | None], None
        ] = lambda event, policy, before, commands: None,
    ) -> None:
        self.state = State()
        self.name = name
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
            on_trace=on_trace,
        )
        self._ears = ears
        self._thinker = thinker
        self._player = player
        self._phrases = phrases
        self._on_step = on_step
        self._on_decision = on_decision
        self._policy = policy
        self._clock = clock
        self._language = language
        self._play_earcons = play_earcons
        self._switch = MicrophoneSwitch(
            mute,
            spawn=lambda work: self._work.spawn(work, None, 0, "error.audio"),
            post=self.post,
            earcon=self._earcon,
            clock=clock,
        )
        self._keep_pauses = keep_pauses
        self._attend = attend
        self._health = health
        self.controls: Controls
        """What wishes turn; to be set before it runs."""
        self.quiet_until: datetime | None = None
        """Asked for by the user."""
        self._inbox: asyncio.Queue[Frame | ev.Event | SpeakerEvent] = asyncio.Queue()
        self._coming = 0
        """What may lead to an announcement, in the inbox."""
        self._level = LevelWatch()
        self._ignoring = False
        self._ticker = Ticker(self.post, clock=clock)
        self._recognition = Recognition(ears, self._work, clock=clock, post=self.post)
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

    def withdraw(self, text: str) -> None:
        """An announcement is no longer true: it is not said unless it sounds already."""
        self.post(ev.Withdraw(self._clock.monotonic(), text))

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

    async def wait_silent(self) -> None:
        """Likewise, or where there is no loudspeaker that anything could be heard from."""
        while not self._silence.idle:
            await self._silence.wait()

    async def wait_answered(self) -> None:
        """Return when what the user has just said has been answered, and nobody speaks."""
        await self._idleness.wait_through()

    def own_words(self) -> str:
        """What the assistant is saying, or has just said."""
        return self._work.own_words()

    @property
    def policy(self) -> Policy:
        """With what was learned."""
        return self._policy

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
        self._policy = replace(policy, hushed=self._policy.hushed)
        self.name, self._play_earcons, self._keep_pauses = name, play_earcons, keep_pauses
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
            self._earcon("muted")
            return False
        self.post(ev.Listen(self._clock.monotonic()))
        return True

    @property
    def mode(self) -> Mode:
        return self._policy.mode

    @property
    def voice(self) -> float:
        """Probability that somebody speaks in the newest frame, 0 to 1."""
        return self._ears.gate.probability

    def set_mode(self, mode: str) -> None:
        self._policy = replace(self._policy, mode=cast(Mode, mode))

    def hush(self, until: datetime | None) -> None:
        """Say nothing unasked until then, and answer only to the name; None: no more."""
        self.quiet_until = until
        self._policy = replace(self._policy, hushed=until is not None)
        self._tell_idle()

    def last_reply(self) -> str:
        return self._work.last_reply

    def health(self) -> str:
        return self._health()

    def shut_down(self) -> None:
        """End `run` as soon as what is being said has been heard."""
        self._ending = True
        self._earcon("goodbye")

    # The loop.

    async def run(self) -> None:
        """Until shut down; then every task is cancelled and awaited."""
        self._running = True
        self._attend(self.state.phase is not Phase.QUIET)
        self._earcon("muted" if self.muted else "listening")
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
        if self._ignoring:
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
            self.state, wanted = step(self.state, event, self._policy)
        except IllegalEvent:
            log.exception("an event was refused")
            self._on_decision(event, self._policy, before, None)
            return
        self._on_decision(event, self._policy, before, wanted)
        if self.state.phase is not before.phase:
            log.debug("%s → %s on %s", before.phase.value, self.state.phase.value, type(event).__name__)
            self._attend(self.state.phase is not Phase.QUIET)
        if isinstance(event, ev.SpeechPaused) and self.state.phase is Phase.PAUSED:
            trace = self._work.turn(self.state.turn).trace
            trace.mark("end_of_speech", event.silent_since)
            trace.mark("pause", event.at)
        for command in wanted:
            self._carry_out(command)
        if self.state.phase is Phase.QUIET:
            self._work.forget()
        self._tell_idle()
        self._on_step(event, before, self.state)

    def _tell_idle(self) -> None:
        unheard = self.state.lost_at is not None
        waits = bool(self.state.announcements) and not unheard and not holds_back(self.state, self._policy)
        idle = self.state.phase is Phase.QUIET and not waits and not self._coming
        self._idleness.tell(idle=idle)
        self._silence.tell(idle=idle or unheard)

    def _carry_out(self, command: do.Command) -> None:
        work = self._work
        match command:
            case do.Prepare(turn, text):
                work.spawn(self._thinker.prepare(work.turn(turn).now, spoken_so_far(text)), turn, 0, None)
            case do.Transcribe(turn, revision):
                self._recognition.begin(turn, revision)
            case do.Think(turn, revision, text):
                work.answer(turn, revision, text, judge="words" in self._policy.judges)
            case do.Release(turn, _):
                self._ears.gate.remember_voice(self._clock.monotonic())
                work.release(turn)
            case do.Perform(turn, intent, text):
                self._ears.gate.remember_voice(self._clock.monotonic())
                self._perform(turn, intent, text)
            case do.Say(turn, text, key):
                work.say(turn, text, key)
            case do.Cancel(turn):
                work.drop(turn)
            case do.Duck():
                self._player().duck()
            case do.Suspend():
                self._player().pause()
            case do.Resume(turn):
                self._player().resume()
                record = work.known(turn)
                if record is None or record.finished:  # its last sound was out as it was suspended, or its device went
                    self.post(ev.PlaybackFinished(self._clock.monotonic(), turn))
            case do.Stop(turn):
                work.stop(turn)
            case do.Replay():
                work.replay()
            case do.CloseUtterance():
                self._ears.gate.discard()
            case do.IgnoreMicrophone(ignore):
                self._ignoring = ignore
                self._ears.gate.discard()
            case do.HearSince(at):
                self._ears.hear_since(at)
            case do.Earcon(name):
                self._earcon(name)
            case do.LearnPause() if self._keep_pauses is not None:
                self._policy = self._policy.learned(command)
            case do.Settle():
                work.spawn(self._thinker.settle(), None, 0, None)
                if self._keep_pauses is not None:
                    work.spawn(self._keep_pauses(self._policy.pauses), None, 0, "error.storage")

    def _perform(self, turn: int, intent: ev.Intent, text: str) -> None:
        record = self._work.turn(turn)
        record.user_text = text
        record.trace.mark("commit", self._clock.monotonic())
        answer = perform(intent, self.controls, self._phrases, self._clock.now(), self._language)
        if answer:
            self._work.say_text(turn, answer)
        else:
            self._earcon("heard")
            self._work.silent(turn)
            self.post(ev.PlaybackFinished(self._clock.monotonic(), turn))

    def _earcon(self, name: do.EarconName) -> None:
        player = self._player()
        if self._play_earcons:
            player.earcon(earcons.synthesise(earcons.Earcon(name), player.rate_hz))
