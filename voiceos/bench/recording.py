"""Both voices of a conversation over the virtual sound card, on one clock."""

from __future__ import annotations

import asyncio

import numpy as np
from numpy.typing import NDArray


class Recording:
    """Both voices since the recording began; grows while it runs."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._grown = asyncio.Event()

    @property
    def samples(self) -> NDArray[np.float32]:
        """Shape (n, 2), float32, 48 kHz; column 0 is the assistant, column 1 the user."""
        return self.since(0)

    def since(self, sample: int) -> NDArray[np.float32]:
        """The same from a sample on: what listens to a long recording must not copy all of it."""
        whole = len(self._data) // 8 * 8
        return np.frombuffer(bytes(self._data[sample * 8 : whole]), dtype=np.float32).reshape(-1, 2)

    def __len__(self) -> int:
        """Samples of each voice so far."""
        return len(self._data) // 8

    def add(self, data: bytes) -> None:
        """Raw sound, as the recorder gives it."""
        self._data += data
        self._grown.set()

    async def take(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(1 << 16):
            self.add(data)

    async def more(self) -> None:
        """Return when more has been recorded than at the call."""
        self._grown.clear()
        await self._grown.wait()
