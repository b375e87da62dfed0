"""Writers that are killed at random moments lose nothing; and the search would find it if they did."""

from __future__ import annotations

import os
import subprocess
import sys

PLANTED = """
import random, sys
from pathlib import Path
from voiceos.bench import kills
path = Path(sys.argv[1])

def write(number):  # over the old content, as none of ours does
    with path.open("w") as file:
        for _ in range(200):
            file.write(f"{number}\\\\n")
            file.flush()

def read():
    numbers = {int(line) for line in path.read_text().splitlines()}
    (number,) = numbers
    return number

chance = random.Random(1)
for _ in range(20):
    try:
        kills.kill(kills.Kind(write, read), chance)
    except kills.LostError as error:
        print(error)
        break
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, env=os.environ)


def test_each_kind_of_stored_file_outlives_twenty_kills() -> None:
    done = run("-m", "voiceos.bench.kills", "--times", "20", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    table = [line.rsplit(maxsplit=2) for line in done.stdout.splitlines()[1:]]
    assert len(table) >= 6
    assert all(row[1:] == ["20", "0"] for row in table)


def test_a_file_that_is_written_over_is_found_out(tmp_path: object) -> None:
    done = run("-c", PLANTED, f"{tmp_path}/file")
    assert "it cannot be read" in done.stdout or "it holds number" in done.stdout, done.stderr
