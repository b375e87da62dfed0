"""The file: from start to start, alone with the user, broken, newer, written by two at once."""

from __future__ import annotations

import json
import stat
import threading
from datetime import date

import pytest

from voiceos import stored
from voiceos.errors import NewerFormat
from voiceos.repair import repair
from voiceos.traits import Book, Change, kept

DAY = date(2026, 5, 12)
BOOK = Book(
    {DAY: {"answers": 20, "cut_off": 9}},
    {"talkativeness": -1},
    (Change(DAY, "talkativeness", -1, "cut_off", 9, 20, undone=DAY), Change(DAY, "humour", 1, "laughs", 5, 0)),
)


@pytest.fixture(autouse=True)
def state(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_it_is_read_as_it_was_written_and_is_the_users_alone() -> None:
    assert kept.load() == Book()
    assert kept.update(lambda book: BOOK) == BOOK
    assert kept.load() == BOOK
    assert stat.S_IMODE(stored.TRAITS.path.stat().st_mode) == 0o600


def test_nothing_is_written_where_nothing_changed() -> None:
    kept.update(lambda book: book)
    assert not stored.TRAITS.path.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"drift": {"talkativeness": 7}},
        {"drift": {"height": 1}},
        {"days": {"yesterday": {}}},
        {"days": {"2026-05-12": {"answers": -1}}},
        {"changes": [{"day": "2026-05-12"}]},
        {"changes": 3},
    ],
)
def test_what_is_wrong_is_set_aside_and_said(change: dict[str, object]) -> None:
    kept.update(lambda book: BOOK)
    content = json.loads(stored.TRAITS.path.read_text())
    stored.TRAITS.path.write_text(json.dumps(content | change))
    (mended,) = repair()
    assert mended.lost
    assert kept.load() == Book()


def test_a_newer_one_is_refused() -> None:
    kept.update(lambda book: BOOK)
    stored.TRAITS.path.write_text(json.dumps({"version": 99}))
    with pytest.raises(NewerFormat):
        kept.load()


def test_two_that_write_at_once_lose_nothing() -> None:
    def count() -> None:
        for _ in range(50):
            kept.update(lambda book: book.counted(DAY, {"answers": 1}))

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.load().seen("answers", DAY) == 100
