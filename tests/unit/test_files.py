"""Files are replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceos import files


def test_a_new_file_is_its_owners_alone_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.write_bytes(b"before")
    old.chmod(0o644)
    for path in (new, old):
        files.replace(path, b"a", b"b", sync=path is new)
        assert path.read_bytes() == b"ab"
    assert [path.stat().st_mode & 0o777 for path in (new, old)] == [0o600, 0o644]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"before")
    link.symlink_to(target)
    files.replace(link, b"after")
    assert link.is_symlink()
    assert target.read_bytes() == b"after"


def test_what_cannot_be_finished_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with pytest.raises(TypeError):
        files.replace(path, b"half", "no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.replace(tmp_path / "none" / "file", b"")
