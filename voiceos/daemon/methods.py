"""What may be asked over the control socket: one entry a method, its text for docs/control.md beside it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceos.app import sampling
from voiceos.audio.frames import Samples
from voiceos.audio.presence import MUTED, STARTING
from voiceos.client import Recorder, unspeakable
from voiceos.daemon import messages as m
from voiceos.daemon.announcements import Announcements
from voiceos.daemon.connection import Call
from voiceos.daemon.feed import Feed
from voiceos.daemon.jsonrpc import FAILED, RpcError
from voiceos.daemon.snapshot import status
from voiceos.errors import StorageError
from voiceos.events import CRISIS
from voiceos.memory import Store as Memory
from voiceos.skills.controls import reply_aside
from voiceos.speaking.reply import Reply
from voiceos.speaking.speakable import speakable
from voiceos.thinking.asides import Asides
from voiceos.thinking.intents import SentenceMatcher

if TYPE_CHECKING:
    from voiceos.conductor import Conductor
    from voiceos.daemon.daemon import Daemon

SWITCH_S = 5.0
"""Longest wait until the microphone has followed its switch; a sleeping headset takes a second or two."""
CHUNK_SAMPLES = 8192
"""Of speech in one notification: some 22 kB of Base64."""
GOODBYE_S = 3.0
"""The goodbye has sounded by then; a conversation that hangs is ended all the same."""

ALL_KINDS: tuple[m.Kind, ...] = (
    "state",
    "turn",
    "mode",
    "microphone",
    "sound",
    "engine",
    "call",
    "degraded",
    "dropped",
)
"""What is sent to whoever subscribes without a list; "words" as well where it is allowed."""


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    does: str
    params: type[m.Params]
    result: type[m.Model]
    carry_out: Callable[[Methods, Call, Any], Awaitable[m.Model]]
    sends: tuple[str, type[m.Model]] | None = None
    """Notifications that come before the result."""


class Methods:
    """Carries them out on a running daemon."""

    def __init__(self, daemon: Daemon, feed: Feed, announcements: Announcements) -> None:
        self._daemon = daemon
        self._feed = feed
        self._announcements = announcements

    @property
    def _conductor(self) -> Conductor:
        if not self._daemon.live.begun:
            raise _starting()
        return self._daemon.live.conductor

    @property
    def _asides(self) -> Asides:
        if not self._daemon.live.begun:
            raise _starting()
        return self._daemon.live.changes.asides

    def _require_ready(self) -> None:
        if not self._feed.listening:
            raise _starting()

    async def status(self, call: Call, params: m.Nothing) -> m.Status:
        assert self._conductor
        return status(self._daemon, self._feed, await self._remembered())

    async def _remembered(self) -> m.Remembered | None:
        diary = self._daemon.live.diary
        if diary is None or not diary.is_open:
            return None
        try:
            stats = await diary.ask(Memory.stats)
        except StorageError:  # `degraded` tells
            return None
        return m.Remembered(
            turns=stats.episodes,
            facts=stats.facts,
            since=stats.first.timestamp() if stats.first is not None else None,
            off_the_record=diary.off_the_record,
        )

    async def forgotten(self, call: Call, params: m.Nothing) -> m.Done:
        if self._daemon.live.begun:
            await self._daemon.live.remembering.look_for_erasures()
        return m.Done()

    async def due(self, call: Call, params: m.Nothing) -> m.Done:
        if self._daemon.live.begun:
            self._daemon.live.reminding.on_change()
        return m.Done()

    async def subscribe(self, call: Call, params: m.Subscribe) -> m.Subscribed:
        allowed = self._daemon.settings.control.words
        if params.kinds is None:
            kinds = frozenset((*ALL_KINDS, "words")) if allowed else frozenset(ALL_KINDS)
        else:
            kinds = frozenset((*params.kinds, "dropped"))
        if "words" in kinds and not allowed:
            raise RpcError(
                FAILED,
                "transcripts are not for other programs",
                hint="`voiceos config set control.words true` allows it.",
            )
        call.connection.kinds = kinds
        return m.Subscribed(kinds=sorted(kinds))

    async def unsubscribe(self, call: Call, params: m.Nothing) -> m.Done:
        call.connection.kinds = frozenset()
        return m.Done()

    async def cancel(self, call: Call, params: m.Nothing) -> m.Cancelled:
        going_on = self._conductor.state.phase.value != "quiet"
        self._conductor.break_off()
        return m.Cancelled(cancelled=going_on)

    async def mute(self, call: Call, params: m.Nothing) -> m.Microphone:
        self._conductor.mute()
        return await self._switched()

    async def unmute(self, call: Call, params: m.Nothing) -> m.Microphone:
        self._conductor.unmute()
        return await self._switched()

    async def _switched(self) -> m.Microphone:
        """The microphone follows its switch in its own time."""
        conductor, live = self._conductor, self._daemon.live
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SWITCH_S):
                while live.presence.reason == STARTING or conductor.muted != (live.presence.reason == MUTED):
                    await self._feed.next_step()
        return m.Microphone(muted=conductor.muted, open=not live.presence.reason)

    async def say(self, call: Call, params: m.Say) -> m.Said:
        self._require_ready()
        if not speakable(params.text, self._daemon.settings.assistant.language).text.strip():
            raise unspeakable()
        if params.wait:
            return m.Said(heard=await self._announcements.say(self._conductor, params.text, time.monotonic()))
        self._conductor.announce(params.text)
        return m.Said(heard=False)

    async def ask(self, call: Call, params: m.Ask) -> m.Answer:
        engines, settings = self._daemon.live.engines, self._daemon.settings
        now = self._daemon.clock.now()
        matcher = SentenceMatcher(settings.assistant.language, settings.assistant.name)
        first_aid, language = self._daemon.live.first_aid, settings.assistant.language
        intent = matcher.match(params.text)
        if intent is not None and intent.name == CRISIS and self._daemon.live.begun:
            self._daemon.first_meeting.rest()
        if aside := reply_aside(intent, now, language, first_aid):
            await call.send("piece", m.Piece(request=call.id, text=aside))
            self._daemon.live.conversation.add_aside(params.text, aside)
            return m.Answer(answer=aside)
        if intent is not None and intent.name in ("known_about_me", "known_about"):
            topic = intent.slots.get("topic")
            known = await self._daemon.live.remembering.aside(None if topic is None else str(topic), now)
            await call.send("piece", m.Piece(request=call.id, text=known))
            self._daemon.live.conversation.add_aside(params.text, known)
            return m.Answer(answer=known)
        who, said = self._daemon.live.conversation.persona, []
        answer = self._asides.answer(
            engines.llm_of_now,
            params.text,
            now,
            persona=who,
            sampling=sampling(settings, who),
            budget_tokens=settings.llm.background_tokens,
        )
        async with contextlib.aclosing(answer) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                said.append(piece)
                await call.send("piece", m.Piece(request=call.id, text=piece))
        self._daemon.live.conversation.add_aside(params.text, "".join(said))
        return m.Answer(answer="".join(said).strip())

    async def speak(self, call: Call, params: m.Speak) -> m.Spoken:
        recorder = Recorder()
        reply = Reply(
            1,
            tts=self._daemon.live.engines.tts,
            player=recorder,
            language=self._daemon.settings.assistant.language,
            speed=self._conductor.speed,
        )
        await reply.speak(_once(params.text))
        if reply.empty:
            raise unspeakable()
        samples = recorder.samples()
        for start in range(0, len(samples), CHUNK_SAMPLES):
            await call.send("sound", m.Sound(request=call.id, pcm=_pcm(samples[start : start + CHUNK_SAMPLES])))
        return m.Spoken(text=reply.text, rate_hz=recorder.rate_hz, samples=len(samples))

    async def repeat(self, call: Call, params: m.Nothing) -> m.Done:
        self._require_ready()
        last = self._conductor.last_reply()
        self._conductor.announce(last or "nothing_to_repeat", key=not last)
        return m.Done()

    async def volume(self, call: Call, params: m.Volume) -> m.Loudness:
        if params.percent is not None or params.by is not None:
            self._require_ready()
            wanted = params.percent if params.percent is not None else self._daemon.live.volume * 100 + (params.by or 0)
            await self._set("audio.volume", round(min(1.0, max(0.0, wanted / 100)), 2))
        return m.Loudness(percent=round(self._daemon.live.volume * 100))

    async def mode(self, call: Call, params: m.Mode) -> m.Listens:
        if params.mode is not None:
            self._require_ready()
            await self._set("listening.mode", params.mode)
        return m.Listens(mode=self._conductor.mode)

    async def _set(self, key: str, value: str | float) -> None:
        """As by voice: in force at once, undone on request, and written into the settings file."""
        for refused in await self._daemon.live.preferences.change(key, value):
            raise refused.error

    async def reload(self, call: Call, params: m.Nothing) -> m.Reload:
        return m.Reload.model_validate(asdict(await self._daemon.reload()))

    async def listen(self, call: Call, params: m.Nothing) -> m.Microphone:
        self._require_ready()
        listens = self._conductor.listen()
        return m.Microphone(muted=self._conductor.muted, open=listens and not self._daemon.live.presence.reason)

    async def history(self, call: Call, params: m.History) -> m.Conversation:
        said = self._daemon.live.history()[-params.limit :]
        return m.Conversation(messages=[m.Message(role=one.role, text=one.text, aside=one.aside) for one in said])

    async def restart_engine(self, call: Call, params: m.RestartEngine) -> m.Engine:
        await self._daemon.live.engines.processes[params.name].restart()
        return next(engine for engine in status(self._daemon, self._feed).engines if engine.name == params.name)

    async def stop(self, call: Call, params: m.Nothing) -> m.Done:
        self._conductor.break_off()
        self._conductor.announce("goodbye", key=True)  # `run` goes on until it has been heard
        self._daemon.live.shut_down()
        asyncio.get_running_loop().call_later(GOODBYE_S, self._daemon.stop)
        return m.Done()


TABLE: tuple[Method, ...] = (
    Method(
        "status",
        "How it is: state, devices, engines, memory, the last turns, what does not work.",
        m.Nothing,
        m.Status,
        Methods.status,
    ),
    Method(
        "subscribe",
        "From now on `event` notifications come; another call replaces the kinds.",
        m.Subscribe,
        m.Subscribed,
        Methods.subscribe,
    ),
    Method("unsubscribe", "No more events.", m.Nothing, m.Done, Methods.unsubscribe),
    Method("cancel", "End what is being said, thought of or listened to.", m.Nothing, m.Cancelled, Methods.cancel),
    Method(
        "mute",
        "Close the microphone, also for later starts. Answers once it is closed.",
        m.Nothing,
        m.Microphone,
        Methods.mute,
    ),
    Method("unmute", "Open it again.", m.Nothing, m.Microphone, Methods.unmute),
    Method(
        "say",
        "Say a text as soon as nobody speaks. A client that goes away meanwhile takes it back.",
        m.Say,
        m.Said,
        Methods.say,
    ),
    Method(
        "ask",
        "Answer a question beside the conversation, which goes first and does not learn of it.",
        m.Ask,
        m.Answer,
        Methods.ask,
        ("piece", m.Piece),
    ),
    Method("speak", "The sound of a text, which is not played.", m.Speak, m.Spoken, Methods.speak, ("sound", m.Sound)),
    Method("repeat", "Say the last reply again.", m.Nothing, m.Done, Methods.repeat),
    Method(
        "listen",
        "Listen to what the user says next, as for a push-to-talk key.",
        m.Nothing,
        m.Microphone,
        Methods.listen,
    ),
    Method("volume", "Tell the volume, or change it in the settings.", m.Volume, m.Loudness, Methods.volume),
    Method("mode", "Tell what is listened to, or change it in the settings.", m.Mode, m.Listens, Methods.mode),
    Method(
        "reload",
        "Read the settings again, and try again what could not be changed. What has changed is told, and carried out "
        "once nobody speaks.",
        m.Nothing,
        m.Reload,
        Methods.reload,
    ),
    Method(
        "history",
        "What has been said, as far as the language model has it in mind, and what was asked beside it meanwhile.",
        m.History,
        m.Conversation,
        Methods.history,
    ),
    Method(
        "forgotten",
        "Look whether something was forgotten in the memory, and have it leave the conversation. Answers once it has.",
        m.Nothing,
        m.Done,
        Methods.forgotten,
    ),
    Method(
        "due",
        "Look anew into the memory for what is due, as another program has changed it there.",
        m.Nothing,
        m.Done,
        Methods.due,
    ),
    Method(
        "restart_engine",
        "Start an engine anew. Answers once it has loaded.",
        m.RestartEngine,
        m.Engine,
        Methods.restart_engine,
    ),
    Method("stop", "Say goodbye and end.", m.Nothing, m.Done, Methods.stop),
)


def _starting() -> RpcError:
    return RpcError(FAILED, "voiceos is still starting", hint="Try again in a few seconds.", exit_code=8)


async def _once(text: str) -> Any:
    yield text


def _pcm(samples: Samples) -> str:
    return base64.b64encode((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()).decode("ascii")
