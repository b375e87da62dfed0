"""The systemd units: those in `deploy/`, with the places of this installation filled in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from voiceos import shipped
from voiceos.catalogue import Store
from voiceos.config.files import user_file

NAME = "voiceos.service"

FAILED = "voiceos-failed.service"
"""Says aloud that systemd starts it no more."""

NOTIFY_RELOAD = 253
"""systemd's version from which `Type=notify-reload` waits for a reload to end (its NEWS file)."""

HIDDEN = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))  # noqa: S108 - none is written to
"""What the unit hides with `ProtectHome=tmpfs` and `PrivateTmp=yes`."""

KEPT = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "VOICEOS_MODELS")
"""Variables that move the user's files elsewhere: the service looks for them where the shell that installed it does."""


def template(name: str = NAME) -> str:
    """A unit as it is shipped, with `@PYTHON@`, `@READ@` and `@WRITE@` to be filled in."""
    return shipped.text(f"deploy/{name}")


def unit_file(name: str = NAME) -> Path:
    """Where the user's systemd looks for it."""
    return platformdirs.user_config_path() / "systemd" / "user" / name


@dataclass(frozen=True, slots=True)
class Places:
    """What the unit has to name, since the rest of the home is hidden from it. Absolute paths."""

    python: Path
    read: tuple[Path, ...]
    """Folders that it reads: the program, the interpreter, the models."""
    write: tuple[Path, ...]
    """Folders that it writes; they have to exist."""
    environment: Mapping[str, str] = field(default_factory=dict)


def places(environ: Mapping[str, str] | None = None) -> Places:
    """Those of this installation."""
    environ = os.environ if environ is None else environ
    package = Path(__file__).resolve().parents[1]
    settings = user_file()
    write = [
        (settings.resolve() if settings.is_symlink() else settings).parent,
        platformdirs.user_config_path("voiceos"),
        platformdirs.user_state_path("voiceos"),
        platformdirs.user_data_path("voiceos"),
        platformdirs.user_cache_path("voiceos"),
    ]
    read = [package, Path(sys.prefix), Path(sys.base_prefix), *_interpreters(Path(sys.executable)), Store().root]
    if settings.parent == package.parent:
        # A checkout, where the settings lie among the code: only they are to be written.
        read += sorted(path for path in package.parent.iterdir() if path.is_dir())
    return Places(
        python=Path(sys.executable),
        read=_outermost(path for place in read for path in (place, place.resolve()) if _hidden(path)),
        write=_outermost(write),
        environment={name: environ[name] for name in KEPT if environ.get(name)},
    )


def render(text: str, places: Places, *, systemd: int, namespaces: bool) -> str:
    """The unit file.

    Args:
        text: `template()`.
        systemd: its version.
        namespaces: whether the user may make namespaces; if not, what needs them is left out, since systemd starts
            nothing that it cannot protect as it was asked to.
    """
    if not namespaces:
        text = text[: text.index(NEEDS_NAMESPACES)] + "".join(text.partition("[Install]")[1:])
    inside = [path for path in places.read if any(path.is_relative_to(write) for write in places.write)]
    read = [path for path in places.read if path not in inside]
    write = "BindPaths=" + _words(places.write)
    if inside:
        write += "\n# … of which this is only read:\nReadOnlyPaths=" + _words(inside)
    environment = "".join(f"Environment={_word(f'{name}={value}')}\n" for name, value in places.environment.items())
    lines = []
    for line in text.splitlines():
        if line.startswith("ExecStart="):
            line = environment + line.replace("@PYTHON@", _word(str(places.python)).replace("$", "$$"))
        elif line == "BindReadOnlyPaths=@READ@":
            line = "BindReadOnlyPaths=" + _words(read)
        elif line == "BindPaths=@WRITE@":
            line = write
        elif line == "Type=notify" and systemd >= NOTIFY_RELOAD:
            line = "Type=notify-reload"
        elif line.startswith("ExecReload=") and systemd >= NOTIFY_RELOAD:
            continue  # it sends SIGHUP itself
        lines.append(line)
    return "\n".join([*HEAD, *lines[lines.index("[Unit]") :], ""])


NEEDS_NAMESPACES = "# ---- what needs user namespaces"

HEAD = (
    "# Written by `voiceos service install`, and written anew by the next one: change it with",
    "# `systemctl --user edit voiceos`, which keeps what you add in a file of its own. docs/service.md explains it.",
    "",
)


def _interpreters(link: Path) -> list[Path]:
    """Where the links of an environment's interpreter lead, one behind the other."""
    found = []
    while link.is_symlink():
        link = link.parent / link.readlink()
        found.append(link.parents[1])
    return found


def _hidden(path: Path) -> bool:
    """Whether the unit hides it."""
    return any(path.is_relative_to(root) for root in (Path.home(), *HIDDEN))


def _outermost(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Without those that lie in another, each once."""
    kept: list[Path] = []
    for path in sorted({path.absolute() for path in paths}, key=lambda path: len(path.parts)):
        if not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
    return tuple(sorted(kept))


def _words(paths: Iterable[Path]) -> str:
    return " ".join(_word(str(path)) for path in paths)


def _word(text: str) -> str:
    """As systemd reads it: one word, no specifiers."""
    text = text.replace("\\", "\\\\")
    text = text.replace("%", "%%")
    if any(character in text for character in " \t\"'"):
        return '"' + text.replace('"', '\\"') + '"'
    return text
