"""`voiceos persona`: which there are, what the language model reads of one, and choosing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voiceos.cli.main import app
from voiceos.thinking import character

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
