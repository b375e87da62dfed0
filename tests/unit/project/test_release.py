"""A release is one command, and versions, changelog and tags agree before and after it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import voiceos

ROOT = Path(__file__).parents[3]
SHIPPED = ("pyproject.toml", "CHANGELOG.md", "README.md", "LICENSE", "scripts", "models", "deploy", ".gitignore")


class Clone:
    """Of what a release is made from, with a history of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in SHIPPED:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
        # All that the package is, but for its size.
        (folder / "voiceos").mkdir()
        shutil.copy(ROOT / "voiceos/__init__.py", folder / "voiceos")
        self.git("init", "-q", "-b", "main")
        self.changelog("## [Unreleased]\n\n### Added\n- It listens.\n- It answers.\n")

    def git(self, *arguments: str) -> str:
        names = ["-c", "user.name=Sam", "-c", "user.email=sam@example.org"]
        done = subprocess.run(["git", *names, *arguments], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def changelog(self, sections: str) -> None:
        (self.folder / "CHANGELOG.md").write_text(f"# Changelog\n\nAll notable changes.\n\n{sections}")
        self.commit()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "change", "--allow-empty")

    def release(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        names = {
            f"GIT_{who}_{what}": "sam@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            ["scripts/release", *arguments],
            cwd=self.folder,
            env=environment | names | {"PYTHON": sys.executable},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_version_changelog_and_tags_agree_here() -> None:
    done = subprocess.run([ROOT / "scripts/release", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"version {voiceos.__version__}: versions, changelog and tags agree\n"


def test_a_release_is_a_commit_a_wheel_and_a_tag_that_tells_what_is_new(clone: Clone) -> None:
    done = clone.release("1.2.3")
    assert done.returncode == 0, done.stderr
    assert "git push origin main v1.2.3" in done.stdout
    assert clone.git("status", "--porcelain") == ""
    assert clone.git("log", "-1", "--format=%s") == "Release 1.2.3"
    assert clone.git("rev-parse", "v1.2.3^{commit}") == clone.git("rev-parse", "HEAD")
    assert clone.git("tag", "-l", "--format=%(contents)", "v1.2.3") == (
        "voiceos 1.2.3\n\n### Added\n- It listens.\n- It answers."
    )
    told = (clone.folder / "CHANGELOG.md").read_text()
    assert re.search(r"^## \[Unreleased\]\n\n## \[1\.2\.3\] - \d{4}-\d\d-\d\d\n\n### Added\n- It listens\.", told, re.M)
    with zipfile.ZipFile(clone.folder / "dist/voiceos-1.2.3-py3-none-any.whl") as wheel:
        metadata = wheel.read("voiceos-1.2.3.dist-info/METADATA").decode()
        code = wheel.read("voiceos/__init__.py").decode()
    assert "\nVersion: 1.2.3\n" in metadata
    assert '__version__ = "1.2.3"' in code
    assert clone.release("--check").stdout == "version 1.2.3: versions, changelog and tags agree\n"
    clone.changelog(
        told.partition("All notable changes.\n\n")[2].replace("## [Unreleased]\n", "## [Unreleased]\n- More.\n")
    )
    assert clone.release("1.2.3").stderr == "release: 1.2.3 has been released\n"
    assert clone.release("1.2.2").stderr == "release: 1.2.2 is older than 1.2.3\n"
    assert clone.release("1.10.0").returncode == 0, "ten is more than two"


def test_what_would_make_no_release_makes_none(clone: Clone) -> None:
    head = clone.git("rev-parse", "HEAD")
    assert "'1.2' is no version X.Y.Z" in clone.release("1.2").stderr
    assert "'v1.2.3' is no version X.Y.Z" in clone.release("v1.2.3").stderr
    assert clone.release().returncode == 2
    (clone.folder / "note.txt").write_text("not yet")
    assert "not all is committed" in clone.release("1.2.3").stderr
    (clone.folder / "note.txt").unlink()
    clone.git("switch", "-q", "-c", "other")
    assert "releases are made on main" in clone.release("1.2.3").stderr
    clone.git("switch", "-q", "main")
    assert (clone.git("rev-parse", "HEAD"), clone.git("tag", "-l")) == (head, "")
    clone.changelog("## [Unreleased]\n")
    assert "tells nothing under [Unreleased]" in clone.release("1.2.3").stderr


def test_where_the_wheel_cannot_be_built_nothing_is_released(clone: Clone) -> None:
    (clone.folder / "deploy/voiceos.service").unlink()  # which the wheel takes along
    clone.commit()
    head = clone.git("rev-parse", "HEAD")
    done = clone.release("1.2.3")
    assert done.returncode != 0
    assert "release: undone, nothing is released\n" in done.stderr
    assert (clone.git("rev-parse", "HEAD"), clone.git("tag", "-l"), clone.git("status", "--porcelain")) == (
        head,
        "",
        "",
    )


@pytest.mark.parametrize(
    ("sections", "complaint"),
    [
        ("## [0.1.0] - 2026-01-02\n", "the first section must be [Unreleased]"),
        ("## [Unreleased]\n\n## 0.1.0\n", "'## 0.1.0' is not '## [X.Y.Z] - YYYY-MM-DD'"),
        ("## [Unreleased]\n\n## [0.0.9] - 2026-01-02\n\n## [0.0.10] - 2026-01-03\n", "not newest first, each once"),
        ("## [Unreleased]\n\n## [0.0.9] - 2026-01-02\n", "the newest section of CHANGELOG.md is 0.0.9"),
    ],
)
def test_a_changelog_that_does_not_agree_is_found(clone: Clone, sections: str, complaint: str) -> None:
    clone.changelog(sections)
    done = clone.release("--check")
    assert (done.returncode, done.stdout) == (1, "")
    assert complaint in done.stderr


def test_versions_and_tags_that_do_not_agree_are_found(clone: Clone) -> None:
    clone.git("tag", "v0.0.1")
    assert "no section for the tag v0.0.1" in clone.release("--check").stderr
    clone.git("tag", "-d", "v0.0.1")
    clone.git("tag", "v1.0-beta")
    assert "the tag v1.0-beta is not vX.Y.Z" in clone.release("--check").stderr
    clone.git("tag", "-d", "v1.0-beta")
    package = clone.folder / "voiceos/__init__.py"
    package.write_text(package.read_text().replace(voiceos.__version__, "9.9.9"))
    assert f"pyproject.toml says {voiceos.__version__}, voiceos/__init__.py 9.9.9" in clone.release("--check").stderr
