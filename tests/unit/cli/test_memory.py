"""`voiceos memory`: what is added is found, shown, taken along and forgotten; it asks before it erases."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.unit.memory.traces import traces
from voiceos import stored
from voiceos.cli import main, memory
from voiceos.cli.moments import Moment
from voiceos.clock import SystemClock
from voiceos.config import files as config_files
from voiceos.errors import StorageError, VoiceosError
from voiceos.meeting import Meeting, Question, Stage, kept, nature
from voiceos.memory import USER, Scope, Store


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(memory.app, arguments, input=typed)


def done(*arguments: str, typed: str | None = None) -> str:
    result = run(*arguments, typed=typed)
    assert result.exit_code == 0, result.output
    return result.stdout


def whole(*arguments: str) -> str:
    """Verbs that stand in a module of their own."""
    result = CliRunner().invoke(main.app, ["memory", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def failed(*arguments: str) -> subprocess.CompletedProcess[str]:
    """From the outside: what the whole program does with an error."""
    command = [sys.executable, "-m", "voiceos", "memory", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@pytest.fixture
def lived() -> None:
    now = SystemClock().now()
    with Store() as store:
        old = store.remember_turn("I live in Wuppertal.", "A hilly town.", at=now - timedelta(days=9), conversation="a")
        new = store.remember_turn("I moved to\nBerlin\x1b[31m.", "Oh, how", at=now, conversation="b", cut_off=True)
        store.remember_fact(USER, "lives_in", "Wuppertal", at=old.at, episode=old.id, sentence=old.said)
        store.remember_fact(USER, "lives_in", "Berlin", at=new.at, episode=new.id, sentence=new.said)


def test_what_is_added_is_listed_found_and_shown() -> None:
    assert "My sister is called Annabella" in done("add", "My sister is called Annabella")
    done("add", "--about", "Annabella", "--kind", "plan", "--due", "2027-05-01T17:30", "-", typed="comes to visit\n")
    listed = done("list").splitlines()
    assert len(listed) == 2 and any("due 2027-05-01 17:30" in line for line in listed)
    assert done("list", "--about", "annabella").splitlines() == [listed[0]]
    assert done("list", "--kind", "plan").splitlines() == [listed[0]]
    assert done("search", "sisters").splitlines() == [listed[1]]
    assert "told: My sister is called Annabella" in done("show", "1")
    (found,) = json.loads(done("list", "--kind", "plan", "--json"))
    assert (found["subject"], found["value"], found["source"]) == ("Annabella", "comes to visit", "told")


def test_a_life_is_shown_with_when_and_in_which_words(lived: None) -> None:
    assert "I moved to Berlin [31m.  (" in done("list")
    assert "\x1b" not in done("list") + done("show") + done("show", "t2")
    assert len(done("list", "--superseded").splitlines()) == 2
    shown = done("show", "1")
    assert "then: 2  I moved to" in shown and "“I live in Wuppertal.” – “A hilly town.”" in shown
    assert json.loads(done("show", "1", "--json"))["told"][0]["turn"]["said"] == "I live in Wuppertal."
    assert "– “Oh, how …”" in done("show", "t2")
    with Store() as store:
        other = store.remember_turn("Zoë's café", "", at=SystemClock().now(), conversation="b").id
    assert "Zoë's café" in done("show", f"t{other}", "--json")
    assert len(done("show").splitlines()) == 4
    assert (
        {"facts", "turns"}
        == json.loads(done("show", "--json")).keys()
        == json.loads(done("search", "x", "--json")).keys()
    )
    assert "Wuppertal" in done("search", "wuppertal")


def test_how_much_there_is(lived: None) -> None:
    told = done("stats")
    assert "1 fact, and 1 no longer so" in told and "2 turns in 2 conversations" in told
    numbers = json.loads(done("stats", "--json"))
    assert (numbers["turns"], numbers["path"]) == (2, str(stored.MEMORY.path))


@pytest.fixture
def summed(lived: None) -> None:
    with Store() as store:
        (turn,) = store.episodes(limit=1, until=SystemClock().now() - timedelta(days=1))
        day, erasures = turn.at.date(), store.erasures
        told = store.chronicle.keep(
            Scope.DAY, day, ["You live in Wuppertal.", "It rained\x1b."], at=turn.at, erasures=erasures, turns=[turn.id]
        )
        assert told is not None
        store.chronicle.keep(Scope.WEEK, day, ["On a day."], at=turn.at, erasures=erasures, days=[told.id])
        facts = [fact.id for fact in store.facts()]
        store.chronicle.keep(Scope.PROFILE, day, ["You are at home."], at=turn.at, erasures=erasures, facts=facts)


def test_what_was_summed_up_is_shown_with_what_it_came_from(summed: None) -> None:
    first, second = whole("days").splitlines()
    assert first.endswith("  You live in Wuppertal.") and second.strip() == "It rained ."
    assert "On a day." in whole("days", "--weeks") and "You are at home." in whole("profile")
    assert json.loads(whole("days", "--json"))[0]["lines"][0] == "You live in Wuppertal."
    assert json.loads(whole("profile", "--json"))["of"] == "profile"
    assert "“I live in Wuppertal.”" in done("show", "s1") and "“I live in Wuppertal.”" in done("show", "s2")
    assert "I moved to" in done("show", "s3")
    assert json.loads(done("show", "s3", "--json"))["from"] == [2]
    assert "3 summaries of days, weeks and you" in done("stats")
    assert failed("show", "s9").returncode == 1
    assert failed("forget", "--id", "s1").returncode == 2


def test_a_profile_in_which_something_is_no_longer_so_says_so(summed: None) -> None:
    with Store() as store:
        store.remember_fact(USER, "lives_in", "Graz", at=SystemClock().now())
    shown = CliRunner().invoke(main.app, ["memory", "profile"])
    assert "no longer so" in shown.stderr and "You are at home." in shown.stdout


def test_what_was_summed_up_is_shown_before_it_goes(summed: None) -> None:
    shown = run("forget", "Wuppertal").stderr
    assert "You live in Wuppertal." in shown and "You are at home." in shown
    assert done("forget", "Wuppertal", "--yes") == "forgotten: 1 fact, 1 turn, 3 summaries\n"
    assert traces("wuppertal", "at home") == []
    assert whole("days") == whole("profile") == ""
    assert json.loads(whole("profile", "--json")) is None


def test_nothing_is_no_failure() -> None:
    assert done("list") == done("search", "anything") == done("show") == done("forget", "Annabella") == ""
    assert run("show").stderr == "It knows nothing yet.\n"
    assert json.loads(done("list", "--json")) == []
    assert "0 turns in 0 conversations" in done("stats")


def test_nothing_is_forgotten_before_it_was_seen(lived: None) -> None:
    result = run("forget", "Wuppertal")
    assert result.exit_code == 2
    assert "I live in Wuppertal." in result.stderr and "--yes" in result.stderr
    assert "Wuppertal" in done("search", "wuppertal")


@pytest.mark.parametrize(("typed", "code", "gone"), [(b"n\n", 1, False), (b"y\n", 0, True), (b"\x04", 1, False)])
def test_it_asks_in_a_terminal(lived: None, typed: bytes, code: int, gone: bool) -> None:
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, typed)
        command = [sys.executable, "-m", "voiceos", "memory", "forget", "Wuppertal"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, stdin=terminal)
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert ended.returncode == code, ended.stderr
    assert "I live in Wuppertal." in ended.stderr and "Forget all of this?" in ended.stderr
    assert ended.stdout.strip() == ("forgotten: 1 fact, 1 turn" if gone else "")
    assert (traces("wuppertal") == []) is gone


@pytest.mark.parametrize(
    ("way", "left"),
    [
        (["Wuppertal"], ["I moved to\nBerlin\x1b[31m."]),
        (["--id", "1"], ["I moved to\nBerlin\x1b[31m."]),
        (["--id", "t1"], ["I moved to\nBerlin\x1b[31m."]),
        (["--id", "2"], []),
        (["--today"], ["I live in Wuppertal."]),
        (["--since", "yesterday"], ["I live in Wuppertal."]),
        (["--until", "yesterday"], ["I moved to\nBerlin\x1b[31m."]),
        (["--since", "2000-01-01", "--until", "2000-12-31"], ["I moved to\nBerlin\x1b[31m.", "I live in Wuppertal."]),
        (["--all"], []),
    ],
)
def test_each_way_to_forget(lived: None, way: list[str], left: list[str]) -> None:
    done("forget", "--yes", *way)
    with Store() as store:
        assert [turn.said for turn in store.episodes()] == left


def test_what_else_would_go_is_shown_too(lived: None) -> None:
    stored.RECORDS.path.write_text('{"version": 1, "at": "2026-01-01T10:00:00", "heard": "Wuppertal again"}\n')
    stored.RECORDINGS.path.mkdir()
    recording = stored.RECORDINGS.path / "2020-01-01-100000.jsonl"
    recording.write_text('{"text": "Zwieback"}\n')
    os.utime(recording, (1_577_873_000, 1_577_873_000))
    assert "the words in 1 record of turns" in run("forget", "Wuppertal").stderr
    assert f"the recorded conversation {recording}" in run("forget", "Zwieback").stderr
    assert recording.exists()
    assert "1 recorded conversation" in done("forget", "Zwieback", "--yes")
    assert not recording.exists()


def test_what_is_left_is_a_failure_that_says_so(lived: None) -> None:
    stored.RECORDINGS.path.mkdir()
    (stored.RECORDINGS.path / "x.jsonl").write_text("Wuppertal")
    (stored.RECORDINGS.path / "x.wav").mkdir()
    result = run("forget", "Wuppertal", "--yes")
    assert result.exit_code == StorageError.exit_code
    assert "still on the disk" in result.stderr and "x.wav" in result.stderr


@pytest.mark.parametrize("end", [".broken", ".broken-wal", ".bak-v1"])
def test_what_lies_in_an_old_copy_alone_is_forgotten_with_it(end: str) -> None:
    done("add", "the password is swordfish")
    copy = stored.MEMORY.path.with_name(stored.MEMORY.name + end)
    stored.MEMORY.path.rename(copy)
    assert f"an old copy of the memory that may hold it, whole: {copy}" in run("forget", "swordfish").stderr
    assert copy.exists()
    assert done("forget", "swordfish", "--yes") == "forgotten: 0 facts, 0 turns, 1 old file of the memory\n"
    assert traces("swordfish") == []


def test_a_copy_from_before_a_span_of_time_holds_nothing_of_it() -> None:
    done("list")
    copy = stored.MEMORY.path.with_name(stored.MEMORY.name + ".broken")
    copy.write_text("swordfish")
    os.utime(copy, (1_577_873_000, 1_577_873_000))
    assert "Nothing is remembered of that." in run("forget", "--today", "--yes").stderr
    assert copy.exists()


def test_it_counts_only_what_there_is(lived: None) -> None:
    with Store() as store:
        for number in range(30):
            store.remember_turn(f"Wuppertal {number}", "", at=SystemClock().now(), conversation="c")
    assert "… and 11 more turns\n" in run("forget", "Wuppertal").stderr


def test_ctrl_c_at_the_question_ends_as_ctrl_c_does(lived: None) -> None:
    keyboard, terminal = pty.openpty()
    try:
        command = [sys.executable, "-m", "voiceos", "memory", "forget", "Wuppertal"]
        with subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asked:
            assert asked.stderr is not None
            told = b""
            while b"Forget all of this?" not in told:
                told += asked.stderr.read1()
            asked.send_signal(signal.SIGINT)
            assert asked.wait(20) == 130
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert "Wuppertal" in done("search", "wuppertal")


@pytest.mark.parametrize(("name", "text"), [("LC_ALL", "C"), ("PYTHONIOENCODING", "ascii")])
def test_signs_that_the_terminal_lacks_come_as_their_numbers(name: str, text: str) -> None:
    done("add", "Zoë 🎉")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LC_")}
    environment |= {name: text, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "voiceos", "memory", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "Zo\\xeb \\U0001f389" in listed.stdout


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
@pytest.mark.parametrize("verb", ["list", "export", "stats"])
def test_a_full_disk_behind_the_output_is_told(verb: str) -> None:
    done("add", "I like tea")
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "voiceos", "memory", verb]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == StorageError.exit_code, ended.stderr
    assert "cannot be written" in ended.stderr and "Traceback" not in ended.stderr


def test_all_that_is_forgotten_takes_along_what_the_first_meeting_made_of_it(
    lived: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    nature.keep(["funny"], ["sea"], "en")
    told = Meeting(Stage.DONE, Question.NAME, traits=("funny",), topics=("sea",), proposed="Marina", refused=("Viola",))
    kept.keep(told)
    done("forget", "--today", "--yes")
    assert kept.load() == told
    done("forget", "--all", "--yes")
    assert kept.load() == Meeting(Stage.DONE, Question.NAME)
    assert nature.path().read_text() == nature.persona((), (), "en")


@pytest.mark.parametrize("empty", [True, False])
def test_all_that_is_forgotten_takes_along_the_name_in_the_settings(
    empty: bool, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not empty:
        request.getfixturevalue("lived")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(config_files, "_checkout", lambda: None)
    settings = tmp_path / "voiceos" / "config.toml"
    settings.parent.mkdir()
    settings.write_text('version = 1\n[assistant]\nuser_name = "Sam"  # of mine\nname = "Marina"\n')
    kept.keep(Meeting(Stage.OPEN, Question.VOICE, topics=("sea",)))
    assert run("forget", "--all").exit_code == 2  # it is not asked without a terminal
    assert "Sam" in settings.read_text()
    result = run("forget", "--all", "--yes")
    assert result.exit_code == 0
    assert "your name in the settings" in result.stderr and "your name in the settings" in result.stdout
    assert "what the first meeting made of your answers" in result.stdout
    assert settings.read_text() == 'version = 1\n[assistant]\nuser_name = ""  # of mine\nname = "Marina"\n'
    assert kept.load() == Meeting(Stage.OPEN, Question.VOICE)
    monkeypatch.setenv("VOICEOS_ASSISTANT__USER_NAME", "Sam")
    assert "environment VOICEOS_ASSISTANT__USER_NAME" in run("forget", "--all", "--yes").stderr


def test_one_way_at_a_time() -> None:
    for wrong in ([], ["x", "--all"], ["--today", "--since", "2026-01-01"], ["--id", "x"], ["--since", "never"]):
        result = run("forget", "--yes", *wrong)
        assert result.exit_code == 2, wrong


def test_it_is_taken_along_and_brought_back(lived: None, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    assert done("export", str(file)) == f"2 facts and 2 turns in {file}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert done("export") == file.read_text() == done("export", "-")
    assert "# What voiceos remembers" in done("export", "--format", "markdown")
    done("forget", "--all", "--yes")
    assert done("import", str(file)) == "new: 2 facts, 2 turns\n"
    assert done("import", "-", typed=file.read_text()) == "new: 0 facts, 0 turns\n"
    assert done("export") == file.read_text()


def test_errors_end_in_plain_words(tmp_path: Path) -> None:
    for arguments, code, told in (
        (("show", "7"), VoiceosError.exit_code, "voiceos memory list"),
        (("forget", "--id", "t7"), VoiceosError.exit_code, "voiceos memory list"),
        (("show", "seven"), 2, "12, t12"),
        (("import", str(tmp_path / "none")), VoiceosError.exit_code, "voiceos memory export"),
        (("import", __file__), VoiceosError.exit_code, "no JSON"),
        (("export", str(tmp_path / "no" / "x")), StorageError.exit_code, "ls -ld"),
    ):
        result = failed(*arguments)
        assert result.returncode == code, (arguments, result.stderr)
        assert told in result.stderr and "Traceback" not in result.stderr


NOW = datetime.fromisoformat("2026-03-01T09:30:00+02:00")


@pytest.mark.parametrize(
    ("text", "length_h"), [("today", 24), ("Yesterday", 24), ("2026-02-10", 24), ("2026-02-10T12:30", 0)]
)
def test_days_are_whole(text: str, length_h: int) -> None:
    moment = Moment.read(text, NOW)
    assert moment.end - moment.begin == timedelta(hours=length_h)
    assert moment.begin.tzinfo is not None
