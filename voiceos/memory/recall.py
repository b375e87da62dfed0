"""The few memories that belong to what was just said, found by meaning and by words; mostly none.

Most turns need no memory, and each that is recalled costs the language model time, and truth where it does not belong
there. So what fits badly is left out (`fusion.THRESHOLD`), and so is what says the same as a newer one, and what is no
longer so, unless the past is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from voiceos.languages import table
from voiceos.memory import fusion
from voiceos.memory.index import VectorIndex, key_of, of_key
from voiceos.memory.ports import Embedder, Vectors
from voiceos.memory.records import Episode, Fact
from voiceos.memory.store import Store

NEAREST = 50
"""Neighbours that are looked at."""
MATCHES = 20
"""Likewise those by words, of facts and of episodes."""
ALIKE = 0.9
"""Two that lie so near say the same, or one of them corrects the other."""

LOOKED_AT = 4
"""So many times as many as are wanted are compared with each other."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Something recalled."""

    item: Fact | Episode
    score: float
    """From `fusion.THRESHOLD` on; more is better."""

    @property
    def said(self) -> str:
        """What the user said; what was heard, where the assistant spoke of its own accord."""
        return self.item.sentence if isinstance(self.item, Fact) else self.item.said or self.item.heard

    @property
    def at(self) -> datetime:
        """When: of a fact the first time."""
        return self.item.since if isinstance(self.item, Fact) else self.item.at

    @property
    def last(self) -> datetime:
        return self.item.last if isinstance(self.item, Fact) else self.item.at

    @property
    def key(self) -> int:
        return key_of("fact" if isinstance(self.item, Fact) else "episode", self.item.id)

    @property
    def in_force(self) -> bool:
        return not isinstance(self.item, Fact) or self.item.in_force


