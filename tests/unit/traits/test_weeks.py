"""Simulated weeks: what a user of some habit makes of its character, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest

from voiceos.traits import Book, Change, Wording, decide, in_force, reset, taken, undone
from voiceos.traits.rule import HELD_DAYS, REST_DAYS, TRAITS, kinds

FREE = dict.fromkeys(TRAITS, (-2, 2))
MONDAY = date(2026, 5, 11)
CUTS = {"answers": 20, "cut_off": 9}


def lived(
    days: Sequence[Mapping[str, int]],
    limits: Mapping[str, tuple[int, int]] = FREE,
    *,
    book: Book = Book(),  # noqa: B008 - frozen
    since: date = MONDAY,
) -> Book:
    """The book after days with these counts; several moments a day at which a step may be taken."""
    for number, counts in enumerate(days):
        day = since + timedelta(days=number)
        book = book.counted(day, counts)
        for _ in range(3):
            change = decide(book, limits, day)
            if change is not None:
                book = taken(book, change, kinds(change.trait), limits)
    return book


def steps(book: Book) -> list[tuple[int, str, int, str]]:
    """Day since Monday, trait, step, reason."""
    return [((one.day - MONDAY).days, one.trait, one.step, one.reason) for one in book.changes]


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        ([{"answers": 20}] * 28, []),
        ([CUTS] * 2, [(0, "talkativeness", -1, "cut_off")]),
        ([CUTS] * 28, [(0, "talkativeness", -1, "cut_off"), (3, "talkativeness", -1, "cut_off")]),
        ([{"answers": 20, "cut_off": 5}] * 28, []),
        ([{"answers": 6, "cut_off": 3}] * 2, [(1, "talkativeness", -1, "cut_off")]),
        ([{"shorter": 1}], []),
        ([{"shorter": 1}, {}, {}, {"shorter": 1}], [(3, "talkativeness", -1, "shorter")]),
        ([{"shorter": 1}, *[{}] * 14, {"shorter": 1}], []),
        ([{"longer": 2}] * 2, [(1, "talkativeness", 1, "longer")]),
        ([{"longer": 4, "shorter": 2}] * 9, []),
        ([{"no_jokes": 1}], [(0, "humour", -1, "no_jokes")]),
        ([{"laughs": 1}] * 7, [(4, "humour", 1, "laughs")]),
        ([{"laughs": 5, "no_jokes": 1}], []),
        ([{"thanks": 3}] * 5, [(4, "warmth", 1, "thanks")]),
        ([{"blunt": 2}], [(0, "directness", 1, "blunt")]),
        (
            [{"shorter": 2, "no_jokes": 1, "blunt": 2}, {}, {}],
            [(0, "humour", -1, "no_jokes"), (1, "talkativeness", -1, "shorter"), (2, "directness", 1, "blunt")],
        ),
        (
            [{"shorter": 2}, *[{}] * 6, {"longer": 4}],
            [(0, "talkativeness", -1, "shorter"), (7, "talkativeness", 1, "longer")],
        ),
    ],
)
def test_weeks(days: list[dict[str, int]], wanted: list[tuple[int, str, int, str]]) -> None:
    assert steps(lived(days)) == wanted


def test_never_two_steps_on_one_day_and_never_out_of_bounds() -> None:
    everything = dict.fromkeys(("no_jokes", "shorter", "gentle", "gushing"), 9)
    limits = {"talkativeness": (-1, 1), "humour": (-2, 2), "directness": (0, 0), "warmth": (-1, 0)}
    book = lived([everything] * 60, limits)
    days = [change.day for change in book.changes]
    assert len(days) == len(set(days))
    assert book.drift == {"talkativeness": -1, "humour": -2, "warmth": -1}
    by_trait = [change.day for change in book.changes if change.trait == "humour"]
    assert (by_trait[1] - by_trait[0]).days == REST_DAYS


def test_bounds_of_no_width_change_nothing() -> None:
    assert lived([CUTS | {"no_jokes": 9}] * 30, dict.fromkeys(TRAITS, (0, 0))).changes == ()


def test_narrower_bounds_hold_at_once_and_wider_ones_bring_nothing_back_that_was_not_earned() -> None:
    book = lived([CUTS] * 6)
    assert in_force(book.drift, FREE)["talkativeness"] == -2
    narrow = FREE | {"talkativeness": (-1, 1)}
    assert in_force(book.drift, narrow)["talkativeness"] == -1
    later = lived([{"longer": 4}], narrow, book=book, since=MONDAY + timedelta(days=20))
    assert in_force(later.drift, FREE)["talkativeness"] == 0, "it goes from what was in force"


def test_what_was_taken_back_does_not_come_back_by_itself_for_long() -> None:
    book = lived([CUTS] * 3)
    book, last = undone(book, MONDAY + timedelta(days=3))
    assert last is not None
    assert (last.trait, in_force(book.drift, FREE)["talkativeness"]) == ("talkativeness", 0)
    book = lived([CUTS] * 90, book=book, since=MONDAY + timedelta(days=4))
    again = [(one.day - MONDAY).days for one in book.changes if one.undone is None]
    assert again[0] == 3 + HELD_DAYS
    assert undone(Book(), MONDAY) == (Book(), None)


def test_the_other_way_is_free_after_a_step_was_taken_back() -> None:
    book, _ = undone(lived([CUTS]), MONDAY)
    assert steps(lived([{}, {}, {"longer": 4}], book=book, since=MONDAY + timedelta(days=1)))[-1][1:3] == (
        "talkativeness",
        1,
    )


def test_a_reset_takes_all_back_and_forgets_what_was_counted() -> None:
    book = reset(lived([CUTS | {"laughs": 4}] * 8), MONDAY + timedelta(days=8))
    assert (book.days, book.drift) == ({}, {})
    assert all(change.undone for change in book.changes)


def test_what_is_seen_on_days_to_come_counts_not() -> None:
    book = Book().counted(MONDAY + timedelta(days=400), {"shorter": 9})
    assert decide(book, FREE, MONDAY) is None, "a clock that was wrong"


def test_it_is_told_when_and_why() -> None:
    wording = Wording("en")
    cut = Change(date(2026, 5, 12), "talkativeness", -1, "cut_off", 9, 20)
    assert wording.told(cut) == "on 12 May: shorter, because you cut me off in 9 of 20 answers"
    back = Change(date(2026, 5, 12), "humour", -1, "no_jokes", 1, 0, undone=date(2026, 5, 14))
    assert wording.told(back) == "on 12 May: more serious, because you told me not to joke (undone on 14 May)"
    assert wording.story([cut]) == "on 12 May I became shorter, because you cut me off in 9 of 20 answers"
