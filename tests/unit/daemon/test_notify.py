"""sd_notify's protocol: what arrives at the socket."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from voiceos.daemon.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """An address as `NOTIFY_SOCKET` has it, and the socket that listens there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(5)
        if request.param == "path":
            address = str(tmp_path / "notify")
            listening.bind(address)
        else:
            address = f"@voiceos-test-{os.getpid()}"
            listening.bind("\0" + address[1:])
        yield address, listening


def told(listening: socket.socket) -> list[str]:
    return listening.recv(4096).decode().split("\n")


def test_each_thing_is_one_datagram(systemd: tuple[str, socket.socket]) -> None:
    address, listening = systemd
    notifier = Notifier(address)
    notifier.ready("Listening.")
    assert told(listening) == ["READY=1", "STATUS=Listening."]
    notifier.status("Waiting for\na microphone.")
    assert told(listening) == ["STATUS=Waiting for a microphone."]
    notifier.alive()
    assert told(listening) == ["WATCHDOG=1"]
    notifier.stuck("The conductor stands.")
    assert told(listening) == ["STATUS=The conductor stands.", "WATCHDOG=trigger"]
    notifier.stopping("Goodbye.")
    assert told(listening) == ["STOPPING=1", "STATUS=Goodbye."]


def test_a_reload_carries_the_moment_that_systemd_asks_for(systemd: tuple[str, socket.socket]) -> None:
    address, listening = systemd
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    Notifier(address).reloading()
    reloading, moment = told(listening)
    assert reloading == "RELOADING=1"
    match = re.fullmatch(r"MONOTONIC_USEC=(\d+)", moment)
    assert match
    assert before <= int(match[1]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def test_a_status_is_told_once(systemd: tuple[str, socket.socket]) -> None:
    address, listening = systemd
    notifier = Notifier(address)
    notifier.ready("Listening.")
    notifier.status("Listening.")
    notifier.status("Muted.")
    assert told(listening)[0] == "READY=1"
    assert told(listening) == ["STATUS=Muted."]


def test_the_environment_is_read_once_and_not_handed_on() -> None:
    environ = {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(os.getpid()), "HOME": "/h"}
    notifier = Notifier.from_environment(environ)
    assert notifier.watchdog_s == 20.0
    assert environ == {"HOME": "/h"}


@pytest.mark.parametrize(
    "environ",
    [
        {"NOTIFY_SOCKET": "/x"},
        {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"},
        {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "0"},
        {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "20000000"},
    ],
)
def test_where_systemd_does_not_watch_this_process_there_is_no_watchdog(environ: dict[str, str]) -> None:
    assert Notifier.from_environment(environ).watchdog_s is None


def test_nobody_listens_and_nothing_is_done(caplog: pytest.LogCaptureFixture) -> None:
    notifier = Notifier.from_environment({})
    notifier.ready("Listening.")
    notifier.alive()
    assert caplog.text == "", "to tell nobody is no failure"


def test_a_socket_that_is_gone_ends_nothing_and_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Notifier(str(tmp_path / "gone")).ready("Listening.")
    assert "systemd could not be told READY=1" in caplog.text
