from __future__ import annotations

import json

import numpy as np
import pytest

from voiceos import languages
from voiceos.errors import ConfigError
from voiceos.speaking.clips import MANIFEST, Clips, file_names, keys


@pytest.mark.parametrize("language", languages.available())
def test_the_manifest_says_what_phrases_say(language: str) -> None:
    manifest = json.loads((languages.folder(language) / "clips" / MANIFEST).read_text("utf-8"))
    assert manifest == file_names(language), "phrases have changed: run `python -m voiceos.engines.render_clips`"


@pytest.mark.parametrize("language", languages.available())
def test_clips_are_small_and_all_are_listed(language: str) -> None:
    files = list((languages.folder(language) / "clips").glob("*.flac"))
    assert {file.name.removesuffix(".flac") for file in files} == set(file_names(language))
    assert sum(file.stat().st_size for file in files) < 1_500_000


@pytest.mark.parametrize("language", languages.available())
def test_every_clip_sounds(language: str) -> None:
    clips = Clips(language)
    for key in keys(language):
        assert key in clips
        for text in languages.Phrases(language).variants(key):
            samples, rate_hz, said = clips.get(key)
            assert said == text
            assert samples.dtype == np.float32
            assert rate_hz == 22_050
            assert 0.03 * len(text) < len(samples) / rate_hz < 0.15 * len(text) + 0.6
            assert 0.2 < np.abs(samples).max() < 1.0


def test_an_unknown_key_and_language_are_errors() -> None:
    with pytest.raises(KeyError):
        Clips("en").get("no.such")
    with pytest.raises(ConfigError):
        Clips("tlh")
