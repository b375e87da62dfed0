"""What a long run is judged by."""

from __future__ import annotations

import os
from collections import Counter

from voiceos.bench import soaked
from voiceos.bench.soaked import Held, Soaked, Turn, held, page

KINDS = ("engine killed", "settings changed")


def taken(pid: int, own_mb: float) -> Held:
    return Held(pid, own_mb + 800.0, own_mb)


def turn(minute: float, **what: object) -> Turn:
    usual = {
        "question": 0,
        "latency_ms": 900.0,
        "fault": "",
        "memory": {"program": taken(1, 150.0), "llm": taken(2, 1000.0)},
        "files": 40,
        "threads": 9,
    }
    return Turn(minute * 60, **(usual | what))  # type: ignore[arg-type]


def run(turns: list[Turn], **what: object) -> Soaked:
    return Soaked(7, KINDS, turns, Counter(KINDS), **what)  # type: ignore[arg-type]


def verdicts(soaked: Soaked) -> dict[str, str]:
    """By the first words of each target's name."""
    return {target.name.split(":")[0].split(" over")[0]: target.verdict for target in soaked.targets()}


def test_a_run_without_growth_meets_what_is_asked() -> None:
    assert set(verdicts(run([turn(minute) for minute in range(60)])).values()) == {"met"}


def test_memory_growth_is_that_of_the_last_two_thirds() -> None:
    """The first third fills caches; from then on 2 MB an hour."""
    memory = [500.0 + 100 * minute for minute in range(20)] + [2500.0 + minute / 30 for minute in range(40)]
    grows = run([turn(minute, memory={"program": taken(1, memory[minute])}) for minute in range(60)])
    assert verdicts(grows)["memory slope"] == "missed"
    assert next(one.figure for one in grows.targets() if "memory" in one.name).startswith("+2.0 (")


def test_growth_of_the_program_while_engines_are_replaced_is_told() -> None:
    memory = [150.0 + min(minute, 20) / 10 for minute in range(60)]
    grows = run([turn(minute, memory={"program": taken(1, memory[minute])}) for minute in range(60)])
    assert dict(grows.table())["memory slope: program, in the first third"].startswith("+6.0 (")
    assert dict(run([turn(1)]).table())["memory slope: program, in the first third"] == "too few turns"


def test_what_it_takes_while_it_speaks_is_no_growth() -> None:
    """Towards the end it is spoken to while it still speaks."""
    turns = []
    for minute in range(60):
        speaks = minute >= 40 and minute % 5 > 0
        turns.append(turn(minute, rests=not speaks, memory={"program": taken(1, 150.0 + 6.0 * speaks)}))
    assert verdicts(run(turns))["memory slope"] == "met"


def test_an_engine_that_was_replaced_is_no_growth() -> None:
    memory = [{"program": taken(1, 150.0), "llm": taken(2 + m // 20, 900.0 + m // 20 * 50.0)} for m in range(60)]
    replaced = run([turn(minute, memory=memory[minute]) for minute in range(60)])
    assert verdicts(replaced)["memory slope"] == "met"
    assert dict(replaced.table())["engines replaced"] == "2"


def test_a_process_fills_its_buffers_before_it_is_watched() -> None:
    young = [min(m % 20, 3) * 30.0 for m in range(60)]
    memory = [{"program": taken(1, 150.0), "llm": taken(2 + m // 20, 900.0 + young[m])} for m in range(60)]
    assert verdicts(run([turn(minute, memory=memory[minute]) for minute in range(60)]))["memory slope"] == "met"


def test_of_a_few_minutes_no_slope_is_concluded() -> None:
    grows = run([turn(m / 5, memory={"program": taken(1, 150.0 + m)}) for m in range(60)])
    assert verdicts(grows)["memory slope"] == "too short to tell"


def test_an_engine_that_never_lived_long_enough_tells_nothing() -> None:
    memory = [{"program": taken(1, 150.0), "llm": taken(m // 2 + 2, 900.0)} for m in range(60)]
    assert verdicts(run([turn(m, memory=memory[m]) for m in range(60)]))["memory slope"] == "too short to tell"


def test_what_files_back_may_come_and_go() -> None:
    memory = [{"program": Held(1, 1000.0 + 5 * minute, 150.0)} for minute in range(60)]
    assert verdicts(run([turn(minute, memory=memory[minute]) for minute in range(60)]))["memory slope"] == "met"


def test_what_a_process_holds_is_read_from_the_system() -> None:
    block = bytearray(os.urandom(30_000_000))
    found = held(os.getpid())
    assert len(block) / 1e6 < found.own_mb <= found.mb


def test_scatter_that_could_be_growth_is_told_as_such() -> None:
    scattered = run([turn(m, memory={"program": taken(1, 150.0 + m * 7 % 5 + m / 20)}) for m in range(30)])
    assert verdicts(scattered)["memory slope"] == "too short to tell"


def test_open_files_and_threads_must_not_grow() -> None:
    found = verdicts(run([turn(m, files=40 + m // 10, threads=9 + (m == 50)) for m in range(60)]))
    assert found["open files"] == "missed"
    assert found["threads"] == "met"


def test_latency_is_compared_question_by_question() -> None:
    slower = run([turn(m, latency_ms=900.0 + 10 * m) for m in range(60)])
    assert verdicts(slower)["latency"] == "missed"
    mixed = run([turn(m, question=int(m > 40), latency_ms=2000.0 if m > 40 else 900.0) for m in range(60)])
    assert verdicts(mixed)["latency"] == "met"
    assert verdicts(run([turn(m) for m in range(2)]))["latency"] == "too short to tell"


def test_a_turn_without_an_answer_counts_unless_a_fault_came_before_it() -> None:
    turns = [turn(1), turn(2, latency_ms=None, fault="engine killed")]
    assert verdicts(run(turns))["unanswered without a fault"] == "met"
    assert verdicts(run([*turns, turn(3, latency_ms=None)]))["unanswered without a fault"] == "missed"


def test_a_run_that_did_not_come_to_its_end_has_failed() -> None:
    assert verdicts(run([turn(1)], ended="after engine killed: it is not well again"))["it runs to the end"] == "missed"
    assert verdicts(run([]))["it runs to the end"] == "missed"


def test_a_kind_of_fault_that_did_not_come_leaves_it_open() -> None:
    found = Soaked(7, KINDS, [turn(1)], Counter({"engine killed": 2}))
    assert verdicts(found)["every kind of fault"] == "too short to tell"
    assert any(one.figure == "all but settings changed" for one in found.targets())


def test_all_in_all_one_that_is_missed_decides_and_then_one_that_is_open() -> None:
    met, short, lost = soaked.events(200, ""), soaked.kills(20, ""), soaked.kills(1000, "something was lost")
    assert soaked.verdict([met]) == "met"
    assert soaked.verdict([met, short]) == "too short to tell"
    assert soaked.verdict([short, lost, met]) == "missed"


def test_the_page_names_the_command_that_wrote_it_and_holds_every_figure() -> None:
    done = run([turn(minute) for minute in range(60)])
    text = page(done.table(), done.targets(), "python -m voiceos.bench.soak --minutes 1", {"Killed": "stored  lost\n"})
    assert "`python -m voiceos.bench.soak --minutes 1`" in text
    assert "| engines replaced | 0 |" in text
    assert "All in all: **met**." in text
    assert "Killed:\n\n```\nstored  lost\n```" in text
