"""Sound files: any format libsndfile reads, in; 16-bit WAV, out."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from voiceos import files
from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.errors import AudioError, StorageError

_HINT = "WAV, FLAC, OGG and MP3 can be read; convert others with `ffmpeg -i IN OUT.wav`."


def read(source: Path | bytes, *, rate_hz: int = RATE_HZ) -> Samples:
    """A whole file, or the bytes of one (as they come from standard input), as mono sound at `rate_hz`, full scale ±1.

    Several channels are averaged. Raises AudioError where it is missing, empty or no sound.
    """
    name = "standard input" if isinstance(source, bytes) else str(source)
    if isinstance(source, Path) and not source.is_file():
        what = f"{name} is no file" if source.exists() else f"There is no file {name}"
        raise AudioError(f"{what}.", hint="Name a sound file; - reads one from standard input.")
    if not (source if isinstance(source, bytes) else source.stat().st_size):
        raise AudioError(f"{name} is empty.", hint=_HINT)
    try:
        samples, found_hz = soundfile.read(
            io.BytesIO(source) if isinstance(source, bytes) else source, dtype="float32", always_2d=True
        )
    except (soundfile.SoundFileError, OSError) as error:
        raise AudioError(f"{name} cannot be read as sound: {error}", hint=_HINT) from error
    if len(samples) == 0:
        raise AudioError(f"{name} holds no sound.", hint=_HINT)
    mono = samples.mean(axis=1, dtype=np.float32)
    if not np.isfinite(mono).all():
        raise AudioError(f"{name} holds samples that are no numbers.", hint=_HINT)
    converted: Samples = soxr.resample(mono, found_hz, rate_hz) if found_hz != rate_hz else mono
    return converted


def frames(samples: Samples, *, at: float = 0.0) -> list[Frame]:
    """16 kHz sound as a microphone would have given it from the moment `at`; the last frame is filled with silence."""
    count = -(-len(samples) // FRAME_SAMPLES)
    padded = np.zeros(count * FRAME_SAMPLES, dtype=np.float32)
    padded[: len(samples)] = samples
    return [Frame(at + index * FRAME_S, block) for index, block in enumerate(padded.reshape(-1, FRAME_SAMPLES))]


def encode(samples: NDArray[np.float32], rate_hz: int) -> bytes:
    """The bytes of a 16-bit WAV file. Shape (n,) or (n, channels); what is beyond full scale is clipped."""
    encoded = io.BytesIO()
    soundfile.write(encoded, np.clip(samples, -1.0, 1.0), rate_hz, format="WAV", subtype="PCM_16")
    return encoded.getvalue()


def write(path: Path, samples: NDArray[np.float32], rate_hz: int) -> None:
    """Write 16-bit WAV. Shape (n,) or (n, channels). Raises StorageError.

    A file is replaced atomically and keeps its permissions; a new one is readable by its owner alone, for it holds
    speech. A link is followed, and what is no file (a pipe, a device) is written into.
    """
    try:
        # Encoded in memory: libsndfile cannot tell why a file that it is handed does not take its bytes.
        encoded = encode(samples, rate_hz)
        path = path.resolve()
        if path.exists() and not path.is_file():
            path.write_bytes(encoded)
            return
        files.replace(path, encoded, sync=False)
    except (OSError, soundfile.SoundFileError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise StorageError(f"{path} cannot be written: {why}", hint=f"Is there room? df -h {path.parent}") from error


def require_writable(path: Path) -> None:
    """Raise StorageError where `write` is sure to fail, before any work is done for it."""
    if path.is_dir():
        raise StorageError(f"{path} is a folder.", hint="Name the file as well, for example speech.wav.")
    if not path.parent.is_dir():
        raise StorageError(f"There is no folder {path.parent}.", hint=f"mkdir -p {path.parent}")
