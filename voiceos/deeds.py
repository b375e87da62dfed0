"""What the machine wants done, done: each command goes to the stage that it is for. It decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from voiceos import commands as do
from voiceos import events as ev
from voiceos.audio import earcons
from voiceos.bearing import Bearing
from voiceos.clock import Clock
from voiceos.languages import Phrases
from voiceos.listening.ears import Ears
from voiceos.recognition import Recognition
from voiceos.skills import character, initiative, meeting, memory
from voiceos.skills.controls import Controls, perform
from voiceos.speaking.ports import Loudspeaker
from voiceos.thinking.prompt import spoken_so_far
from voiceos.thinking.thinker import Thinker
from voiceos.work import Work

NOTICE_S = 0.35
"""A sentence that nobody asked for is made so much later than the sound that goes before it, which lasts 0.23 s."""


class Deeds:
    """Args:
    player: the loudspeaker, asked for anew at each use since a lost device is replaced.
    post: takes the events that tell what became of a deed.
    """

    def __init__(
        self,
        *,
        work: Work,
        ears: Ears,
        thinker: Thinker,
        player: Callable[[], Loudspeaker],
        phrases: Phrases,
        bearing: Bearing,
        language: str,
        clock: Clock,
        post: Callable[[ev.Event], None],
    ) -> None:
        self.controls: Controls
        """What wishes turn; to be set before the first of them, as is the next."""
        self.character: character.Character
        self.ignores_microphone = False
        self._work = work
        self._ears = ears
        self._thinker = thinker
        self._player = player
        self._phrases = phrases
        self._bearing = bearing
        self._language = language
        self._clock = clock
        self._post = post
        self._recognition = Recognition(ears, work, clock=clock, post=post)

    def carry_out(self, command: do.Command) -> None:
        work = self._work
        match command:
            case do.Prepare(turn, text):
                work.spawn(self._thinker.prepare(work.turn(turn).now, spoken_so_far(text)), turn, 0, None)
            case do.Transcribe(turn, revision):
                self._recognition.begin(turn, revision)
            case do.Think(turn, revision, text):
                work.answer(turn, revision, text, judge="words" in self._bearing.policy.judges)
            case do.Release(turn, _):
                self._ears.gate.remember_voice(self._clock.monotonic())
                self.controls.memory.moved_on(answered=True)
                self.controls.initiative.moved_on()
                work.release(turn)
            case do.Perform(turn, intent, text):
                self._ears.gate.remember_voice(self._clock.monotonic())
                self._perform(turn, intent, text)
            case do.Say(turn, text, key, unasked):
                if unasked and self._bearing.play_earcons:
                    self.earcon("notice")
                    work.speak(turn, 0, _behind_a_sound(text))
                else:
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
                    self._post(ev.PlaybackFinished(self._clock.monotonic(), turn))
            case do.Stop(turn):
                work.stop(turn)
            case do.Replay():
                work.replay()
            case do.CloseUtterance():
                self._ears.gate.discard()
            case do.IgnoreMicrophone(ignore):
                self.ignores_microphone = ignore
                self._ears.gate.discard()
            case do.HearSince(at):
                self._ears.hear_since(at)
            case do.Earcon(name):
                self.earcon(name)
            case do.LearnPause():
                self._bearing.learn(command)
            case do.Settle():
                work.spawn(self._thinker.settle(), None, 0, None)
                if (keep := self._bearing.keep_pauses) is not None:
                    work.spawn(keep(self._bearing.policy.pauses), None, 0, "error.storage")

    def _perform(self, turn: int, intent: ev.Intent, text: str) -> None:
        record = self._work.turn(turn)
        record.user_text = text
        if intent.name == ev.CRISIS:
            record.private = True
            self._thinker.conversation.stay_close()
        record.trace.mark("commit", self._clock.monotonic())
        memories = self.controls.memory
        prompts = self.controls.initiative
        if intent.name in memory.WISHES:
            prompts.moved_on()
            record.kept = intent.name not in memory.FORGETTING
            self._work.speak(turn, 0, _once(lambda: memories.answer(intent, turn=turn, said=text, now=record.now)))
            return
        if intent.name == "undo" and (undone := memories.undo(record.now)) is not None:
            self._work.speak(turn, 0, _once(undone))
            return
        if intent.name == "undo" and (put_back := prompts.undo()) is not None:
            self._work.speak(turn, 0, _once(lambda: put_back(record.now)))
            return
        if intent.name not in memory.BESIDES:
            memories.moved_on(answered=False)
        if intent.name in initiative.WISHES:
            self._work.speak(turn, 0, _once(lambda: prompts.answer(intent, turn=turn, said=text, now=record.now)))
            return
        if intent.name not in memory.BESIDES:
            prompts.moved_on()
        if intent.name in meeting.WISHES:
            self._work.say_text(turn, self.controls.meeting.answer(intent, said=text, now=record.now))
            return
        if intent.name in character.WISHES:
            self._work.speak(turn, 0, _once(lambda: self.character.answer(intent, now=record.now)))
            return
        answer = perform(intent, self.controls, self._phrases, self._clock.now(), self._language)
        if answer:
            self._work.say_text(turn, answer)
        else:
            self.earcon("heard")
            self._work.silent(turn)
            self._post(ev.PlaybackFinished(self._clock.monotonic(), turn))

    def earcon(self, name: do.EarconName) -> None:
        """Sound one, where they are wanted."""
        player = self._player()
        if self._bearing.play_earcons:
            player.earcon(earcons.synthesise(earcons.Earcon(name), player.rate_hz))


async def _behind_a_sound(text: str) -> AsyncIterator[str]:
    await asyncio.sleep(NOTICE_S)
    yield text


async def _once(text: Callable[[], Awaitable[str]]) -> AsyncIterator[str]:
    yield await text()
