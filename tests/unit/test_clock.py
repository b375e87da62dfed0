"""What time it is, wherever the machine is just now."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH

import pytest

from voiceos.clock import ManualClock, SystemClock, asleep_s
from voiceos.events import Intent
from voiceos.skills.until import moment
from voiceos.thinking.answers import answer


def zone(name: str) -> bytes:
    """The compiled time zone, as in /etc/localtime."""
    for folder in TZPATH:
        if (path := Path(folder) / name).is_file():
            return path.read_bytes()
    try:
        return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        pytest.skip("this system has no time zones")


def test_a_change_of_the_machines_zone_counts_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    place = tmp_path / "localtime"
    clock = SystemClock(place)
    offsets = []
    for name in ("Asia/Tokyo", "America/Bogota", "UTC"):
        new = tmp_path / "new"
        new.write_bytes(zone(name))
        new.replace(place)
        now = clock.now()
        offsets.append(now.utcoffset())
        assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
    assert offsets == [timedelta(hours=9), timedelta(hours=-5), timedelta(0)]


@pytest.mark.parametrize("content", [None, b"no zone"])
def test_without_a_readable_zone_the_one_that_is_named_counts_then_the_c_library_decides(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    if content is not None:
        (tmp_path / "localtime").write_bytes(content)
    clock = SystemClock(tmp_path / "localtime", tmp_path / "timezone")
    assert clock.now().utcoffset() == datetime.now().astimezone().utcoffset()
    zone("Asia/Tokyo")
    (tmp_path / "timezone").write_text("Asia/Tokyo\n")
    assert clock.now().utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", ":Europe/Berlin", "a file", "CET-1CEST,M3.5.0,M10.5.0/3", "<+01>-1<+02>,M3.5.0,M10.5.0/3"]
)
def test_a_zone_in_the_environment_knows_when_its_clocks_are_changed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "berlin").write_bytes(zone("Europe/Berlin"))
    monkeypatch.setenv("TZ", str(tmp_path / "berlin") if name == "a file" else name)
    here = SystemClock().now().tzinfo
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=5)
    saturday = datetime(2026, 3, 28, 15, tzinfo=here)
    assert moment({"day": "tomorrow", "hour": 9}, saturday) == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert [datetime(2026, month, 1, tzinfo=here).utcoffset() for month in (1, 7)] == [
        timedelta(hours=1),
        timedelta(hours=2),
    ]


@pytest.mark.parametrize("name", ["", "UTC0", "no such zone", "Nowhere/At_all", "/no/such/file", "../../etc/passwd"])
def test_whatever_the_environment_says_there_is_a_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", name)
    now = SystemClock().now()
    assert now.tzinfo is not None
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_zone_in_the_environment_goes_before_the_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "localtime").write_bytes(zone("Asia/Tokyo"))
    monkeypatch.setenv("TZ", "UTC")
    assert SystemClock(tmp_path / "localtime").now().utcoffset() == datetime.now().astimezone().utcoffset()


def test_the_time_is_told_as_it_is_after_a_jump_of_the_clock() -> None:
    clock = ManualClock(datetime(2026, 3, 29, 1, 59, tzinfo=UTC))
    before = answer(Intent("time"), clock.now(), language="en")
    clock.advance(-3600)
    assert answer(Intent("time"), clock.now(), language="en") != before


def test_sleep_is_how_far_the_kernels_clocks_are_apart() -> None:
    """A time namespace whose clock that counts sleep is an hour ahead: to whoever runs in it the computer has slept so
    long."""
    ask = "from voiceos.clock import asleep_s; print(asleep_s())"
    within = ["unshare", "--user", "--map-root-user", "--time", "--boottime", "3600", "--fork"]
    try:
        slept = subprocess.run([*within, sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no `unshare` here: install util-linux")
    if slept.returncode != 0 and "unshare" in slept.stderr:
        pytest.skip(f"no time namespaces here: {slept.stderr.strip()}")
    assert slept.returncode == 0, slept.stderr
    assert float(slept.stdout) - asleep_s() == pytest.approx(3600, abs=1)
