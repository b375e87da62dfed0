"""Who uses the microphone, read from what the sound server lists."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from voiceos.audio.calls import Calls, others

SOURCES = [{"index": 1, "name": "alsa_input.headset"}, {"index": 2, "name": "alsa_output.headset.monitor"}]


def stream(process: int | None, source: int = 1, *, corked: bool = False) -> dict[str, Any]:
    properties = {} if process is None else {"application.process.id": str(process)}
    return {"source": source, "corked": corked, "properties": properties}


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        ([], set()),
        ([stream(7)], set()),
        ([stream(7), stream(8)], {8}),
        ([stream(8, source=2)], set()),
        ([stream(8, corked=True)], set()),
        ([stream(None)], set()),
        ([stream(8), stream(9)], {8, 9}),
    ],
    ids=["nobody", "itself", "a call", "a level meter", "on hold", "the server's own loop", "two"],
)
def test_another_program_at_the_microphone_is_a_call(streams: list[dict[str, Any]], expected: set[int]) -> None:
    assert others(streams, SOURCES, own=7) == expected


class Server:
    """A sound server as `pactl` shows it: a script whose answers lie in files.

    Args:
        folder: of the script and its answers.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.told: asyncio.Queue[bool] = asyncio.Queue()
        self.calls = Calls(self.told.put_nowait, retry_s=0.05)
        (folder / "sources").write_text(json.dumps(SOURCES))
        for name in ("changes", "looks"):
            (folder / name).touch()
        self.records()
        self.pactl(WORKS)

    def pactl(self, script: str, *, mode: int = 0o755) -> None:
        """Put this program in its place."""
        path = self._folder / "pactl.new"
        path.write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin\ncd "{self._folder}"\n{script}')
        path.chmod(mode)
        path.replace(self._folder / "pactl")

    def records(self, *processes: int) -> None:
        """These record from now on."""
        path = self._folder / "new"
        path.write_text(json.dumps([stream(process) for process in processes]))
        path.replace(self._folder / "source-outputs")

    def tells(self) -> None:
        """That something changed."""
        with (self._folder / "changes").open("a") as file:
            file.write("Event 'new' on source-output #1\n")

    async def looked(self) -> None:
        """Have what is so by now be seen: of three looks that have begun since, the second is over."""
        before = self._looks()
        for _ in range(3):
            self.tells()
        await until(lambda: self._looks() >= before + 3)

    async def restarts(self, *processes: int) -> None:
        """It goes, which is noticed, and is there again with these that record."""
        down = self._folder / "down"
        down.touch()
        os.kill(int((self._folder / "follower").read_text()), signal.SIGKILL)
        await until(lambda: "refused" in self.calls.trouble)
        self.records(*processes)
        (self._folder / "changes").write_text("")
        down.unlink()
        await until(lambda: "refused" not in self.calls.trouble)

    async def next(self) -> bool:
        """What is told next."""
        return await asyncio.wait_for(self.told.get(), 10.0)

    def _looks(self) -> int:
        return len((self._folder / "looks").read_text().splitlines())


async def until(state: Callable[[], bool]) -> None:
    for _ in range(1000):
        if state():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


WORKS = """
[ -e down ] && { echo Connection refused >&2; exit 1; }
case $1 in
subscribe) echo $$ > follower; exec tail -n +1 -f changes ;;
*) [ "$3" = sources ] || echo >> looks; cat "$3" ;;
esac
"""


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Asked by `server.calls`, whose watch runs once a test starts it."""
    monkeypatch.setenv("PATH", str(tmp_path))  # and no other pactl
    return Server(tmp_path)


@contextlib.asynccontextmanager
async def watched(server: Server) -> AsyncIterator[asyncio.Task[None]]:
    watching = asyncio.create_task(server.calls.watch())
    try:
        yield watching
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_what_recorded_before_is_none_until_it_has_stopped(server: Server) -> None:
    server.records(8)
    async with watched(server):
        await asyncio.wait_for(server.calls.looking.wait(), 10.0)
        server.records(8, 9)
        await server.looked()
        assert await server.next() is True
        server.records()
        await server.looked()
        assert await server.next() is False
        server.records(8)
        await server.looked()
        assert await server.next() is True


async def test_a_call_goes_on_over_a_restart_of_the_sound_server_and_what_was_there_before_is_none(
    server: Server,
) -> None:
    server.records(8)
    async with watched(server):
        await asyncio.wait_for(server.calls.looking.wait(), 10.0)
        server.records(8, 9)
        await server.looked()
        assert await server.next() is True
        await server.restarts(9)  # the other comes back later
        await server.looked()
        server.records(8, 9)
        await server.looked()
        assert server.told.empty()
        server.records(8)
        await server.looked()
        assert await server.next() is False


async def test_a_call_that_went_away_with_the_sound_server_is_over_once_it_is_back(server: Server) -> None:
    async with watched(server):
        await asyncio.wait_for(server.calls.looking.wait(), 10.0)
        server.records(9)
        await server.looked()
        assert await server.next() is True
        await server.restarts()
        assert await server.next() is False


async def test_a_pactl_that_cannot_be_run_ends_no_watch_and_is_said_once(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async with watched(server):
        await asyncio.wait_for(server.calls.looking.wait(), 10.0)
        server.records(9)
        await server.looked()
        assert await server.next() is True
        server.pactl(WORKS, mode=0o644)
        server.tells()
        assert await server.next() is False
        await asyncio.sleep(0.2)
        assert caplog.text.count("calls are not noticed: pactl: PermissionError") == 1
        server.pactl(WORKS)
        assert await server.next() is True
        assert not server.calls.trouble


async def test_a_list_that_makes_no_sense_ends_no_watch(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.pactl(WORKS.replace('cat "$3"', "echo '[{}]'"))
    async with watched(server):
        await until(lambda: "calls are not noticed: pactl: KeyError" in caplog.text)
        server.pactl(WORKS)
        await asyncio.wait_for(server.calls.looking.wait(), 10.0)
        assert server.calls.looking.is_set()
        assert not server.calls.trouble


async def test_a_pactl_from_before_json_is_said_once(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.pactl(WORKS.replace('cat "$3"', "echo \"pactl: unrecognized option '--format=json'\" >&2; exit 1"))
    async with watched(server):
        await until(lambda: bool(server.calls.trouble))
        await server.looked()
        assert caplog.text.count("calls are not noticed: pactl --format=json list: pactl: unrecognized option") == 1
        assert not server.calls.looking.is_set()


async def test_without_pactl_there_is_nothing_to_watch(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    caplog.set_level(logging.INFO)
    async with watched(server) as watching:
        await asyncio.wait_for(watching, 10.0)
    assert "pactl is not installed" in caplog.text
