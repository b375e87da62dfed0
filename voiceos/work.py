"""What is being done for each turn: its tasks, its reply, its waterfall; and how much of the reply has been heard.

It begins, holds, lets go and breaks off what the conductor says, and decides nothing. What becomes of the work is told
as events. Cancelling a turn cancels its tasks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from typing import Any

from voiceos import events as ev
from voiceos.clock import Clock
from voiceos.errors import EngineError, VoiceosError, bug
from voiceos.exchange import Exchange
from voiceos.languages import Phrases
from voiceos.listening.addressing import strip_name
from voiceos.log import speech
from voiceos.mood import Steady
from voiceos.own_voice import OwnVoice
from voiceos.speaking.brevity import brief
from voiceos.speaking.clips import Clips
from voiceos.speaking.ports import Player, TextToSpeech
from voiceos.speaking.reply import Reply
from voiceos.thinking.openers import Openers
from voiceos.thinking.thinker import Thinker
from voiceos.trace import Trace
from voiceos.turn import Turn

log = logging.getLogger(__name__)

ENGINE_SENTENCES = ("error.stt", "error.llm", "error.tts", "error.engine", "error.memory")
"""Sentences after which it is worth saying that all is well again."""


class Work:
    """Args:
    player: the loudspeaker, asked for anew at each use since a lost device is replaced.
    post: takes the events that tell what became of the work.
    openers: what an answer may begin with while it is still being thought of; None for nothing.
    on_trace: told the waterfall of each answered turn, once its first words sound.
    on_over: told each turn that is to be remembered, once it is over.
    speed: of speech, 1.0 is the voice's own; may be changed.
    name: the assistant's, for the sentences that tell it.
    mood: what answers sound like; None: as the settings say.
    """

    def __init__(
        self,
        *,
        thinker: Thinker,
        tts: TextToSpeech,
        player: Callable[[], Player],
        phrases: Phrases,
        clips: Clips,
        clock: Clock,
        name: str,
        language: str,
        speed: float,
        post: Callable[[ev.Event], None],
        openers: Openers | None = None,
        on_trace: Callable[[Trace], None] = lambda trace: None,
        on_over: Callable[[Exchange], None] = lambda exchange: None,
        mood: Steady | None = None,
    ) -> None:
        self.speed = speed
        self.last_reply = ""
        """What was last said, as heard."""
        self.missed_engine = False
        """An engine's failure has been told, and not yet that it is back."""
        self._thinker = thinker
        self._tts = tts
        self._player = player
        self._phrases = phrases
        self._clips = clips
        self._clock = clock
        self._name = name
        self._language = language
        self._post = post
        self._openers = openers
        self._on_trace = on_trace
        self._on_over = on_over
        self._mood = mood or Steady()
        self._turns: dict[int, Turn] = {}
        self._numbers = 0
        self._spoken: dict[int, int] = {}
        """The turn of each reply in the player."""
        self._own = OwnVoice(clock)
        self._tasks: set[asyncio.Task[None]] = set()

    def go_by(self, *, name: str, speed: float, openers: Openers | None) -> None:
        """Speak by other settings from the next reply on."""
        self._name, self.speed, self._openers = name, speed, openers

    def turn(self, number: int) -> Turn:
        """The record of a turn, made where there is none."""
        return self._turns.setdefault(number, Turn(Trace(number), self._clock.now()))

    def known(self, number: int) -> Turn | None:
        return self._turns.get(number)

    def turn_of(self, reply: int) -> int | None:
        """The turn whose reply has this number in the player; None where it was dropped."""
        return self._spoken.get(reply)

    def forget(self) -> None:
        """Nobody speaks: no turn is needed any more."""
        self._turns.clear()
        self._spoken.clear()

    def let_go(self) -> None:
        """What was said last is forgotten."""
        self.last_reply = ""
        self._own.let_go()

    async def aclose(self) -> None:
        """Cancel every task, and wait for it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def spawn(
        self,
        work: Coroutine[Any, Any, object],
        turn: int | None,
        revision: int,
        sentence: str | None,
        *,
        outlives: bool = False,
    ) -> asyncio.Task[None]:
        """Run work that belongs to a turn; its failure is a fact, told with `sentence` (None: by whoever needs it).

        Args:
            outlives: it is not broken off with its turn.
        """

        async def guarded() -> None:
            try:
                await work
            except VoiceosError as error:
                log.warning("%s", error)
                failed = error.spoken if error.spoken != "error.engine" else sentence
            except Exception as error:
                # The text of an exception may hold what was said; its kind and place do not.
                log.error("%s", bug(error))  # noqa: TRY400 - see above
                failed = sentence and "error.unknown"
            else:
                return
            if failed and sentence:
                self.missed_engine |= failed in ENGINE_SENTENCES
                at = self._clock.monotonic()
                if turn is None:
                    self._post(ev.Announce(at, failed, key=True, urgency="high"))
                else:
                    self._post(ev.WorkFailed(at, turn, revision, failed))

        task = asyncio.create_task(guarded(), name=f"turn {turn}")
        task.add_done_callback(lambda _: work.close())  # of a task that was cancelled before it began
        for owner in (self._tasks, self._tasks if turn is None or outlives else self.turn(turn).tasks):
            owner.add(task)
            task.add_done_callback(owner.discard)
        return task

    def answer(self, turn: int, revision: int, text: str, *, judge: bool) -> None:
        """Begin the language model's answer to `text`, held back until `release`.

        Args:
            judge: have the model tell as well whether the user is done.
        """
        record = self.turn(turn)
        record.user_text = text
        record.delivery = self._mood.delivery(text, record.prosody, record.now)

        def judged(probability: float) -> None:
            self._post(ev.EndpointJudged(self._clock.monotonic(), turn, revision, probability, "words"))

        opening = self._thinker.conversation.beginning(text, turn)
        if not opening and self._openers:
            opening = self._openers.choose(strip_name(text, self._name), turn)
        pieces = self._thinker.reply(text, record.now, on_judged=judged if judge else None, opening=opening)
        if record.delivery.words is not None and not self._thinker.conversation.stays_close:
            pieces = brief(pieces, record.delivery.words, self._language)
        self.speak(turn, revision, pieces, held=True, opening=opening)

    def speak(
        self, turn: int, revision: int, pieces: AsyncIterator[str], *, held: bool = False, opening: str = ""
    ) -> None:
        """Say `pieces` as the reply of a turn, behind an opening."""
        record = self.turn(turn)
        delivery = record.delivery or self._mood.delivery(record.user_text or "", record.prosody, record.now)
        rendered = self._openers is not None and opening in self._openers.texts
        number = self._number_for(turn)
        player = self._player()
        trace = record.trace  # not the record: it and its reply would hold each other, and all sound of the answer

        def on_phrase(moment: str) -> None:
            trace.mark(f"first_{moment}", self._clock.monotonic())
            if moment == "speech" and "first_sound" in trace.moments and (begun := self._turns.get(turn)):
                self._tell(begun)
                self._post(ev.WordsReady(self._clock.monotonic(), turn))

        async def traced() -> AsyncIterator[str]:
            # Closed here, not whenever it is collected: until then the language model's lane is taken.
            async with aclosing(pieces) as stream:  # type: ignore[type-var]
                async for piece in stream:
                    record.trace.mark("first_token", self._clock.monotonic())
                    yield piece

        reply = Reply(
            number,
            tts=self._tts,
            player=player,
            language=self._language,
            speed=self.speed * delivery.pace,
            on_phrase=on_phrase,
            opening=opening,
            opening_speed=self.speed if rendered else None,
            gain=1.0 if record.private else delivery.gain,
        )
        record.reply, record.committed, record.failed = reply, not held, False
        if held:
            player.hold(number)

        async def speak() -> None:
            try:
                await reply.speak(traced())
            except Exception:
                record.failed = True
                reply.finish()  # nothing that is said later waits for the rest of it
                raise
            if reply.empty:
                error = EngineError("the language model gave no answer that can be spoken")
                error.spoken = "no_answer"
                raise error

        self.spawn(speak(), turn, revision, "error.llm")

    def say(self, turn: int, text: str, key: bool) -> None:
        """A sentence, perhaps of the program's own. Errors come from clips: what would say them may be what failed."""
        if key and text.startswith("error.") and text in self._clips:
            self._play_clip(turn, text)
            return
        try:
            sentence = self._phrases.text(text, name=self._name) if key else text
        except KeyError:
            log.warning("no sentence %r in this language", text)
            sentence = self._phrases.text("error.unknown")
        self.say_text(turn, sentence)

    def say_text(self, turn: int, text: str) -> None:
        self.speak(turn, 0, _once(text))

    def release(self, turn: int) -> None:
        """Let the held reply of a turn sound."""
        record = self.turn(turn)
        record.committed = True
        record.trace.mark("commit", self._clock.monotonic())
        assert record.number is not None
        self._player().release(record.number)

    def sounds(self, turn: int, at: float) -> bool:
        """The first sample of a turn's reply sounds; returns whether it is an opener without words behind it yet."""
        if (record := self._turns.get(turn)) is None:
            return False
        record.trace.mark("first_sound", at)
        if record.user_text is not None and not record.private:
            log.debug("turn %d: answers %s", turn, speech(record.user_text))
        opens = record.reply is not None and record.reply.opening_s > 0 and "first_speech" not in record.trace.moments
        if not opens:
            self._tell(record)
        return opens

    def _tell(self, record: Turn) -> None:
        """The waterfall of a turn whose first words sound, or are about to."""
        moments = record.trace.moments
        if record.reply is not None and record.reply.opening_s and "first_speech" in moments:
            begun = moments["first_sound"]
            way_s = begun - moments.get("commit", begun)  # from being let go to being heard
            record.trace.mark("first_words", max(begun + record.reply.opening_s, moments["first_speech"] + way_s))
        self._on_trace(record.trace)

    def _tell_of_opener(self, record: Turn) -> None:
        """Broken off at its opener, or failed behind it, it is an answer all the same."""
        moments = record.trace.moments
        opened = record.reply is not None and record.reply.opening_s > 0 and "first_sound" in moments
        if opened and "first_words" not in moments:
            self._tell(record)

    def finish(self, turn: int) -> None:
        """All of a turn's reply has been heard, or there was nothing to hear."""
        record = self._turns.get(turn)
        if record is not None:
            self._tell_of_opener(record)
            record.finished = True
            if record.reply is not None:
                text = record.reply.heard(record.reply.samples) if record.failed else record.reply.text
                self._remember(record, text, interrupted=record.failed)
        self._own.ended(None if record is None else record.words)

    def silent(self, turn: int) -> None:
        """What the user said in a turn was answered by a deed alone."""
        if (record := self._turns.pop(turn, None)) is not None:
            self._remember(record, "", interrupted=False)

    def drop(self, turn: int) -> None:
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

    def stop(self, turn: int) -> None:
        """Stop a reply that sounds; what was heard is what was said."""
        record = self._turns.pop(turn, None)
        if record is None:
            return
        for task in list(record.tasks):
            task.cancel()
        self._tell_of_opener(record)
        player = self._player()
        if record.number is not None:
            played = player.stop(record.number) if record.reply is None else record.reply.stop()
            self._spoken.pop(record.number, None)
            self._own.ended(record.words)
            if record.reply is not None and not record.finished:
                self._remember(record, record.reply.heard(played), interrupted=True)
        player.resume()

    def replay(self) -> None:
        """There is another loudspeaker: what is yet to be heard goes on there."""
        player = self._player()
        for turn, record in self._turns.items():
            if record.number is None or record.finished:
                continue
            if record.reply is None:
                self._play_clip(turn, record.clip_key)
                continue
            if not record.committed:
                player.hold(record.number)
            record.reply.go_over(player)

    def own_words(self, since: float) -> str:
        """See `OwnVoice.words`."""
        return self._own.words(self._turns.values(), since)

    def sounded_since(self, at: float) -> bool:
        """Whether anything of it has sounded since a moment, monotonic seconds."""
        return self._own.sounded_since(at, self._turns.values())

    def heard_of(self, text: str) -> str | None:
        """What was heard of the reply with this text, which sounds, is about to, or is suspended; None: of none."""
        for record in self._turns.values():
            if record.words == text and record.committed and not record.finished and record.reply and record.number:
                return record.reply.heard(self._player().heard(record.number))
        return None

    def _number_for(self, turn: int) -> int:
        """A new number in the player for the reply of a turn."""
        self._numbers += 1
        self.turn(turn).number = self._numbers
        self._spoken[self._numbers] = turn
        return self._numbers

    def _play_clip(self, turn: int, key: str) -> None:
        samples, rate_hz, text = self._clips.get(key)
        number = self._number_for(turn)
        record = self.turn(turn)
        record.reply, record.clip, record.clip_key, record.committed = None, text, key, True
        player = self._player()
        player.play(number, samples, rate_hz)
        player.finish(number)

    def _remember(self, turn: Turn, text: str, *, interrupted: bool) -> None:
        if text:
            self.last_reply = text
        if text and not turn.private:
            log.debug("turn %d: %s %s", turn.trace.turn, "cut off after" if interrupted else "said", speech(text))
        said, number = turn.user_text, turn.trace.turn
        if said:
            self._mood.took(said, turn.prosody, turn.now)
        if not turn.kept or (said is None and not text):
            return
        if said is not None:
            self._thinker.heard(said, text, turn.now, cut_off=interrupted, turn=number)
        else:
            self._thinker.announced(text, cut_off=interrupted, turn=number)
        self._on_over(Exchange(number, said or "", text, turn.now, interrupted))


async def _once(text: str) -> AsyncIterator[str]:
    yield text
