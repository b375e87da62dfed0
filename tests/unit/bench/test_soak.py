"""What a long run is judged by."""

from __future__ import annotations

from voiceos.bench.soak import Soaked, Turn, page


def turn(minute: float, **what: object) -> Turn:
    usual = {"latency_ms": 900.0, "disturbed": False, "memory_mb": 1000.0, "files": 40, "threads": 9}
    return Turn(minute * 60, **(usual | what))  # type: ignore[arg-type]


def table(soaked: Soaked) -> dict[str, str]:
    return dict(soaked.table())


def test_growth_is_told_by_the_last_two_thirds() -> None:
    """The first third fills caches; from then on 2 MB an hour."""
    memory = [500.0 + 100 * minute for minute in range(20)] + [2500.0 + minute / 30 for minute in range(40)]
    soaked = Soaked(7, [turn(minute, memory_mb=memory[minute]) for minute in range(60)])
    assert table(soaked)["memory slope, last two thirds"] == "+2.0 MB/h"
    assert not soaked.failed


def test_open_files_threads_and_latency_are_compared() -> None:
    soaked = Soaked(1, [turn(m, files=40 + m, threads=9, latency_ms=900.0 + 10 * m) for m in range(30)])
    told = table(soaked)
    assert told["open files, first and last third"] == "49 and 69"
    assert told["threads, first and last third"] == "9 and 9"
    assert told["latency p50, first and last third"] == "945 ms and 1145 ms"


def test_a_turn_without_an_answer_counts_unless_a_fault_came_before_it() -> None:
    soaked = Soaked(1, [turn(1), turn(2, latency_ms=None, disturbed=True)])
    assert not soaked.failed
    soaked.turns.append(turn(3, latency_ms=None))
    assert soaked.failed
    assert table(soaked)["unanswered without a fault"] == "1"


def test_a_program_that_ended_by_itself_has_failed() -> None:
    assert Soaked(1, [turn(1)], ended="VoiceosError after a question").failed
    assert Soaked(1).failed


def test_the_page_names_the_command_that_wrote_it() -> None:
    text = page([("turns", "12")], "python -m voiceos.bench.soak --minutes 1", "stored  kills  lost")
    assert "| turns | 12 |" in text
    assert "`python -m voiceos.bench.soak --minutes 1`" in text
