"""The real engines within everything that the unit forbids: they load, hear and answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.room import espeak
from tests.service.service import Service
from voiceos.audio.frames import RATE_HZ

REAL = """\
[llm]
model = "smollm2-135m-instruct-q4_1"

[assistant]
user_name = "Sam"
"""


def test_the_real_engines_answer_within_the_sandbox(sound: Service, models_dir: Path) -> None:
    if not (models_dir / "smollm2-135m-instruct-q4_1").is_dir():
        pytest.skip(f"no models in {models_dir}: scripts/test fetches them")
    sound.configure(REAL)
    sound.start()
    assert sound.status == "Listening."
    for pid in (sound.pid, *sound.engines()):
        facts = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2")
    with sound.listening() as ear:
        sound.until(lambda: ear.silent_s() > 2, "it goes on greeting")
        for _ in range(3):  # a busy machine may garble a word
            sound.says(espeak("What time is it?"), RATE_HZ)
            if sound.within(lambda: "answered after" in sound.log, 12):
                break
        else:
            raise AssertionError(f"it did not answer:\n{sound.log[-2000:]}")
