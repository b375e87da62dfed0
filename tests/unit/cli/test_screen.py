"""What `voiceos top` shows fits the terminal, and hides no words that it may show nor shows those it may not."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from voiceos.cli.screen import View, screen
from voiceos.daemon.messages import Degraded, Devices, Engine, Status, Turn

WATERFALL = {
    "end_of_speech": 0,
    "pause": 98,
    "transcript": 203,
    "first_token": 269,
    "first_phrase": 278,
    "first_speech": 280,
    "commit": 705,
    "first_sound": 736,
    "first_words": 1402,
}


def status(**other: object) -> Status:
    engines = [
        Engine(name=name, model="a-model-with-a-rather-long-name-q4_k_m", state="ready", pid=7, memory_bytes=10**9)
        for name in ("stt", "llm", "tts")
    ]
    known = {
        "version": "0.1.0",
        "protocol": 1,
        "pid": 4711,
        "since": time.time() - 3 * 86400,
        "uptime_s": 3 * 86400.0,
        "ready": True,
        "state": "quiet",
        "mode": "open",
        "muted": False,
        "on_call": False,
        "volume_percent": 80,
        "speed": 1.0,
        "devices": Devices(microphone="Headset " * 20, loudspeaker="Headset", no_sound="", level_dbfs=-61.0),
        "engines": engines,
        "memory_bytes": 10**8,
        "total_memory_bytes": 2 * 10**9,
        "turns": [Turn(turn=1, time=time.time(), latency_ms=736, waterfall_ms=WATERFALL)],
        "degraded": [],
        "words": True,
    }
    return Status.model_validate(known | other)


def lines(view: View, width: int = 80, height: int = 24) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, height=height, color_system=None).print(screen(view, width, height))
    return out.getvalue().rstrip("\n").split("\n")


def busy() -> View:
    view = View(status(degraded=[Degraded(what="llm is down: " + "why " * 30, hint="wait")]))
    for number in range(30):
        view.take({"kind": "words", "who": "user", "text": f"question {number} " * 20, "final": True})
    view.take({"kind": "levels", "dbfs": -20.0, "voice": 0.9})
    view.take({"kind": "state", "state": "listening"})
    return view


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (60, 20), (40, 20), (32, 20)])
def test_it_fits_whatever_there_is_to_show(width: int, height: int) -> None:
    shown = lines(busy(), width, height)
    assert len(shown) <= height
    assert max(len(line) for line in shown) <= width


def test_all_that_matters_is_on_80_by_24() -> None:
    shown = "\n".join(lines(busy()))
    for wanted in ("up 3 d 0 h", "you speak", "-20 dB", "answered after 0.74 s", "first words", "1402 ms", "2.00 GB"):
        assert wanted in shown
    assert "llm is down" in shown
    assert "question 29" in shown


def test_a_guess_gives_way_to_what_was_said() -> None:
    view = View(status())
    view.take({"kind": "words", "who": "user", "text": "what is", "final": False})
    view.take({"kind": "words", "who": "user", "text": "what is the time", "final": True})
    view.take({"kind": "words", "who": "assistant", "text": "Noon.", "final": True})
    assert [text for _, text, _ in view.words] == ["what is the time", "Noon."]


def test_muted_there_is_no_level_and_without_leave_there_are_no_words() -> None:
    shown = "\n".join(lines(View(status(muted=True, words=False, turns=[]))))
    assert "voiceos unmute" in shown
    assert "control.words" in shown
    assert " dB" not in shown
