"""Render the sentences that are shipped as sound, with a piper voice: `python -m voiceos.engines.render_clips`.

Those that say what they said before stay as they are.

A tool for whoever changes `phrases.toml`, not part of the running program.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from voiceos import languages
from voiceos.engines.piper import Piper
from voiceos.speaking.clips import MANIFEST, file_names
from voiceos.speaking.speakable import speakable


def render(language: str, voice: Path) -> None:
    """Make the clips of `language` whose words have changed with the piper voice (`.onnx` file) at `voice`.

    Raises ConfigError for an unknown language, ModelError and EngineMissing as `Piper` does.
    """
    names = file_names(language)
    piper = Piper(str(voice), threads=2)
    folder = languages.folder(language) / "clips"
    folder.mkdir(exist_ok=True)
    manifest = folder / MANIFEST
    before = json.loads(manifest.read_text("utf-8")) if manifest.exists() else {}
    for old in folder.glob("*.flac"):
        if old.stem not in names:
            old.unlink()
    for name, text in names.items():
        if before.get(name) == text and (folder / f"{name}.flac").exists():
            continue
        speech = piper.synthesize(speakable(text, language).text, speed=1.0)
        pcm = np.round(speech.samples * 32767).astype(np.int16)
        soundfile.write(folder / f"{name}.flac", pcm, speech.rate_hz, format="FLAC", subtype="PCM_16")
    manifest.write_text(json.dumps(names, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m voiceos.engines.render_clips", description=__doc__)
    parser.add_argument("--language", default="en")
    parser.add_argument("--voice", type=Path, required=True, help="a piper voice, the .onnx file")
    chosen = parser.parse_args(arguments)
    render(chosen.language, chosen.voice)


if __name__ == "__main__":
    main()
