"""Human recordings to measure with (`VOICEOS_SPEECH`): one folder a kind, each with a manifest.jsonl."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import soundfile
from num2words import num2words

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Recording:
    path: Path
    text: str | None
    """What is said; None where nobody wrote it down, or nobody speaks."""
    hard: bool
    """Strong accents and possible misreadings; measured apart."""
    label: str
    """For turns: complete or incomplete."""
    speech_end_s: float | None
    """For turns: when the speaker falls silent."""
    speaker: str = ""

    def samples(self) -> Samples:
        """16 kHz mono, shape (n,)."""
        samples, rate_hz = soundfile.read(self.path, dtype="float32")
        if rate_hz != RATE_HZ or samples.ndim != 1:
            raise ValueError(f"{self.path} is not 16 kHz mono")
        found: Samples = samples
        return found


def speech_dir() -> Path:
    """The folder of recordings. Raises ConfigError where there is none."""
    path = Path(os.environ.get("VOICEOS_SPEECH") or Path(__file__).parents[2] / "../shared/speech")
    if not (path / "README.md").exists():
        raise ConfigError(
            "there are no recordings to measure with", hint="set VOICEOS_SPEECH to a folder that holds them"
        )
    return path


def model(name: str, file: str = "") -> Path:
    """Where a model's folder or file lies."""
    root = Path(os.environ.get("VOICEOS_MODELS") or platformdirs.user_data_path("voiceos") / "models")
    return root / name / file


def recordings(folder: Path, limit: int | None = None) -> list[Recording]:
    """The recordings of one folder in the order of its manifest; with `limit`, so many spread evenly over it."""
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    if limit is not None and limit < len(rows):
        rows = [rows[i * len(rows) // limit] for i in range(limit)]
    return [
        Recording(
            folder / row["file"],
            row["text"],
            str(row.get("difficulty", "")).startswith("hard"),
            row.get("label", ""),
            row.get("speech_end"),
            str(row.get("speaker") or row["file"]),
        )
        for row in rows
    ]


def spoken_words(text: str) -> str:
    """Text as compared for word error rates: lower case, digits and % as words, no apostrophes or punctuation."""
    text = text.lower().replace("'", "").replace("’", "").replace("%", " percent ")
    text = re.sub(r"\d+", lambda digits: f" {num2words(int(digits[0]))} ", text)
    return " ".join(re.findall(r"[^\W_]+", text))
