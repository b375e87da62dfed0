"""Weights out of a safetensors file, one at a time: https://huggingface.co/docs/safetensors#format"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float32]

_HEADER_LIMIT_BYTES = 100_000_000
"""As in the format's own library; a longer one is none."""


class Safetensors:
    """The tensors of the file `path`. Raises OSError, and ValueError where it is no such file or is cut short."""

    def __init__(self, path: Path) -> None:
        self._path = path
        size = path.stat().st_size
        with path.open("rb") as source:
            length = int.from_bytes(source.read(8), "little")
            if not 0 < length <= min(size - 8, _HEADER_LIMIT_BYTES):
                raise ValueError("not a safetensors file")
            header = json.loads(source.read(length))
        if not isinstance(header, dict):
            raise ValueError("not a safetensors file")  # noqa: TRY004  # what is wrong is the file
        header.pop("__metadata__", None)
        self._start = 8 + length
        self._tensors = header
        if any(self._start + tensor["data_offsets"][1] > size for tensor in header.values()):
            raise ValueError("the safetensors file is cut short")

    def read(self, name: str) -> Weights:
        """A copy of one tensor of float32. Raises ValueError where there is none of that name and type."""
        place, shape = self._place(name)
        values = np.fromfile(self._path, np.float32, int(np.prod(shape)), offset=place)
        return values.reshape(shape)

    def mapped(self, name: str) -> Weights:
        """The tensor as it lies in the file: only what is looked at takes memory. Raises as `read`."""
        place, shape = self._place(name)
        return np.memmap(self._path, np.float32, "r", place, shape)

    def _place(self, name: str) -> tuple[int, tuple[int, ...]]:
        tensor = self._tensors.get(name)
        if tensor is None or tensor["dtype"] != "F32":
            raise ValueError(f"there is no {name} of float32 in {self._path.name}")
        begin, end = tensor["data_offsets"]
        shape = tuple(tensor["shape"])
        if end - begin != 4 * int(np.prod(shape)):
            raise ValueError(f"{name} in {self._path.name} is not as long as its shape says")
        return self._start + begin, shape
