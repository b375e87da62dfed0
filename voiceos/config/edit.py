"""Changes one setting in a file and leaves the rest as its owner wrote it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tomlkit

from voiceos.config import files
from voiceos.config.keys import KEYS, Key
from voiceos.config.layers import Layer, text_layer
from voiceos.config.lines import Statement, statements
from voiceos.config.load import error_from, merge, require
from voiceos.config.migrate import migrated, rewrite
from voiceos.config.model import VERSION
from voiceos.config.reference import config_toml, toml_value
from voiceos.errors import ConfigError

Value = bool | int | float | str


def set_value(path: Path, dotted: str, value: object, *, places: files.Places | None = None) -> Value:
    """Set a key in the settings file at `path`, which is made where there is none; returns the value as checked.

    `value` may be text of any type ("0.8", "yes"). A key that stands there commented out is switched on in its place.
    A file of an older version is brought up to date, with a backup.

    Raises:
        ConfigError: the key or value is wrong, or the file would not be right afterwards; nothing is written.
        StorageError: the file cannot be written.
    """
    checked = Layer()
    checked.put(require(dotted), value, dotted, strict=False)
    if checked.problems:
        raise ConfigError(checked.problems[0].what)
    new_value: Value = checked.values[dotted]  # type: ignore[assignment]  # what a key's type adapter returns
    text = files.read(path)
    old = config_toml() if text is None else text
    data = _parsed(old)
    others = [problem for problem in text_layer(old, str(path)).problems if problem.key != dotted]
    if data is None or others:
        raise error_from(others)
    version = data.get("version", 0)
    is_old = isinstance(version, int) and 0 <= version < VERSION
    new = with_value(migrated(old, version) if is_old else old, KEYS[dotted], new_value)
    system = (places or files.Places()).system
    below = files.read(system) if system != path else None
    merge([text_layer(below or "", str(system)), text_layer(new, str(path))])
    if is_old:
        rewrite(path, old=old, new=new, version=version)
    else:
        files.write(path, new)
    return new_value


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def with_value(text: str, key: Key, value: Value) -> str:
    """A settings file's text with one key set, everything else untouched.

    Raises ConfigError where the file is laid out so that the key cannot be set without touching anything else.
    """
    wanted: dict[str, Any] = tomllib.loads(text)
    wanted = {**wanted, key.section: {**wanted.get(key.section, {}), key.name: value}}
    for attempt in _ATTEMPTS:
        for new in attempt(text, key, value):
            if _parsed(new) == wanted:
                return new
    raise ConfigError(
        f"{key.dotted} cannot be set by itself in this file", hint=f"write it by hand under [{key.section}]"
    )


def _replaced(text: str, key: Key, value: Value) -> Iterator[str]:
    """The key stands there: only its value changes."""
    document = tomlkit.parse(text)
    section: Any = document.get(key.section)
    if section is not None and key.name in section:
        section[key.name] = value
        yield tomlkit.dumps(document)


def _switched_on(text: str, key: Key, value: Value) -> Iterator[str]:
    """The key stands there commented out: that line becomes the setting, and keeps what is said behind it."""
    pattern = re.compile(rf"#\s?(?={key.name}\s*=)")
    for statement in statements(text):
        if statement.section == key.section and pattern.match(statement.text):
            switched_on = _splice(text, statement.line - 1, statement.line, pattern.sub("", statement.text, count=1))
            if _parsed(switched_on):
                yield from _replaced(switched_on, key, value)


def _added_to_section(text: str, key: Key, value: Value) -> Iterator[str]:
    """The section stands there: the key goes behind its last one."""
    own: list[Statement] = [part for part in statements(text) if part.section == key.section and part.paths]
    if own:
        yield _splice(text, own[-1].last_line, own[-1].last_line, _line(key, value))


def _added_with_section(text: str, key: Key, value: Value) -> Iterator[str]:
    """The section is new: it goes to the end."""
    end = "\r\n" if "\r\n" in text else "\n"
    yield end.join([text.rstrip(), "", f"[{key.section}]", _line(key, value), ""]).lstrip()


def _left_to_tomlkit(text: str, key: Key, value: Value) -> Iterator[str]:
    """Dotted keys and inline tables."""
    document = tomlkit.parse(text)
    section: Any = document.setdefault(key.section, {})
    section[key.name] = value
    yield tomlkit.dumps(document)


_ATTEMPTS: tuple[Callable[[str, Key, Value], Iterator[str]], ...] = (
    _replaced,
    _switched_on,
    _added_to_section,
    _added_with_section,
    _left_to_tomlkit,
)


def _line(key: Key, value: Value) -> str:
    return f"{key.name} = {toml_value(value)}"


def _splice(text: str, start: int, stop: int, line: str) -> str:
    """Replace lines `start` to `stop` (from 0, exclusive) by one, in the text's own line ends."""
    lines = text.split("\n")
    lines[start:stop] = [line + "\r" if "\r\n" in text else line]
    return "\n".join(lines)
