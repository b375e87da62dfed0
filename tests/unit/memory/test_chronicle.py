"""Days, weeks and the user in short: what is to be made, what it came from, and that it goes with what is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.unit.memory.life import BEGIN, ZONE, day
from tests.unit.memory.traces import traces
from voiceos.memory import USER, Episode, Fact, Scope, Selection, Store, Summary, markdown, schema, transfer

MONDAY = date(2026, 3, 2)
NEXT = date(2026, 3, 9)


def say(store: Store, number: float, *texts: str) -> list[Episode]:
    """On the day `number` behind Sunday, 1 March."""
    return [
        store.remember_turn(text, "I see.", at=day(number + i / 1440), conversation="a") for i, text in enumerate(texts)
    ]


def sum_days(store: Store, today: date = NEXT) -> list[Summary]:
    """As idle time does, each turn a sentence."""
    made = []
    while (source := store.chronicle.day_to_sum(today)) is not None:
        lines = [turn.said for turn in source.turns]
        numbers = [turn.id for turn in source.turns]
        kept = store.chronicle.keep(Scope.DAY, source.begins, lines, at=day(9), erasures=source.erasures, turns=numbers)
        assert kept is not None
        made.append(kept)
    return made


def sum_weeks(store: Store, today: date = NEXT) -> list[Summary]:
    made = []
    while (source := store.chronicle.week_to_sum(today)) is not None:
        lines = [line for one in source.days for line in one.lines]
        days, ends = [one.id for one in source.days], source.begins + timedelta(days=6)
        kept = store.chronicle.keep(
            Scope.WEEK, source.begins, lines, at=day(9), erasures=source.erasures, ends=ends, days=days
        )
        assert kept is not None
        made.append(kept)
    return made


def sum_up(store: Store, facts: Sequence[Fact] = ()) -> None:
    sum_days(store)
    sum_weeks(store)
    lines = [fact.sentence for fact in facts]
    store.chronicle.keep(
        Scope.PROFILE, NEXT, lines, at=day(9), erasures=store.erasures, facts=[fact.id for fact in facts]
    )


def spans(store: Store) -> list[tuple[str, date]]:
    everything = (date(2000, 1, 1), date(2100, 1, 1))
    return [(one.scope.value, one.begins) for scope in Scope for one in store.chronicle.between(scope, *everything)]


@pytest.fixture
def lived(store: Store) -> Store:
    first, _ = say(store, 1, "My sister Annabella moved to Wuppertal.", "It rains.")
    say(store, 2, "I baked a cheesecake.")
    say(store, 8, "I repaired the bicycle.")
    facts = [
        store.remember_fact(USER, "sister", "Annabella", at=first.at, sentence=first.said, episode=first.id),
        store.remember_fact(USER, "likes", "cheesecake", at=day(2), sentence="I like cheesecake."),
    ]
    sum_up(store, facts)
    return store


def test_days_that_are_over_are_summed_up_the_newest_first_and_weeks_after_them(store: Store) -> None:
    say(store, 1, "Hello.", "I'm back.")
    say(store, 3, "I have a cold.")
    say(store, 8, "Today is not over.")
    store.remember_turn("", "Good morning.", at=day(4), conversation="b")
    made = sum_days(store)
    assert [(one.begins.day, one.lines) for one in made] == [(4, ("I have a cold.",)), (2, ("Hello.", "I'm back."))]
    assert [(one.begins, one.ends, len(one.lines)) for one in sum_weeks(store)] == [(MONDAY, date(2026, 3, 8), 3)]
    assert store.chronicle.day_to_sum(NEXT) is store.chronicle.week_to_sum(NEXT) is None
    assert store.chronicle.week_to_sum(MONDAY) is None
    assert [turn.said for turn in store.chronicle.sources(made[1].id)] == ["Hello.", "I'm back."]  # type: ignore[union-attr]
    (week,) = store.chronicle.newest(Scope.WEEK)
    assert len(store.chronicle.sources(week.id)) == 3
    assert store.stats().summaries == 3


def test_a_day_is_that_of_the_clock_on_the_wall(store: Store) -> None:
    """Half past eleven in the evening in New York is the next day in UTC."""
    there = timezone(timedelta(hours=-5))
    store.remember_turn("Late.", "", at=datetime(2026, 3, 3, 23, 30, tzinfo=there), conversation="a")
    store.remember_turn("Early.", "", at=datetime(2026, 3, 3, 0, 30, tzinfo=ZONE), conversation="b")
    (one,) = sum_days(store)
    assert (one.begins.day, one.lines) == (3, ("Early.", "Late."))
    known = store.chronicle.acquaintance()
    assert (known.since, known.days, known.hours[0], known.hours[23]) == (date(2026, 3, 3), 1, 1, 1)


def test_what_comes_later_has_its_day_and_week_made_anew(lived: Store) -> None:
    before = spans(lived)
    say(lived, 1.1, "And one thing more.")
    (one,) = sum_days(lived)
    assert one.lines[-1] == "And one thing more."
    assert len(sum_weeks(lived)) == 1
    assert sorted(spans(lived)) == sorted(before)


def test_a_day_with_nothing_to_tell_is_gone_through_once(store: Store) -> None:
    (turn,) = say(store, 1, "Mm.")
    source = store.chronicle.day_to_sum(NEXT)
    assert source is not None
    store.chronicle.keep(Scope.DAY, source.begins, [], at=day(9), erasures=source.erasures, turns=[turn.id])
    assert store.chronicle.day_to_sum(NEXT) is store.chronicle.week_to_sum(NEXT) is None
    assert store.chronicle.newest(Scope.DAY) == [] and store.stats().summaries == 0


def test_what_was_read_before_something_was_forgotten_is_not_kept(lived: Store) -> None:
    say(lived, 3, "Annabella sings.")
    source = lived.chronicle.day_to_sum(NEXT)
    assert source is not None
    lived.forget(lived.select_about("Annabella"))
    numbers = [turn.id for turn in source.turns]
    kept = lived.chronicle.keep(
        Scope.DAY, source.begins, ["Annabella sings."], at=day(9), erasures=source.erasures, turns=numbers
    )
    assert kept is None
    assert traces("annabella", "annabell") == []


def test_what_names_somebody_goes_with_them_and_is_made_anew(lived: Store) -> None:
    assert traces("annabella", "wuppertal")
    chosen = lived.select_about("Annabella")
    assert [one.scope for one in lived.chronicle.going(chosen)] == [Scope.DAY, Scope.WEEK, Scope.PROFILE]
    assert lived.forget(chosen).summaries == 3
    assert spans(lived) == [("day", date(2026, 3, 3))]
    assert traces("annabella", "annabell", "wuppertal") == []
    sum_up(lived, lived.facts())
    assert [one.lines for one in lived.chronicle.newest(Scope.DAY)] == [("I baked a cheesecake.",), ("It rains.",)]
    assert len(spans(lived)) == 4
    lived.close()
    assert traces("annabella", "annabell", "wuppertal") == []


def test_what_stems_from_a_turn_goes_with_it_whatever_its_words(store: Store) -> None:
    """A summary in words of its own."""
    turn, other = say(store, 1, "I have met a dragon.", "It rains.")
    numbers = [turn.id, other.id]
    store.chronicle.keep(Scope.DAY, MONDAY, ["You saw a lindworm."], at=day(9), erasures=0, turns=numbers)
    sum_weeks(store)
    assert store.forget(store.select_episodes([turn.id])).summaries == 2
    assert spans(store) == [] and traces("lindworm") == []


def test_what_names_it_goes_though_it_does_not_stem_from_it(store: Store) -> None:
    (turn,) = say(store, 1, "I have met somebody.")
    store.chronicle.keep(Scope.DAY, MONDAY, ["You met Rumpelstilz."], at=day(9), erasures=0, turns=[turn.id])
    chosen = store.select_about("Rumpelstilz")
    assert not chosen and len(store.chronicle.going(chosen)) == 1
    store.forget(chosen)
    assert traces("rumpelstilz") == [] and store.episodes()


@pytest.mark.parametrize("what", ["fact", "time", "conversation", "everything"])
def test_the_profile_goes_whatever_is_forgotten(lived: Store, what: str) -> None:
    chosen = {
        "fact": lambda: lived.select_fact(2),
        "time": lambda: lived.select_between(day(8), None),
        "conversation": lambda: lived.select_conversation("a"),
        "everything": lived.select_everything,
    }[what]()
    lived.forget(chosen)
    assert lived.chronicle.profile() is None
    left = {"fact": 3, "time": 3, "conversation": 0, "everything": 0}[what]
    assert len(spans(lived)) == left
    if not left:
        assert traces("annabella", "wuppertal", "baked", "rains") == []


def test_forgetting_nothing_takes_nothing(lived: Store) -> None:
    before = spans(lived)
    assert lived.forget(Selection()).summaries == 0
    assert spans(lived) == before


def test_old_turns_take_their_days_along(lived: Store) -> None:
    assert lived.prune(day(1.5)) == 2
    assert spans(lived) == [("day", date(2026, 3, 3))]
    assert traces("it rains") == []
    assert lived.prune(day(1.5)) == 0


def test_a_profile_is_outdated_once_something_in_it_is_no_longer_so(store: Store) -> None:
    home = store.remember_fact(USER, "lives_in", "Munich", at=BEGIN)
    sum_up(store, [home])
    profile = store.chronicle.profile()
    assert profile is not None and not profile.outdated
    assert store.chronicle.sources(profile.id) == [home]
    store.remember_fact(USER, "lives_in", "Berlin", at=day(3))
    profile = store.chronicle.profile()
    assert profile is not None and profile.outdated


def test_export_and_import_carry_them(lived: Store, tmp_path: Path) -> None:
    content = lived.export()
    assert [(one.scope.value, one.episodes, one.facts) for one in content.summaries] == [
        *(("day", [1, 2], []), ("day", [3], [])),
        *(("profile", [], [1, 2]), ("week", [], [])),
    ]
    text = transfer.written(content)
    with Store(tmp_path / "other" / "memory.db") as other:
        for _ in range(2):
            other.bring_in(transfer.read(text))
            assert transfer.written(other.export()) == text
        assert other.chronicle.day_to_sum(NEXT) is other.chronicle.week_to_sum(NEXT) is None
        other.forget(other.select_about("Annabella"))
        assert traces("annabella", "wuppertal", folder=tmp_path / "other") == []
        other.bring_in(transfer.read(text))
        assert transfer.written(other.export()) != "", "what was forgotten is back, as it was asked for"
    page = markdown.page(content).splitlines()
    for line in (
        "## In short",
        "### You, as it saw you on 9 March 2026",
        "### The week from 2 March 2026",
        "- My sister Annabella moved to Wuppertal.",
    ):
        assert line in page


def test_what_is_here_already_is_not_taken_from_an_export(lived: Store, tmp_path: Path) -> None:
    content = lived.export()
    with Store(tmp_path / "other" / "memory.db") as other:
        say(other, 1.2, "Another life.")
        sum_days(other)
        other.bring_in(content)
        (monday,) = other.chronicle.between(Scope.DAY, MONDAY, MONDAY + timedelta(days=1))
        assert monday.lines == ("Another life.",)
        source = other.chronicle.day_to_sum(NEXT)
        assert source is not None and source.begins == MONDAY, "it is made anew of all that there is now"
        assert len(source.turns) == 3


def test_an_export_that_points_nowhere_is_refused(lived: Store) -> None:
    text = transfer.written(lived.export()).replace('"begins": "2026-03-02"', '"begins": "2026-03-12"')
    with pytest.raises(Exception, match="points to what is not there"):
        transfer.read(text)


def test_turns_of_the_second_format_are_still_to_be_summed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(schema, "STEPS", schema.STEPS[:2])
        before.setattr(schema, "VERSION", 2)
        with Store() as store:
            say(store, 1, "Hello.")
    with Store() as store:
        assert [one.lines for one in sum_days(store)] == [("Hello.",)]
