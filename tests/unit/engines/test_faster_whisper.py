from __future__ import annotations

import pytest

from voiceos.engines.faster_whisper import WINDOW_FRAMES, compression_ratio, cut_window_frames, doubtful, repeats
from voiceos.listening.ports import Decoding


@pytest.mark.parametrize(
    "text",
    [
        "turn on the light turn on the light",
        "No. No. No.",
        "thank you, thank you, thank you",
        "well I said go to bed, go to bed, go to bed",
    ],
)
def test_loops_on_short_speech_are_noticed(text: str) -> None:
    assert repeats(text)


@pytest.mark.parametrize(
    "text", ["", "no no", "bye bye", "had had", "what time is it", "the more the merrier the better"]
)
def test_people_repeat_words_too(text: str) -> None:
    assert not repeats(text)


def test_the_window_has_a_floor_a_margin_and_an_end() -> None:
    assert cut_window_frames(0) == 1000
    assert cut_window_frames(9 * 16_000) == 900 + 256
    assert cut_window_frames(30 * 16_000) == WINDOW_FRAMES


def test_no_window_is_as_wide_as_an_encoder() -> None:
    widths = {cut_window_frames(n) for n in range(0, 30 * 16_000, 160)}
    assert not widths & {384, 512, 768, 1024, 1280}


def test_the_compression_ratio_tells_loops_from_speech() -> None:
    assert compression_ratio("") == 0
    assert compression_ratio("What is the weather like tomorrow in the mountains?") < 1.5
    assert compression_ratio("the same again " * 20) > 2.4


@pytest.mark.parametrize(
    ("decoding", "trips"),
    [
        (Decoding("what time is it", "en", -0.2, 0.0, 1.0, False), False),
        (Decoding("what time is it", "en", -0.9, 0.1, 1.0, False), False),
        (Decoding("what time is it", "en", -0.9, 0.4, 1.0, False), True),
        (Decoding("what time is it", "en", -0.2, 0.4, 1.0, False), False),
        (Decoding("what time is it", "en", -0.2, 0.0, 2.5, False), True),
        (Decoding("no no no", "en", -0.2, 0.0, 1.0, False), True),
        (Decoding("a sentence far too long for one second of speech", "en", -0.2, 0.0, 1.0, False), True),
    ],
)
def test_guards(decoding: Decoding, trips: bool) -> None:
    assert doubtful(decoding, 1.0) is trips
