"""`voiceos replay`: the same decisions again, or the first that is another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from voiceos import app, commands
from voiceos.cli.exits import plain_errors
from voiceos.cli.options import ConfigFile, load
from voiceos.errors import VoiceosError
from voiceos.turn_taking.recording import Difference, NotARecording, replay

RECORDINGS = (
    "`voiceos run --record FILE` writes one; those that `records.conversations` keeps lie in the folder that "
    "docs/stored-data.md names."
)


def replay_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As `voiceos run --record FILE` wrote it.")],
    by_settings: Annotated[
        bool, typer.Option("--by-settings", help="Decide by the settings in force instead of those of then.")
    ] = False,
    config_file: ConfigFile = None,
) -> None:
    """Take a recorded conversation through the turn-taking machine again, and name the first decision that is another
    now. Exits with 1 where there is one."""
    with plain_errors():
        policy = app.policy(load(config_file, {}).settings) if by_settings else None
        try:
            with file.open(encoding="utf-8", errors="replace") as lines:
                done = replay(lines, policy=policy)
        except OSError as error:
            raise VoiceosError(f"{file} cannot be read: {error.strerror}", hint=RECORDINGS) from error
        except NotARecording as error:
            message = f"{file} is not a recording that this voiceos can replay: {error}"
            raise VoiceosError(message, hint=RECORDINGS) from error
        if done.cut_short:
            print("The last line is not whole; all before it is replayed.")
        if done.difference is None:
            print(f"The same decisions: {done.events} events, {done.turns} turns, {done.seconds:.1f} s.")
            return
        print(told(done.difference))
        raise typer.Exit(1)


def told(difference: Difference) -> str:
    """In words for whoever looks for the mistake."""
    return "\n".join(
        [
            f"The first difference is in line {difference.line}, at {difference.event.at:.3f} s, "
            f"while {difference.state.phase.value}:",
            f"  event  {difference.event}",
            f"  then   {_shown(difference.then)}",
            f"  now    {_shown(difference.now)}",
            "What comes after it would have gone another way, and is not replayed.",
        ]
    )


def _shown(decided: Sequence[commands.Command] | None) -> str:
    if decided is None:
        return "the event was refused"
    return "; ".join(map(str, decided)) or "nothing to do"
