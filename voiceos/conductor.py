"""The one loop: facts in, machine, commands out. It decides nothing; whose turn it is, the machine knows.

Everything arrives through one inbox and is dealt with in order, so the machine, the gate and the player never disagree.
Work runs in tasks that belong to a turn; cancelling the turn cancels them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, cast

from voiceos import commands as do
from voiceos import events as ev
from voiceos.audio import earcons
from voiceos.audio.frames import Frame
from voiceos.audio.level import LevelWatch
from voiceos.audio.speaker import SpeakerEvent, Started
from voiceos.clock import Clock
from voiceos.errors import EngineError, VoiceosError
from voiceos.languages import Phrases
from voiceos.listening.ears import Ears
from voiceos.log import speech
from voiceos.skills.controls import perform
from voiceos.speaking.clips import Clips
from voiceos.speaking.ports import Player, TextToSpeech
from voiceos.speaking.reply import Reply
from voiceos.thinking.thinker import Thinker
from voiceos.trace import Trace
from voiceos.turn_taking.machine import step
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import IllegalEvent, Phase, State

log = logging.getLogger(__name__)

TICK_S = 0.1
"""Time is told to the machine at least this often; while sound flows each frame tells it."""

ECHO_MEMORY_S = 2.0
"""How long after a reply its words may still come back: the tail of the room, the recogniser's delay."""


ENGINE_SENTENCES = ("error.stt", "error.llm", "error.tts", "error.engine")
"""Sentences after which it is worth saying that all is well again."""


