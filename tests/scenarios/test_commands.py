"""The verbs as programs, and a running assistant that they talk to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import soundfile

from tests.scenarios.served import Served
from voiceos.daemon.places import make_runtime_folder, socket_path


async def voiceos(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a verb."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "voiceos",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_the_verbs_talk_to_the_one_that_runs(tmp_path: Path) -> None:
    async with Served() as room:
        engines = {process.pid for process in room.live.engines.processes.values()}
        code, out, _ = await voiceos("status")
        assert code == 0
        assert f"process {os.getpid()}" in out
        assert "nobody speaks, mode open" in out
        code, out, _ = await voiceos("status", "--json")
        assert json.loads(out)["devices"]["microphone"] == "virtual"
        assert await voiceos("say", "-5 degrees") == (0, "", "")
        assert room.said() == ["-5 degrees"]
        code, out, _ = await voiceos("ask", "are you there")
        assert (code, out.strip()[-24:]) == (0, "You said: are you there"[-24:])
        file = tmp_path / "said.wav"
        assert (await voiceos("say", "hello", "--out", str(file)))[0] == 0
        assert soundfile.info(file).duration > 0.1
        assert (await voiceos("volume", "40"))[1] == "40 %\n"
        assert (await voiceos("volume", "-10"))[1] == "30 %\n"
        assert (await voiceos("mode", "name"))[1] == "name\n"
        assert (await voiceos("mute"))[0] == 0
        assert room.sound.muted
        assert "muted" in (await voiceos("status"))[1]
        code, out, _ = await voiceos("listen")
        assert code == 5
        assert "muted" in out
        assert (await voiceos("unmute"))[0] == 0
        assert (await voiceos("cancel"))[1] == "there was nothing to stop\n"
        for wrong, told in (
            (("mode", "deaf"), "mode is none of 'open', 'name', 'push', 'wakeword'"),
            (("events", "noise"), "kinds is none of 'state', 'levels'"),
            (("restart-engine", "ear"), "name is none of 'stt', 'llm', 'tts'"),
            (("say", "word " * 2000), "text has more than 5000 characters"),
        ):
            code, _, err = await voiceos(*wrong)
            assert (code, err[: len(told)]) == (2, told)
        code, out, _ = await voiceos("history", "--json")
        assert json.loads(out)[0] == {"role": "assistant", "text": "-5 degrees", "aside": False}
        assert [message["aside"] for message in json.loads(out)[1:]] == [True, True], "what `ask` asked, and the answer"
        assert {process.pid for process in room.live.engines.processes.values()} == engines
        assert (await voiceos("restart-engine", "tts"))[0] == 0
        assert await voiceos("repeat") == (0, "", "")
        async with room.ending():
            assert (await voiceos("stop"))[1] == "voiceos has ended\n"


async def first_line(*arguments: str, meanwhile: Callable[[], Awaitable[object]]) -> tuple[str, int]:
    """Of a verb that goes on printing, and its exit code as Ctrl-C ends it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voiceos", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    reading = asyncio.create_task(process.stdout.readline())
    while not reading.done():
        await meanwhile()
    process.send_signal(signal.SIGINT)
    return (await reading).decode(), await process.wait()


async def test_the_verbs_that_go_on_tell_what_happens_until_they_are_ended() -> None:
    async with Served() as room, asyncio.timeout(60):
        line, code = await first_line("status", "--watch", "--json", meanwhile=lambda: room.wait(0.2))
        assert json.loads(line)["state"] == "quiet"
        assert code == 130
        line, code = await first_line("events", "state", "--json", meanwhile=lambda: room.say("hello there my friend"))
        assert json.loads(line)["kind"] == "state"
        assert code == 130


async def test_the_live_view_draws_in_a_terminal() -> None:
    async with Served() as room, asyncio.timeout(60):
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "voiceos", "top"), stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        os.set_blocking(ours, False)
        drawn = b""
        while b"mode open" not in drawn:
            await room.wait(0.2)
            with contextlib.suppress(BlockingIOError):
                drawn += os.read(ours, 1 << 16)
        process.send_signal(signal.SIGINT)
        while process.returncode is None:
            await room.wait(0.1)
            with contextlib.suppress(OSError):
                os.read(ours, 1 << 16)
        os.close(ours)
        assert process.returncode == 130


@pytest.mark.parametrize("verb", ["status", "mute", "listen", "stop", "events", "history"])
async def test_where_none_runs_a_verb_says_so_and_how_to_start_it(verb: str) -> None:
    code, out, err = await voiceos(verb)
    assert (code, out) == (8, "")
    assert "voiceos does not run." in err
    assert "`voiceos run`" in err


async def test_one_that_hangs_is_told_of_and_not_waited_for() -> None:
    make_runtime_folder()
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_unix_server(lambda reader, writer: writers.append(writer), socket_path())
    code, _, err = await voiceos("status")
    assert code == 8
    assert "does not answer" in err
    server.close()
    for writer in writers:
        writer.close()
        await writer.wait_closed()
