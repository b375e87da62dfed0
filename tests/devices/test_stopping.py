"""The real program is told to end while the sound server stands still, which hangs whoever asks it for anything."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from voiceos.bench.session import Session
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import starter_settings

HANGS_S = 20.0
"""A program that has not ended by then waits for the server, which stands still for as long."""


@pytest.mark.parametrize("later_s", [0.0, 4.0], ids=["at once", "when that has been noticed"])
async def test_it_ends_in_order_while_the_sound_server_stands_still(
    disturbed_card: VirtualCard, tmp_path: Path, later_s: float
) -> None:
    async with Session(
        disturbed_card, starter_settings(), tmp_path, arguments=["--dry-run", "--no-greeting"], record=False
    ) as session:
        with disturbed_card.frozen_server():
            await asyncio.sleep(later_s)
            async with asyncio.timeout(HANGS_S):
                assert await session.stop(signal.SIGTERM) == 0
    assert not (tmp_path / "run/voiceos/running.json").exists(), "the next start has nothing to apologise for"
    assert [line for line in session.lines if "Traceback" in line] == []
