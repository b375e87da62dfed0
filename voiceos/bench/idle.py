"""`python -m voiceos.bench.idle`: what the program costs while it only listens, and how soon it listens.

The real program over the virtual sound card in a quiet room: processor time of it and its engines over half a minute,
memory as proportional set size, and the time from its start to its first listening: the first start on a machine, and
one like every later start, which reads the evaluated persona from a file.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from pathlib import Path
from typing import get_args

from voiceos.bench.session import Session
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import starter_settings
from voiceos.config.model import ListeningMode

LISTENING = re.compile(r"Listening after ([\d.]+) s")


async def measure(seconds: float, setting: str, mode: str) -> dict[str, float]:
    """Share of one core in per cent, memory in GB, seconds to the first listening; `setting` of echo cancellation,
    `mode` of listening."""
    cancels = f'echo_cancellation = "{setting}"\n'  # its last section is [audio]
    settings = starter_settings(f'{cancels}[listening]\nmode = "{mode}"\n')
    with VirtualCard() as card, tempfile.TemporaryDirectory() as home:
        async with Session(card, settings, Path(home), arguments=["--no-greeting"]) as session:
            first_s = await _listening_after(session)
        async with Session(card, settings, Path(home), arguments=["--no-greeting"]) as session:
            later_s = await _listening_after(session)
            await asyncio.sleep(3.0)  # what starting leaves behind is no idling
            before = _processor_s(session)
            await asyncio.sleep(seconds)
            share = (_processor_s(session) - before) / seconds * 100
            return {
                "percent of one core": share,
                "memory GB": session.memory_bytes() / 1e9,
                "first listening after s": first_s,
                "later starts s": later_s,
            }


async def _listening_after(session: Session) -> float:
    ready = LISTENING.search(await session.wait_line("Listening"))
    return float(ready[1]) if ready else float("nan")


def _processor_s(session: Session) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in session.family())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--setting", choices=("auto", "on", "off"), default="auto", help="audio.echo_cancellation")
    parser.add_argument("--mode", choices=get_args(ListeningMode), default="open", help="listening.mode")
    options = parser.parse_args()
    for what, value in asyncio.run(measure(options.seconds, options.setting, options.mode)).items():
        print(f"{what:22} {value:6.2f}")


if __name__ == "__main__":
    main()
