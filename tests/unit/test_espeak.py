"""espeak-ng told its voice once: asked of itself, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

_GROWN = """
import sys
from piper.phonemize_espeak import EspeakPhonemizer
from voiceos.engines.espeak import choose_once

if sys.argv[1] == "once":
    choose_once()
    choose_once()

def held_kb():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon"))

phonemizer = EspeakPhonemizer()
phonemizer.phonemize("en-us", "hello")
before = held_kb()
for _ in range(4000):
    phonemizer.phonemize("en-us", "hello")
print(held_kb() - before)
"""

_VOICES = """
from piper.phonemize_espeak import EspeakPhonemizer
from voiceos.engines.espeak import choose_once

choose_once()
phonemizer = EspeakPhonemizer()
said = lambda voice: "".join(phonemizer.phonemize(voice, "jump")[0])
try:
    print(said("en-us"), said("de"), said("en-us"))
    said("no such voice")
except RuntimeError:
    print(said("de"))
"""


def _run(code: str, *arguments: str) -> str:
    return subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system tells no process its own memory so")
def test_many_words_take_no_memory() -> None:
    assert int(_run(_GROWN, "each time")) > 4000
    assert int(_run(_GROWN, "once")) < 2000


def test_another_voice_is_chosen_and_one_that_is_none_is_refused() -> None:
    english, german, again, after = _run(_VOICES).split()
    assert english == again != german == after
