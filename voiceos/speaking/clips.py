"""Sentences rendered ahead, for when the voice or the language model is what failed.

`languages/<code>/clips/` holds a FLAC file for each variant of each `error.*` sentence, and a manifest of what they
say. `python -m voiceos.engines.render_clips` makes them anew; a test holds the manifest equal to `phrases.toml`.
"""

from __future__ import annotations

import json

import soundfile

from voiceos import languages
from voiceos.audio.frames import Samples
from voiceos.errors import StorageError

MANIFEST = "manifest.json"


def keys(language: str) -> list[str]:
    """Keys of the sentences that are rendered ahead. Raises ConfigError for an unknown language."""
    return [key for key in languages.Phrases(language) if key.startswith("error.")]


class Clips:
    """The clips of one language, read from disk at once: they must play when nothing else works."""

    def __init__(self, language: str) -> None:
        """Raises ConfigError for an unknown language, StorageError where a clip cannot be read."""
        folder = languages.folder(language) / "clips"
        self._clips: dict[str, list[tuple[Samples, int, str]]] = {}
        self._turns: dict[str, int] = {}
        try:
            manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
            for name, text in manifest.items():
                samples, rate_hz = soundfile.read(folder / f"{name}.flac", dtype="float32")
                self._clips.setdefault(name.rpartition(".")[0], []).append((samples, rate_hz, text))
        except (OSError, ValueError, soundfile.SoundFileError) as error:
            raise StorageError(
                f"the sentences rendered ahead cannot be read: {error}", hint="install voiceos again"
            ) from error

    def get(self, key: str) -> tuple[Samples, int, str]:
        """Sound (mono, float32), its rate in Hz, and the text it says; variants take turns. KeyError if unknown."""
        variants = self._clips[key]
        turn = self._turns.get(key, 0)
        self._turns[key] = turn + 1
        return variants[turn % len(variants)]

    def __contains__(self, key: object) -> bool:
        return key in self._clips


def file_names(language: str) -> dict[str, str]:
    """Name of each clip (`<key>.<number of the variant>`) and the text that it says."""
    phrases = languages.Phrases(language)
    return {f"{key}.{number}": text for key in keys(language) for number, text in enumerate(phrases.variants(key))}
