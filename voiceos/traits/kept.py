"""The book from start to start: a file of numbers, days and reasons (`stored.TRAITS`), no words.

The running assistant and the command line both change it, so each change reads it anew, under a lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from voiceos import files, stored
from voiceos.traits.book import Book, Change
from voiceos.traits.rule import REASONS, TRAITS

NAME = stored.TRAITS.name


def load() -> Book:
    """What is known, which is nothing at the first start. A file that holds anything else is set aside. Raises
    NewerFormat."""
    return files.recall(NAME, _book) or Book()


def update(change: Callable[[Book], Book]) -> Book:
    """Write what becomes of the book, where that is another; returns it. Raises StorageError."""
    with _alone():
        before = load()
        after = change(before)
        if after != before:
            files.remember(NAME, _content(after))
        return after


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Nobody else changes it meanwhile. Where the file's folder cannot be made or locked, writing will tell."""
    handle = None
    with contextlib.suppress(OSError):
        stored.TRAITS.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(stored.TRAITS.path.parent, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _content(book: Book) -> dict[str, Any]:
    return {
        "days": {day.isoformat(): dict(seen) for day, seen in book.days.items() if seen},
        "drift": {trait: steps for trait, steps in book.drift.items() if steps},
        "changes": [
            {
                "day": one.day.isoformat(),
                "trait": one.trait,
                "step": one.step,
                "reason": one.reason,
                "count": one.count,
                "of": one.of,
                "undone": None if one.undone is None else one.undone.isoformat(),
            }
            for one in book.changes
        ],
    }


def _book(content: dict[str, Any]) -> Book:
    """ValueError, KeyError and their like where it is none."""
    return Book(
        {
            date.fromisoformat(day): {str(kind): _count(number) for kind, number in seen.items()}
            for day, seen in content["days"].items()
        },
        {_one_of(TRAITS, trait): _step(steps, 2) for trait, steps in content["drift"].items()},
        tuple(_change(one) for one in content["changes"]),
    )


def _change(one: dict[str, Any]) -> Change:
    back = one["undone"]
    return Change(
        day=date.fromisoformat(one["day"]),
        trait=_one_of(TRAITS, one["trait"]),
        step=_step(one["step"], 1),
        reason=_one_of([reason.kind for reason in REASONS], one["reason"]),
        count=_count(one["count"]),
        of=_count(one["of"]),
        undone=None if back is None else date.fromisoformat(back),
    )


def _one_of(known: Any, name: Any) -> str:
    if name not in known:
        raise ValueError(name)
    return str(name)


def _step(number: Any, most: int) -> int:
    if type(number) is not int or not -most <= number <= most:
        raise ValueError(number)
    return number


def _count(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise ValueError(number)
    return number
