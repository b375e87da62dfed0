"""The settings file is edited while a conversation goes on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.house import SCRIPTED, House
from tests.scenarios.room import FACTORIES
from voiceos.app import Stage, persona, sampling
from voiceos.config import Places, Settings
from voiceos.config.load import Loaded
from voiceos.config.plan import value
from voiceos.config.source import Source
from voiceos.daemon.client import ControlClient
from voiceos.daemon.notify import Notifier
from voiceos.errors import EngineError
from voiceos.turn_taking.state import Phase

SHORT = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen."
SLOW = [("everything", SHORT)]


def no_thirteen(stage: Stage, settings: Settings) -> str:
    """An engine with 13 threads does not load."""
    return FACTORIES[stage] if value(settings, f"{stage}.threads") != 13 else "voiceos.engines.scripted:NoSuchEngine"


async def speaks(house: House) -> None:
    while house.live.conductor.state.phase is not Phase.SPEAKING:
        await house.wait(0.1)


async def test_a_file_that_is_saved_is_in_force_without_being_asked(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.file.write_text(SCRIPTED + "\n[audio]\nvolume = 0.25\n")
        while house.sound.speaker.volume != 0.25:
            await house.wait(0.1)
        assert house.daemon.settings.audio.volume == 0.25
        assert house.said() == [], "a change that can be heard by itself is not told of"


async def test_a_model_is_changed_between_turns_and_never_in_the_middle_of_a_reply(tmp_path: Path) -> None:
    async with House(tmp_path, hears=["tell me everything"], engines={"llm": {"replies": SLOW}}) as house:
        await house.say("tell me everything you know")
        await speaks(house)
        before = dict(house.live.engines.processes)
        house.source.keep({"llm.threads": 3, "tts.threads": 3, "audio.earcons": False})
        assert (await house.daemon.reload()).engines == ("llm", "tts")
        await house.wait(1.0)
        assert house.live.conductor.state.phase is Phase.SPEAKING
        assert house.live.engines.processes == before
        assert house.daemon.settings.audio.earcons
        await house.answered()
        assert house.daemon.configuration is not None
        await house.applied()
        assert house.said() == [SHORT]
        after = house.live.engines.processes
        assert [stage for stage in after if after[stage] is not before[stage]] == ["llm", "tts"]
        assert not house.daemon.settings.audio.earcons
        await house.say("tell me everything you know")
        await house.answered()
        assert house.said() == [SHORT, SHORT], "what was said before is remembered, and the new engines answer"


async def test_a_question_beside_the_conversation_is_answered_by_one_model(tmp_path: Path) -> None:
    async with House(tmp_path, engines={"llm": {"replies": SLOW}}) as house:
        asides, engines = house.live.changes.asides, house.live.engines
        assert house.daemon.configuration is not None
        before = engines.processes["llm"]
        who = persona(house.daemon.settings)

        def answer() -> AsyncIterator[str]:
            return asides.answer(
                engines.llm_of_now,
                "everything",
                house.daemon.clock.now(),
                persona=who,
                sampling=sampling(house.daemon.settings, who),
                budget_tokens=2048,
            )

        asking = answer()
        pieces = [await anext(asking)]
        house.source.keep({"llm.threads": 3})
        await house.daemon.reload()
        await house.wait(1.0)
        assert engines.processes["llm"] is before, "the model was changed under the question"
        pieces += [piece async for piece in asking]
        await house.applied()
        assert engines.processes["llm"] is not before
        assert "".join(pieces).strip() == "".join([piece async for piece in answer()]).strip() == SHORT


async def test_a_question_that_holds_a_model_for_too_long_fails_and_is_not_continued_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with House(tmp_path, engines={"llm": {"replies": SLOW}}) as house:
        before = house.live.engines.llm_of_now()
        await house.live.engines.llm.info()
        monkeypatch.setattr("voiceos.thinking.asides.PATIENCE_S", 0.1)
        async with house.live.changes.asides._lane:
            await house.changed(llm__threads=3)
        assert before.process is not house.live.engines.processes["llm"]
        with pytest.raises(EngineError, match="was closed"):
            await before.info()


async def test_the_volume_is_changed_in_the_middle_of_a_reply(tmp_path: Path) -> None:
    async with House(tmp_path, hears=["tell me everything"], engines={"llm": {"replies": SLOW}}) as house:
        await house.say("tell me everything you know")
        await speaks(house)
        house.source.keep({"audio.volume": 0.3})
        await house.daemon.reload()
        assert house.live.conductor.state.phase is Phase.SPEAKING
        assert house.sound.speaker.volume == 0.3


async def test_a_broken_model_keeps_the_old_one_and_says_so_until_it_is_mended(tmp_path: Path) -> None:
    async with House(tmp_path, factories=no_thirteen) as house:
        before = house.live.engines.processes["llm"]
        await house.changed(llm__threads=13)
        await house.announced("I couldn't change over to the other model.")
        assert house.live.engines.processes["llm"] is before
        assert house.daemon.settings.llm.threads == 0
        assert "NoSuchEngine" in house.daemon.settings_problem
        await house.say("hello there")
        await house.answered()
        assert house.said()[-1].startswith("You said:")
        await house.changed(llm__threads=2)
        assert house.daemon.settings_problem == ""
        assert house.daemon.settings.llm.threads == 2


async def test_a_model_that_is_not_here_is_told_of_at_once(tmp_path: Path) -> None:
    async with House(tmp_path, real=["tts"]) as house:
        house.source.keep({"tts.engine": "piper", "tts.voice": "en_US-ljspeech-high"})
        told = await house.daemon.reload()
        assert told.engines == ("tts",)
        assert "en_US-ljspeech-high is not on this machine" in told.wrong[0]
        await house.announced("I couldn't change over to the other voice.")
        assert house.daemon.settings.tts.engine == "scripted"


async def test_a_mistake_keeps_what_is_in_force_and_is_said_once_with_its_place_until_it_is_mended(
    tmp_path: Path,
) -> None:
    async with House(tmp_path) as house:
        house.file.write_text(SCRIPTED + '\n[audio]\nvolume = "loud"\nearcons = false\n')
        told = await house.daemon.reload()
        assert 'volume = "loud" is not allowed' in told.wrong[0]
        assert told.wrong[0] == house.daemon.settings_problem
        await house.daemon.reload()
        await house.announced("There is a mistake in my settings, at audio, volume.")
        await house.wait(2.0)
        assert len(house.said()) == 1
        assert house.daemon.settings.audio.earcons
        house.file.write_text(SCRIPTED + "\n[audio\n")
        await house.daemon.reload()
        line = SCRIPTED.count("\n") + 2
        await house.announced(f"I can't read line {line} of my settings.")
        house.file.write_text(SCRIPTED + "\n[audio]\nearcons = false\n")
        assert (await house.daemon.reload()).wrong == ()
        await house.announced("My settings are in order again.")
        assert house.daemon.settings_problem == ""
        assert not house.daemon.settings.audio.earcons


async def test_a_key_that_there_is_none_of_is_named(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.file.write_text(SCRIPTED + "\n[audio]\nvolum = 0.5\n")
        assert "did you mean" in (await house.daemon.reload()).wrong[0]
        await house.announced("There is a mistake in my settings, at audio, volum.")


async def test_a_file_that_is_removed_leaves_the_defaults(tmp_path: Path) -> None:
    async with House(tmp_path, text="\n[audio]\nvolume = 0.25\n") as house:
        house.file.write_text(SCRIPTED)
        told = await house.daemon.reload()
        assert told.live == ("audio.volume",)
        assert house.sound.speaker.volume == 0.8


async def test_a_hang_up_has_what_could_not_be_changed_tried_again(tmp_path: Path) -> None:
    """As where a model has been fetched meanwhile: no file of the settings has changed."""
    broken = True

    def factory(stage: Stage, settings: Settings) -> str:
        return no_thirteen(stage, settings) if broken else FACTORIES[stage]

    async with House(tmp_path, factories=factory) as house:
        await house.changed(llm__threads=13)
        await house.announced("I couldn't change over to the other model.")
        broken = False
        os.kill(os.getpid(), signal.SIGHUP)
        async with asyncio.timeout(20):
            while house.daemon.settings.llm.threads != 13:
                await house.wait(0.1)
        assert house.daemon.settings_problem == ""
        assert not house.task.done()


async def test_two_reloads_at_a_time_are_told_to_systemd_one_after_the_other(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        told: list[str] = []
        async with House(tmp_path, notifier=Notifier(str(tmp_path / "notify"))) as house:
            await asyncio.gather(house.daemon.reload(), house.daemon.reload())
            with contextlib.suppress(BlockingIOError):
                while True:
                    told.append(listening.recv(4096).decode().split("=")[0])
        ready = told[told.index("READY") + 1 :]
        assert [one for one in ready if one in ("RELOADING", "READY")] == ["RELOADING", "READY"] * 2


async def test_reloads_that_a_signal_began_end_with_the_daemon(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        assert house.daemon.configuration is not None
        async with house.daemon.configuration._reading:
            os.kill(os.getpid(), signal.SIGHUP)
            await house.wait(0.1)
            os.kill(os.getpid(), signal.SIGHUP)
            await house.wait(0.1)
            async with house.ending():
                house.daemon.stop()
            assert [task for task in asyncio.all_tasks() if task.get_name() == "reload"] == []


@pytest.mark.parametrize("first", ["stopped", "goodbye"])
async def test_a_stop_while_it_ends_already_does_not_lose_what_is_not_written_yet(tmp_path: Path, first: str) -> None:
    async with House(tmp_path) as house, asyncio.timeout(30), house.ending():
        assert house.daemon.configuration is not None
        async with house.daemon.configuration._reading:  # the file cannot be written meanwhile
            assert await house.live.preferences.change("audio.volume", 0.4) == []
            house.daemon.stop() if first == "stopped" else house.live.shut_down()
            await asyncio.wait([task for task in asyncio.all_tasks() if task.get_name() == "preferences"])
            house.daemon.stop()
            await asyncio.sleep(0.05)
    assert "volume = 0.4" in house.file.read_text()


class _Broken(Source):
    def load(self) -> Loaded:
        raise RuntimeError("call me Pete")


async def test_what_goes_wrong_in_a_reload_that_a_signal_began_is_logged_by_its_kind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with House(tmp_path) as house:
        assert house.daemon.configuration is not None
        house.daemon.configuration.source = _Broken(
            environ={}, places=Places(system=tmp_path / "none", user=house.file)
        )
        os.kill(os.getpid(), signal.SIGHUP)
        async with asyncio.timeout(20):
            while "the settings stay as they were: a bug: RuntimeError" not in caplog.text:
                await house.wait(0.1)
        assert "Pete" not in caplog.text


def bug_at_thirteen(stage: Stage, settings: Settings) -> None:
    if value(settings, f"{stage}.threads") == 13:
        raise RuntimeError("what somebody said")


async def test_a_bug_is_told_by_kind_and_place_and_the_file_goes_on_being_watched(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with House(tmp_path, started=bug_at_thirteen) as house:
        house.source.keep({"llm.threads": 13})
        await house.announced("Something in my settings is wrong.")
        await house.reloaded()
        assert "a bug: RuntimeError at test_reload.py:" in house.daemon.settings_problem
        house.source.keep({"llm.threads": 2})
        async with asyncio.timeout(20):
            while house.daemon.settings.llm.threads != 2 or house.daemon.settings_problem:
                await house.wait(0.1)
    assert "what somebody said" not in caplog.text


async def test_what_a_bug_keeps_from_being_gone_by_is_not_in_force(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        missing = house.live.engines.processes.pop("llm")
        try:
            await house.changed(audio__earcons=False)
        finally:
            house.live.engines.processes["llm"] = missing
        assert house.daemon.settings.audio.earcons
        assert "a bug: KeyError at changes.py:" in house.daemon.settings_problem
        await house.reloaded()
        assert house.daemon.settings_problem == ""
        assert not house.daemon.settings.audio.earcons


async def test_a_file_that_is_put_back_before_its_turn_came_changes_nothing(tmp_path: Path) -> None:
    async with House(tmp_path, hears=["tell me everything"], engines={"llm": {"replies": SLOW}}) as house:
        assert house.daemon.configuration is not None
        before = house.live.engines.processes["llm"]
        await house.say("tell me everything you know")
        await speaks(house)
        text = house.file.read_text()
        house.source.keep({"llm.threads": 3, "audio.earcons": False})
        await house.daemon.reload()
        house.file.write_text(text)
        await house.daemon.reload()
        assert house.live.conductor.state.phase is Phase.SPEAKING
        await house.answered()
        await house.applied()
        assert house.daemon.settings.llm.threads == 0
        assert house.daemon.settings.audio.earcons
        assert house.live.engines.processes["llm"] is before


async def test_a_longer_reply_waits_for_the_engine_that_has_room_for_it(tmp_path: Path) -> None:
    text = SCRIPTED.replace("[llm]", "[llm]\ncontext_tokens = 1024\nmax_reply_tokens = 512")
    (tmp_path / "config.toml").write_text(text)
    async with House(tmp_path, factories=no_thirteen) as house:
        longer = text.replace("1024", "4096").replace("512", "2048")
        house.file.write_text(longer.replace("[llm]", "[llm]\nthreads = 13"))
        await house.reloaded()
        assert house.daemon.settings.llm.max_reply_tokens == 512
        house.file.write_text(longer)
        await house.reloaded()
        assert (house.daemon.settings.llm.context_tokens, house.daemon.settings.llm.max_reply_tokens) == (4096, 2048)
        assert house.live._thinker._sampling.max_tokens == 2048


async def test_a_reload_can_be_asked_for_over_the_socket_and_tells_what_came_of_it(tmp_path: Path) -> None:
    async with House(tmp_path) as house, ControlClient() as client:
        house.source.keep({"audio.earcons": False, "llm.threads": 2})
        told = await client.call("reload")
        assert (told["live"], told["engines"], told["wrong"]) == (["audio.earcons"], ["llm"], [])
        house.file.write_text(SCRIPTED + "\n[audio]\nvolum = 0.5\n")
        assert "did you mean" in (await client.call("reload"))["wrong"][0]
        assert "did you mean" in (await client.call("status"))["degraded"][0]["what"]
