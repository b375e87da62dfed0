"""`python -m voiceos.bench.kills`: end a writing process at random moments, and see whether anything stored is lost.

For each kind of stored file a child writes one numbered content after the other, and tells each number once it is
written. It is killed (SIGKILL) at a random moment; then the file must hold the last number that was told, or the one
behind it, whole, and start-up must mend what is left of the unfinished one. Works in a folder of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from voiceos import files, habits, quiet, stored
from voiceos.catalogue import store
from voiceos.catalogue.catalog import catalog
from voiceos.config import files as config_files
from voiceos.config import load
from voiceos.config.edit import set_value
from voiceos.engines import tuned
from voiceos.engines.scripted import ScriptedLanguageModel
from voiceos.errors import VoiceosError
from voiceos.initiative import Ledger
from voiceos.initiative import kept as initiative
from voiceos.meeting import Meeting
from voiceos.meeting import kept as meeting
from voiceos.memory import USER, Episode, Store
from voiceos.repair import repair
from voiceos.thinking.ports import Lane
from voiceos.traits import Book
from voiceos.traits import kept as traits
from voiceos.turn_taking.pauses import PauseProfile

LONGEST_S = 0.02
"""A child lives for up to this long after its first write: some tens of writes."""

MOST_WRITES = 250
"""Then it waits to be killed."""

T = TypeVar("T")

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class LostError(Exception):
    """Something that was stored is lost or half-written."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of stored file."""

    write: Callable[[int], None]
    read: Callable[[], int]
    """The number that it holds, 0 where there is none; raises where it is half-written."""


def kinds(home: Path) -> Mapping[str, Kind]:
    """By name. `home` must be where voiceos keeps what it stores."""
    settings = home / "config" / "voiceos" / "config.toml"
    settings.parent.mkdir(parents=True)
    set_value(settings, "llm.seed", 0)
    model = catalog().starter[0]
    models = store.Store()
    models.folder(model).mkdir(parents=True)
    lane = stored.LANE.path
    lane.parent.mkdir(parents=True, exist_ok=True)

    def write_lane(number: int) -> None:
        llm = ScriptedLanguageModel()
        for _ in llm.extend(Lane.CONVERSATION, list(range(number))):
            pass
        llm.save(Lane.CONVERSATION, str(lane))

    def read_lane() -> int:
        held = ScriptedLanguageModel().restore(Lane.CONVERSATION, str(lane))
        if lane.exists() and not held:
            raise ValueError("an evaluated prompt that cannot be read")
        return held

    def write_stamps(number: int) -> None:
        store._write_stamps(models.folder(model), {"file": (number, 0, 0, "hash")})

    def read_stamps() -> int:
        path = models.folder(model) / store._STAMPS
        return store._read_stamps(models.folder(model))["file"][0] if path.exists() else 0

    def write_turn(number: int) -> None:
        if number == 1:
            stored.RECORDS.path.unlink(missing_ok=True)
        files.append(stored.RECORDS.path, b'{"turn": %d, "long": "%s"}\n' % (number, b"x" * 4000))

    remembers = Remembering()

    return {
        "settings": Kind(
            lambda number: void(set_value(settings, "llm.seed", number)),
            lambda: load(settings, environ={}, places=config_files.Places(user=settings)).settings.llm.seed,
        ),
        "pauses": Kind(
            lambda number: habits.keep_pauses(PauseProfile(excess_s=number / 1024)),
            lambda: round(_there(stored.PAUSES, habits.load_pauses).excess_s * 1024),
        ),
        "thread counts": Kind(
            lambda number: tuned.keep([tuned.Tuned("machine", "stt", "engine", "model", number)]),
            lambda: max((one.threads for one in _there(stored.TUNED, tuned.load)), default=0),
        ),
        "quiet": Kind(
            lambda number: quiet.keep(_EPOCH + timedelta(seconds=number)),
            lambda: round(((_there(stored.QUIET, quiet.load) or _EPOCH) - _EPOCH).total_seconds()),
        ),
        "initiative": Kind(
            lambda number: initiative.keep(initiative.content(Ledger(said=[_EPOCH + timedelta(seconds=number)]))),
            lambda: round(((_there(stored.INITIATIVE, initiative.load).said or [_EPOCH])[0] - _EPOCH).total_seconds()),
        ),
        "meeting": Kind(
            lambda number: meeting.keep(Meeting(offers=number)), lambda: _there(stored.MEETING, meeting.load).offers
        ),
        "evaluated prompt": Kind(write_lane, read_lane),
        "verified models": Kind(write_stamps, read_stamps),
        "traits": Kind(
            lambda number: void(traits.update(lambda book: Book({_EPOCH.date(): {"answers": number}}))),
            lambda: _there(stored.TRAITS, traits.load).seen("answers", _EPOCH.date()),
        ),
        "turns": Kind(write_turn, lambda: len(files.lines(stored.RECORDS.path))),
        "memory": Kind(remembers.tell, remembers.told),
        "forgetting": Kind(remembers.tell_and_forget, remembers.left),
    }


