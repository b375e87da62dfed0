"""Whether memories are found again, and how fast: `python -m voiceos.bench.recall`.

A year of everyday talk (made up, from a seed, see `recall.toml`) holds facts that are told once and asked for in other
words. Every text is embedded by the real model; that takes some 4 ms each, and is kept in the cache folder, so that a
second run is quick. Printed for recall as it is, for plain BM25 and for plain search by cosine in float32:

  right     the fact is the first, among the first three, among the first ten
  recalled  the same of what passes the threshold, at most four; of plain searches with that threshold at which they
            recall as much where nothing is to be recalled
  false     turns in which something is recalled although nobody ever told what is asked, or nothing is asked of memory

and the time of each part of a retrieval, on one thread.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read by numpy's library as it is loaded

import numpy as np
import platformdirs

from voiceos.bench.recall_talk import Questions, questions, turns, words
from voiceos.bench.recordings import model
from voiceos.bench.sound import percentile
from voiceos.engines.minilm import MiniLM
from voiceos.errors import VoiceosError
from voiceos.memory import USER, Store, Vector, episodes
from voiceos.memory.database import Database
from voiceos.memory.fusion import THRESHOLD
from voiceos.memory.index import VectorIndex, key_of, of_key
from voiceos.memory.ports import Embedder, Vectors
from voiceos.memory.recall import NEAREST, Recall

MODEL = "all-MiniLM-L6-v2"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
FACT_EVERY = 2
"""Each second of the hidden ones is also known as a fact, as if it had been drawn from the talk."""
TIMES = 3
"""Each question is asked so often; the quickest counts, as other programs run too."""
BATCH = 256

Ranked = list[tuple[int, float]]
"""Numbers of what was told, each with its score, the best first: no two of the same turn."""


@dataclass(frozen=True, slots=True)
class Quality:
    first: float
    """Shares of the questions."""
    third: float
    tenth: float
    recalled: float
    """In force: past the threshold, and among the first four."""
    false_never: float
    """Shares of the turns in which something was recalled."""
    false_plain: float
    threshold: float


def store_for(count: int, seed: int, folder: Path) -> Path:
    """Where the store with so many turns lies; made there if it is not, without vectors."""
    content = hashlib.sha256(json.dumps([words(), count, seed, FACT_EVERY]).encode()).hexdigest()[:12]
    path = folder / f"recall-{count}-{content}" / "memory.db"
    if path.exists():
        return path
    arriving = path.with_name("arriving.db")
    for left in path.parent.glob("arriving.db*"):
        left.unlink()
    database = Database(arriving)
    database.open()
    made = turns(count, seed)
    with database.writing() as writer:  # one write for all, as each waits for the disk
        for number, (said, heard) in enumerate(made):
            at = NOW - YEAR * (1 - number / count)
            episodes.add(writer, said, heard, at=at, conversation=f"{at:%Y-%m-%d %H}", cut_off=False)
    database.close()
    with Store(arriving) as store:
        numbers = {said: number for number, (said, _) in enumerate(made, 1)}
        for part in ("tuned", "judged"):
            for hidden in questions(part).facts[::FACT_EVERY]:
                episode = store.episode(numbers[hidden.said])
                assert episode is not None
                store.remember_fact(
                    USER, "note", hidden.said, at=episode.at, sentence=hidden.said, single=False, episode=episode.id
                )
    arriving.replace(path)
    return path


def embed_all(store: Store, embedder: Embedder) -> float:
    """Make the vectors that are missing; seconds for each."""
    begin, made = time.perf_counter(), 0
    while missing := store.missing_vectors(embedder.name, limit=BATCH):
        vectors = embedder.embed([one.text for one in missing])
        store.add_vectors(
            embedder.name, [Vector(one.what, one.id, vector) for one, vector in zip(missing, vectors, strict=True)]
        )
        made += len(missing)
        if made % (40 * BATCH) == 0:
            print(f"… {made} embedded", file=sys.stderr, flush=True)
    return (time.perf_counter() - begin) / made if made else 0.0


class Searches:
    """What is compared. A fact and the turn that told it count as one."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self.store = store
        self.index = VectorIndex(store, embedder.name)
        begin = time.perf_counter()
        self.index.follow()
        self.reading_s = time.perf_counter() - begin
        self.recall = Recall(store, self.index, embedder)
        self.embedder = embedder
        self._turns = {key_of("fact", fact.id): fact.episode for fact in store.facts(limit=1000)}
        self._keys, self._vectors = self._exact()
        self._known: dict[str, Vectors] = {}

    def vector(self, text: str) -> Vectors:
        if text not in self._known:
            self._known[text] = self.embedder.embed([text])[0]
        return self._known[text]

    def hybrid(self, text: str) -> Ranked:
        found = self.recall.by_vector(text, self.vector(text), NOW, limit=10, threshold=-1.0)
        return self._by_turn([(one.key, one.score) for one in found])

    def words(self, text: str) -> Ranked:
        """By BM25, over turns and facts; the scores of the two are of one kind."""
        found = [(key_of("episode", hit.item.id), hit.score) for hit in self.store.search_episodes(text, limit=20)]
        found += [(key_of("fact", hit.item.id), hit.score) for hit in self.store.search_facts(text, limit=20)]
        return self._by_turn(sorted(found, key=lambda one: -one[1]))

    def meaning(self, text: str) -> Ranked:
        """By cosine, exactly."""
        cosines = self._vectors @ self.vector(text)
        best = np.argsort(-cosines, kind="stable")[:30]
        return self._by_turn([(int(self._keys[i]), float(cosines[i])) for i in best])

    def kept(self, text: str) -> float:
        """Share of the ten nearest, measured in full from the centre, that the search by signs finds too."""
        full = self.index.neighbours.nearest(self.vector(text), 10, shortlist=len(self.index.neighbours))
        quick = self.index.neighbours.nearest(self.vector(text), 10)
        return len({key for key, _ in full} & {key for key, _ in quick}) / 10

    def _by_turn(self, found: Ranked) -> Ranked:
        best: dict[int, float] = {}
        for key, score in found:
            number = self._turns.get(key)
            best.setdefault(of_key(key)[1] if number is None else number, score)
        return list(best.items())

    def _exact(self) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Vectors]:
        keys, vectors, row = [], [], 0
        while len((batch := self.store.vectors_since(row, self.embedder.name)).rows):
            keys.append(batch.ids * 2 + batch.facts)
            vectors.append(batch.vectors)
            row = int(batch.rows[-1])
        return np.concatenate(keys), np.concatenate(vectors)


