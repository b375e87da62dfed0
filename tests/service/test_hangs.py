"""What stands still is noticed: an engine is replaced, all else ends in a start by systemd, and the user is told."""

from __future__ import annotations

import os
import signal

import pytest

from tests.scenarios.room import espeak
from tests.service.service import Service
from voiceos.audio.frames import RATE_HZ

QUICK = "[Service]\nWatchdogSec=6\nExecStart=\nExecStart=/srv/venv/bin/python -P -m tests.service.hanging\n"
"""The patience of the unit is 20 s; less is enough to see what happens at its end."""


def ask_for(service: Service, fault: str) -> None:
    file = service.manager.run / "voiceos" / f"hang-{fault}"
    file.touch()
    os.chown(file, service.manager.uid, service.manager.uid)


@pytest.mark.parametrize("fault", ["loop", "callback"])
def test_a_hang_ends_in_a_start_by_systemd_and_a_spoken_word(sound: Service, fault: str) -> None:
    sound.drop_in(QUICK)
    sound.start()
    before = sound.pid
    with sound.listening() as ear:
        ask_for(sound, fault)
        sound.restarted(before)
        sound.hears_sentence(ear, "restarted")
    assert sound.show("NRestarts") == "1"
    assert sound.status == "Listening."
    if fault == "callback":
        assert "stuck: No sound has come from the microphone for" in sound.log
    else:
        assert "most recent call first" in sound.log, "where it hung is in the log"


@pytest.mark.parametrize("stage", ["stt", "llm", "tts"])
def test_an_engine_that_hangs_is_replaced_and_the_user_is_told(sound: Service, stage: str) -> None:
    sound.drop_in(QUICK)
    sound.start()
    before, engine = sound.pid, sound.engines()[["llm", "stt", "tts"].index(stage)]
    with sound.listening() as ear:
        os.kill(engine, signal.SIGSTOP)
        sound.says(espeak("Tell me a story about a dog, please."), RATE_HZ)
        sound.hears_clip(ear, f"error.{stage}")
    sound.until(lambda: len(engines := sound.engines()) == 3 and engine not in engines, "it was not replaced")
    sound.until(lambda: sound.status == "Listening.", "it does not say that all is well")
    assert (sound.pid, sound.show("NRestarts")) == (before, "0"), "an engine's fault ends nothing else"


def test_an_engine_that_stands_still_while_nobody_asks_is_replaced_and_the_user_is_told(sound: Service) -> None:
    sound.drop_in(QUICK)
    sound.start()
    before, engine = sound.pid, sound.engines()[0]
    with sound.listening() as ear:
        os.kill(engine, signal.SIGSTOP)
        sound.hears_clip(ear, "error.llm")
    sound.until(lambda: len(engines := sound.engines()) == 3 and engine not in engines, "it was not replaced")
    sound.until(lambda: sound.status == "Listening.", "it does not say that all is well")
    assert (sound.pid, sound.show("NRestarts")) == (before, "0"), "an engine's fault ends nothing else"
