"""`python -m voiceos.bench.walls REPLY.npy`: what is heard on one virtual device, through a room, sounded on another.

A process of its own: an event loop that is busy for a moment, as that of the program which is being tried, would let
its sound run dry, and each time the room's delay would grow for good, which no room's does.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import numpy as np
import soxr

from voiceos.audio.frames import Samples

RATE_HZ = 16_000
"""Rate of the convolution: the assistant hears no more."""

BLOCK = RATE_HZ // 50

FORM = ("--raw", "--format=float32le", f"--rate={RATE_HZ}", "--channels=1")

EARS = ("parec", "--device=assistant", *FORM, "--latency-msec=20")
MOUTH = ("pacat", "--playback", "--device=walls", *FORM, "--latency-msec=80")


def reply_of(response: Samples, rate_hz: int, level_db: float) -> Samples:
    """A room's impulse response as `answer` takes it: at `RATE_HZ`, a second at most, and `level_db` by energy."""
    at_rate = soxr.resample(response, rate_hz, RATE_HZ) if rate_hz != RATE_HZ else response
    gain = 10 ** (level_db / 20) / np.sqrt(np.dot(at_rate, at_rate))
    return np.asarray(gain * at_rate[:RATE_HZ], np.float32)


def answer(ears: IO[bytes], mouth: IO[bytes], reply: Samples) -> None:
    """Convolve what one hears, and let the other sound it, until one of them ends."""
    size = 1 << (BLOCK + len(reply)).bit_length()
    spectrum = np.fft.rfft(reply, size)
    tail = np.zeros(size, np.float32)
    with contextlib.suppress(BrokenPipeError):
        while len(taken := ears.read(4 * BLOCK)) == 4 * BLOCK:
            heard = np.frombuffer(taken, np.float32)
            if heard.any():
                tail += np.fft.irfft(np.fft.rfft(heard, size) * spectrum, size).astype(np.float32)
            mouth.write(tail[:BLOCK].tobytes())
            mouth.flush()
            tail = np.concatenate((tail[BLOCK:], np.zeros(BLOCK, np.float32)))


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    reply = np.load(Path(sys.argv[1]))
    with (
        subprocess.Popen(EARS, stdout=subprocess.PIPE) as ears,
        subprocess.Popen(MOUTH, stdin=subprocess.PIPE) as mouth,
    ):
        assert ears.stdout is not None
        assert mouth.stdin is not None
        try:
            answer(ears.stdout, mouth.stdin, reply)
        finally:
            ears.terminate()
            mouth.terminate()


if __name__ == "__main__":
    main()
