"""Why an engine's process ended, as far as the system tells."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from pathlib import Path

import psutil

from voiceos import errors
from voiceos.engines.printed import no_memory

SHORT_OF_MEMORY = "close something, or choose a smaller model: `voiceos models list`"


def killed_for_memory() -> int | None:
    """How many processes Linux has ended since it started, as memory ran out: `oom_kill` of /proc/vmstat, proc(5). None
    where the system does not count them. What other programs end for that (systemd-oomd, earlyoom) is not counted."""
    try:
        told = Path(psutil.PROCFS_PATH, "vmstat").read_text("utf-8").splitlines()
    except (AttributeError, OSError):  # psutil has no such path but on Linux
        return None
    return next((int(line.split()[1]) for line in told if line.startswith("oom_kill ")), None)


def why(name: str, code: int, printed: Iterable[str], killed_before: int | None) -> errors.EngineCrashed:
    """
    Args:
        name: of the engine.
        code: with which it ended, as of `subprocess.Popen.returncode`.
        printed: the last lines that it wrote.
        killed_before: `killed_for_memory` as it was last known to be well.
    """
    last = list(printed)
    if no_memory(last):
        return errors.EngineStarved(f"the {name} engine found no memory left", hint=SHORT_OF_MEMORY)
    killed = killed_for_memory()
    if code == -signal.SIGKILL and (killed is None or killed != killed_before):
        return errors.EngineStarved(
            f"the {name} engine was killed by the system, which does so when memory runs out", hint=SHORT_OF_MEMORY
        )
    detail = f" ({last[-1]})" if last else ""
    return errors.EngineCrashed(
        f"the {name} engine ended unexpectedly with code {code}{detail}",
        hint="it restarts by itself; `voiceos doctor` checks it",
    )
