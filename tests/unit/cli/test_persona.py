"""`voiceos persona`: which there are, what the language model reads of one, and choosing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voiceos.cli.main import app
from voiceos.thinking import character
from voiceos.traits import Book, Change, kept

RUN = CliRunner()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    character.folder().mkdir(parents=True)
    path = tmp_path / "config.toml"
    path.write_text("version = 1\n")
    return str(path)


def test_they_are_listed_with_the_one_in_use_and_what_is_wrong(settings: str) -> None:
    (character.folder() / "bad.toml").write_text('who = "x"\nhumor = "dry"\n')
    told = RUN.invoke(app, ["persona", "list", "--config", settings])
    assert told.exit_code == 0
    assert "* warm" in told.stdout
    assert "humor" in told.stdout
    rows = json.loads(RUN.invoke(app, ["persona", "list", "--json", "--config", settings]).stdout)
    assert [row["name"] for row in rows if row["in_use"]] == ["warm"]


def test_one_is_shown_as_it_is_read_and_used(settings: str) -> None:
    told = RUN.invoke(app, ["persona", "show", "dry", "--config", settings])
    assert "Your humour is dry" in told.stdout
    used = RUN.invoke(app, ["persona", "use", "dry", "--config", settings])
    assert used.exit_code == 0
    assert 'character = "dry"' in Path(settings).read_text()
    assert "Your humour is dry" in RUN.invoke(app, ["persona", "show", "--config", settings]).stdout


def test_one_that_is_not_there_or_wrong_is_not_chosen(settings: str) -> None:
    before = Path(settings).read_text()
    (character.folder() / "bad.toml").write_text("who = ")
    for name in ("nobody", "bad"):
        assert RUN.invoke(app, ["persona", "use", name, "--config", settings]).exit_code == 3
    assert Path(settings).read_text() == before


def test_the_check_of_the_settings_names_a_persona_that_is_wrong(settings: str) -> None:
    Path(settings).write_text('version = 1\n[assistant]\ncharacter = "nobody"\n')
    told = RUN.invoke(app, ["config", "check", settings, "--json"])
    assert told.exit_code == 3
    assert "nobody" in told.stdout


def test_how_it_has_changed_is_shown_taken_back_and_reset(settings: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(Path(settings).parent / "state"))
    day = date(2026, 5, 12)
    book = Book(
        drift={"talkativeness": -1, "humour": -1},
        changes=(
            Change(day, "talkativeness", -1, "cut_off", 9, 20),
            Change(day + timedelta(days=1), "humour", -1, "no_jokes", 1, 0),
        ),
    )
    kept.update(lambda before: book)
    told = RUN.invoke(app, ["persona", "show", "--config", settings]).stdout
    assert "talkativeness = -1  # from -2 to +2" in told
    assert "on 12 May: shorter, because you cut me off in 9 of 20 answers" in told
    assert told.rstrip().endswith("Keep answers short. You seldom joke.")
    undone = RUN.invoke(app, ["persona", "undo", "--config", settings])
    assert "on 13 May: more serious, because you told me not to joke (undone on" in undone.stdout
    told = RUN.invoke(app, ["persona", "show", "--config", settings]).stdout
    assert told.rstrip().endswith("Keep answers short.")
    assert "taken back: 1" in RUN.invoke(app, ["persona", "reset", "--config", settings]).stdout
    told = RUN.invoke(app, ["persona", "show", "--config", settings]).stdout
    assert "Keep answers short" not in told
    assert "nothing to undo" in RUN.invoke(app, ["persona", "undo", "--config", settings]).stdout
    Path(settings).write_text("version = 1\n[assistant]\ndrift = 0\n")
    assert "assistant.drift is 0" in RUN.invoke(app, ["persona", "show", "--config", settings]).stdout
