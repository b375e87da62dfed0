from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from tomlkit import TOMLDocument

from voiceos import config
from voiceos.config import Places
from voiceos.config.edit import set_value
from voiceos.config.migrate import MIGRATIONS, migrated
from voiceos.errors import ConfigError

OLD = "# mine, with care\n\n[audio]\n  volume = 0.5 # not too loud\n"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(system=tmp_path / "system.toml", user=tmp_path / "config.toml")


def test_every_version_has_a_step_to_the_next() -> None:
    assert len(MIGRATIONS) == config.VERSION


@pytest.mark.parametrize("old", [OLD, f"version = 0\n{OLD}"])
def test_the_users_file_is_brought_up_to_date_with_a_backup_and_its_comments(places: Places, old: str) -> None:
    places.user.write_text(old)
    places.user.chmod(0o640)
    loaded = config.load(environ={}, migrate=True, places=places)
    new = places.user.read_text()
    assert tomllib.loads(new) == {"version": 1, "audio": {"volume": 0.5}}
    assert OLD in new
    assert places.user.stat().st_mode & 0o777 == 0o640
    assert places.user.with_name("config.toml.bak-v0").read_text() == old
    line = new.splitlines().index("  volume = 0.5 # not too loud") + 1
    assert loaded.origin("audio.volume") == f"{places.user}:{line}"


def test_a_second_load_changes_nothing(places: Places) -> None:
    places.user.write_text(OLD)
    config.load(environ={}, migrate=True, places=places)
    first = places.user.stat()
    config.load(environ={}, migrate=True, places=places)
    again = places.user.stat()  # reading it alone changes when it was read
    assert (again.st_ino, again.st_mtime_ns, again.st_mode) == (first.st_ino, first.st_mtime_ns, first.st_mode)
    assert len(list(places.user.parent.iterdir())) == 2


def test_an_earlier_backup_is_never_written_over(places: Places) -> None:
    for text in (OLD, OLD.replace("0.5", "0.6")):
        places.user.write_text(text)
        config.load(environ={}, migrate=True, places=places)
    assert places.user.with_name("config.toml.bak-v0").read_text() == OLD
    assert "0.6" in places.user.with_name("config.toml.bak-v0.2").read_text()


def test_nothing_on_disk_changes_unless_asked_nor_any_other_file(places: Places, tmp_path: Path) -> None:
    given = tmp_path / "given.toml"
    for path in (places.user, places.system, given):
        path.write_text(OLD)
    assert config.load(environ={}, places=places).origin("audio.volume") == f"{places.user}:4"
    assert config.load(given, environ={}, migrate=True, places=places).origin("audio.volume") == f"{given}:4"
    assert {path.read_text() for path in tmp_path.iterdir()} == {OLD}
    config.load(environ={}, migrate=True, places=places)
    assert places.system.read_text() == OLD


def test_a_file_with_mistakes_is_not_touched(places: Places) -> None:
    places.user.write_text("[audio]\nvolume = 7\n")
    with pytest.raises(ConfigError, match=r"config\.toml:2: "):
        config.load(environ={}, migrate=True, places=places)
    assert [path.name for path in places.user.parent.iterdir()] == ["config.toml"]


def test_setting_a_key_in_an_old_file_migrates_it_too(places: Places) -> None:
    places.user.write_text(OLD)
    set_value(places.user, "audio.volume", "0.7", places=places)
    assert places.user.read_text() == "version = 1\n\n" + OLD.replace("0.5", "0.7")
    assert places.user.with_name("config.toml.bak-v0").read_text() == OLD


def test_steps_run_in_order_from_the_files_version() -> None:
    def rename(document: TOMLDocument) -> None:
        document["b"] = document.pop("a")

    def double(document: TOMLDocument) -> None:
        document["b"] = int(document["b"]) * 2  # type: ignore[arg-type]  # tomlkit's items are not typed by value

    steps = (rename, double)
    assert tomllib.loads(migrated("# kept\na = 4\n", 0, steps)) == {"version": 2, "b": 8}
    assert migrated("# kept\nversion = 1\nb = 4 # four\n", 1, steps) == "# kept\nversion = 2\nb = 8 # four\n"
    assert migrated("version = 2\nb = 4\n", 2, steps) == "version = 2\nb = 4\n"
