"""The whole program over the virtual sound card with real engines: it is talked to, and its voice is listened to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import tomllib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import numpy as np
import psutil
import pytest
import soxr

from voiceos.app import Engines
from voiceos.audio import files
from voiceos.audio.frames import RATE_HZ as HEARD_HZ
from voiceos.audio.frames import Samples
from voiceos.bench.session import Session
from voiceos.bench.virtual_card import RATE_HZ, VirtualCard
from voiceos.bench.voice_to_voice import spoken, starter_settings
from voiceos.config import Settings

QUESTIONS = tomllib.loads(Path(__file__).with_name("questions.toml").read_text("utf-8"))["question"]
PASS = 9
HEARD = {"log.level": "DEBUG", "log.speech": "true"}
"""Where an answer is wrong, what was heard is wanted."""


@pytest.fixture
async def session(card: VirtualCard, tmp_path: Path) -> AsyncIterator[Session]:
    likeliest = {"llm.temperature": "0"}  # what is asked for are facts, and no luck is to be needed for them
    arguments = ["--no-greeting", "--trace-json"]
    async with Session(card, starter_settings(), tmp_path, arguments=arguments, overrides=likeliest) as session:
        yield session


@contextlib.asynccontextmanager
async def _recogniser() -> AsyncIterator[Engines]:
    async with Engines(Settings(), {"stt"}) as engines:
        yield engines


async def _written(engines: Engines, samples: Samples, rate_hz: int) -> str:
    """What is said, as the recogniser writes it; at most the first 29 s."""
    heard = soxr.resample(samples, rate_hz, HEARD_HZ)[: 29 * HEARD_HZ]
    return (await engines.stt.transcribe(heard, language="en")).text.lower()


def _utterances() -> dict[str, Samples]:
    """Human recordings of questions, where there are any."""
    root = Path(os.environ.get("VOICEOS_SPEECH", Path(__file__).parents[2] / "../shared/speech"))
    named = {question["text"]: root / question["recording"] for question in QUESTIONS if "recording" in question}
    return {text: files.read(path) for text, path in named.items() if path.is_file()}


def _matches(answer: str, accepted: list[str]) -> bool:
    month = datetime.now().astimezone().strftime("%B").lower()
    return any(word.replace("{month}", month) in answer for word in accepted)


async def test_ten_spoken_questions_are_answered_aloud(session: Session) -> None:
    human = _utterances()
    made = dict(await spoken(tuple(q["text"] for q in QUESTIONS if q["text"] not in human), Settings()))
    answers = []
    for question in QUESTIONS:
        exchange = await session.ask((human | made)[question["text"]], HEARD_HZ)
        assert exchange.answer is not None, f"no answer to {question['text']!r}"
        answers.append(session.cut(exchange.answer, 0))
    async with _recogniser() as engines:
        texts = [await _written(engines, answer, RATE_HZ) for answer in answers]
    accepted = [question["accepted"] for question in QUESTIONS]
    right = [_matches(text, words) for text, words in zip(texts, accepted, strict=True)]
    print(
        *(f"{'ok  ' if ok else 'MISS'} {q['text']} → {t}" for ok, q, t in zip(right, QUESTIONS, texts, strict=True)),
        sep="\n",
    )
    assert sum(right) >= PASS
    shuffled = texts[3:] + texts[:3]
    assert sum(_matches(text, words) for text, words in zip(shuffled, accepted, strict=True)) < PASS
    memory_gb = session.memory_bytes() / 1e9
    print(f"memory of the whole program: {memory_gb:.2f} GB")
    assert memory_gb <= 2.6


async def test_speech_over_the_reply_silences_it_and_ctrl_c_leaves_nothing(card: VirtualCard, tmp_path: Path) -> None:
    (_, story), (_, interruption) = await spoken(
        ("Tell me a long story about a lighthouse keeper and the sea.", "Wait a moment, please."), Settings()
    )
    chance = random.Random(7)
    async with Session(card, starter_settings(), tmp_path, arguments=["--no-greeting"]) as session:
        for number in range(3):
            asked = await session.say(story, HEARD_HZ)
            sounding = await session.sounding(asked.end_s)
            await asyncio.sleep(chance.uniform(0.2, 1.5))
            over = await session.say(interruption, HEARD_HZ)
            silent = session.silent_since(0, over.begin_s)
            print(
                f"{number}: spoke for {over.begin_s - sounding:.2f} s, silent {(silent - over.begin_s) * 1000:.0f} ms"
            )
            assert silent < over.end_s, "the reply went on through the interruption"
            await session.answer(over.end_s)
        family = session.family()
        assert await session.stop(signal.SIGINT) == 0
        _, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []
        assert [line for line in session.lines if "Warning" in line or "Traceback" in line] == []


@pytest.mark.parametrize("moment_s", [0.05, 0.3, 0.8, 1.5, 2.5, 4.0])
async def test_ctrl_c_at_any_moment_ends_quietly(card: VirtualCard, tmp_path: Path, moment_s: float) -> None:
    (tmp_path / "config.toml").write_text(starter_settings())
    process = await _start("run", "--config", str(tmp_path / "config.toml"), card=card)
    await asyncio.sleep(moment_s)
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    process.send_signal(signal.SIGINT)
    begun = asyncio.get_running_loop().time()
    output, _ = await process.communicate()
    print(f"Ctrl-C after {moment_s} s: ended in {asyncio.get_running_loop().time() - begun:.2f} s")
    assert process.returncode in (0, 130, -signal.SIGINT)  # the last before Python has taken charge of signals
    assert b"Traceback" not in output
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


async def test_a_lost_microphone_is_told_at_once_and_come_back_it_answers_again(
    disturbed_card: VirtualCard, tmp_path: Path
) -> None:
    ((_, question),) = await spoken(("What is the capital of Germany?",), Settings())
    arguments = ["--no-greeting"]
    async with Session(disturbed_card, starter_settings(), tmp_path, arguments=arguments, overrides=HEARD) as session:
        with disturbed_card.suspended_microphone():
            gone = await session.answer(0.0)
            await session.wait_line("waiting for sound")
        back = await session.answer(session.now_s)
        exchange = await session.ask(question, HEARD_HZ)
        async with _recogniser() as engines:
            texts = [
                await _written(engines, session.cut(stretch, 0), RATE_HZ) if stretch else ""
                for stretch in (gone, back, exchange.answer)
            ]
        assert "microphone is gone" in texts[0]
        assert "hear you again" in texts[1]
        assert "berlin" in texts[2], "\n".join(session.lines)


async def test_a_lost_sound_server_is_told_and_come_back_it_answers_again(card: VirtualCard, tmp_path: Path) -> None:
    ((_, question),) = await spoken(("What is the capital of Germany?",), Settings())
    arguments = ["--no-greeting"]
    async with Session(card, starter_settings(), tmp_path, arguments=arguments, overrides=HEARD) as session:
        card.stop_server(kill=True)
        await session.wait_line("waiting for sound: no sound server")
        card.start_server()
        await session.wait_line("loudspeaker open", again=True)
        async with card.room_noise(), card.record() as recording:
            session.recording = recording
            await session.answer(0.0)  # it says that it is back
            exchange = await session.ask(question, HEARD_HZ)
            assert exchange.answer is not None
            answer = session.cut(exchange.answer, 0)
        async with _recogniser() as engines:
            assert "berlin" in await _written(engines, answer, RATE_HZ), "\n".join(session.lines)


async def test_a_dry_run_needs_no_model(card: VirtualCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEOS_MODELS", str(tmp_path / "none"))
    async with Session(card, starter_settings(), tmp_path, arguments=["--dry-run"]) as session:
        greeted = await session.answer(0.0)
        assert greeted is not None
    assert not list((tmp_path / "cache").rglob("*.lane"))


async def test_a_missing_model_is_told_in_words_and_aloud(card: VirtualCard, tmp_path: Path) -> None:
    settings = starter_settings().replace("qwen2.5-coder-1.5b-instruct-q4_k_m", "gemma-3-1b-it-Q4_K_M")
    (tmp_path / "config.toml").write_text(settings)
    async with card.record() as recording:
        code, text = await _run("run", "--config", str(tmp_path / "config.toml"), card=card)
        sound = np.array(recording.samples[:, 0])
    assert code == 4
    assert "voiceos models pull gemma-3-1b-it-Q4_K_M" in text
    async with _recogniser() as engines:
        assert "model" in await _written(engines, sound, RATE_HZ)


async def test_a_mistake_in_the_settings_is_told_in_words_and_aloud(card: VirtualCard, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('version = 1\n[listening]\nmode = "opne"\n')
    async with card.record() as recording:
        code, text = await _run("run", "--config", str(tmp_path / "config.toml"), card=card)
        sound = np.array(recording.samples[:, 0])
    assert code == 3
    assert "config.toml:3" in text
    assert "open" in text
    async with _recogniser() as engines:
        assert "settings" in await _written(engines, sound, RATE_HZ)


async def test_a_question_from_file_to_file(card: VirtualCard, tmp_path: Path) -> None:
    ((_, question),) = await spoken(("What is the capital of Germany?",), Settings())
    files.write(tmp_path / "question.wav", question, HEARD_HZ)
    (tmp_path / "config.toml").write_text(starter_settings())
    code, text = await _run(
        "ask",
        "--audio",
        str(tmp_path / "question.wav"),
        "--out",
        str(tmp_path / "answer.wav"),
        "--config",
        str(tmp_path / "config.toml"),
        card=card,
    )
    assert code == 0
    assert "berlin" in text.lower()
    code, text = await _run("transcribe", str(tmp_path / "answer.wav"), card=card)
    assert code == 0
    assert "berlin" in text.lower()


async def _run(*arguments: str, card: VirtualCard) -> tuple[int, str]:
    """Exit code and output of `voiceos …`."""
    process = await _start(*arguments, card=card)
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(errors="replace")


async def _start(*arguments: str, card: VirtualCard) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-m",
        "voiceos",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **card.environment, "NO_COLOR": "1", "COLUMNS": "1000"},
    )
