from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from voiceos.engines.safetensors import Safetensors


def written(path: Path, **tensors: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Path:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    body = b""
    for name, values in tensors.items():
        kind = {"float32": "F32", "int64": "I64"}[values.dtype.name]
        offsets = [len(body), len(body) + values.nbytes]
        header[name] = {"dtype": kind, "shape": values.shape, "data_offsets": offsets}
        body += values.tobytes()
    head = json.dumps(header).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + body)
    return path


def test_tensors_are_read_as_they_were_written(tmp_path: Path) -> None:
    first, second = np.arange(6, dtype=np.float32).reshape(2, 3), np.full(4, 0.5, np.float32)
    weights = Safetensors(written(tmp_path / "w", first=first, ids=np.arange(3), second=second))
    for name, values in (("first", first), ("second", second)):
        assert np.array_equal(weights.read(name), values)
        assert np.array_equal(weights.mapped(name), values)


@pytest.mark.parametrize("name", ["absent", "ids"])
def test_only_floats_of_32_bits_are_read(tmp_path: Path, name: str) -> None:
    weights = Safetensors(written(tmp_path / "w", ids=np.arange(3)))
    with pytest.raises(ValueError, match=name):
        weights.read(name)


@pytest.mark.parametrize("kept", [0, 7, 20, -1])
def test_a_file_that_is_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    path = written(tmp_path / "w", first=np.zeros(10, np.float32))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError):  # which of its checks notices is its own matter
        Safetensors(path)
