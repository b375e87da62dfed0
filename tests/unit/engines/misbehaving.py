"""Engines whose child does what its keeper does not expect; factories for `EngineSpec`."""

from __future__ import annotations

import os
import sys
import weakref


class _Unreadable:
    """Packed by the child, and an error where it is unpacked."""

    def __reduce__(self) -> tuple[type[int], tuple[str]]:
        return int, ("what was said",)


class _Circle:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


class Misbehaving:
    def __init__(self, prints: int = 0) -> None:
        """Args:
        prints: so many characters to standard error, and no line feed.
        """
        self._circles: list[weakref.ref[_Circle]] = []
        self._rests = 0
        sys.stderr.write("x" * prints)
        sys.stderr.flush()

    def print(self, text: str) -> str:
        sys.stderr.write(text)
        sys.stderr.flush()
        return text

    def end(self, text: str) -> None:
        """As libgomp does where it cannot start a thread."""
        sys.stderr.write(text)
        sys.stderr.flush()
        os._exit(1)

    def answer(self) -> object:
        return _Unreadable()

    def hello(self) -> str:
        return "hello"

    def litter(self) -> None:
        """Leave what only the garbage collector finds."""
        self._circles.append(weakref.ref(_Circle()))

    def left(self) -> int:
        """How much of it is still there."""
        return sum(one() is not None for one in self._circles)

    def rest(self) -> None:
        self._rests += 1

    def rests(self) -> int:
        return self._rests
