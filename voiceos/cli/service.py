"""`voiceos service`: keep it running under the user's own systemd."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from voiceos import files
from voiceos.cli.exits import plain_errors
from voiceos.cli.options import AsJson
from voiceos.daemon import unit
from voiceos.errors import ServiceError, StorageError

app = typer.Typer(no_args_is_help=True, help="Keep it running in the background, under systemd.")

UNITS = (unit.NAME, unit.FAILED)

LINGER = (
    "It runs while you are logged in. To have it from boot on, and after you log out: loginctl enable-linger "
    "(or `voiceos service install --linger`)."
)


NO_NAMESPACES = (
    "This system does not let you make user namespaces, so the files of your home and the system's stay within its "
    'reach; the rest of the protection holds. Root may allow them with "sysctl kernel.unprivileged_userns_clone=1" on '
    'older Debian, "sysctl kernel.apparmor_restrict_unprivileged_userns=0" on Ubuntu (in a file of /etc/sysctl.d it '
    "stays); then install it again."
)


@app.command()
@plain_errors()
def install(
    linger: Annotated[
        bool,
        typer.Option("--linger", help="Have it run from boot on, also while you are not logged in."),
    ] = False,
    start: Annotated[bool, typer.Option(help="Start it at once.")] = False,
) -> None:
    """Write the systemd unit for this installation and have it start with your session; repeat it after an upgrade."""
    version = _version()
    places = unit.places()
    namespaces = _namespaces()
    for name in UNITS:
        path = unit.unit_file(name)
        text = unit.render(unit.template(name), places, systemd=version, namespaces=namespaces)
        try:
            for folder in places.write:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.parent.mkdir(parents=True, exist_ok=True)
            files.replace(path, text.encode())
        except OSError as error:
            raise StorageError(
                f"{path} cannot be written: {error.strerror}.", hint=f"Look at: ls -ld {path.parent}"
            ) from error
        print(f"wrote {path}")
    if not namespaces:
        print(NO_NAMESPACES)
    _systemctl("daemon-reload")
    _systemctl("enable", unit.NAME)
    print("It starts with your session. `voiceos service start` starts it now.")
    if linger:
        _loginctl("enable-linger")
        print("It also runs while you are not logged in; `loginctl disable-linger` ends that.")
    elif not lingers():
        print(LINGER)
    if start:
        _start("restart")


@app.command()
@plain_errors()
def uninstall() -> None:
    """Stop it and remove its units. Settings, models and all that it remembers stay."""
    _systemctl("disable", "--now", unit.NAME, check=False)
    there = [path for path in map(unit.unit_file, UNITS) if path.exists()]
    for path in there:
        path.unlink()
        print(f"removed {path}")
    if not there:
        print("It was not installed.")
    _systemctl("daemon-reload")
    _systemctl("reset-failed", *UNITS, check=False)
    if lingers():
        print("Your systemd still runs while you are not logged in: loginctl disable-linger ends that.")


@app.command()
@plain_errors()
def start() -> None:
    """Start it, and return once it listens or waits for a microphone."""
    _start("start")


@app.command()
@plain_errors()
def stop() -> None:
    """Stop it."""
    _known()
    _systemctl("stop", unit.NAME)


@app.command()
@plain_errors()
def restart() -> None:
    """Stop it and start it again."""
    _start("restart")


@app.command()
@plain_errors()
def status(as_json: AsJson = False) -> None:
    """What systemd knows of it. Exits with 1 where it does not run."""
    facts = _known()
    runs = facts["ActiveState"] in ("active", "reloading")
    if as_json:
        content = {
            "state": facts["ActiveState"],
            "status": facts["StatusText"],
            "since": facts["StateChangeTimestamp"],
            "pid": int(facts["MainPID"]) or None,
            "restarts": int(facts["NRestarts"]),
            "result": facts["Result"],
            "enabled": facts["UnitFileState"],
            "lingers": lingers(),
        }
        print(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        print(f"{facts['ActiveState']} since {facts['StateChangeTimestamp'] or 'never'}")
        if facts["StatusText"] and facts["ActiveState"] != "inactive":
            print(facts["StatusText"])
        if facts["NRestarts"] != "0":
            print(f"started again by systemd: {facts['NRestarts']} times")
        if not runs and facts["Result"] != "success":
            print(_why(facts["Result"]))
        if not lingers():
            print(LINGER)
    raise typer.Exit(0 if runs else 1)


@app.command()
@plain_errors()
def logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as more is logged.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="The last so many.")] = 50,
) -> None:
    """What it logged; never what anybody said, unless the settings ask for that."""
    command = _program("journalctl")
    arguments = [f"--user-unit={unit.NAME}", f"--lines={lines}", "--no-hostname", *(["--follow"] if follow else [])]
    os.execv(command, [command, *arguments])  # noqa: S606 - no shell, and its own pager


def lingers() -> bool:
    """Whether the user's systemd runs from boot on (logind keeps a file for each user of whom that is so)."""
    return (Path("/var/lib/systemd/linger") / getpass.getuser()).exists()


