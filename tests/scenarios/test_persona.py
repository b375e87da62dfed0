"""Persona files while it runs: chosen, edited, and broken, which is heard and changes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.scenarios.house import House
from voiceos.languages import Phrases
from voiceos.thinking import character

REFUSED = Phrases("en").text("settings_refused_character")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = character.folder()
    folder.mkdir(parents=True)
    (folder / "sailor.toml").write_text('who = "an old sailor"\n')
    return folder


async def is_read(house: House, text: str) -> None:
    async with asyncio.timeout(20):
        while text not in house.live.conversation.persona.system:
            await house.wait(0.1)


async def test_one_is_chosen_edited_and_broken_while_it_runs(tmp_path: Path, own: Path) -> None:
    async with House(tmp_path) as house:
        await house.changed(assistant__character="sailor")
        await is_read(house, "an old sailor")
        (own / "sailor.toml").write_text('who = "a young sailor"\n')
        await is_read(house, "a young sailor")
        (own / "sailor.toml").write_text('who = "a sailor"\nhumor = "salty"\n')
        await house.announced(REFUSED)
        assert "a young sailor" in house.live.conversation.persona.system
        assert any("humor" in one.what for one in house.daemon.degraded())
        await house.changed(tts__speed=1.2, turn_taking__barge_in=False)
        assert not house.live.conductor.policy.barge_in, "nothing else could be changed"
        (own / "sailor.toml").write_text('who = "a mended sailor"\n')
        await is_read(house, "a mended sailor")
        assert not house.daemon.degraded()


async def test_one_that_is_not_there_is_heard_and_the_one_in_force_stays(tmp_path: Path, own: Path) -> None:
    async with House(tmp_path) as house:
        await house.changed(assistant__character="nobody", audio__volume=0.4)
        await house.announced(REFUSED)
        assert "warm and attentive" in house.live.conversation.persona.system
        assert house.live.settings.assistant.character == "warm"
        assert house.sound.speaker.volume == 0.4
