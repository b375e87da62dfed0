"""The language model port over any engine in a child process that has the port's methods, real or scripted."""

from __future__ import annotations

import array
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from voiceos.engines.process import EngineProcess
from voiceos.thinking.ports import Lane, Message, ModelInfo, Role, Sampling

PRIORITIES = {Lane.CONVERSATION: 0, Lane.JUDGEMENT: 5, Lane.BACKGROUND: 10}
"""Lower runs first."""


class ProcessLanguageModel:
    """`LanguageModel` over an `EngineProcess`; whoever made the process starts and stops it.

    After a crash the lanes of the new process are empty; `extend` then evaluates everything, and nothing else changes.
    """

    def __init__(self, process: EngineProcess) -> None:
        self.process = process
        """Another may take its place between calls."""

    async def info(self) -> ModelInfo:
        info = await self.process.call("info")
        assert isinstance(info, ModelInfo)
        return info

    async def render(self, messages: Sequence[Message], *, open_role: Role | None) -> Sequence[int]:
        tokens: array.array[int] = await self.process.call("render", messages=list(messages), open_role=open_role)
        return tokens

    async def extend(self, lane: Lane, tokens: Sequence[int], *, watch: int | None = None) -> int:
        evaluated: int = await self.process.call(
            "extend", priority=PRIORITIES[lane], lane=lane, tokens=array.array("i", tokens), watch=watch
        )
        return evaluated

    async def next_probabilities(self, lane: Lane, candidates: Sequence[str], *, watched: bool = False) -> list[float]:
        probabilities: list[float] = await self.process.call(
            "next_probabilities", priority=PRIORITIES[lane], lane=lane, candidates=list(candidates), watched=watched
        )
        return probabilities

    def generate(self, lane: Lane, *, sampling: Sampling, grammar: str | None = None) -> AsyncIterator[str]:
        return self.process.stream("generate", priority=PRIORITIES[lane], lane=lane, sampling=sampling, grammar=grammar)

    async def save(self, lane: Lane, path: Path) -> None:
        await self.process.call("save", priority=PRIORITIES[lane], lane=lane, path=str(path))

    async def restore(self, lane: Lane, path: Path) -> int:
        tokens: int = await self.process.call("restore", priority=PRIORITIES[lane], lane=lane, path=str(path))
        return tokens
