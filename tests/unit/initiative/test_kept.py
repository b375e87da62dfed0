"""What is kept of speaking first survives a start, and holds no word."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.initiative.week import START, fact
from voiceos import stored
from voiceos.initiative import Answer, Ledger, Outcome, Reason, Verdict, kept
from voiceos.initiative.occasions import of_fact


def test_all_of_it_comes_back_and_no_word_is_in_it() -> None:
    ledger = Ledger()
    plan = of_fact(fact(7, "plan", START + timedelta(hours=15), "swimming"), START)
    assert plan is not None
    ledger.attendance = ledger.attendance.heard(START).heard(START + timedelta(hours=8))
    ledger.note(plan, Verdict(Outcome.LATER, Reason.ON_CALL), plan.since)
    ledger.note(plan, Verdict(Outcome.NOW, Reason.WORTH_IT, score=0.7), plan.since)
    ledger.tell(plan, plan.since)
    ledger.answered(plan, Answer.WAVED_AWAY, plan.since, times=0)
    kept.keep(kept.content(ledger))
    assert kept.load() == ledger
    assert "swim" not in stored.INITIATIVE.path.read_text()
    assert stored.INITIATIVE.path.stat().st_mode & 0o777 == 0o600


def test_a_broken_file_is_set_aside() -> None:
    stored.INITIATIVE.path.parent.mkdir(parents=True, exist_ok=True)
    stored.INITIATIVE.path.write_text('{"version": 1, "settled": {"morning": "today"}}')
    assert kept.load() == Ledger()
    assert stored.INITIATIVE.path.with_name("initiative.json.broken").exists()


def test_the_same_decision_is_noted_once() -> None:
    ledger = Ledger()
    plan = of_fact(fact(7, "plan", START, "swimming"), START)
    assert plan is not None
    for _ in range(3):
        ledger.note(plan, Verdict(Outcome.LATER, Reason.ON_CALL), START)
    ledger.note(plan, Verdict(Outcome.LATER, Reason.SPEAKING), START)
    assert [one.reason for one in ledger.decisions] == [Reason.ON_CALL, Reason.SPEAKING]
