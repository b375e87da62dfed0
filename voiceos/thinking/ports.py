"""What thinking needs from a language model.

The cache is the contract: a *sequence* is a list of tokens whose attention state the model keeps. `extend` makes a
sequence equal to the tokens given, evaluating only what is new behind the longest common prefix (and shifting a kept
tail where history was cut at the front). Nothing is ever evaluated twice, and work done early is never lost.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


JUDGEMENT_TOKENS = 512
"""Length of that lane: the instructions and examples take some 330, a question and what was told the rest."""


class Lane(IntEnum):
    """A sequence of the model. None evicts another; what comes first here goes before the others between batches."""

    CONVERSATION = 0
    JUDGEMENT = 2
    """Whether something tells what is asked, for which a turn waits: `JUDGEMENT_TOKENS`."""
    BACKGROUND = 1


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    max_tokens: int = 160
    temperature: float = 0.7
    top_p: float = 0.9
    repeat_penalty: float = 1.1
    """Divides the logits of the reply's last 64 tokens, not the prompt's; 1.0 is off."""
    seed: int = 0
    """Same seed, same tokens, after a lane that was evaluated in the same batches: a sum depends on its order."""
    never: tuple[str, ...] = ()
    """The first token of each of these texts is never written."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    name: str
    context_tokens: int
    """Tokens that the conversation lane may hold."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is remembered that belongs to what was said."""

    note: str
    """As the language model reads it; may be empty."""
    facts: tuple[int, ...] = ()
    """Their numbers in the store."""
    answer: str = ""
    """What is said to it by rule, in the place of what the language model would say; empty mostly."""
    exact: bool = False
    """The language model is to say what the note tells, and nothing else that comes to its mind."""


class Remembrance(Protocol):
    """The memory, as far as answers go by it. Neither waits for long nor raises anything."""

    async def recall(
        self, text: str, now: datetime, *, before: Sequence[str], since: datetime | None
    ) -> Recalled | None:
        """What belongs to what the user says; None mostly.

        Args:
            before: what they said that is still in the prompt, the oldest first.
            since: when they said the first of it.
        """

    def used(self, facts: Sequence[int], now: datetime) -> None:
        """An answer that was heard went by these facts."""

    def forgotten(self) -> None:
        """Something was forgotten, and what is known is no longer in the prompt: to be told anew."""


class LanguageModel(Protocol):
    async def info(self) -> ModelInfo: ...

    async def render(self, messages: Sequence[Message], *, open_role: Role | None) -> Sequence[int]:
        """Tokens of the messages in the model's own chat template, as `array.array("i")`: of a long conversation there
        are thousands, each turn anew, and as a list they take ten times the memory.

        `open_role="assistant"` adds the header after which the model answers; `open_role="user"` adds the header after
        which the user's words follow (so that it can be evaluated while they still speak); None adds nothing.
        Byte-stable: a longer list starts with the tokens of a shorter one, up to the template's closing marks.
        """

    async def extend(self, lane: Lane, tokens: Sequence[int], *, watch: int | None = None) -> int:
        """Make the lane equal `tokens`; returns how many had to be evaluated.

        `watch` keeps what would follow behind so many of the tokens, for `next_probabilities(watched=True)`, at hardly
        any cost: they are evaluated in one go with the rest. ValueError unless it is 1 to all of them.

        Cancelling stops between batches and keeps what was evaluated. Raises EngineError, and ValueError where
        `tokens` exceed the lane.
        """

    async def next_probabilities(self, lane: Lane, candidates: Sequence[str], *, watched: bool = False) -> list[float]:
        """Probability of each candidate's first token as the next one, after the lane's tokens (at least one), or
        where the last `extend` watched.

        The candidate "" stands for the end of the turn. Raises ValueError for an empty lane, or where nothing was
        watched.
        """

    def generate(self, lane: Lane, *, sampling: Sampling, grammar: str | None = None) -> AsyncIterator[str]:
        """Text pieces that follow the lane's tokens, until the model ends its turn or `max_tokens`; `grammar` is GBNF.
        What is generated joins the lane. Closing the iterator stops within one token."""

    async def save(self, lane: Lane, path: Path) -> None:
        """Write the lane's tokens and state to `path`, atomically, mode 0600. Raises StorageError."""

    async def restore(self, lane: Lane, path: Path) -> int:
        """Read a saved lane; returns its number of tokens, 0 where the file is missing or of another model."""
