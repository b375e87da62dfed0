"""`voiceos report`: what a report of a mistake needs, in a file to read before it is shared."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import psutil
import typer

from voiceos import config, stored, versions
from voiceos.audio import devices
from voiceos.catalogue import Store, catalog, size_text
from voiceos.cli.doctor import findings
from voiceos.cli.exits import plain_errors
from voiceos.cli.options import ConfigFile
from voiceos.clock import SystemClock
from voiceos.config.keys import ENVIRONMENT_PREFIX
from voiceos.daemon.records import last
from voiceos.errors import StorageError, VoiceosError
from voiceos.files import free_name, replace
from voiceos.redaction import Redactor

SHOWN = ("stt.model", "stt.language", "end_of_turn.model", "llm.model", "tts.voice", "assistant.language")
"""Free text that tells about voiceos and not about its user; of other free text only the length is shown."""

TURNS = 50
LOG_LINES = 300

HEAD = """This is what `voiceos report` found. READ IT BEFORE YOU SHARE IT: names, devices, keys, paths and addresses
have been taken out as far as they could be known for such. It holds no words of yours, and was sent nowhere.
"""


def report(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default: a new file in this folder.")
    ] = None,
    checks: Annotated[bool, typer.Option(help="Run what `voiceos doctor` runs, which loads the models.")] = True,
    config_file: ConfigFile = None,
) -> None:
    """Gather what a report of a mistake needs into one file, without words, names or keys, for you to read first."""
    with plain_errors():
        place = out or free_name(Path(f"voiceos-report-{SystemClock().now():%Y-%m-%d-%H%M}.txt"))
        text = gather(config_file, checks=checks)
        try:
            replace(place, text.encode())
        except OSError as error:
            hint = f"Is there room, and may you write there? df -h {place.parent}; --out names another file."
            raise StorageError(f"{place} cannot be written: {error.strerror}", hint=hint) from error
        print(f"{place}: read it before you share it.")


def gather(config_file: Path | None, *, checks: bool) -> str:
    """The whole report, redacted."""
    redactor = Redactor([*_private(config_file), *_device_names()])
    parts = [HEAD]
    for title, lines in (
        ("Versions", [versions.text()]),
        ("Machine", _machine()),
        ("Settings", _settings(config_file)),
        ("Stored", _stored()),
        ("Models", _models()),
        ("Checks", _checks(config_file) if checks else ["left out"]),
        (f"The last turns, at most {TURNS} (times in milliseconds since you fell silent)", _turns()),
        (f"The log, at most {LOG_LINES} lines, nothing of DEBUG", _log()),
    ):
        parts.append(f"== {title} ==\n" + "\n".join(lines or ["nothing"]) + "\n")
    return redactor.text("\n".join(parts))


def _private(config_file: Path | None) -> Iterator[str]:
    """Free text of the settings: it is left out of them, and must not come in by a log or an error either."""
    try:
        loaded = config.load(config_file)
    except VoiceosError:
        return
    for dotted in config.KEYS:
        value = loaded.get(dotted)
        if isinstance(value, str) and not _tellable(dotted) and value != config.KEYS[dotted].default:
            yield value


def _tellable(dotted: str) -> bool:
    return dotted in SHOWN or bool(config.KEYS[dotted].choices)


def _device_names() -> list[str]:
    """They often hold the name of their owner."""
    try:
        return [device.name for device in devices.list_devices()]
    except VoiceosError:
        return []


def _machine() -> list[str]:
    memory = psutil.virtual_memory()
    desktop = os.environ.get("XDG_SESSION_TYPE", "none")
    return [
        platform.platform(),
        f"{os.cpu_count()} processors, {size_text(memory.total)} of memory, {size_text(memory.available)} free",
        f"{size_text(shutil.disk_usage(Path.home()).free)} free on the disk, session {desktop}",
    ]


def _settings(config_file: Path | None) -> list[str]:
    if problems := config.check(config_file):  # without the values: what is wrong may be private all the same
        return [f"{problem.where}: {problem.key or 'a mistake'}" for problem in problems]
    loaded = config.load(config_file)
    lines = []
    for dotted, key in config.KEYS.items():
        value = loaded.get(dotted)
        if value == key.default:
            continue
        hidden = isinstance(value, str) and not _tellable(dotted)
        shown = f"<{len(str(value))} characters>" if hidden else json.dumps(value)
        source = loaded.origin(dotted)
        lines.append(f"{dotted} = {shown}   (environment)" if source.startswith("environ") else f"{dotted} = {shown}")
    unknown = [name for name in os.environ if name.startswith(ENVIRONMENT_PREFIX) and "__" not in name]
    return [*lines, *(f"{name} is set" for name in sorted(unknown)), "all others are at their default"]


def _stored() -> list[str]:
    return [
        f"{one.name}: {'there' if one.path.exists() else 'not there'}, format {one.version}"
        for one in stored.EVERYTHING
    ]


def _models() -> list[str]:
    store = Store()
    return [f"{model.name}: whole" for model in catalog() if store.installed(model)]


def _checks(config_file: Path | None) -> list[str]:
    if config.check(config_file):
        return ["left out: the settings are wrong"]
    lines = []
    try:
        for finding in findings(config_file):
            lines.append(f"{finding.mark}  {finding.what}: {finding.text}")
    except VoiceosError as error:
        lines.append(f"bad  the checks ended: {error}")
    return lines


def _turns() -> list[str]:
    """Without words, even where the user lets them be kept."""
    return [json.dumps({name: record[name] for name in record if name != "heard"}) for record in last(TURNS)]


def _log() -> list[str]:
    """Of the service; what somebody started by hand has logged to their terminal is theirs to add."""
    journal = shutil.which("journalctl")
    if journal is None:
        return ["there is no journal here"]
    command = [journal, "--user", "-u", "voiceos", "-n", str(LOG_LINES), "-p", "info", "-o", "short-iso", "--no-pager"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return ["the journal does not answer"]
    # Its lines name the machine; who reads this does not need to know it.
    return done.stdout.splitlines() if done.returncode == 0 else ["the journal cannot be read"]