def _start(verb: str) -> None:
    if _known()["ActiveState"] != "active" or verb == "restart":
        # systemd counts what a user asks for against the limit of starts, too, and then refuses that as well.
        _systemctl("reset-failed", unit.NAME, check=False)
    try:
        _systemctl(verb, unit.NAME)
    except ServiceError as error:
        facts = _known()
        raise ServiceError(f"It did not start. {facts['StatusText'] or _why(facts['Result'])}", hint=_LOOK) from error
    print(_known()["StatusText"] or "started")


_LOOK = "`voiceos service logs` tells what happened."

_SHOWN = "LoadState,ActiveState,StatusText,StateChangeTimestamp,MainPID,NRestarts,Result,UnitFileState"


def _known() -> dict[str, str]:
    """What systemd knows of the unit. Raises ServiceError where it is not installed."""
    text = _systemctl("show", unit.NAME, f"--property={_SHOWN}")
    facts = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if facts.get("LoadState") == "not-found":
        raise ServiceError("The service is not installed.", hint="voiceos service install")
    return dict.fromkeys(_SHOWN.split(","), "") | facts


_WHY = {
    "watchdog": "It had stopped responding, and was ended.",
    "start-limit-hit": "It failed too often in a row, and is left alone until you start it again.",
    "exit-code": "It ended by itself, because something was wrong.",
    "signal": "It was killed.",
    "core-dump": "It crashed.",
    "oom-kill": "It was killed because memory ran out.",
    "timeout": "It took too long to start or to stop, and was killed.",
}


def _why(result: str) -> str:
    return _WHY.get(result, f"systemd calls it: {result}.")


def _version() -> int:
    match = re.match(r"systemd (\d+)", _run(_program("systemctl"), "--version"))
    if match is None:
        raise ServiceError("This systemd does not tell its version.")
    return int(match[1])


def _namespaces() -> bool:
    """Whether this user may make namespaces and mount in them, tried as systemd would do it."""
    unshare = _program("unshare")
    tried = subprocess.run([unshare, "--user", "--map-root-user", "--mount", "true"], capture_output=True, check=False)
    return tried.returncode == 0


def _systemctl(*arguments: str, check: bool = True) -> str:
    return _run(_program("systemctl"), "--user", *arguments, check=check)


def _loginctl(*arguments: str) -> str:
    return _run(_program("loginctl"), *arguments)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ServiceError(
            f"There is no {name} here: the service needs Linux with systemd.",
            hint="`voiceos run` in a terminal works without it.",
        )
    return found


def _run(*command: str, check: bool = True) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if check and done.returncode != 0:
        complaint = done.stderr.strip() or f"it ended with {done.returncode}"
        hint = ""
        if "connect to bus" in complaint:
            hint = (
                "Your systemd does not run, or this shell does not belong to a session of yours (sudo, su): log in as "
                "that user, or have root run `loginctl enable-linger` with the name of that user."
            )
        raise ServiceError(f"{' '.join(command[:3])}: {complaint}", hint=hint)
    return done.stdout
