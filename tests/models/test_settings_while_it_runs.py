"""What is changed while it runs is heard in the real voice's next reply."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soxr
import tomlkit

from tests.scenarios.house import SCRIPTED, House
from voiceos import shipped
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.catalogue import Store, catalog
from voiceos.catalogue.voices import voices_here
from voiceos.clock import SystemClock

QUESTION = "tell me something"
ANSWER = "The tide comes in at half past ten, and the boat leaves well before noon."
HEARS = ["Tell me something.", "Use another voice.", "Tell me something.", "Put it back.", "Tell me something."]
PITCHES_HZ = (60, 350)
"""Of men's and women's voices."""


HIGHER = 1.25
MADE = "en_US-treble-medium"


@pytest.fixture
def two_voices(tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with two voices: those that are here, and where only the starter voice is, that one once more as a voice
    of its own, made higher by the rate that its description gives. `voiceos models pull en_US-kristin-medium` brings a
    second speaker."""
    joe = "en_US-joe-medium"
    here = [voice.model for voice in voices_here("en", Store(models_dir))]
    if joe not in here:
        pytest.skip("the starter models are not here: voiceos models pull")
    if len(here) > 1:
        yield models_dir
        return
    folder = tmp_path / "models"
    (folder / MADE).mkdir(parents=True)
    for model in models_dir.iterdir():
        (folder / model.name).symlink_to(model.resolve())
    model = catalog().get(joe)
    (folder / MADE / f"{MADE}.onnx").symlink_to((models_dir / joe / f"{joe}.onnx").resolve())
    described = json.loads((models_dir / joe / f"{joe}.onnx.json").read_text("utf-8"))
    described["audio"]["sample_rate"] = round(described["audio"]["sample_rate"] * HIGHER)
    (folder / MADE / f"{MADE}.onnx.json").write_text(json.dumps(described), "utf-8")
    entry = model.model_dump(mode="json", by_alias=True) | {"name": MADE, "starter": False, "opens": f"{MADE}.onnx"}
    entry["file"] = [
        {"path": path.name, "size": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted((folder / MADE).iterdir())
    ]
    listed = shipped.text("models/catalog.toml") + "\n" + tomlkit.dumps({"model": [entry]})
    shipped_text = shipped.text
    monkeypatch.setattr(shipped, "text", lambda name: listed if name == "models/catalog.toml" else shipped_text(name))
    catalog.cache_clear()
    yield folder
    catalog.cache_clear()


async def house(folder: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, hears: list[str]) -> House:
    monkeypatch.setenv("VOICEOS_MODELS", str(models_dir))
    if "en_US-joe-medium" not in [voice.model for voice in voices_here("en", Store())]:
        pytest.skip("the starter models are not here: voiceos models pull")
    text = SCRIPTED.replace('[tts]\nengine = "scripted"', '[tts]\nengine = "piper"')
    (folder / "config.toml").write_text(text)
    return House(folder, hears=hears, engines={"llm": {"replies": [("something", ANSWER)]}}, real=["tts"])


async def answer(room: House) -> Samples:
    """What is heard when it is asked: from its first sound to its last, 16 kHz."""
    start = len(room.sound.recording())
    await room.say(QUESTION)
    await room.answered()
    assert room.said()[-1] == ANSWER
    sounded = room.sound.recording()[start:, 1]
    loud = np.flatnonzero(np.abs(sounded) > 0.02)
    return sounded[loud[0] : loud[-1] + 1]


def pitch_hz(sound: Samples) -> float:
    """Median of the voice's fundamental, by autocorrelation of 64 ms at a time."""
    size = RATE_HZ * 64 // 1000
    shortest, longest = (RATE_HZ // pitch for pitch in reversed(PITCHES_HZ))
    found = []
    for start in range(0, len(sound) - size, size // 2):
        part = sound[start : start + size].astype(np.float64)
        part -= part.mean()
        likeness = np.correlate(part, part, "full")[size - 1 :]
        best = shortest + int(likeness[shortest:longest].argmax())
        if likeness[0] > size * 0.01**2 and likeness[best] > 0.5 * likeness[0]:
            found.append(RATE_HZ / best)
    return float(np.median(found))


def test_the_pitch_is_measured() -> None:
    for hz in (100, 220):
        saw = (np.arange(RATE_HZ) * hz / RATE_HZ % 1 - 0.5).astype(np.float32)
        assert pitch_hz(saw) == pytest.approx(hz, rel=0.03)
        assert pitch_hz(soxr.resample(saw, RATE_HZ, RATE_HZ * 3 // 4)) == pytest.approx(hz * 4 / 3, rel=0.03)


async def test_another_speed_is_heard_in_the_next_reply(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await house(tmp_path, models_dir, monkeypatch, ["Tell me something."]) as room:
        usual = await answer(room)
        await room.changed(tts__speed=1.6)
        fast = await answer(room)
        assert len(fast) < 0.8 * len(usual)
        assert pitch_hz(fast) == pytest.approx(pitch_hz(usual), rel=0.15), "faster is not higher"


async def test_another_voice_is_heard_in_the_next_reply_and_put_back(
    tmp_path: Path, two_voices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await house(tmp_path, two_voices, monkeypatch, HEARS) as room:

        async def says(wish: str) -> None:
            """And wait until another voice has taken the place of this one."""
            voice, process = room.daemon.settings.tts.voice, room.live.engines.processes["tts"].pid
            await room.say(wish)
            await room.answered()
            told_at = SystemClock().monotonic()
            while room.daemon.settings.tts.voice == voice or room.live.engines.processes["tts"].pid == process:
                assert SystemClock().monotonic() - told_at < 60
                await room.wait(0.1)
            await room.live.conductor.wait_idle()

        before = pitch_hz(await answer(room))
        await says("use another voice")
        other = room.daemon.settings.tts.voice
        assert other in [voice.model for voice in voices_here("en", Store())]
        await room.written(f'voice = "{other}"')
        assert abs(pitch_hz(await answer(room)) / before - 1) > 0.1
        await says("put it back")
        assert room.daemon.settings.tts.voice == "en_US-joe-medium"
        assert pitch_hz(await answer(room)) == pytest.approx(before, rel=0.05)


async def test_another_length_of_context_is_the_language_models_between_two_answers(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEOS_MODELS", str(models_dir))
    small = catalog().get("smollm2-135m-instruct-q4_1")
    if not Store().installed(small):
        pytest.skip(f"the smallest language model is not here: voiceos models pull {small.name}")
    text = SCRIPTED.replace(
        '[llm]\nengine = "scripted"',
        f'[llm]\nengine = "llama_cpp"\nmodel = "{small.name}"\ncontext_tokens = 2048\nmax_reply_tokens = 20',
    )
    (tmp_path / "config.toml").write_text(text)
    async with House(tmp_path, hears=["Tell me something.", "And something else."], real=["llm"]) as room:
        await room.say(QUESTION)
        await room.answered()
        before = room.live.engines.processes["llm"].pid
        await room.changed(llm__context_tokens=1280)
        assert (await room.live.engines.llm.info()).context_tokens == 1280
        assert room.live.engines.processes["llm"].pid != before
        await room.say(QUESTION)
        await room.answered()
        assert len(room.said()) == 2
        assert all(room.said())
