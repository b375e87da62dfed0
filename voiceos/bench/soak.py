"""`python -m voiceos.bench.soak`: talk to the real program for a long time while things go wrong, and see what grows.

Questions and faults (`faults.py`) come at random, by a seed, over the virtual sound card; a turn that is not answered
counts against the program unless a fault came right before it, and after each fault it has to be well again. Engines
are killed and hung in the first third only: what grows is then looked for in processes that go on living. Then the
devices come and go (`earpiece.py`), with scripted engines, and writers of stored files are killed at random moments
(`kills.py`). Exits with 0 where every target is met, 1 where one is missed, 3 where a run was too short to tell.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
import soxr

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench import soaked
from voiceos.bench.faults import ENGINES, PATIENCE_S, Faults
from voiceos.bench.hung_engine import HANG_S
from voiceos.bench.session import Session
from voiceos.bench.soaked import Soaked, Turn, held
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

ANSWER_S = 30.0
"""An answer that has not begun by then is none. An engine that was killed loads again meanwhile."""

REPLY_S = 7.0
"""A reply of so few tokens is over by then; a shorter wait has the user speak over it."""

SHORT_S = 1.0

REPLY_TOKENS = 32

KILLS = 150
"""Of each kind of stored file; there are nine kinds."""

TOO_SHORT = 3
"""Exit code."""


async def soak(minutes: float, seed: int, *, fault_every: int, dry_run: bool = False) -> Soaked:
    """Talk for so long, and until every kind of fault has come; prints each turn.

    Args:
        fault_every: turns between two faults, on average.
        dry_run: with scripted engines, which load no model and answer any sound.
    """
    chance = random.Random(seed)  # noqa: S311 - chance, no secrets
    questions = [_clip()] if dry_run else [samples for _, samples in await spoken(QUESTIONS, Settings())]
    with VirtualCard() as card, tempfile.TemporaryDirectory() as home:
        arguments = ["--no-greeting", "--trace-json", *(["--dry-run"] if dry_run else [])]
        async with (
            Session(card, _settings(), Path(home), arguments=arguments, record=False) as session,
            Faults(session, card, Path(home) / "config.toml", chance) as faults,
        ):
            done = Soaked(seed, tuple(faults.kinds), faults=faults.came)
            begun = time.monotonic()
            fault = ""
            try:
                while (elapsed_s := time.monotonic() - begun) < minutes * 60 or faults.outstanding:
                    turns_left = (minutes * 60 - elapsed_s) / max(elapsed_s, 1.0) * max(len(done.turns), 1)
                    often = max(1 / fault_every, len(faults.outstanding) / max(turns_left, 1.0))
                    early = elapsed_s < minutes * 60 * soaked.EARLY or bool({*ENGINES} & {*faults.outstanding})
                    question = chance.randrange(len(questions))
                    rest_s = chance.choice((SHORT_S, REPLY_S, REPLY_S))
                    fault, told_before = "", len(session.lines)
                    if done.turns and chance.random() < often:
                        async with asyncio.timeout(PATIENCE_S):
                            fault = await faults.happen(engines=early)
                    latency_ms = await _ask(session, card, questions[question])
                    if fault:
                        await faults.over()
                    await asyncio.sleep(rest_s)
                    at_s = time.monotonic() - begun
                    turn = await _turn(session, at_s, question, latency_ms, fault, rests=rest_s >= REPLY_S)
                    done.turns.append(turn)
                    told = "no answer" if latency_ms is None else f"{latency_ms:.0f} ms"
                    own = " ".join(f"{held.own_mb:7.1f}" for held in turn.memory.values())
                    print(f"{at_s:7.0f} s  {told:>9}  {turn.memory_mb:6.0f} MB, own {own}  {fault}", flush=True)
                    if latency_ms is None and not fault:
                        print("\n".join(session.lines[told_before:]), file=sys.stderr, flush=True)
            except (VoiceosError, psutil.Error, OSError, TimeoutError) as error:
                done.ended = f"after {fault or 'a question'}: {error or type(error).__name__}".replace("\n", " ")
                print("\n".join(session.lines[-40:]), file=sys.stderr)
    return done


def _clip() -> Samples:
    """Some speech, 16 kHz, that is there without any engine."""
    samples, rate_hz, _ = Clips("en").get("error.stt")
    return np.asarray(soxr.resample(samples, rate_hz, RATE_HZ), dtype=np.float32)


def _settings() -> str:
    """Short replies, and engines that are soon taken for hung."""
    text = starter_settings().replace("[llm]\n", f"[llm]\nmax_reply_tokens = {REPLY_TOKENS}\n", 1)
    for engine in ("stt", "llm", "tts"):
        text = text.replace(f"[{engine}]\n", f"[{engine}]\ntimeout_s = {HANG_S:g}\n", 1)
    return text


async def _ask(session: Session, card: VirtualCard, samples: Samples) -> float | None:
    """Milliseconds until it answers; None where it does not."""
    answered = asyncio.create_task(session.wait_line('"first_sound"', again=True))
    await asyncio.sleep(0)
    try:
        await card.play_to_microphone(samples, RATE_HZ)
        async with asyncio.timeout(ANSWER_S):
            line = await answered
    except TimeoutError:
        return None
    finally:
        answered.cancel()
        await asyncio.gather(answered, return_exceptions=True)
    moments = json.loads(line.split("trace ", 1)[1])
    return float(moments["first_sound"])


async def _turn(
    session: Session, at_s: float, question: int, latency_ms: float | None, fault: str, *, rests: bool
) -> Turn:
    main = psutil.Process(session.process.pid)
    pids = {"program": main.pid}
    pids |= {engine["name"]: engine["pid"] for engine in (await session.status())["engines"] if engine["pid"]}
    memory = {name: held(pid) for name, pid in pids.items()}
    return Turn(at_s, question, latency_ms, fault, memory, main.num_fds(), main.num_threads(), rests)


def _other(module: str, *arguments: str) -> tuple[int, str]:
    """Run another trial, and show what it prints as it does; its exit code, and that."""
    command = [sys.executable, "-m", f"voiceos.bench.{module}", *arguments]
    told = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            told.append(line)
    return process.returncode, "".join(told)


def _events(count: int, seed: int) -> tuple[soaked.Target, str]:
    """What the earpiece lived through, and its figures."""
    code, told = _other("earpiece", "--events", str(count), "--seed", str(seed))
    lived = len(re.findall(r"^ *\d+ .* s$", told, re.MULTILINE))
    last = told.strip().rpartition("\n")[2]
    return soaked.events(lived, "" if code == 0 else last), told.rpartition("\n\n")[2]


def _kills(times: int, seed: int) -> tuple[soaked.Target, str]:
    code, told = _other("kills", "--times", str(times), "--seed", str(seed))
    counts = re.findall(r"^[a-z ]+? +(\d+) +\d+$", told, re.MULTILINE)
    return soaked.kills(sum(map(int, counts)), "" if code == 0 else "something was lost, see below"), told


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.soak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault-every", type=int, default=4, metavar="TURNS", help="on average (default: 4)")
    parser.add_argument(
        "--events", type=int, default=soaked.EVENTS, help=f"of devices, in a row (default: {soaked.EVENTS})"
    )
    parser.add_argument("--kills", type=int, default=KILLS, help=f"of each kind of stored file (default: {KILLS})")
    parser.add_argument("--dry-run", action="store_true", help="scripted engines: tries this, measures nothing")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the figures there, as docs/reliability.md")
    chosen = parser.parse_args()
    if reason := VirtualCard.missing():
        parser.exit(5, f"{reason}\n")
    done = asyncio.run(soak(chosen.minutes, chosen.seed, fault_every=chosen.fault_every, dry_run=chosen.dry_run))
    targets, blocks = done.targets(), {}
    if chosen.events:
        target, blocks["Device events (scripted engines), by kind"] = _events(chosen.events, chosen.seed)
        targets.append(target)
    if chosen.kills:
        target, blocks["Writers of stored files, killed while they wrote"] = _kills(chosen.kills, chosen.seed)
        targets.append(target)
    rows = done.table()
    print("\n".join(f"{name:48} {figure}" for name, figure in rows))
    print("\n".join(f"{target.name:66} {target.verdict:18} {target.figure}" for target in targets))
    found = soaked.verdict(targets)
    print(f"all in all: {found}")
    if chosen.write:
        command = f"python -m voiceos.bench.soak --minutes {chosen.minutes:g} --seed {chosen.seed}"
        for name in ("fault_every", "events", "kills"):
            if getattr(chosen, name) != parser.get_default(name):
                command += f" --{name.replace('_', '-')} {getattr(chosen, name)}"
        chosen.write.write_text(soaked.page(rows, targets, command, blocks))
    return {"met": 0, "missed": 1, "too short to tell": TOO_SHORT}[found]


if __name__ == "__main__":
    sys.exit(main())
