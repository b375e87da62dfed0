"""Whether a statement tells what is asked, as the language model sees it: yes or no, told by how likely it is to say
either. A small model answers from what does not answer, and is better at telling that it does not (decision 38).

It has a lane of its own, in which instructions and examples stay that are evaluated in idle time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from voiceos.languages import table
from voiceos.thinking.ports import JUDGEMENT_TOKENS, Lane, LanguageModel, Message

log = logging.getLogger(__name__)


class Judgement:
    """Of one language. Raises ConfigError where it has no judging.toml."""

    def __init__(self, model: LanguageModel, *, language: str) -> None:
        self._model = model
        self._judging = asyncio.Lock()
        self._data: Mapping[str, Any] = table(language, "judging")
        self._words: tuple[str, str] = (self._data["yes"], self._data["no"])
        self.head: list[Message] = [Message("system", str(self._data["instructions"]))]
        for example in self._data["examples"]:
            asked = self._asked(example["question"], example["statement"])
            self.head += [asked, Message("assistant", self._words[not example["tells"]])]
        """Instructions and examples, which stay in the lane."""
        self.able = False
        """The language model tells apart what it was tried with; before that none of its judgements counts."""

    async def prepare(self) -> None:
        """Have the instructions evaluated, in idle time, and see whether the language model is able to judge at all.
        Raises EngineError."""
        if not self.able:
            odds: dict[bool, list[float]] = {True: [], False: []}
            for probe in self._data["probes"]:
                odds[probe["tells"]].append(await self.odds(probe["question"], probe["statement"]))
            self.able = min(odds[True]) > max(odds[False])
            if not self.able:
                log.info("the language model cannot tell whether something answers a question")
        head = await self._model.render(self.head, open_role="user")
        async with self._judging:
            await self._model.extend(Lane.JUDGEMENT, head)

    async def odds(self, question: str, statement: str) -> float:
        """How likely the statement tells what is asked, 0 to 1; 0 where both are too long. Raises EngineError."""
        tokens = await self._model.render([*self.head, self._asked(question, statement)], open_role="assistant")
        if len(tokens) > JUDGEMENT_TOKENS:
            return 0.0
        async with self._judging:
            await self._model.extend(Lane.JUDGEMENT, tokens)
            yes, no = await self._model.next_probabilities(Lane.JUDGEMENT, self._words)
        return yes / (yes + no) if yes + no else 0.0

    def _asked(self, question: str, statement: str) -> Message:
        return Message("user", str(self._data["asked"]).format(statement=statement, question=question))
