"""What is drawn of how the user wants it to be, and what a persona file tells of that; by words, no more than these."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import tomlkit
from babel.lists import format_list
from tomlkit.exceptions import ParseError

from voiceos import files, languages
from voiceos.errors import StorageError
from voiceos.thinking import character

PERSONA = "ours"
"""Name of the persona file."""


def traits(text: str, language: str) -> tuple[str, ...]:
    """Keys of `traits`, in the order in which they were said; `text` in lower case and without punctuation."""
    table = languages.table(language, "meeting")["traits"]
    without = table["without"]
    found: dict[str, int] = {}
    for key, trait in table.items():
        if key == "without":
            continue
        for match in re.finditer(trait["when"], text):
            wanted = trait.get("without", "") if re.search(without, text[: match.start()]) else key
            if wanted:
                found.setdefault(wanted, match.start())
    if "blunt" in found:
        found.pop("direct", None)
    return tuple(sorted(found, key=lambda key: found[key]))


def topics(text: str, language: str) -> tuple[str, ...]:
    """Keys of `topics`, likewise."""
    table = languages.table(language, "meeting")["topics"]
    found = {key: match.start() for key, topic in table.items() if (match := re.search(topic["when"], text))}
    return tuple(sorted(found, key=lambda key: found[key]))


def persona(of: Sequence[str], likes: Sequence[str], language: str) -> str:
    """The text of a persona file (docs/character.md)."""
    table = languages.table(language, "meeting")
    known, words = [table["traits"][key] for key in of], table["persona"]
    adjectives = list(dict.fromkeys(one["is"] for one in known if "is" in one)) or [words["plain"]]
    traits_told = format_list(adjectives, locale=language)
    with_article = next(told for begins, told in words["traits"] if re.match(begins, traits_told))
    tones = list(dict.fromkeys(one["tone"] for one in known if "tone" in one))
    fields = {
        "summary": words["summary"],
        "who": words["who"].format(traits=with_article.format(traits=traits_told)),
        "tone": format_list(tones, locale=language) if tones else "",
        "humour": next((one["humour"] for one in known if "humour" in one), ""),
        "interests": [table["topics"][key]["says"] for key in likes][:8],
        "directness": next((one["directness"] for one in known if "directness" in one), ""),
    }
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    return "\n".join(lines) + "\n"


def tells(of: Sequence[str], likes: Sequence[str], language: str) -> bool:
    """Whether the persona file holds anything that was drawn, or an older one is left. Raises StorageError."""
    text = _text()
    return bool(_copies()) or (text is not None and _without(text, of, likes, language) != text)


def forget(of: Sequence[str], likes: Sequence[str], language: str) -> None:
    """Make the persona file one that tells nothing of what was drawn. What somebody has written into it by hand stays;
    copies of older ones go whole. Raises StorageError."""
    text = _text()
    try:
        if text is not None and (new := _without(text, of, likes, language)) != text:
            files.replace(path(), new.encode())
        for copy in _copies():
            copy.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"{path()} cannot be written: {error.strerror}.", hint=f"Look at: ls -ld {path().parent}"
        ) from error


def _without(text: str, of: Sequence[str], likes: Sequence[str], language: str) -> str:
    """The text of a persona file without what was drawn: as it is written for nobody, field by field."""
    drawn, plain = persona(of, likes, language), persona((), (), language)
    if text in (drawn, plain):
        return plain
    try:
        document = tomlkit.parse(text)
    except ParseError as error:
        raise StorageError(f"{path()} is no TOML: {error}", hint="Mend or delete it by hand.") from error
    nobodys = tomllib.loads(plain)
    for name, value in tomllib.loads(drawn).items():
        there = document.get(name)
        if there == value != nobodys[name]:
            document[name] = nobodys[name]
        elif isinstance(value, list) and isinstance(there, list) and any(one in value for one in there):
            document[name] = [one for one in there if one not in value]
    return tomlkit.dumps(document)


def _text() -> str | None:
    """What the persona file holds; None where there is none. Raises StorageError."""
    try:
        return path().read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(
            f"{path()} cannot be read: {error.strerror}.", hint=f"Look at: ls -ld {path().parent}"
        ) from error


def _copies() -> list[Path]:
    """Persona files that somebody had edited before another was written."""
    return sorted(path().parent.glob(f"{path().name}.bak*"))


def path() -> Path:
    return character.folder() / f"{PERSONA}{character.SUFFIX}"


def keep(of: Sequence[str], likes: Sequence[str], language: str, *, before: str = "") -> str:
    """Write the persona file; returns its text. One that somebody has edited stays beside it.

    Args:
        before: what this wrote last.

    Raises StorageError.
    """
    file, new = path(), persona(of, likes, language)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        old = file.read_text("utf-8", errors="replace") if file.exists() else ""
        if old and old not in (new, before):
            files.replace(files.free_name(file.with_name(f"{file.name}.bak")), old.encode())
        files.replace(file, new.encode())
    except OSError as error:
        raise StorageError(
            f"{file} cannot be written: {error.strerror}.", hint=f"Look at: df -h {file.parent}; ls -ld {file.parent}"
        ) from error
    return new