class Recall:
    """For one thread at a time: `index.follow` first, whenever the store may have changed.

    Args:
        embedder: None finds by words alone, where the model is not to be had.
    """

    def __init__(self, store: Store, index: VectorIndex, embedder: Embedder | None, *, language: str = "en") -> None:
        self._store = store
        self._index = index
        self._embedder = embedder
        self._language = language

    def vector(self, text: str) -> Vectors | None:
        """Of what was said, to recall by. Raises EngineError and ModelError."""
        return None if self._embedder is None else self._embedder.embed([text])[0]

    def recall(
        self,
        text: str,
        now: datetime,
        *,
        limit: int = 4,
        past: bool | None = None,
        without: str | None = None,
        threshold: float = fusion.THRESHOLD,
    ) -> list[Memory]:
        """At most `limit`, the best first; mostly none.

        Args:
            text: what the user just said.
            past: also what is no longer so; None goes by the words (`asks_for_past`).
            without: a conversation that is in the prompt already.
            threshold: `fusion.THRESHOLD` for a prompt; 0 for who searches, and sees how well each fits.

        Raises EngineError, ModelError and StorageError.
        """
        return self.by_vector(
            text, self.vector(text), now, limit=limit, past=past, without=without, threshold=threshold
        )

    def alike(self, text: str, *, least: float) -> list[Fact | Episode]:
        """What means much the same, in force or not, the nearest first.

        Args:
            least: cosine, as seen from the centre of all (`Neighbours.nearest`).

        Raises EngineError, ModelError and StorageError.
        """
        vector = self.vector(text)
        near = [] if vector is None else self._index.neighbours.nearest(vector, NEAREST)
        owners = [of_key(key) for key, cosine in near if cosine >= least]
        found = [self._store.fact(one) if what == "fact" else self._store.episode(one) for what, one in owners]
        return [one for one in found if one is not None]

    def by_vector(
        self,
        text: str,
        vector: Vectors | None,
        now: datetime,
        *,
        limit: int = 4,
        past: bool | None = None,
        without: str | None = None,
        threshold: float = fusion.THRESHOLD,
    ) -> list[Memory]:
        """The same by a vector that is there already. Raises StorageError."""
        past = asks_for_past(text, self._language) if past is None else past
        found = self._candidates(text, vector, now, past)
        wanted = [
            one
            for one in found
            if one.score >= threshold and not (isinstance(one.item, Episode) and one.item.conversation == without)
        ]
        return self._distinct(sorted(wanted, key=lambda one: (-one.score, -one.key)), limit)

    def _candidates(self, text: str, vector: Vectors | None, now: datetime, past: bool) -> list[Memory]:
        neighbours = self._index.neighbours
        near = {} if vector is None else dict(neighbours.nearest(vector, NEAREST))
        owners = [of_key(key) for key in near]
        found = self._store.candidates(
            text,
            fact_numbers=[number for what, number in owners if what == "fact"],
            episode_numbers=[number for what, number in owners if what == "episode"],
            superseded=past,
            limit=MATCHES,
        )
        names = fusion.names(text)
        personal = bool(names) or speaks_of_the_user(text, self._language)
        items: list[Fact | Episode] = [*found.facts]
        items += [one for one in found.episodes if past or one.id not in found.outdated]
        memories = []
        for item in items:
            fact = isinstance(item, Fact)
            key = key_of("fact" if fact else "episode", item.id)
            cosine = near.get(key)
            if cosine is None and vector is not None:
                cosine = neighbours.cosine(key, vector)
            bm25 = (found.fact_scores if fact else found.episode_scores).get(item.id, 0.0)
            evidence = _evidence(item, cosine, fusion.rare_matches(bm25, found.documents), names, personal)
            memories.append(Memory(item, fusion.score(evidence, now)))
        return memories

    def _distinct(self, memories: list[Memory], limit: int) -> list[Memory]:
        """The best of them; of those that say the same the newest, in the place of the best."""
        chosen: list[Memory] = []
        for one in memories[: LOOKED_AT * limit]:
            same = next((i for i, other in enumerate(chosen) if self._say_the_same(one, other)), None)
            if same is None:
                if len(chosen) < limit:
                    chosen.append(one)
            elif _prefer(one, chosen[same]):
                chosen[same] = Memory(one.item, chosen[same].score)
        return chosen

    def _say_the_same(self, one: Memory, other: Memory) -> bool:
        for fact, episode in ((one.item, other.item), (other.item, one.item)):
            if isinstance(fact, Fact) and isinstance(episode, Episode) and fact.episode == episode.id:
                return True
        if one.in_force != other.in_force:
            return False  # that one was true and the other is, is what was asked for
        return self._index.neighbours.alike(one.key, other.key) >= ALIKE


def _evidence(
    item: Fact | Episode, cosine: float | None, words: float, names: frozenset[str], personal: bool
) -> fusion.Evidence:
    fact = isinstance(item, Fact)
    text = f"{item.subject} {item.value} {item.sentence}" if isinstance(item, Fact) else f"{item.said} {item.heard}"
    return fusion.Evidence(
        cosine,
        words,
        named=fusion.name_any(text, names) if names else None,
        question=isinstance(item, Episode) and item.said.endswith("?"),
        personal=personal,
        fact=fact,
        weight=item.weight if isinstance(item, Fact) else 1.0,
        at=item.last if isinstance(item, Fact) else item.at,
    )


def asks_for_past(text: str, language: str) -> bool:
    """Whether a text asks for what is no longer so ("where did I use to live?")."""
    return bool(_any_of(language, "past").search(text))


def speaks_of_the_user(text: str, language: str) -> bool:
    """Whether it is about them ("my sister"), or those close to them: not where they only want to be told something."""
    turning_to = table(language, "memory")["turning_to"]
    about = re.sub(turning_to, "", text.replace("’", "'"), flags=re.IGNORECASE)
    return bool(_any_of(language, "personal").search(about))


@cache
def _any_of(language: str, key: str) -> re.Pattern[str]:
    words = map(re.escape, table(language, "memory")[key])
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


def _prefer(one: Memory, other: Memory) -> bool:
    """A fact, which is kept up to date, and else the newer one."""
    if isinstance(one.item, Fact) != isinstance(other.item, Fact):
        return isinstance(one.item, Fact)
    return one.last > other.last
