"""`python -m voiceos.bench.soak`: talk to the real program for a long time while things go wrong, and see what grows.

Questions and faults come at random, by a seed, over the virtual sound card. Each turn tells how soon it was answered,
and what the program and its engines take: memory (proportional set size), open files, threads. A turn that is not
answered counts against the program unless a fault came right before it. At the end, writers of stored files are killed
at random moments (`voiceos.bench.kills`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import soxr

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench.session import Session
from voiceos.bench.sound import percentile
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import spoken, starter_settings
from voiceos.config import Settings
from voiceos.errors import VoiceosError
from voiceos.speaking.clips import Clips

QUESTIONS = (
    "What time is it?",
    "What is the capital of Italy?",
    "Tell me one thing about the moon.",
    "What day is it today?",
    "Name a bird that swims.",
)

PATIENCE_S = 30.0
"""An answer that has not begun by then is none. An engine that was killed loads again meanwhile."""

REPLY_S = 7.0
"""A reply of so few tokens is over by then; a shorter wait has the user speak over it."""

SHORT_S = 1.0

SETTINGS = "max_reply_tokens = 32"


@dataclass(frozen=True, slots=True)
class Turn:
    at_s: float
    """Since the first."""
    latency_ms: float | None
    """From the end of the question to the first sound of the answer; None: there was none."""
    disturbed: bool
    """A fault came right before it."""
    memory_mb: float
    files: int
    threads: int


@dataclass(slots=True)
class Soaked:
    seed: int
    turns: list[Turn] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    ended: str = ""
    """Why the program ended by itself, which it should not; empty where it did not."""

    def table(self) -> list[tuple[str, str]]:
        """What came of it: name and figure."""
        turns = self.turns
        answered = [turn for turn in turns if turn.latency_ms is not None]
        missed = [turn for turn in turns if turn.latency_ms is None and not turn.disturbed]
        rows = [
            ("length", f"{turns[-1].at_s / 60:.1f} min" if turns else "0"),
            ("seed", str(self.seed)),
            ("turns", str(len(turns))),
            ("answered", str(len(answered))),
            ("unanswered without a fault", str(len(missed))),
            *((f"faults: {name}", str(count)) for name, count in sorted(self.faults.items())),
        ]
        later = turns[len(turns) // 3 :]
        if len(later) >= 3:
            first, last = turns[: max(1, len(turns) // 3)], turns[-max(1, len(turns) // 3) :]
            hours = [turn.at_s / 3600 for turn in later]
            slope = float(np.polyfit(hours, [turn.memory_mb for turn in later], 1)[0])
            rows += [
                ("memory at the end", f"{later[-1].memory_mb:.0f} MB"),
                ("memory slope, last two thirds", f"{slope:+.1f} MB/h"),
                ("open files, first and last third", _both(first, last, lambda turn: turn.files)),
                ("threads, first and last third", _both(first, last, lambda turn: turn.threads)),
                ("latency p50, first and last third", f"{_latency(first)} and {_latency(last)}"),
            ]
        return [*rows, ("ended by itself", self.ended or "no")]

    @property
    def failed(self) -> bool:
        missed = any(turn.latency_ms is None and not turn.disturbed for turn in self.turns)
        return bool(self.ended) or missed or not self.turns


def _both(first: Sequence[Turn], last: Sequence[Turn], what: Callable[[Turn], int]) -> str:
    return f"{max(map(what, first))} and {max(map(what, last))}"


def _latency(turns: Sequence[Turn]) -> str:
    known = [turn.latency_ms for turn in turns if turn.latency_ms is not None]
    return f"{percentile(known, 50):.0f} ms" if known else "none"


class Soak:
    """Faults that come between the turns of a session."""

    def __init__(self, session: Session, card: VirtualCard, config: Path, chance: random.Random) -> None:
        self._session = session
        self._card = card
        self._config = config
        self._chance = chance
        self._stack = contextlib.AsyncExitStack()
        self.faults: Mapping[str, Callable[[], Awaitable[None]]] = {
            "engine killed": self._kill_engine,
            "sound server killed": self._kill_server,
            "sound server frozen": self._freeze_server,
            "microphone suspended": self._suspend_microphone,
            "settings changed": self._change_settings,
        }

    async def __aenter__(self) -> Soak:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _kill_engine(self) -> None:
        engines = [one for one in self._session.family()[1:] if "voiceos" in " ".join(one.cmdline())]
        with contextlib.suppress(psutil.NoSuchProcess):
            self._chance.choice(engines).send_signal(signal.SIGKILL)

    async def _kill_server(self) -> None:
        lost = asyncio.create_task(self._session.wait_line("waiting for sound", again=True))
        await asyncio.sleep(0)
        self._card.stop_server(kill=True)
        await lost
        back = asyncio.create_task(self._session.wait_line("loudspeaker open", again=True))
        await asyncio.sleep(0)
        await asyncio.sleep(self._chance.uniform(2.0, 5.0))
        await asyncio.to_thread(self._card.start_server)
        await back
        await self._stack.enter_async_context(self._card.room_noise())

    async def _freeze_server(self) -> None:
        with self._card.frozen_server():
            await asyncio.sleep(self._chance.uniform(0.2, 2.0))

    async def _suspend_microphone(self) -> None:
        with self._card.suspended_microphone():
            await asyncio.sleep(self._chance.uniform(0.5, 5.0))

    async def _change_settings(self) -> None:
        volume = self._chance.choice(("0.6", "0.7", "0.8"))
        text = self._config.read_text()
        lines = [line for line in text.splitlines() if not line.startswith("volume =")]
        place = lines.index("[audio]") + 1
        self._config.write_text("\n".join([*lines[:place], f"volume = {volume}", *lines[place:]]) + "\n")


async def soak(minutes: float, seed: int, *, fault_every: int, dry_run: bool = False) -> Soaked:
    """Talk for so long; a fault before every so many turns, on average. Prints each turn.

    Args:
        dry_run: with scripted engines, which load no model and answer any sound.
    """
    chance = random.Random(seed)  # noqa: S311 - chance, no secrets
    questions = [_clip()] if dry_run else [samples for _, samples in await spoken(QUESTIONS, Settings())]
    done = Soaked(seed)
    with VirtualCard() as card, tempfile.TemporaryDirectory() as home:
        settings = _with_short_replies(starter_settings())
        arguments = ["--no-greeting", "--trace-json", *(["--dry-run"] if dry_run else [])]
        async with (
            Session(card, settings, Path(home), arguments=arguments, record=False) as session,
            Soak(session, card, Path(home) / "config.toml", chance) as trouble,
        ):
            begun = time.monotonic()
            while time.monotonic() - begun < minutes * 60:
                fault = chance.choice(sorted(trouble.faults)) if chance.random() < 1 / fault_every else ""
                try:
                    if fault:
                        done.faults[fault] += 1
                        async with asyncio.timeout(2 * PATIENCE_S):
                            await trouble.faults[fault]()
                    latency_ms = await _ask(session, card, chance.choice(questions))
                    turn = _sampled(session, time.monotonic() - begun, latency_ms, disturbed=bool(fault))
                except (VoiceosError, psutil.NoSuchProcess, TimeoutError) as error:
                    done.ended = f"{type(error).__name__} after {fault or 'a question'}"
                    break
                done.turns.append(turn)
                told = "no answer" if latency_ms is None else f"{latency_ms:.0f} ms"
                print(f"{turn.at_s:7.0f} s  {told:>9}  {turn.memory_mb:6.0f} MB  {fault}", flush=True)
                await asyncio.sleep(chance.choice((SHORT_S, REPLY_S, REPLY_S)))
    return done


def _clip() -> Samples:
    """Some speech, 16 kHz, that is there without any engine."""
    samples, rate_hz, _ = Clips("en").get("error.stt")
    return np.asarray(soxr.resample(samples, rate_hz, RATE_HZ), dtype=np.float32)


def _with_short_replies(text: str) -> str:
    return text.replace("[llm]\n", f"[llm]\n{SETTINGS}\n", 1)


async def _ask(session: Session, card: VirtualCard, samples: Samples) -> float | None:
    answered = asyncio.create_task(session.wait_line('"first_sound"', again=True))
    await asyncio.sleep(0)
    try:
        await card.play_to_microphone(samples, RATE_HZ)
        async with asyncio.timeout(PATIENCE_S):
            line = await answered
    except TimeoutError:
        return None
    finally:
        answered.cancel()
        await asyncio.gather(answered, return_exceptions=True)
    moments = json.loads(line.split("trace ", 1)[1])
    return float(moments["first_sound"])


def _sampled(session: Session, at_s: float, latency_ms: float | None, *, disturbed: bool) -> Turn:
    main = psutil.Process(session.process.pid)
    memory_mb = session.memory_bytes() / 1e6
    return Turn(at_s, latency_ms, disturbed, memory_mb, main.num_fds(), main.num_threads())


def page(rows: Sequence[tuple[str, str]], command: str, kills: str) -> str:
    """docs/reliability.md."""
    lines = ["# Reliability", "", f"Written by `{command}`, which prints the same on your machine.", ""]
    lines += ["| | |", "|---|---|", *(f"| {name} | {figure} |" for name, figure in rows), ""]
    return "\n".join([*lines, "Writers of stored files, killed while they wrote:", "", "```", kills.strip(), "```", ""])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.soak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault-every", type=int, default=4, metavar="TURNS", help="on average (default: 4)")
    parser.add_argument(
        "--kills", type=int, default=170, help="of each kind of stored file (default: 170, 1020 in all)"
    )
    parser.add_argument("--dry-run", action="store_true", help="scripted engines: tries this, measures nothing")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the figures there, as docs/reliability.md")
    chosen = parser.parse_args()
    if reason := VirtualCard.missing():
        parser.exit(5, f"{reason}\n")
    done = asyncio.run(soak(chosen.minutes, chosen.seed, fault_every=chosen.fault_every, dry_run=chosen.dry_run))
    rows = done.table()
    print("\n".join(f"{name:36} {figure}" for name, figure in rows), flush=True)
    command = [sys.executable, "-m", "voiceos.bench.kills", "--times", str(chosen.kills), "--seed", str(chosen.seed)]
    kills = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    print(kills.stdout, kills.stderr, sep="")
    if chosen.write:
        mine = f"python -m voiceos.bench.soak --minutes {chosen.minutes:g} --seed {chosen.seed}"
        chosen.write.write_text(page(rows, mine, kills.stdout))
    return int(done.failed or kills.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
