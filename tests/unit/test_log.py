"""What the log looks like, to a reader and to systemd's journal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LINES = """
import logging
from voiceos import log
log.setup("DEBUG")
voiceos = logging.getLogger("voiceos.test")
voiceos.info("it listens")
voiceos.warning("two\\nlines")
voiceos.debug("heard %s", log.speech("my secret"))
try:
    1 / 0
except ZeroDivisionError:
    voiceos.exception("a bug")
"""


def logged(tmp_path: Path, *, journal: bool) -> list[str]:
    path = tmp_path / "stderr"
    with path.open("w") as stderr:
        status = os.fstat(stderr.fileno())
        stream = f"{status.st_dev}:{status.st_ino}" if journal else "1:2"
        subprocess.run(
            [sys.executable, "-c", LINES], stderr=stderr, env=os.environ | {"JOURNAL_STREAM": stream}, check=True
        )
    return path.read_text().splitlines()


def test_for_the_journal_each_line_begins_with_its_priority(tmp_path: Path) -> None:
    lines = logged(tmp_path, journal=True)
    assert lines[:3] == ["<6>voiceos.test: it listens", "<4>voiceos.test: two", "<4>lines"]
    assert lines[3] == "<7>voiceos.test: heard <9 characters>"
    assert all(line.startswith("<3>") for line in lines[4:])
    assert lines[-1] == "<3>ZeroDivisionError: division by zero"


def test_elsewhere_it_begins_with_the_time(tmp_path: Path) -> None:
    lines = logged(tmp_path, journal=False)
    assert lines[0][2] == ":" and lines[0].endswith("INFO    voiceos.test: it listens")
    assert not any(line.startswith("<") for line in lines)
