"""The real program over the virtual sound card, commanded as a user would, and what is heard of it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import soxr

from voiceos.app import Engines
from voiceos.audio.frames import RATE_HZ as HEARD_HZ
from voiceos.bench.session import Session
from voiceos.bench.sound import Stretch
from voiceos.bench.virtual_card import RATE_HZ, VirtualCard
from voiceos.bench.voice_to_voice import spoken, starter_settings
from voiceos.config import Settings


async def test_it_says_answers_closes_its_ears_and_opens_them_again(card: VirtualCard, tmp_path: Path) -> None:
    ((_, question),) = await spoken(("What is the capital of Germany?",), Settings())

    async def voiceos(*arguments: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "voiceos",
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path / "run"), "NO_COLOR": "1", "COLUMNS": "200"},
        )
        out, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode()

    async def status() -> dict[str, Any]:
        found: dict[str, Any] = json.loads((await voiceos("status", "--json"))[1])
        return found

    async with Session(card, starter_settings(), tmp_path, arguments=["--no-greeting"]) as session:
        engines = _engines(session)
        before = await status()
        assert before["ready"]
        assert [engine["state"] for engine in before["engines"]] == ["ready"] * 3
        assert before["devices"]["microphone"]
        print(f"memory: {before['total_memory_bytes'] / 1e9:.2f} GB, program {before['memory_bytes'] / 1e6:.0f} MB")

        begun = session.now_s
        assert await voiceos("say", "The kettle is boiling.") == (0, "")
        said = await session.answer(begun)
        code, answer = await voiceos("ask", "What is the capital of France?")
        assert (code, "Paris" in answer) == (0, True)
        assert _engines(session) == engines, "no second model was loaded"

        assert (await voiceos("mute"))[0] == 0
        assert (await status())["devices"]["no_sound"] == "muted"
        deaf = await session.ask(question, HEARD_HZ, patience_s=5.0)
        assert deaf.answer is None or deaf.answer.end_s - deaf.answer.begin_s < 0.5
        assert (await voiceos("unmute"))[0] == 0
        heard = await session.ask(question, HEARD_HZ)
        assert heard.answer is not None
        (turn,) = (turn for turn in (await status())["turns"] if turn["latency_ms"] is not None)
        print(f"answered after {turn['latency_ms']} ms")

        async with Engines(Settings(), {"stt"}) as recogniser:

            async def written(stretch: Stretch | None) -> str:
                assert stretch is not None
                samples = soxr.resample(session.cut(stretch, 0), RATE_HZ, HEARD_HZ)
                return (await recogniser.stt.transcribe(samples, language="en")).text.lower()

            assert "kettle" in await written(said)
            assert "berlin" in await written(heard.answer)
        assert (await voiceos("stop"))[0] == 0
        assert await session.process.wait() == 0


def _engines(session: Session) -> int:
    """How many processes of Python: the program and its engines, not what looks at the sound server."""
    return sum(process.name().startswith("python") for process in session.family())
