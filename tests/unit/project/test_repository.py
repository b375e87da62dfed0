"""What must hold of the repository itself: pins that fit, no registry's host, scripts that say what is wrong."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^ ;]+)", re.MULTILINE)


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(lock: str) -> set[tuple[str, str]]:
    return {(match["name"], match["version"]) for match in PIN.finditer((ROOT / lock).read_text())}


def wanted(lock: str) -> list[Requirement]:
    project = pyproject()["project"]
    extras = project["optional-dependencies"]
    lines = {
        "requirements-build.lock": pyproject()["dependency-groups"]["build"] + pyproject()["build-system"]["requires"],
        "requirements.lock": project["dependencies"] + extras["plots"],
        "requirements-test.lock": project["dependencies"] + extras["plots"] + extras["test"],
    }
    return [Requirement(line) for line in lines[lock]]


LOCKS = ("requirements-build.lock", "requirements.lock", "requirements-test.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_answers_every_requirement(lock: str) -> None:
    versions: dict[str, list[str]] = {}
    for name, version in pins(lock):
        versions.setdefault(name, []).append(version)
    unanswered = [
        str(requirement)
        for requirement in wanted(lock)
        if not any(
            requirement.specifier.contains(version) for version in versions.get(canonicalize_name(requirement.name), [])
        )
    ]
    assert not unanswered, f"run scripts/lock: {lock} has nothing that fits {unanswered}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    for entry in re.split(r"^(?=\S)", text, flags=re.MULTILINE):
        if PIN.match(entry):
            assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash)", text, re.MULTILINE)


def test_tests_run_against_the_versions_that_users_run() -> None:
    assert pins("requirements.lock") <= pins("requirements-test.lock")


def test_no_file_names_the_host_of_a_package_registry() -> None:
    hosts = ["py" + "pi.org", "pytho" + "nhosted.org", "registry.npm" + "js.org", "cra" + "tes.io"]
    found = subprocess.run(
        ["git", "grep", "--untracked", "-lIF", *(part for host in hosts for part in ("-e", host))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1, f"these name a registry's host: {found.stdout or found.stderr}"


def test_an_unknown_group_is_answered_with_the_groups_there_are() -> None:
    answer = subprocess.run(
        [ROOT / "scripts/test", "unti"], cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert answer.returncode == 2
    assert "no group 'unti'; there are: lint unit scenarios service contract models devices soundcard" in answer.stderr
