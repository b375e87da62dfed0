from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voiceos.audio import files
from voiceos.errors import AudioError, StorageError


def tone(rate_hz: int, seconds: float = 0.5) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.float32)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_every_common_format_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"sound.{suffix}"
    soundfile.write(path, np.stack((tone(44_100), tone(44_100)), axis=1), 44_100)
    sound = files.read(path)
    assert sound.dtype == np.float32 and sound.ndim == 1
    assert len(sound) == pytest.approx(8000, abs=1200)  # MP3 pads
    assert np.std(sound) == pytest.approx(0.5 / 2**0.5, rel=0.1)


def test_bytes_are_read_as_from_standard_input() -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, tone(16_000), 16_000, format="WAV", subtype="FLOAT")
    assert np.array_equal(files.read(buffer.getvalue()), tone(16_000))


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "is empty"), (b"this is no sound at all" * 50, "cannot be read"), (None, "no file")]
)
def test_what_is_no_sound_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "wrong.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioError, match=says) as caught:
        files.read(path)
    assert "wrong.wav" in str(caught.value)


def test_a_header_without_samples_holds_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "header.wav"
    soundfile.write(path, np.zeros(0), 16_000)
    with pytest.raises(AudioError, match="holds no sound"):
        files.read(path)


def test_what_is_written_is_read_again_and_private(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    files.write(path, tone(16_000) * 4, 16_000)
    assert path.stat().st_mode & 0o777 == 0o600
    assert np.abs(files.read(path) - np.clip(tone(16_000) * 4, -1, 1)).max() < 1e-4
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.wav"]


def test_a_folder_that_is_not_there_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        files.write(tmp_path / "nowhere" / "out.wav", tone(16_000), 16_000)


def test_frames_cover_everything() -> None:
    made = files.frames(np.ones(1000, dtype=np.float32), at=5.0)
    assert [frame.at for frame in made] == pytest.approx([5.0, 5.032])
    assert made[1].samples.sum() == 1000 - 512 and made[1].samples.shape == (512,)


SOUND = np.zeros(1600, np.float32)


def test_a_link_is_followed_and_permissions_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "target.wav", tmp_path / "link.wav"
    target.write_text("old")
    target.chmod(0o644)
    link.symlink_to(target)
    files.write(link, SOUND, 16_000)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o644
    assert len(files.read(target)) == len(SOUND)
    files.write(tmp_path / "new.wav", SOUND, 16_000)
    assert (tmp_path / "new.wav").stat().st_mode & 0o777 == 0o600


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(pipe.read_bytes)
        files.write(pipe, SOUND, 16_000)
        assert reading.result() == files.encode(SOUND, 16_000)
    assert pipe.is_fifo()


def test_what_cannot_be_written_is_known_before_the_work(tmp_path: Path) -> None:
    files.require_writable(tmp_path / "new.wav")
    for path, told in ((tmp_path, "is a folder"), (tmp_path / "none" / "x.wav", "no folder")):
        with pytest.raises(StorageError, match=told):
            files.require_writable(path)
