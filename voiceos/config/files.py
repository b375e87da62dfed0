"""The settings files: where they lie, reading them, writing them whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from voiceos import files
from voiceos.errors import ConfigError, StorageError

NAME = "config.toml"


def _checkout() -> Path | None:
    """The repository's root where voiceos runs from a clone of it, else None."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "voiceos").is_dir() else None


def user_file() -> Path:
    """The user's settings file, whether it exists or not; in a checkout, `config.toml` at its root."""
    return (_checkout() or platformdirs.user_config_path("voiceos")) / NAME


@dataclass(frozen=True, slots=True)
class Places:
    """The files that are read, the later over the earlier; either may be missing."""

    system: Path = Path("/etc/voiceos") / NAME
    user: Path = field(default_factory=user_file)


def read(path: Path) -> str | None:
    """The text of a settings file, None where there is none. Raises ConfigError where it cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            raise ConfigError(f"{path}: a link that leads nowhere", hint="remove the link or mend it") from None
        return None
    except IsADirectoryError:
        raise ConfigError(f"{path}: a folder; a settings file was expected") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.", hint=f"Look at: ls -ld {path}") from error
    try:
        return data.decode("utf-8-sig")  # some editors put a mark in front
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text", hint="save the file as UTF-8") from None


def write(path: Path, text: str) -> None:
    """Replace a file whole: an existing one keeps its mode (and a link stays a link), a new one is 0600.

    Raises StorageError; then the file is as it was.
    """
    try:
        path.resolve().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.replace(path, text.encode())
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}.", hint=f"Look at: df -h {path.parent}; ls -ld {path.parent}"
        ) from error
