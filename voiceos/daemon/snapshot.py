"""How it is: what `status` tells."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import psutil

import voiceos
from voiceos.app import MODEL_KEYS, Stage
from voiceos.catalogue import Kind
from voiceos.daemon import messages as say
from voiceos.daemon.feed import Feed
from voiceos.engines.process import EngineProcess
from voiceos.initiative.budget import DAY, MOST_A_DAY, silence

if TYPE_CHECKING:
    from voiceos.daemon.daemon import Daemon


ENGINES: tuple[Stage, ...] = ("stt", "llm", "tts")
"""In the order in which sound passes them."""


def status(daemon: Daemon, feed: Feed, remembered: say.Remembered | None = None) -> say.Status:
    """Everything at once; takes about a millisecond."""
    live, conductor, settings = daemon.live, daemon.live.conductor, daemon.settings
    running = live.engines.processes
    engines = [_engine(daemon, name, running[name]) for name in ENGINES if name in running]
    own = memory_bytes(os.getpid())
    microphone, loudspeaker = live.device_names
    now = time.time()
    return say.Status(
        version=voiceos.__version__,
        protocol=say.PROTOCOL,
        pid=os.getpid(),
        since=daemon.since,
        uptime_s=round(now - daemon.since, 1),
        ready=feed.listening,
        state=conductor.state.phase.value,
        mode=conductor.mode,
        muted=conductor.muted,
        on_call=conductor.state.on_call,
        quiet_until=conductor.quiet_until.timestamp() if conductor.quiet_until is not None else None,
        volume_percent=round(live.volume * 100),
        speed=conductor.speed,
        devices=say.Devices(
            microphone=microphone,
            loudspeaker=loudspeaker,
            no_sound=live.presence.reason,
            level_dbfs=feed.level_dbfs(),
        ),
        engines=engines,
        memory_bytes=own,
        total_memory_bytes=own + sum(engine.memory_bytes for engine in engines),
        turns=list(feed.turns),
        remembered=remembered,
        speaks_first=_speaks_first(daemon),
        degraded=[say.Degraded(what=one.what, hint=one.hint) for one in daemon.degraded()],
        words=settings.control.words,
    )


def _speaks_first(daemon: Daemon) -> say.SpeaksFirst:
    here = daemon.speaking_first.here()
    why = silence(here)
    return say.SpeaksFirst(
        level=here.level,
        silent="" if why is None else why.reason.value,
        until=why.at.timestamp() if why is not None and why.at is not None else None,
        said=sum(abs(here.now - at) < DAY for at in here.said),
        most=MOST_A_DAY.get(here.level, 0),
    )


def _engine(daemon: Daemon, name: str, process: EngineProcess) -> say.Engine:
    section, _, key = MODEL_KEYS[Kind(name)].partition(".")
    chosen = getattr(daemon.settings, section)
    return say.Engine(
        name=name,
        model="" if chosen.engine == "scripted" else getattr(chosen, key),
        state=process.state,
        pid=process.pid,
        memory_bytes=memory_bytes(process.pid),
    )


def memory_bytes(pid: int | None) -> int:
    """Resident memory of a process; 0 where there is none."""
    if pid is None:
        return 0
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
