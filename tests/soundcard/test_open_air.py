"""The whole program before a loudspeaker: its voice comes back through the microphone."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from voiceos.audio.calls import Calls
from voiceos.audio.sound_server import SoundServer
from voiceos.bench.open_air import STRAIGHT, measure
from voiceos.bench.virtual_card import VirtualCard
from voiceos.cli.doctor import check_calls, check_echo
from voiceos.clock import SystemClock
from voiceos.config import Settings

SPEECH = Path(os.environ.get("VOICEOS_SPEECH", Path(__file__).parents[2] / "../shared/speech"))


@pytest.mark.parametrize(("room", "level_db"), [(STRAIGHT, 0.0), ("rir_sb3", -12.0)])
async def test_it_neither_interrupts_nor_answers_itself_and_the_user_still_can(
    card: VirtualCard, room: str, level_db: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    if room != STRAIGHT and not (SPEECH / "noise" / f"{room}.flac").is_file():
        pytest.skip("the optional shared test data, which the room responses are part of, is not here")
    monkeypatch.setenv("VOICEOS_SPEECH", str(SPEECH))
    alone, interrupted = await measure(card, room, level_db, minutes=0.7, trials=2)
    print(alone, interrupted)
    assert alone.turns == 0
    assert not alone.half_duplex
    assert interrupted.silenced == 2
    if room != STRAIGHT and alone.suspended:
        pytest.xfail("while a room of reflections is learnt it still falls silent for itself and goes on: decision 15")
    assert alone.suspended == 0


async def test_another_program_at_the_microphone_is_noticed_until_it_ends(card: VirtualCard) -> None:
    told: asyncio.Queue[bool] = asyncio.Queue()
    filter_before = await _recorder(card)
    try:
        async with SoundServer() as server:
            await asyncio.wait_for(server.looked.wait(), 10.0)
            server.follow(Calls(told.put_nowait, clock=SystemClock()).see)
            async with card.record():  # a monitor is no microphone
                call = await _recorder(card)
                try:
                    assert await asyncio.wait_for(told.get(), 10.0) is True
                finally:
                    await _end(call)
                assert await asyncio.wait_for(told.get(), 10.0) is False
    finally:
        await _end(filter_before)
    assert told.empty()


async def test_the_doctor_tells_that_calls_are_noticed(card: VirtualCard) -> None:
    found = await check_calls()
    assert (found.mark, "is noticed" in found.text) == ("ok", True), found.text


async def _recorder(card: VirtualCard) -> asyncio.subprocess.Process:
    """Another program that records the microphone by now."""
    process = await asyncio.create_subprocess_exec(
        "parec", "--device=microphone", stdout=asyncio.subprocess.PIPE, env=os.environ | card.environment
    )
    assert process.stdout is not None
    await process.stdout.read(1)
    return process


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.communicate()


@pytest.mark.parametrize(("microphone", "expected"), [("openair", "of it is removed"), ("", "does not come back")])
async def test_the_doctor_hears_whether_there_is_an_echo(card: VirtualCard, microphone: str, expected: str) -> None:
    async with card.room_noise():
        found = await check_echo(Settings.model_validate({"audio": {"input_device": microphone}}))
    assert found.mark == "ok"
    assert expected in found.text, found.text