def quality(
    search: Callable[[str], Ranked],
    asked: Questions,
    turn_of: dict[str, int],
    *,
    threshold: float | None = None,
    as_false_as: float = 0.0,
) -> Quality:
    """Args:
    threshold: None takes that at which something is recalled in the share `as_false_as` of the turns where nothing
        is to be.
    """
    right = [(turn_of[fact.said], search(text)) for fact in asked.facts for text in fact.asked]
    best = {text: max((score for _, score in search(text)), default=-1.0) for text in (*asked.never, *asked.plain)}
    if threshold is None:
        highest = sorted(best.values(), reverse=True)
        threshold = highest[min(round(as_false_as * len(highest)), len(highest) - 1)]

    def among(count: int, at_least: float = -np.inf) -> float:
        found = [any(turn == wanted and score > at_least for turn, score in hits[:count]) for wanted, hits in right]
        return sum(found) / len(found)

    def false(texts: Sequence[str]) -> float:
        return sum(best[text] > threshold for text in texts) / len(texts)

    return Quality(
        among(1), among(3), among(10), among(4, threshold), false(asked.never), false(asked.plain), threshold
    )


def times_ms(searches: Searches, texts: Sequence[str]) -> dict[str, list[float]]:
    """Of each part, and of all of it."""
    parts: dict[str, Callable[[str], object]] = {
        "embedding what was said": lambda text: searches.embedder.embed([text]),
        "nothing new in the store": lambda text: searches.index.follow(),
        f"nearest {NEAREST} by meaning": lambda text: searches.index.neighbours.nearest(searches.vector(text), NEAREST),
        "by words, and reading both": lambda text: searches.store.candidates(
            text,
            episode_numbers=[
                of_key(key)[1] for key, _ in searches.index.neighbours.nearest(searches.vector(text), NEAREST)
            ],
        ),
        "all, without the embedding": lambda text: searches.recall.by_vector(text, searches.vector(text), NOW),
        "all": lambda text: (searches.index.follow(), searches.recall.recall(text, NOW)),
        "(plain BM25)": searches.words,
        "(plain cosine in float32)": searches.meaning,
    }
    return {
        name: [min(_timed(work, text) for _ in range(TIMES)) * 1000 for text in texts] for name, work in parts.items()
    }


