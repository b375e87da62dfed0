"""The whole program before a loudspeaker: its voice comes back through the microphone as loud as the user's."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from voiceos.audio.calls import Calls
from voiceos.bench.open_air import STRAIGHT, measure
from voiceos.bench.virtual_card import VirtualCard

SPEECH = Path(os.environ.get("VOICEOS_SPEECH", Path(__file__).parents[2] / "../shared/speech"))


@pytest.mark.parametrize("room", [STRAIGHT, "rir_sb3"])
async def test_it_neither_interrupts_nor_answers_itself_and_the_user_still_can(
    card: VirtualCard, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if room != STRAIGHT and not (SPEECH / "noise" / f"{room}.flac").is_file():
        pytest.skip("the optional shared test data, which the room responses are part of, is not here")
    monkeypatch.setenv("VOICEOS_SPEECH", str(SPEECH))
    alone, interrupted = await measure(card, room, 0.0, minutes=0.7, trials=2)
    print(alone, interrupted)
    assert (alone.suspended, alone.turns) == (0, 0)
    assert not alone.half_duplex
    assert interrupted.silenced == 2


async def test_another_program_at_the_microphone_is_noticed_until_it_ends(card: VirtualCard) -> None:
    told: asyncio.Queue[bool] = asyncio.Queue()
    watching = asyncio.create_task(Calls(told.put_nowait).watch())
    try:
        async with card.record():  # both voices, for this test: no microphone
            call = await asyncio.create_subprocess_exec(
                "parec", "--device=microphone", stdout=asyncio.subprocess.DEVNULL, env=os.environ | card.environment
            )
            try:
                assert await asyncio.wait_for(told.get(), 10.0) is True
            finally:
                call.terminate()
                await call.wait()
            assert await asyncio.wait_for(told.get(), 10.0) is False
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert told.empty()
