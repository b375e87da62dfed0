"""The settings file with every key in it, and its reference for docs/; both made from the model."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping

from voiceos.config.keys import KEYS, Key, section_models
from voiceos.config.model import VERSION
from voiceos.config.section import Effect

_WIDTH = 110

_HEAD = (
    'The settings of voiceos. Every key is here, switched off at its default: take away the "#" before a key to '
    "change it, or let `voiceos config set audio.volume 0.8` do it. `voiceos config check` names every mistake in the "
    "file, `voiceos config` shows what is in force. A voiceos that runs takes changes up by itself. Reference: "
    "docs/configuration.md."
)

_EFFECTS: Mapping[Effect, str] = {"live": "live", "sound": "live, sound", "engine": "engine", "restart": "restart"}

_AT_THE_NEXT_START = " Takes effect at the next start."

_WHILE_IT_RUNS = (
    "A voiceos that runs notices when one of the files changes, and reads them again on SIGHUP too. What each key does "
    "then is in its table:",
    "",
    "- *live*: it is in force at once (volume, speed, mode, log), or as soon as nobody speaks;",
    "- *live, sound*: likewise; microphone and loudspeaker are opened anew;",
    "- *engine*: the engine of its section is started anew and takes over once nobody speaks, never in the middle of a "
    "reply. It loads beside the old one where memory allows; a model that is missing or broken keeps the old one, and "
    "that is said;",
    "- *restart*: it waits for the next start, and that is said.",
    "",
    "A file with a mistake in it keeps what is in force: one sentence says where the mistake is, the log says all of "
    "it, and once the file is mended that is said as well.",
    "",
    'Some settings are changed by talking: "speak slower", "louder", "set the volume to 40 percent", "use another '
    'voice", "use the voice Kristin", "call me Pete", "listen for your name". They are in force at once, and written '
    'into your file once nobody speaks, its comments kept. "Put it back" or "undo that" undoes the last of them, and '
    "again the one before. Where the file cannot be written they hold until the next start, and that is said.",
    "",
    '"Be quiet until three" or "be quiet for ten minutes" is no setting: until then it answers only to its name and '
    'says nothing unasked, also after a restart, unless you say "you can talk again".',
)


def toml_value(value: bool | int | float | str) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, str):
        # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def commented_out(key: Key) -> str:
    """The line that documents a key at its default; without its "#" it sets the key."""
    told = isinstance(key.default, bool) or (isinstance(key.default, str) and not key.choices)
    takes = "" if told else f"  # {key.allowed.removeprefix('a whole number from ').removeprefix('a number from ')}"
    return f"#{key.name} = {toml_value(key.default)}{takes}"


def section_title(section: str) -> str:
    """One sentence on what a section is about."""
    return (section_models()[section].__doc__ or "").splitlines()[0]


def _comment(text: str) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False
    )


def config_toml() -> str:
    """The whole settings file, every key commented out at its default."""
    parts = [_comment(_HEAD), f"version = {VERSION}"]
    for section in section_models():
        title = section_title(section).rstrip(".")
        parts.append(f"# {'─' * 4} {title} {'─' * (_WIDTH - len(title) - 8)}\n[{section}]")
        parts += [f"{_comment(_told(key))}\n{commented_out(key)}" for key in KEYS.values() if key.section == section]
    return "\n\n".join(parts) + "\n"


def _told(key: Key) -> str:
    return key.why + (_AT_THE_NEXT_START if key.effect == "restart" else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def markdown() -> str:
    """The reference, as committed in docs/configuration.md."""
    lines = [
        "# Settings",
        "",
        "<!-- Made by `voiceos config reference` from voiceos/config/model.py; `make docs` writes it. -->",
        "",
        "Settings come from these places, the later over the earlier:",
        "",
        "1. the defaults below;",
        "2. `/etc/voiceos/config.toml`, for the whole machine;",
        "3. your file, `~/.config/voiceos/config.toml` (`voiceos config init` writes it, every key explained). In a "
        "clone of the repository, `config.toml` at its root stands in for it; `--config FILE` likewise;",
        "4. environment variables, `VOICEOS_SECTION__KEY`: `VOICEOS_AUDIO__VOLUME=0.8`. A service "
        "sees only those that its unit sets (`systemctl --user edit voiceos`);",
        "5. `--dry-run` of `voiceos run`.",
        "",
        "`voiceos config` shows what is in force and where it came from. `voiceos config get KEY` prints what is in "
        "force, `voiceos config set KEY VALUE` writes your file, comments kept; `voiceos "
        "config check [FILE]` names every mistake by file and line. A file with a mistake in it is refused whole.",
        "",
        f"The file carries `version = {VERSION}`. A file of an older version (one without the line is version 0) is "
        "brought up to date when voiceos starts, and the old one is kept beside it as `config.toml.bak-v0`.",
        "",
        *_WHILE_IT_RUNS,
    ]
    for section in section_models():
        lines += ["", f"## [{section}]", "", section_title(section), ""]
        lines += ["| key | default | takes | a change | what it is |", "|---|---|---|---|---|"]
        for key in KEYS.values():
            if key.section == section:
                default, effect = f"`{toml_value(key.default)}`", _EFFECTS[key.effect]
                cells = (f"`{key.name}`", default, key.allowed, effect, key.why)
                lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"