class Remembering:
    """Writes to the memory, which is open as long as a child lives: a kill meets it with all that lies beside it."""

    def __init__(self) -> None:
        self._opened: tuple[int, Store] | None = None

    def tell(self, number: int) -> None:
        """A turn, and a fact that takes the place of the one before."""
        with self._store(number) as store:
            turn = self._turn(store, number)
            store.remember_fact(USER, "counts_to", str(number), at=turn.at, episode=turn.id)

    def told(self) -> int:
        with Store() as store:
            self._whole(store)
            numbers = sorted(int(turn.said.split()[-1]) for turn in store.episodes(limit=MOST_WRITES))
            known = [int(fact.value) for fact in store.facts()]
            if numbers != list(range(1, len(numbers) + 1)) or known[0] not in (len(numbers), len(numbers) - 1):
                raise ValueError(f"turns {numbers}, facts {known}")
            return len(numbers)

    def tell_and_forget(self, number: int) -> None:
        """A turn, and nothing of the one before."""
        with self._store(number) as store:
            turn = self._turn(store, number)
            store.forget(store.select_between(None, turn.at))

    def left(self) -> int:
        """Whatever was to be purged is purged once it is open."""
        with Store() as store:
            self._whole(store)
            numbers = {int(turn.said.split()[-1]) for turn in store.episodes(limit=MOST_WRITES)}
            number = max(numbers)
            if not numbers <= {number, number - 1}:
                raise ValueError(f"turns {numbers}")
            # The next one may lie in the log, not committed as its writer was killed: it was never remembered.
            known = {b"%d" % n for n in (*numbers, number + 1)}
            for path in stored.MEMORY.path.parent.glob(f"{stored.MEMORY.name}*"):
                if found := set(re.findall(rb"counting up to (\d+)", path.read_bytes())) - known:
                    raise ValueError(f"{path.name} still holds {found}")
            return number

    @contextlib.contextmanager
    def _store(self, number: int) -> Iterator[Store]:
        if number == 1:
            for path in stored.MEMORY.path.parent.glob(f"{stored.MEMORY.name}*"):
                path.unlink()
            with Store() as store:
                yield store
            return
        if self._opened is None or self._opened[0] != os.getpid():
            self._opened = os.getpid(), Store().open()
        yield self._opened[1]

    def _turn(self, store: Store, number: int) -> Episode:
        at = _EPOCH + timedelta(minutes=number)
        return store.remember_turn(f"I am counting up to {number}", "", at=at, conversation="count")

    def _whole(self, store: Store) -> None:
        if store.set_aside:
            raise ValueError("it was set aside as broken")
        if faults := store.faults():
            raise ValueError("; ".join(faults))


def void(_: object) -> None:
    """Of what is called for its deed."""


def _there(kept: stored.Stored, read: Callable[[], T]) -> T:
    there = kept.path.exists()
    found = read()
    if there and not kept.path.exists():
        raise ValueError(f"{kept.name} was set aside as broken")
    return found


def kill(kind: Kind, chance: random.Random) -> None:
    """One child, ended at a random moment. Raises LostError where anything it had told is lost, or half-written."""
    kind.write(1)
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        try:
            for number in range(2, MOST_WRITES):
                kind.write(number)
                os.write(tell, number.to_bytes(4, "big"))
            signal.pause()
        finally:  # whatever happened, a child never goes on as its parent
            os._exit(1)
    os.close(tell)
    with os.fdopen(told, "rb", buffering=0) as numbers:
        data = numbers.read(4)
        time.sleep(chance.uniform(0, LONGEST_S))
        os.kill(child, signal.SIGKILL)
        while more := numbers.read(4096):
            data += more
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) or not data:
        raise LostError("a write failed before it was killed")
    last = int.from_bytes(data[-4:], "big")
    for when in ("after the kill", "after start-up has mended it"):
        try:
            held = kind.read()
        except (VoiceosError, ValueError, KeyError) as error:
            raise LostError(f"{when} it cannot be read: {error}") from error
        if held not in (last, last + 1):
            raise LostError(f"{when} it holds number {held}, and {last} was written")
        repair()


def run(times: int, seed: int) -> Iterator[tuple[str, int, list[str]]]:
    """Each kind of file in turn: its name, how often its writer was killed, and what was lost. In a folder of its own,
    which the environment of this process points to from then on."""
    with tempfile.TemporaryDirectory(prefix="voiceos-kills-") as folder:
        home = Path(folder)
        for place in ("CONFIG", "STATE", "CACHE", "DATA"):
            os.environ[f"XDG_{place}_HOME"] = str(home / place.lower())
        os.environ.pop("VOICEOS_MODELS", None)
        chance = random.Random(seed)  # noqa: S311 - moments, no secrets
        every = kinds(home)
        before = _files(home)
        for name, kind in every.items():
            lost = []
            for _ in range(times):
                try:
                    kill(kind, chance)
                except LostError as error:
                    lost.append(str(error))
            yield name, times, lost
        if strays := _files(home) - before - {one.path for one in stored.EVERYTHING} - _stamps():
            yield "left behind", len(strays), [str(path.relative_to(home)) for path in sorted(strays)]


def _files(home: Path) -> set[Path]:
    return {path for path in home.rglob("*") if path.is_file()}


def _stamps() -> set[Path]:
    return set(store.Store().root.glob(f"*/{store._STAMPS}"))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.kills", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=20, help="kills of each kind of file (default: 20)")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    failed = False
    print(f"{'stored':<18}{'kills':>6}{'lost':>6}")
    for name, kills, lost in run(chosen.times, chosen.seed):
        print(f"{name:<18}{kills:>6}{len(lost):>6}", flush=True)
        for line in sorted(set(lost)):
            print(f"  {line}")
        failed |= bool(lost)
    return int(failed)


if __name__ == "__main__":
    logging.getLogger("voiceos").addHandler(logging.NullHandler())
    sys.exit(main())
