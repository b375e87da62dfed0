"""What a service tells systemd, and when it wants to be told: the protocol of sd_notify(3), without its library.

A datagram of lines `NAME=value` to the socket that `NOTIFY_SOCKET` names; a name that begins with `@` is an abstract
one. Where nobody asked to be notified there is nothing to do, and nothing is done.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import MutableMapping

log = logging.getLogger(__name__)


class Notifier:
    """`Notifier.from_environment().ready("Listening.")`; each call tells one thing, at once, and never raises.

    Args:
        address: of the socket, as `NOTIFY_SOCKET` has it; "" where nobody listens.
        watchdog_s: systemd kills what it has not heard `alive()` of for so many seconds; None where it does not watch.
    """

    def __init__(self, address: str = "", *, watchdog_s: float | None = None) -> None:
        self.watchdog_s = watchdog_s
        self._address = address
        self._status = ""

    @classmethod
    def from_environment(cls, environ: MutableMapping[str, str] | None = None) -> Notifier:
        """Whom the environment names; what is read is taken out of it, since it is meant for this process alone."""
        environ = os.environ if environ is None else environ
        address = environ.pop("NOTIFY_SOCKET", "")
        budget, watched = environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", "")
        watches = budget.isascii() and budget.isdigit() and int(budget) > 0 and watched in ("", str(os.getpid()))
        return cls(address, watchdog_s=int(budget) / 1e6 if watches and address else None)

    def ready(self, status: str) -> None:
        """It has started, or has finished reloading."""
        self._status = status
        self._send("READY=1", f"STATUS={_line(status)}")

    def status(self, text: str) -> None:
        """How it is, in plain words; told where it has changed."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={_line(text)}")

    def reloading(self) -> None:
        """It reads its settings anew; `ready` follows."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self, status: str) -> None:
        """It ends of its own accord or because it was asked to."""
        self._status = status
        self._send("STOPPING=1", f"STATUS={_line(status)}")

    def alive(self) -> None:
        """To be told more often than each `watchdog_s`."""
        self._send("WATCHDOG=1")

    def stuck(self, why: str) -> None:
        """Ask to be killed and started anew, now rather than when patience ends."""
        self._status = why
        self._send(f"STATUS={_line(why)}", "WATCHDOG=trigger")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        target = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending:
                sending.setblocking(False)
                sending.sendto("\n".join(lines).encode(), target)
        except (OSError, ValueError) as error:  # of no use to anybody but systemd, which then acts as it sees fit
            log.warning("systemd could not be told %s: %s", lines[0], error)


def _line(text: str) -> str:
    """A status is one line."""
    return " ".join(text.split())
