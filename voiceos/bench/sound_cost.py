"""What listening and being ready to speak cost while nothing is said: `python -m voiceos.bench.sound_cost`.

Opens microphone and loudspeaker, over the virtual card unless told otherwise, takes every frame, and prints the
processor time of this process as a share of one core.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time

from voiceos.audio.microphone import Microphone
from voiceos.audio.speaker import Speaker
from voiceos.bench.virtual_card import VirtualCard
from voiceos.clock import SystemClock

MEASURED_S = 20.0


async def measure() -> None:
    clock = SystemClock()
    async with Speaker("", clock=clock) as speaker, Microphone("", clock=clock) as microphone:
        begun, cpu, first = clock.monotonic(), time.process_time(), None
        age_s: list[float] = []
        async for frame in microphone:
            first = first or frame
            now = clock.monotonic()
            age_s.append(now - frame.at)
            if now - begun > MEASURED_S:
                break
        used = time.process_time() - cpu
        passed = clock.monotonic() - begun
    age_s.sort()
    print(f"both streams open: {100 * used / passed:.1f} % of one core over {passed:.0f} s")
    print(f"a frame is handed on {1000 * age_s[len(age_s) // 2]:.0f} ms (median) after its first sample was captured")
    print(f"dropped {microphone.dropped}, overflows {microphone.overflows}, underruns {speaker.underruns}")


def main() -> None:
    real = "--real" in sys.argv[1:]
    with contextlib.nullcontext() if real else VirtualCard():
        asyncio.run(measure())


if __name__ == "__main__":
    main()
