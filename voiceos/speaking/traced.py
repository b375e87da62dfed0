"""Text that remembers, through every replacement, which part of its source each character stands for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Self


class Traced:
    """`text` and, for each of its characters, the index into the source just behind what it stands for."""

    __slots__ = ("_ends", "text")

    def __init__(self, source: str) -> None:
        self.text = source
        self._ends = list(range(1, len(source) + 1))

    def replace(self, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str | None] | str) -> Self:
        """Replace each match by a string (None leaves it). A replacement stands for its match as a whole: it counts as
        heard only with its last character, so that half of "twenty-five" is not a heard "25"."""
        pieces: list[str] = []
        ends: list[int] = []
        at = 0
        for match in pattern.finditer(self.text):
            new = by if isinstance(by, str) else by(match)
            if new is None or new == match.group():
                continue
            start, end = match.span()
            pieces += (self.text[at:start], new)
            ends += self._ends[at:start]
            if new:
                ends += [self.source_end(start)] * (len(new) - 1)
                ends.append(max(self.source_end(start), self.source_end(end)))
            at = end
        if pieces:
            self.text = "".join(pieces) + self.text[at:]
            self._ends = ends + self._ends[at:]
        return self

    def keep(self, pattern: re.Pattern[str], group: int | str = 1) -> Self:
        """Reduce each match to one of its groups, whose characters keep standing for what they stood for."""
        pieces: list[str] = []
        ends: list[int] = []
        at = 0
        for match in pattern.finditer(self.text):
            start, end = match.span(group)
            pieces += (self.text[at : match.start()], self.text[start:end])
            ends += self._ends[at : match.start()] + self._ends[start:end]
            at = match.end()
        if pieces:
            self.text = "".join(pieces) + self.text[at:]
            self._ends = ends + self._ends[at:]
        return self

    def source_end(self, index: int) -> int:
        """How much of the source stands complete in the first `index` characters."""
        return self._ends[min(index, len(self._ends)) - 1] if index > 0 and self._ends else 0
