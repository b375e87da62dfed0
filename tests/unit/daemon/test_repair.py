"""What start-up mended is said, and aloud where something was lost."""

from __future__ import annotations

import logging

import pytest

from voiceos.daemon.repair import Repair
from voiceos.repair import Mended


@pytest.mark.parametrize(("lost", "heard"), [(False, []), (True, ["repaired"])])
async def test_what_was_lost_is_heard_and_everything_is_logged(
    lost: bool, heard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    with caplog.at_level(logging.WARNING):
        async with Repair([Mended("a file was mended", lost)], said.append) as repair:
            repair.ready()
    assert "a file was mended" in caplog.text
    assert said == heard
