"""`python -m voiceos.daemon.left_alone`: says aloud that systemd starts the service no more.

A unit of its own runs it (`deploy/voiceos-failed.service`), with nothing of what may be what fails: no engine, no
model, no settings where these cannot be read.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping

from voiceos import config, last_words
from voiceos.config import Settings
from voiceos.errors import AlreadyRunning, ConfigError, LeftAlone, ModelError, VoiceosError

TOLD = tuple(str(kind.exit_code) for kind in (ConfigError, ModelError, AlreadyRunning))
"""Exit codes after which systemd tries nothing again either: the run itself has said what is wrong, or another runs."""


def has_been_told(environ: Mapping[str, str]) -> bool:
    """Whether the run that failed has said why, as systemd tells from version 251 on."""
    return environ.get("MONITOR_EXIT_CODE") == "exited" and environ.get("MONITOR_EXIT_STATUS") in TOLD


def main() -> int:
    """Exit code: 1 where there is no way to be heard."""
    if has_been_told(os.environ):
        return 0
    try:
        settings = config.load().settings
    except VoiceosError:
        settings = Settings()
    error = LeftAlone("It failed too often in a row, and is left alone until you start it again.")
    heard = asyncio.run(
        last_words.say(
            error,
            device=settings.audio.output_device,
            language=settings.assistant.language,
            volume=settings.audio.volume,
        )
    )
    if not heard:
        print(f"{error} There was no way to say so aloud.", file=sys.stderr)
    return 0 if heard else 1


if __name__ == "__main__":
    sys.exit(main())
