"""Is it alive? Pure: facts in, the reasons why not out. systemd is told so, or is not (`watchdog.py`).

A process that runs proves nothing: what people complain of is an assistant that is there and deaf. So it counts as
alive only while each of these moves, or it is known why one of them rests:

- sound: frames reach the conductor, or are absent for a stated reason (muted, no microphone, …);
- the conductor: it has dealt lately with what lay in its inbox;
- the engines: none has owed an answer, or loaded, for longer than its budget and the time to notice that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SOUND_BUDGET_S = 12.0
"""Longest unexplained silence of the microphone. A device that stops is noticed after 1 to 2 s
(`microphone.STALL_S`), and PortAudio is given up on after 5 s (`portaudio.PATIENCE_S`) each for closing and for opening
anew; both state a reason long before this."""

OPENING_BUDGET_S = 60.0
"""Longest time to open the sound or give up on it: the user is told for up to 16 s (`live.LAST_WORDS_S`, twice), then
closing, starting PortAudio anew, and opening and first hearing each of two devices take 5 s at most
(`portaudio.PATIENCE_S`)."""

CONDUCTOR_BUDGET_S = 8.0
"""Longest time in which the conductor deals with nothing. A tick comes at least every half second
(`ticker.FLOWING_S`), and each fact is dealt with at once; the rest is for a machine that swaps."""

ENGINE_GRACE_S = 5.0
"""On top of an engine's own budget, at which its keeper kills it (`engines/process.py`); past this the keeper itself is
stuck."""


@dataclass(frozen=True, slots=True)
class EngineFacts:
    waits_s: float
    """How long the engine has owed a sign of life, or has been loading; 0 where it owes none."""
    budget_s: float
    """After which its keeper kills it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at one moment; all times in monotonic seconds."""

    now: float
    frame_at: float
    """When the last frame of sound reached the conductor, or since when one is expected, whichever is later."""
    silent_because: str
    """Why no frames are to be expected, in plain words; "" where they are."""
    opening_since: float | None
    """Since when the devices are being opened; None where they are not."""
    turned_at: float
    """When the conductor last dealt with a fact."""
    engines: Mapping[str, EngineFacts] = field(default_factory=dict)


def reasons_against(facts: Facts) -> list[str]:
    """Why it is not alive, a sentence each; empty where it is."""
    found = []
    if (stands_s := facts.now - facts.turned_at) > CONDUCTOR_BUDGET_S:
        found.append(f"The conductor has dealt with nothing for {stands_s:.0f} s.")
    elif not facts.silent_because and (silent_s := facts.now - facts.frame_at) > SOUND_BUDGET_S:
        # Only where the conductor turns: one that stands hears nothing either.
        found.append(f"No sound has come from the microphone for {silent_s:.0f} s, and nobody knows why.")
    if facts.opening_since is not None and (opening_s := facts.now - facts.opening_since) > OPENING_BUDGET_S:
        found.append(f"The sound has been opening for {opening_s:.0f} s.")
    for name, engine in facts.engines.items():
        if engine.waits_s > engine.budget_s + ENGINE_GRACE_S:
            found.append(f"The {name} engine has been silent for {engine.waits_s:.0f} s and was not restarted.")
    return found
