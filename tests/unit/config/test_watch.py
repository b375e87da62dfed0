"""Changed settings files are noticed, whatever way they change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from voiceos.config.watch import changes


class Watch:
    """Counts what is told, while files are played with."""

    def __init__(self, *paths: Path) -> None:
        self.told = asyncio.Queue[None]()
        self._task = asyncio.create_task(self._run(paths))

    async def _run(self, paths: tuple[Path, ...]) -> None:
        async for _ in changes(*paths):
            self.told.put_nowait(None)

    async def noticed(self) -> None:
        await asyncio.wait_for(self.told.get(), 20)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def watch() -> AsyncIterator[Callable[..., Watch]]:
    watches: list[Watch] = []

    def make(*paths: Path) -> Watch:
        watches.append(Watch(*paths))
        return watches[-1]

    yield make
    for one in watches:
        await one.close()


def replace(path: Path, text: str) -> None:
    """As editors do: another file takes its place."""
    other = path.with_name(f".{path.name}.swp")
    other.write_text(text)
    other.replace(path)


async def test_a_file_that_is_written_replaced_removed_and_made_again(
    tmp_path: Path, watch: Callable[..., Watch]
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("one")
    watching = watch(tmp_path / "system.toml", path)
    await asyncio.sleep(0.1)
    path.write_text("two")
    await watching.noticed()
    for text in ("three", "four"):
        replace(path, text)
        await watching.noticed()
    path.unlink()
    await watching.noticed()
    path.write_text("five")
    await watching.noticed()
    assert watching.told.empty()


async def test_a_folder_that_is_not_there_yet(tmp_path: Path, watch: Callable[..., Watch]) -> None:
    path = tmp_path / "config" / "voiceos" / "config.toml"
    watching = watch(path)
    await asyncio.sleep(0.1)
    path.parent.mkdir(parents=True)
    path.write_text("one")
    await watching.noticed()
    replace(path, "two")
    await watching.noticed()


async def test_a_link_and_what_it_leads_to(tmp_path: Path, watch: Callable[..., Watch]) -> None:
    mine = tmp_path / "dotfiles" / "voiceos.toml"
    mine.parent.mkdir()
    mine.write_text("one")
    path = tmp_path / "config.toml"
    path.symlink_to(mine)
    watching = watch(path)
    await asyncio.sleep(0.1)
    replace(mine, "two")
    await watching.noticed()
    path.unlink()
    path.write_text("three")
    await watching.noticed()


async def test_a_burst_is_one_change_and_one_that_changes_nothing_is_none(
    tmp_path: Path, watch: Callable[..., Watch]
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("one")
    watching = watch(path)
    await asyncio.sleep(0.1)
    for text in ("", "tw", "one"):
        path.write_text(text)
    (tmp_path / "other.txt").write_text("something")
    await asyncio.sleep(1.0)
    assert watching.told.empty()
    for count in range(20):
        replace(path, f"text {count}")
    await watching.noticed()
    await asyncio.sleep(1.0)
    assert watching.told.empty()
