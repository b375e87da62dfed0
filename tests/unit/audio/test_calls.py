"""Who uses the microphone, read from what the sound server lists."""

from __future__ import annotations

from typing import Any

import pytest

from voiceos.audio.calls import others

SOURCES = [{"index": 1, "name": "alsa_input.headset"}, {"index": 2, "name": "alsa_output.headset.monitor"}]


def stream(process: int | None, source: int = 1, *, corked: bool = False) -> dict[str, Any]:
    properties = {} if process is None else {"application.process.id": str(process)}
    return {"source": source, "corked": corked, "properties": properties}


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        ([], set()),
        ([stream(7)], set()),
        ([stream(7), stream(8)], {8}),
        ([stream(8, source=2)], set()),
        ([stream(8, corked=True)], set()),
        ([stream(None)], set()),
        ([stream(8), stream(9)], {8, 9}),
    ],
    ids=["nobody", "itself", "a call", "a level meter", "on hold", "the server's own loop", "two"],
)
def test_another_program_at_the_microphone_is_a_call(streams: list[dict[str, Any]], expected: set[int]) -> None:
    assert others(streams, SOURCES, own=7) == expected
