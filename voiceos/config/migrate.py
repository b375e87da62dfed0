"""Older settings files, made new: a chain of steps from version to version, comments kept.

Version 0 is a file that carries no `version`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import tomlkit
from tomlkit import TOMLDocument

from voiceos.config import files
from voiceos.files import free_name

Step = Callable[[TOMLDocument], None]
"""Changes a document of version n, its index in the chain, into version n + 1; the chain stamps the number."""


def _from_0(document: TOMLDocument) -> None:
    """Version 0 has the keys of version 1; only the number is new."""


MIGRATIONS: tuple[Step, ...] = (_from_0,)


def migrated(text: str, version: int, steps: Sequence[Step] = MIGRATIONS) -> str:
    """A settings file of `version`, made one of version `len(steps)`."""
    for number, step in enumerate(steps[version:], start=version + 1):
        document = tomlkit.parse(text)
        step(document)
        if "version" in document:
            document["version"] = number
            text = tomlkit.dumps(document)
        else:
            text = f"version = {number}\n\n{tomlkit.dumps(document)}"
    return text


def backup_path(path: Path, version: int) -> Path:
    """`config.toml.bak-v0`, or the first of `config.toml.bak-v0.2` … that is free."""
    return free_name(path.with_name(f"{path.name}.bak-v{version}"))


def rewrite(path: Path, *, old: str, new: str, version: int) -> Path:
    """Put `new` in the place of `old`, which is kept in a backup; returns the backup. Raises StorageError."""
    backup = backup_path(path, version)
    files.write(backup, old)
    files.write(path, new)
    return backup
