"""`voiceos reminders`: added, listed, cancelled."""

from __future__ import annotations

import json

from click.testing import Result
from typer.testing import CliRunner

from voiceos.cli.main import app
from voiceos.initiative.occasions import REMINDER
from voiceos.memory import Store


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["reminders", *arguments])


def test_they_are_added_listed_and_cancelled() -> None:
    assert run("list").stdout == "You have no reminders.\n"
    assert run("add", "every weekday at seven to get up").stdout == "     1  to get up, every weekday at 7:00 AM\n"
    assert "to call Ana" in run("add", "to call Ana tomorrow at nine").stdout
    listed = run("list").stdout.splitlines()
    assert sorted(listed)[0] == "     1  to get up, every weekday at 7:00 AM"
    data = {one["id"]: one for one in json.loads(run("list", "--json").stdout)}
    assert data[1]["repeats"] == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=0"
    assert data[1]["what"] == "to get up"
    assert run("cancel", "1").stdout == "cancelled: 1  to get up, every weekday at 7:00 AM\n"
    assert len(run("list").stdout.splitlines()) == 1
    with Store() as store:
        told = [fact.sentence for fact in store.facts(relation=REMINDER)]
    assert "I no longer want to be reminded to get up every weekday at 7:00 AM" in told


def test_what_tells_no_time_is_refused() -> None:
    for arguments in (("add", "to eat"), ("add", "every few days to eat"), ("cancel", "7")):
        assert run(*arguments).exit_code == 1
