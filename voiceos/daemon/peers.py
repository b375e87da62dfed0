"""Who is at the other end of a Unix socket."""

from __future__ import annotations

import os
import select
import socket
import struct

_UCRED = struct.Struct("3i")
"""Linux `struct ucred`: pid, uid, gid; see unix(7)."""
_XUCRED = struct.Struct("IIh16I")
"""BSD `struct xucred`: version, uid, number of groups, groups; see <sys/ucred.h>."""
_SOL_LOCAL, _LOCAL_PEERCRED = 0, 1


def uid_of(peer: socket.socket) -> int:
    """The user that the other end ran as when it connected. Raises OSError where the system does not tell."""
    linux = getattr(socket, "SO_PEERCRED", None)
    if linux is not None:
        return int(_UCRED.unpack(peer.getsockopt(socket.SOL_SOCKET, linux, _UCRED.size))[1])
    return int(_XUCRED.unpack(peer.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED.size))[1])


def is_ours(peer: socket.socket) -> bool:
    """Whether it is the user whom this program runs for."""
    try:
        return uid_of(peer) == os.getuid()
    except OSError:
        return False


def gone(descriptor: int) -> bool:
    """Whether the other end is closed for good, not only for writing, or this one is."""
    if descriptor < 0:
        return True
    poll = select.poll()
    poll.register(descriptor, 0)  # POLLHUP and POLLERR are told unasked
    return any(events & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, events in poll.poll(0))