@dataclass(slots=True)
class _Turn:
    trace: Trace
    now: datetime
    """Wall-clock time at which it began; the prompt may tell it, so it stays the same through the turn."""
    user_text: str | None = None
    """None for what the assistant says of its own accord."""
    reply: Reply | None = None
    number: int | None = None
    clip: str = ""
    """What is said by a clip rendered ahead, where there is no `reply`."""
    committed: bool = False
    failed: bool = False
    """Its reply broke off."""
    finished: bool = False
    """All that there is of its reply has been heard."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def words(self) -> str:
        """What it says, heard or not."""
        return self.clip if self.reply is None else self.reply.text


class Conductor:
    """`async with asyncio.TaskGroup() …: await conductor.run()` until `shut_down()`.

    Args:
        player: the loudspeaker, asked for anew at each use since a lost device is replaced.
        on_trace: told the waterfall of each answered turn.
        mute: closes the microphone, or opens it.
    """

    def __init__(
        self,
        *,
        ears: Ears,
        thinker: Thinker,
        tts: TextToSpeech,
        player: Callable[[], Player],
        phrases: Phrases,
        clips: Clips,
        policy: Policy,
        clock: Clock,
        name: str,
        language: str,
        speed: float = 1.0,
        play_earcons: bool = True,
        mute: Callable[[bool], Coroutine[Any, Any, None]] | None = None,
        health: Callable[[], str] = lambda: "healthy",
        on_trace: Callable[[Trace], None] = lambda trace: None,
    ) -> None:
        self.state = State()
        self.name = name
        self.speed = speed
        self._ears = ears
        self._thinker = thinker
        self._tts = tts
        self._player = player
        self._phrases = phrases
        self._clips = clips
        self._policy = policy
        self._clock = clock
        self._language = language
        self._play_earcons = play_earcons
        self._mute = mute
        self._health = health
        self._on_trace = on_trace
        self._inbox: asyncio.Queue[Frame | ev.Event | SpeakerEvent] = asyncio.Queue()
        self._coming = 0
        """Announcements in the inbox."""
        self._turns: dict[int, _Turn] = {}
        self._numbers = 0
        self._spoken: dict[int, int] = {}
        self._last_reply = ""
        self._last_words = ""
        self._last_spoke_at = float("-inf")
        self._level = LevelWatch()
        self._ignoring = False
        self._frame_at = float("-inf")
        self._ending = False
        self._running = False
        self._missed_engine = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._busy = asyncio.Event()

    # What may be told from outside.

    def post(self, fact: Frame | ev.Event | SpeakerEvent) -> None:
        """Queue a fact; from within the loop only. Sound from before `run` is not listened to."""
        if self._running or not isinstance(fact, Frame):
            if isinstance(fact, ev.Announce):
                self._coming += 1
                self._tell_idle()
            self._inbox.put_nowait(fact)

    def announce(self, text: str, *, key: bool = False, urgency: ev.Urgency = "normal") -> None:
        self.post(ev.Announce(self._clock.monotonic(), text, key, urgency))

    def withdraw(self, text: str) -> None:
        """An announcement is no longer true: it is not said unless it sounds already."""
        self.post(ev.Withdraw(self._clock.monotonic(), text))

    def engine_back(self) -> None:
        """An engine works again; said only where its failure was."""
        if self._missed_engine:
            self._missed_engine = False
            self.announce("restored", key=True)

    async def wait_idle(self) -> None:
        """Return when nobody speaks and nothing waits to be said."""
        await self._idle.wait()

    async def wait_answered(self) -> None:
        """Return when what the user has just said has been answered, and nobody speaks."""
        await self._busy.wait()
        await self._idle.wait()

    def sound_lost(self) -> None:
        """The loudspeaker is gone: what was being said ends here, and what was heard of it is remembered. What was to
        be announced and does not sound yet is announced anew."""
        replying, asking = self.state.replying, self.state.asking
        if replying is not None:
            self._stop(replying)
            self._step(ev.PlaybackFinished(self._clock.monotonic(), replying))
        if asking is not None:
            self.post(asking)

    # Controls: what wishes may change.

    @property
    def volume(self) -> float:
        return cast(float, getattr(self._player(), "volume", 1.0))

    @volume.setter
    def volume(self, volume: float) -> None:
        player = self._player()
        if hasattr(player, "volume"):
            player.volume = volume

    def mute(self) -> None:
        """Close the microphone."""
        if self._mute is not None:
            self._spawn(self._close_microphone(self._mute), None, 0, "error.audio")
            self._earcon("muted")

    def unmute(self) -> None:
        if self._mute is not None:
            self._spawn(self._mute(False), None, 0, "error.audio")
            self._earcon("unmuted")

    async def _close_microphone(self, mute: Callable[[bool], Coroutine[Any, Any, None]]) -> None:
        try:
            await mute(True)
        finally:  # told behind its last frame, so that none opens an utterance that nothing would end
            self.post(ev.MicrophoneClosed(self._clock.monotonic()))

    def set_mode(self, mode: str) -> None:
        self._policy = replace(self._policy, mode=cast(Literal["open", "name"], mode))

    def last_reply(self) -> str:
        return self._last_reply

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
        self._earcon("listening")
        ticker = asyncio.create_task(self._tick(), name="tick")
        try:
            while not (self._ending and self._idle.is_set()):
                fact = await self._inbox.get()
                if isinstance(fact, Frame):
                    self._hear(fact)
                elif isinstance(fact, SpeakerEvent):
                    self._played(fact)
                else:
                    self._coming -= isinstance(fact, ev.Announce)
                    self._step(fact)
        finally:
            ticker.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(ticker, *self._tasks, return_exceptions=True)

    async def _tick(self) -> None:
        """Time goes on also where no sound comes; where it does, each frame tells the time."""
        while True:
            since_frame_s = self._clock.monotonic() - self._frame_at
            if since_frame_s >= TICK_S:
                self.post(ev.Tick(self._clock.monotonic()))
                since_frame_s = 0.0
            await asyncio.sleep(TICK_S - since_frame_s)

    def _hear(self, frame: Frame) -> None:
        if self._ignoring:
            return
        now = self._frame_at = self._clock.monotonic()
        for event in self._ears.feed(frame, now):
            self._step(event)
        self._step(ev.Tick(now))
        notice = self._level.feed(frame, self._ears.gate.probability)
        if notice is not None:
            self._step(ev.Announce(now, notice.value, key=True))

    def _played(self, event: SpeakerEvent) -> None:
        turn = self._spoken.get(event.number)
        if turn is None:
            return
        if isinstance(event, Started):
            if turn in self._turns:
                self._turns[turn].trace.mark("first_sound", event.at)
                self._on_trace(self._turns[turn].trace)
            self._step(ev.PlaybackStarted(event.at, turn))
        else:
            self._finish(turn)

    def _finish(self, number: int) -> None:
        turn = self._turns.get(number)
        if turn is not None:
            turn.finished = True
            if turn.reply is not None:
                text = turn.reply.heard(turn.reply.samples) if turn.failed else turn.reply.text
                self._remember(turn, text, interrupted=turn.failed)
            self._last_words = turn.words
        self._last_spoke_at = self._clock.monotonic()
        self._step(ev.PlaybackFinished(self._last_spoke_at, number))

    def _remember(self, turn: _Turn, text: str, *, interrupted: bool) -> None:
        if text:
            self._last_reply = text
            log.debug("turn %d: %s %s", turn.trace.turn, "cut off after" if interrupted else "said", speech(text))
        if turn.user_text is not None:
            self._thinker.heard(turn.user_text, text, turn.now, cut_off=interrupted)
        elif text:
            self._thinker.announced(text, cut_off=interrupted)

    def _step(self, event: ev.Event) -> None:
        before = self.state.phase
        try:
            self.state, wanted = step(self.state, event, self._policy)
        except IllegalEvent:
            log.exception("an event was refused")
            return
        if self.state.phase is not before:
            log.debug("%s → %s on %s", before.value, self.state.phase.value, type(event).__name__)
        if isinstance(event, ev.SpeechPaused) and self.state.phase is Phase.PAUSED:
            self._turn(self.state.turn).trace.mark("end_of_speech", event.silent_since)
            self._turn(self.state.turn).trace.mark("pause", event.at)
        for command in wanted:
            self._carry_out(command)
        if self.state.phase is Phase.QUIET:
            self._turns.clear()
            self._spoken.clear()
        self._tell_idle()

    def _tell_idle(self) -> None:
        if self.state.phase is Phase.QUIET and not self.state.announcements and not self._coming:
            self._idle.set()
            self._busy.clear()
        else:
            self._idle.clear()
            self._busy.set()

    def _turn(self, number: int) -> _Turn:
        return self._turns.setdefault(number, _Turn(Trace(number), self._clock.now()))

    def _carry_out(self, command: do.Command) -> None:
        match command:
            case do.Prepare(turn):
                self._spawn(self._thinker.prepare(self._turn(turn).now), turn, 0, None)
            case do.Transcribe(turn, revision):
                self._transcribe(turn, revision)
            case do.Think(turn, revision, text):
                pieces = self._thinker.reply(text, self._turn(turn).now)
                self._turn(turn).user_text = text
                self._begin(turn, revision, pieces, held=True)
            case do.Release(turn, _):
                self._commit(turn)
            case do.Perform(turn, intent, text):
                self._perform(turn, intent, text)
            case do.Say(turn, text, key):
                self._say(turn, text, key)
            case do.Cancel(turn):
                self._drop(turn)
            case do.Suspend():
                self._player().pause()
            case do.Resume(turn):
                self._player().resume()
                record = self._turns.get(turn)
                if record is None or record.finished:  # its last sound was out as it was suspended, or its device went
                    self.post(ev.PlaybackFinished(self._clock.monotonic(), turn))
            case do.Stop(turn):
                self._stop(turn)
            case do.CloseUtterance():
                self._ears.gate.discard()
            case do.IgnoreMicrophone(ignore):
                self._ignoring = ignore
                self._ears.gate.discard()
            case do.Earcon(name):
                self._earcon(name)
            case do.Settle():
                self._spawn(self._thinker.settle(), None, 0, None)

    def _spawn(self, work: Coroutine[Any, Any, object], turn: int | None, revision: int, sentence: str | None) -> None:
        """Run work that belongs to a turn; its failure is a fact, told with `sentence` (None: by whoever needs it)."""

        async def guarded() -> None:
            try:
                await work
            except VoiceosError as error:
                log.warning("%s", error)
                failed = error.spoken if error.spoken != "error.engine" else sentence
            except Exception as error:
                # The text of an exception may hold what was said; its kind and place do not.
                log.error("a bug: %s at %s", type(error).__name__, _place(error))  # noqa: TRY400 - see above
                failed = sentence and "error.unknown"
            else:
                return
            if failed and sentence:
                self._missed_engine |= failed in ENGINE_SENTENCES
                at = self._clock.monotonic()
                if turn is None:
                    self.post(ev.Announce(at, failed, key=True, urgency="high"))
                else:
                    self.post(ev.WorkFailed(at, turn, revision, failed))

        task = asyncio.create_task(guarded(), name=f"turn {turn}")
        task.add_done_callback(lambda _: work.close())  # of a task that was cancelled before it began
        for owner in (self._tasks, self._turn(turn).tasks if turn is not None else self._tasks):
            owner.add(task)
            task.add_done_callback(owner.discard)

    def _transcribe(self, turn: int, revision: int) -> None:
        samples, voiced_s = self._ears.gate.utterance(), self._ears.gate.voiced_s
        trace = self._turn(turn).trace

        async def recognise() -> None:
            heard = await self._ears.understand(samples, voiced_s)
            at = self._clock.monotonic()
            trace.mark("transcript", at)
            self.post(ev.Transcribed(at, turn, revision, heard))

        async def judge() -> None:
            probability = await self._ears.doneness(samples)
            self.post(ev.EndpointJudged(self._clock.monotonic(), turn, revision, probability))

        if self._ears.judges_endings:
            self._spawn(judge(), turn, revision, "error.engine")
        self._spawn(recognise(), turn, revision, "error.stt")

    def _begin(self, turn: int, revision: int, pieces: AsyncIterator[str], *, held: bool) -> Reply:
        """Start to speak `pieces` as the reply of a turn."""
        self._numbers += 1
        number = self._numbers
        record = self._turn(turn)
        player = self._player()

        def on_phrase(moment: str) -> None:
            record.trace.mark(f"first_{moment}", self._clock.monotonic())

        async def traced() -> AsyncIterator[str]:
            # Closed here, not whenever it is collected: until then the language model's lane is taken.
            async with aclosing(pieces) as stream:  # type: ignore[type-var]
                async for piece in stream:
                    record.trace.mark("first_token", self._clock.monotonic())
                    yield piece

        reply = Reply(
            number, tts=self._tts, player=player, language=self._language, speed=self.speed, on_phrase=on_phrase
        )
        record.reply, record.number, record.committed, record.failed = reply, number, not held, False
        self._spoken[number] = turn
        if held:
            player.hold(number)

        async def speak() -> None:
            try:
                await reply.speak(traced())
            except Exception:
                record.failed = True
                player.finish(number)  # nothing that is said later waits for the rest of it
                raise
            if reply.empty:
                raise EngineError("the language model gave no answer that can be spoken")

        self._spawn(speak(), turn, revision, "error.llm")
        return reply

    def _commit(self, turn: int) -> None:
        record = self._turn(turn)
        record.committed = True
        record.trace.mark("commit", self._clock.monotonic())
        assert record.number is not None
        self._player().release(record.number)

    def _perform(self, turn: int, intent: ev.Intent, text: str) -> None:
        record = self._turn(turn)
        record.user_text = text
        record.trace.mark("commit", self._clock.monotonic())
        answer = perform(intent, self, self._phrases, self._clock.now(), self._language)
        if answer:
            self._begin(turn, 0, _once(answer), held=False)
        else:
            self._earcon("heard")
            self._remember(record, "", interrupted=False)
            self._turns.pop(turn, None)
            self.post(ev.PlaybackFinished(self._clock.monotonic(), turn))

    def _say(self, turn: int, text: str, key: bool) -> None:
        """A sentence, perhaps of the program's own. Errors come from clips: what would say them may be what failed."""
        if key and text.startswith("error.") and text in self._clips:
            self._play_clip(turn, text)
            return
        try:
            sentence = self._phrases.text(text, name=self.name) if key else text
        except KeyError:
            log.warning("no sentence %r in this language", text)
            sentence = self._phrases.text("error.unknown")
        self._begin(turn, 0, _once(sentence), held=False)

    def _play_clip(self, turn: int, key: str) -> None:
        samples, rate_hz, text = self._clips.get(key)
        self._numbers += 1
        record = self._turn(turn)
        record.reply, record.number, record.clip, record.committed = None, self._numbers, text, True
        self._spoken[self._numbers] = turn
        player = self._player()
        player.play(self._numbers, samples, rate_hz)
        player.finish(self._numbers)

    def _drop(self, turn: int) -> None:
        """Nothing of this turn has been heard; nothing of it is remembered."""
        record = self._turns.get(turn)
        if record is None:
            return
        for task in list(record.tasks):
            task.cancel()
        if record.number is not None:
            self._player().stop(record.number)
            self._spoken.pop(record.number, None)
        record.reply = record.number = None
        record.committed = record.failed = False

    def _stop(self, turn: int) -> None:
        """Stop a reply that sounds; what was heard is what was said."""
        record = self._turns.pop(turn, None)
        if record is None:
            return
        for task in list(record.tasks):
            task.cancel()
        player = self._player()
        if record.number is not None:
            played = player.stop(record.number)
            self._spoken.pop(record.number, None)
            self._last_words, self._last_spoke_at = record.words, self._clock.monotonic()
            if record.reply is not None and not record.finished:
                self._remember(record, record.reply.heard(played), interrupted=True)
        player.resume()

    def _earcon(self, name: do.EarconName) -> None:
        player = self._player()
        if self._play_earcons and hasattr(player, "earcon"):
            player.earcon(earcons.synthesise(earcons.Earcon(name), player.rate_hz))

    def own_words(self) -> str:
        """What the assistant is saying, or has said within `ECHO_MEMORY_S`."""
        saying = [turn.words for turn in self._turns.values() if turn.committed]
        if self._clock.monotonic() - self._last_spoke_at < ECHO_MEMORY_S:
            saying.append(self._last_words)
        return " ".join(saying)


def _place(error: BaseException) -> str:
    """File and line where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"


async def _once(text: str) -> AsyncIterator[str]:
    yield text
