"""`python -m tests.service.hanging`: the assistant as `voiceos run` starts it, with scripted words and faults to come.

A file in the runtime folder asks for a fault, by its name; it is taken away as the fault begins, so that the run after
the next start is whole.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

from voiceos import config, log
from voiceos.audio.duplex import Duplex
from voiceos.audio.frames import Frame
from voiceos.audio.listeners import Listeners
from voiceos.clock import SystemClock
from voiceos.daemon import instance
from voiceos.daemon.daemon import Daemon
from voiceos.daemon.notify import Notifier
from voiceos.daemon.part import Part
from voiceos.daemon.places import runtime_folder
from voiceos.engines.process import EngineSpec


class Faults(Part):
    """Looks with each frame for what is asked for."""

    deaf = False

    def frame(self, frame: Frame) -> None:
        if taken("loop"):
            threading.Event().wait()
        if taken("callback"):
            Faults.deaf = True


def taken(name: str) -> bool:
    file: Path = runtime_folder() / f"hang-{name}"
    if not file.exists():
        return False
    file.unlink()
    return True


async def main() -> None:
    notifier = Notifier.from_environment()
    with instance.claim() as me:
        settings = config.load().settings
        log.claim_stderr()
        log.setup("INFO")

        def sound(listeners: Listeners) -> Duplex:
            def hear(frame: Frame) -> None:  # a device whose callback stands still, and nobody notices
                if not Faults.deaf:
                    listeners.on_frame(frame)

            return Duplex(settings.audio, clock=SystemClock(), listeners=replace(listeners, on_frame=hear))

        texts = ["tell me a story about a dog"]
        recogniser = EngineSpec("stt", "voiceos.engines.scripted:ScriptedRecogniser", {"texts": texts}, budget_s=3.0)
        daemon = Daemon(
            settings,
            parts=[Faults()],
            notifier=notifier,
            after_kill=me.after_kill,
            greet=False,
            specs={"stt": recogniser},
            sound=sound,
        )
        await daemon.run()


if __name__ == "__main__":
    asyncio.run(main())
