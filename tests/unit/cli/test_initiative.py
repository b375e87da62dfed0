"""`voiceos initiative` tells what was said of its own accord, and why, in the memory's own sentences."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from typer.testing import CliRunner

from voiceos.cli.main import app
from voiceos.initiative import Ledger, Outcome, Reason, Verdict, kept
from voiceos.initiative.occasions import of_fact
from voiceos.memory import USER, Kind, Store

DUE = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)


def test_it_lists_what_was_said_and_what_was_not() -> None:
    with Store() as store:
        fact = store.remember_fact(USER, "plans", "the dentist", at=DUE, sentence="I see Zoë", kind=Kind.PLAN, due=DUE)
    occasion = of_fact(fact, DUE)
    assert occasion is not None
    ledger = Ledger()
    ledger.note(occasion, Verdict(Outcome.LATER, Reason.ON_CALL), DUE)
    ledger.note(occasion, Verdict(Outcome.NOW, Reason.WORTH_IT, score=0.7), DUE)
    kept.keep(kept.content(ledger))
    shown = CliRunner().invoke(app, ["initiative"])
    assert shown.exit_code == 0
    first, later, now = shown.output.splitlines()
    assert first == "speaks first: rare; quiet hours: 23:00-07:00"
    assert later == "2026-03-04 17:00  plan        not yet: another program used the microphone  “I see Zoë”"
    assert now == "2026-03-04 17:00  plan        said: it was worth it, score 0.70  “I see Zoë”"
    output = CliRunner().invoke(app, ["initiative", "--json", "-n", "1"]).output
    assert "Zoë" in output
    data = json.loads(output)
    assert data["decisions"][0]["sentence"] == "I see Zoë"
    assert data["decisions"][0]["reason"] == "worth_it"


def test_with_nothing_said_yet_it_says_how_it_is_set() -> None:
    shown = CliRunner().invoke(app, ["initiative"])
    assert shown.output == "speaks first: rare; quiet hours: 23:00-07:00\n"