def _timed(work: Callable[[str], object], text: str) -> float:
    begin = time.perf_counter()
    work(text)
    return time.perf_counter() - begin


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.recall", description=__doc__.partition("\n")[0])
    parser.add_argument("--episodes", type=int, default=20_000, help="turns in the store; 100000 take 7 minutes once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=("judged", "tuned"), default="judged", help="of the questions")
    parser.add_argument("--misses", action="store_true", help="print which questions were not answered")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    folder = platformdirs.user_cache_path("voiceos") / "bench"
    try:
        with Store(store_for(options.episodes, options.seed, folder)) as store:
            embedder = MiniLM(model(MODEL))
            embedding_s = embed_all(store, embedder)
            figures = measure(store, embedder, questions(options.part), show=options.misses)
    except VoiceosError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    if embedding_s:
        figures["embedding a turn, ms"] = round(embedding_s * 1000, 2)
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:64}{value:10.3f}")
    return 0


def measure(store: Store, embedder: Embedder, asked: Questions, *, show: bool = False) -> dict[str, float]:
    """All figures by their names."""
    searches = Searches(store, embedder)
    turn_of = {one.said: hit.item.id for one in asked.facts for hit in store.search_episodes(one.said, limit=1)}
    texts = [text for fact in asked.facts for text in fact.asked]
    hybrid = quality(searches.hybrid, asked, turn_of, threshold=THRESHOLD)
    nothing = len(asked.never) + len(asked.plain)
    false = (hybrid.false_never * len(asked.never) + hybrid.false_plain * len(asked.plain)) / nothing
    found = {
        "recall": hybrid,
        "plain BM25": quality(searches.words, asked, turn_of, as_false_as=false),
        "plain cosine": quality(searches.meaning, asked, turn_of, as_false_as=false),
    }
    figures: dict[str, float] = {
        "turns": store.stats().episodes,
        "questions about facts": len(texts),
        "about what was never told": len(asked.never),
        "turns that need no memory": len(asked.plain),
        "reading all vectors into memory, s": searches.reading_s,
    }
    for name, one in found.items():
        figures |= {
            f"{name}: right, first": one.first,
            f"{name}: right, of three": one.third,
            f"{name}: right, of ten": one.tenth,
            f"{name}: right and past the threshold": one.recalled,
            f"{name}: false, never told": one.false_never,
            f"{name}: false, no memory needed": one.false_plain,
            f"{name}: threshold": one.threshold,
        }
    figures["of the ten nearest found by signs"] = sum(map(searches.kept, texts)) / len(texts)
    for name, times in times_ms(searches, [*texts, *asked.never, *asked.plain]).items():
        figures |= {f"{name}, p50 ms": percentile(times, 50), f"{name}, p95 ms": percentile(times, 95)}
    if show:
        for fact in asked.facts:
            for text in fact.asked:
                hits = searches.hybrid(text)
                if not any(turn == turn_of[fact.said] and score > THRESHOLD for turn, score in hits[:4]):
                    print(f"missed: {text} | {fact.said}", file=sys.stderr)
        for text in (*asked.never, *asked.plain):
            for memory in searches.recall.recall(text, NOW):
                print(f"false: {text} | {memory.score:.2f} {memory.said}", file=sys.stderr)
    return figures


if __name__ == "__main__":
    sys.exit(main())
