"""Where things stand in a TOML text: tomllib tells values but not lines, and errors must name lines."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """A header, a key with its value, a comment or a blank; multi-line values are one statement."""

    line: int
    """Of its start, from 1."""
    text: str
    """Without its last line break."""
    section: str
    """Dotted path of the table that it stands in; a header stands in its own."""
    paths: tuple[str, ...]
    """Dotted paths that it defines; empty for comments and blanks."""
    is_header: bool

    @property
    def last_line(self) -> int:
        return self.line + self.text.count("\n")


def _paths(value: object, prefix: str = "") -> Iterator[str]:
    if prefix:
        yield prefix
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, f"{prefix}.{name}" if prefix else name)


def statements(text: str) -> Iterator[Statement]:
    """Split a TOML text that parses. A statement is the shortest run of lines that parses by itself."""
    lines = text.replace("\r\n", "\n").split("\n")
    section = ""
    first = 0
    while first < len(lines):
        for last in range(first, len(lines)):
            source = "\n".join(lines[first : last + 1])
            try:
                data = tomllib.loads(source)
            except tomllib.TOMLDecodeError:
                continue
            break
        else:
            raise ValueError("not TOML")
        is_header = bool(data) and source.lstrip().startswith("[")
        if is_header:
            section = max(_paths(data), key=len)
            yield Statement(first + 1, source, section, (section,), True)
        else:
            paths = tuple(f"{section}.{path}" if section else path for path in _paths(data))
            yield Statement(first + 1, source, section, paths, False)
        first = last + 1


def key_lines(text: str) -> dict[str, int]:
    """Line of each dotted path in a TOML text that parses; tables at their first header."""
    found: dict[str, int] = {}
    for statement in statements(text):
        for path in statement.paths:
            found.setdefault(path, statement.line)
    return found
