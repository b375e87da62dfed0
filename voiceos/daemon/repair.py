"""Says what was found amiss among the stored files as the daemon started."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Self

from voiceos.daemon.part import Part
from voiceos.repair import Mended

log = logging.getLogger(__name__)


class Repair(Part):
    """Says what was mended, what was lost also aloud.

    Args:
        mended: what `repair` found, before anything else looked at the files.
        announce: says a sentence of the language's own, by its key.
    """

    def __init__(self, mended: Sequence[Mended], announce: Callable[[str], None]) -> None:
        self._mended = mended
        self._announce = announce

    async def __aenter__(self) -> Self:
        for one in self._mended:
            log.warning("%s", one.what)
        return self

    def ready(self) -> None:
        if any(one.lost for one in self._mended):
            self._announce("repaired")
