"""Settings that are changed by talking: at once, written down, and put back."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.house import SCRIPTED, House
from tests.scenarios.room import FACTORIES, Room
from voiceos.app import Stage
from voiceos.catalogue import Model, Store, catalog
from voiceos.config import Settings
from voiceos.config.plan import Value, value
from voiceos.languages import Phrases


def put_here(model: Model) -> None:
    """Files of the right names and sizes, in which nothing is: enough to be named, and scripted voices open none."""
    folder = Store().folder(model)
    folder.mkdir(parents=True)
    for file in model.files:
        with (folder / file.name).open("wb") as out:
            out.truncate(file.size)


class Held:
    """Holds the start of an engine whose setting has a value, as the loading of a large model does."""

    def __init__(self, key: str, held: Value) -> None:
        self._key, self._value = key, held
        self._begun, self._let_go = threading.Event(), threading.Event()

    def __call__(self, stage: Stage, settings: Settings) -> None:
        if self._key.startswith(f"{stage}.") and value(settings, self._key) == self._value:
            self._begun.set()
            self._let_go.wait(20)

    @contextlib.asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """From when it has begun to load; it goes on afterwards."""
        try:
            assert await asyncio.to_thread(self._begun.wait, 20)
            yield
        finally:
            self._let_go.set()


def spoken(key: str) -> tuple[str, ...]:
    return Phrases("en").variants(key)


async def test_slower_is_heard_at_once_written_down_with_comments_kept_and_put_back(tmp_path: Path) -> None:
    async with House(tmp_path, hears=["Slower, please.", "Louder.", "Never mind, put it back.", "Undo that."]) as house:
        await house.say("slower please")
        await house.answered()
        assert house.live.conductor.speed == 0.85
        await house.written("speed = 0.85  # as fast as you like")
        assert "# The settings of a test." in house.file.read_text()
        await house.say("louder")
        await house.answered()
        assert house.sound.speaker.volume == 0.95
        await house.written("volume = 0.95")
        told = house.said()[:]
        await house.say("never mind put it back")
        await house.answered()
        assert house.said()[len(told) :] == ["As loud as before."]
        assert house.sound.speaker.volume == 0.8
        await house.written("volume = 0.8")
        await house.say("undo that please")
        await house.answered()
        assert house.live.conductor.speed == 1.0
        await house.written("speed = 1.0  # as fast as you like")


async def test_a_change_that_an_environment_variable_outranks_is_in_force_and_said_not_to_last(tmp_path: Path) -> None:
    environ = {"VOICEOS_TTS__SPEED": "1.0"}
    hears = ["Slower, please.", "Slower, please.", "Louder."]
    async with House(tmp_path, hears=hears, environ=environ) as house:
        await house.say("slower please")
        await house.answered()
        assert house.live.conductor.speed == 0.85
        await house.announced("An environment variable sets voice, speed")
        await house.written("speed = 0.85  # as fast as you like")
        told = len(house.said())
        await house.say("slower please")
        await house.answered()
        await house.say("louder")
        await house.answered()
        await house.written("volume = 0.95")
        await house.live.conductor.wait_idle()
        assert len(house.said()) == told + 2, "it was said again, or of what nothing outranks"


async def test_its_own_writing_is_no_news(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with House(tmp_path, hears=["Slower, please."]) as house:
        await house.say("slower please")
        await house.answered()
        await house.written("speed = 0.85  # as fast as you like")
        with caplog.at_level("INFO", logger="voiceos.daemon"):
            told = await house.daemon.reload()
            await house.wait(2.0)
        assert str(told) == "nothing changed"
        assert caplog.records == []
        assert house.live.conductor.speed == 0.85


async def test_what_the_file_says_since_is_not_put_back(tmp_path: Path) -> None:
    async with House(tmp_path, hears=["Slower, please.", "Undo that."]) as house:
        await house.say("slower please")
        await house.answered()
        await house.written("speed = 0.85  # as fast as you like")
        await house.changed(audio__earcons=False)
        assert house.live.conductor.speed == 0.85
        await house.changed(tts__speed=1.4)
        assert house.live.conductor.speed == 1.4
        await house.say("undo that please")
        await house.answered()
        assert house.live.conductor.speed == 1.4
        assert house.said()[-1] == "There is nothing to put back."


async def test_a_file_that_was_edited_before_a_change_is_written_down_goes_before_it(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.file.write_text(SCRIPTED.replace("#speed = 1.0", "speed = 1.4"))
        house.live.preferences.change("tts.speed", 0.85)
        house.live.preferences.change("audio.volume", 0.5)
        await house.written("volume = 0.5")
        await house.reloaded()
        assert "speed = 1.4  # as fast as you like" in house.file.read_text().splitlines()
        assert house.live.conductor.speed == 1.4
        assert house.sound.speaker.volume == 0.5


async def test_two_changes_before_the_file_is_read_again_leave_the_second(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        for volume in (0.5, 0.6):
            await house.live.preferences.change("audio.volume", volume)
            await house.live.preferences.write()
        await house.reloaded()
        assert house.sound.speaker.volume == 0.6
        assert "volume = 0.6" in house.file.read_text().splitlines()


async def test_the_volume_does_not_wait_for_a_model_that_loads(tmp_path: Path) -> None:
    loads = Held("llm.threads", 13)
    async with House(tmp_path, started=loads) as house:
        loading = house.live.preferences.change("llm.threads", 13)
        async with loads.held():
            assert await house.live.preferences.change("audio.volume", 0.3) == []
            assert house.sound.speaker.volume == 0.3
            await house.written("volume = 0.3")
            assert not loading.done()
        assert await loading == []


async def test_it_calls_you_what_you_say(tmp_path: Path) -> None:
    async with House(tmp_path, hears=["Call me by my nickname.", "Call me Pete.", "Put it back."]) as house:
        await house.say("call me by my nickname")
        await house.answered()
        assert house.said()[-1] == "Gladly. Say, call me, and then the name."
        await house.say("call me pete")
        await house.answered()
        assert "Pete" in house.said()[-1]
        await house.written('user_name = "Pete"')
        assert "Pete" in house.live._thinker.conversation.persona.system
        await house.say("put it back")
        await house.answered()
        await house.written('user_name = ""')
        assert "Pete" not in house.live._thinker.conversation.persona.system


async def test_another_voice_that_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEOS_MODELS", str(tmp_path / "models"))
    for voice in ("en_US-joe-medium", "en_US-kristin-medium"):
        put_here(catalog().get(voice))
    hears = ["Which voices do you have?", "Use another voice.", "Undo that."]
    async with House(tmp_path, hears=hears) as house:
        await house.say("which voices do you have")
        await house.answered()
        assert house.said()[-1] == "I'm Joe now. There is also Kristin."
        before = house.live.engines.processes["tts"]
        await house.say("use another voice")
        await house.answered()
        assert house.said()[-1] in [text.format(voice="Kristin") for text in spoken("voice_changing")] or any(
            text.format(voice="Kristin") in house.said() for text in spoken("voice_changed")
        )
        while not any(text.format(voice="Kristin") in house.said() for text in spoken("voice_changed")):
            await house.wait(0.1)
        assert house.live.engines.processes["tts"] is not before
        await house.written('voice = "en_US-kristin-medium"')
        await house.say("undo that please")
        await house.answered()
        await house.written('voice = "en_US-joe-medium"')
        assert house.daemon.settings.tts.voice == "en_US-joe-medium"


async def test_a_voice_that_does_not_come_back_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEOS_MODELS", str(tmp_path / "models"))
    for voice in ("en_US-joe-medium", "en_US-kristin-medium"):
        put_here(catalog().get(voice))
    gone: list[str] = []

    def broken(stage: Stage, settings: Settings) -> str:
        here = stage != "tts" or settings.tts.voice not in gone
        return FACTORIES[stage] if here else "voiceos.engines.scripted:NoSuchEngine"

    async with House(tmp_path, hears=["Use another voice.", "Undo that."], factories=broken) as house:
        await house.say("use another voice")
        await house.written('voice = "en_US-kristin-medium"')
        gone.append("en_US-joe-medium")
        await house.say("undo that please")
        await house.announced(spoken("undone_voice")[0])
        await house.announced(spoken("settings_refused_voice")[0])
        assert house.daemon.settings.tts.voice == "en_US-kristin-medium"
        assert 'voice = "en_US-kristin-medium"' in house.file.read_text().splitlines()


async def test_a_voice_that_is_put_back_while_it_loads_is_not_changed_over_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEOS_MODELS", str(tmp_path / "models"))
    for voice in ("en_US-joe-medium", "en_US-kristin-medium"):
        put_here(catalog().get(voice))
    loads = Held("tts.voice", "en_US-kristin-medium")
    async with House(tmp_path, hears=["Use another voice.", "Undo that."], started=loads) as house:
        before = house.live.engines.processes["tts"]
        await house.say("use another voice")
        async with loads.held():
            await house.answered()
            await house.say("undo that please")
            await house.answered()
            assert house.said()[-1] in spoken("undone_voice")
        await asyncio.gather(*house.live.preferences._tasks)
        await house.wait(1.0)
        assert house.daemon.settings.tts.voice == "en_US-joe-medium"
        assert house.live.engines.processes["tts"] is before
        assert house.said()[-1] in spoken("undone_voice"), "it told of a change that did not come about"


async def test_of_two_changes_that_wait_the_later_is_in_force_and_a_refusal_goes_to_whoever_asked(
    tmp_path: Path,
) -> None:
    def broken(stage: Stage, settings: Settings) -> str:
        return FACTORIES[stage] if value(settings, f"{stage}.threads") != 5 else "voiceos.engines.scripted:NoSuchEngine"

    loads = Held("llm.threads", 13)
    async with House(tmp_path, started=loads, factories=broken) as house:
        change = house.live.preferences.change
        first = change("llm.threads", 13)
        async with loads.held():
            again, later, other = change("llm.threads", 5), change("llm.threads", 5), change("tts.threads", 2)
        assert await first == []
        for refused in (await again, await later):
            assert [one.keys for one in refused] == [("llm.threads",)]
        assert await other == []
        assert (house.daemon.settings.llm.threads, house.daemon.settings.tts.threads) == (0, 2)
        assert house.live.changes.wanted == house.daemon.settings
        assert await change("llm.threads", 3) == []
        assert house.daemon.settings.llm.threads == 3


async def test_a_file_that_is_edited_while_a_change_waits_is_not_written_over(tmp_path: Path) -> None:
    loads = Held("llm.threads", 13)
    async with House(tmp_path, started=loads) as house:
        first = house.live.preferences.change("llm.threads", 13)
        async with loads.held():
            house.source.keep({"llm.threads": 4})
            await house.daemon.reload()
        assert await first == []
        await house.reloaded()
        await house.live.preferences.write()
        assert house.daemon.settings.llm.threads == 4
        assert "threads = 4" in house.file.read_text()


async def test_a_bug_on_the_way_is_a_refusal_that_tells_no_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def bug(stage: Stage, settings: Settings) -> None:
        if value(settings, f"{stage}.threads") == 13:
            raise RuntimeError("what somebody said")

    async with House(tmp_path, started=bug) as house:
        (refused,) = await house.live.preferences.change("llm.threads", 13)
        assert refused.keys == ("llm.threads",)
        assert str(refused.error).startswith("a bug: RuntimeError at test_settings_by_voice.py:")
        assert house.live.changes.wanted == house.daemon.settings
    assert "what somebody said" not in caplog.text


async def test_the_only_voice_says_so() -> None:
    async with Room(hears=["Use another voice."]) as room:
        await room.say("use another voice")
        await room.answered()
        assert room.said()[-1].startswith("Joe is the only voice here.")


async def test_without_a_settings_file_what_is_changed_holds_until_the_end() -> None:
    async with Room(hears=["Faster.", "Put it back."]) as room:
        await room.say("faster")
        await room.answered()
        assert room.live.conductor.speed == 1.15
        await room.say("put it back")
        await room.answered()
        assert room.live.conductor.speed == 1.0
        assert room.said()[-1] == "As fast as before."
