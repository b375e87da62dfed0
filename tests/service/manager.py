"""A real `systemd --user` of an ordinary user, on whatever machine root runs the tests: booted with systemd or not.

What a user's systemd enforces can only be seen with an ordinary user: root's enforces more. So the manager runs under a
user id of its own, in a mount namespace that shows what such a user has on a desktop (a home, `/run/user/UID`, an entry
in `/etc/passwd`) and, read-only in `/srv`, the program and its environment. The machine itself is not changed, and
what is mounted there goes away with the manager.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import platformdirs

ROOT = Path(__file__).parents[2]
SYSTEMD = Path("/usr/lib/systemd/systemd"), Path("/lib/systemd/systemd")
NAME = "voiceos-test"
HOME = f"/home/{NAME}"
PYTHON = "/srv/venv/bin/python"
MODELS = "/srv/models"
START_S = 30.0

NEWER = os.environ.get("VOICEOS_SYSTEMD", "")
"""A folder in which another systemd lies with all that it needs (`scripts/newer-systemd FOLDER` makes one), to be
tested against in the place of this machine's. It is laid over `/usr` where only the manager and its user see it."""

MASKED = [f"{name}.{kind}" for name in ("pulseaudio", "pipewire", "pipewire-pulse") for kind in ("socket", "service")]
"""No sound server that this machine may have: the tests bring their own, and start it when they want it."""

_LAY_OVER = 'mount -t overlay -o "ro,lowerdir=$0/usr:/usr" none /usr'

# Arguments: the folder, uid, systemd, another one's folder or nothing, then pairs of what is to be seen and where.
_ENTER = """
set -eu
folder=$1 uid=$2 systemd=$3 newer=$4; shift 4
if [ -n "$newer" ]; then sh -c 'LAY_OVER' "$newer"; fi
# Everything is taken hold of before the folders are covered that it may lie in.
stage=$folder/stage; mkdir "$stage"; mount -t tmpfs none "$stage"; n=0
set -- "$@" "$folder/home" HOME "$folder/run" /run/user/$uid "$folder/passwd" /etc/passwd "$folder/group" /etc/group
pairs=$#; i=0
for word; do
  i=$((i + 1))
  if [ $((i % 2)) = 1 ]; then
    n=$((n + 1))
    if [ -d "$word" ]; then mkdir "$stage/$n"; else touch "$stage/$n"; fi
    mount --bind "$word" "$stage/$n"
  fi
done
for cover in /root /home /srv /run/user /run/systemd; do
  mkdir -p $cover; mount -t tmpfs -o mode=755 none $cover
done
# What a booted systemd has made, older ones and newer ones.
mkdir /run/systemd/system /run/systemd/unit-root /run/systemd/mount-rootfs
i=0; n=0
for word; do
  i=$((i + 1))
  if [ $((i % 2)) = 0 ]; then
    n=$((n + 1))
    if [ "$word" = HOME ]; then word=/home/NAME; fi
    if [ -d "$stage/$n" ]; then mkdir -p "$word"; fi
    mount --move "$stage/$n" "$word"
    case $word in /srv/*) mount -o remount,bind,ro "$word" ;; esac
  fi
done
umount "$stage"
mkdir -m 1777 /srv/open # a place outside of the home where everybody may write
for group in $(cat "$folder/cgroups"); do echo $$ >"$group/cgroup.procs"; done
# systemd from 258 on knows only the new kind of control groups, which here may stand beside the old one.
if [ -n "$newer" ] && [ -d /sys/fs/cgroup/unified ]; then mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup; fi
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups "$systemd" --user
""".replace("/home/NAME", HOME).replace("LAY_OVER", _LAY_OVER)


class UserManager:
    """`with UserManager() as manager: manager.systemctl("start", "x.service")`.

    Attributes:
        folder: of all its files; `home` and `run` in it are the user's.
    """

    def __init__(self) -> None:
        self.folder = Path()
        self.uid = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._cgroups: list[Path] = []

    @staticmethod
    def missing() -> str:
        """Why there can be none here, as a sentence; empty where there can."""
        if os.geteuid() != 0:
            return "only root can start a systemd for another user"
        programs = [name for name in ("systemctl", "unshare", "nsenter", "setpriv", "mount") if not shutil.which(name)]
        if programs or not any(path.exists() for path in SYSTEMD):
            return f"no systemd here: install systemd and util-linux (missing: {', '.join(programs) or 'systemd'})"
        if not _cgroup_roots():
            return "no control groups are mounted in /sys/fs/cgroup"
        tried = subprocess.run(
            ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True, check=False
        )
        if tried.returncode:
            return f"nothing can be mounted here: {tried.stderr.strip()}"
        return _newer_missing() if NEWER else ""

    @property
    def home(self) -> Path:
        """The user's home as it is seen from outside; within it is `HOME`."""
        return self.folder / "home"

    @property
    def run(self) -> Path:
        """The user's XDG_RUNTIME_DIR as it is seen from outside."""
        return self.folder / "run"

    @property
    def environment(self) -> dict[str, str]:
        """Of the user's programs."""
        return {
            "HOME": HOME,
            "USER": NAME,
            "LOGNAME": NAME,
            "SHELL": "/bin/sh",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": f"/run/user/{self.uid}",
            "PYTHONPATH": "/srv/voiceos",
            "PYTHONDONTWRITEBYTECODE": "1",
            "VOICEOS_MODELS": MODELS,
        }

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="voiceos-service-"))
        self.folder.chmod(0o755)
        self.uid = next(uid for uid in range(52_000 + os.getpid() % 5000, 60_000) if not _used(uid))
        for name in ("home", "run"):
            (self.folder / name).mkdir(mode=0o700)
            os.chown(self.folder / name, self.uid, self.uid)
        for name, line in (
            ("passwd", f"{NAME}:x:{self.uid}:{self.uid}::{HOME}:/bin/sh"),
            ("group", f"{NAME}:x:{self.uid}:"),
        ):
            (self.folder / name).write_text(f"{(Path('/etc') / name).read_text()}{line}\n")
        for unit in MASKED:
            self.write(f".config/systemd/user/{unit}", "")  # an empty unit is a masked one
        for root in _cgroup_roots():
            group = root / self.folder.name
            group.mkdir()
            for path in (group, *group.iterdir()):
                os.chown(path, self.uid, self.uid)
            self._cgroups.append(group)
        (self.folder / "cgroups").write_text("\n".join(map(str, self._cgroups)))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        shown = [
            (ROOT / "voiceos", "/srv/voiceos/voiceos"),
            (ROOT / "models", "/srv/voiceos/models"),
            (ROOT / "deploy", "/srv/voiceos/deploy"),
            (ROOT / "tests", "/srv/voiceos/tests"),
            (Path(sys.prefix), "/srv/venv"),
            (Path(sys.base_prefix), sys.base_prefix),
        ]
        models = Path(os.environ.get("VOICEOS_MODELS") or platformdirs.user_data_path("voiceos") / "models")
        if models.is_dir():
            shown.append((models, MODELS))
        if Path(sys.base_prefix).is_relative_to("/usr"):
            shown.pop(5)
        systemd = next(path for path in SYSTEMD if path.exists())
        arguments = [str(self.folder), str(self.uid), str(systemd), NEWER and str(Path(NEWER).resolve())]
        arguments += [str(part) for pair in shown for part in pair]
        address = self.folder / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, (self.folder / "log").open("wb") as log:
            told.bind(str(address))
            address.chmod(0o666)
            told.settimeout(START_S)
            self._process = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "sh", "-c", _ENTER, "sh", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=self.environment | {"NOTIFY_SOCKET": str(address), "SYSTEMD_LOG_TARGET": "console"},
            )
            try:
                while b"READY=1" not in told.recv(4096):
                    pass
            except TimeoutError:
                log_text = (self.folder / "log").read_text(errors="replace")
                raise RuntimeError(f"systemd --user did not start:\n{log_text[-2000:]}") from None

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for group in self._cgroups:
            for root, _, _ in os.walk(group, topdown=False):
                with contextlib.suppress(OSError):
                    Path(root).rmdir()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, *command: str) -> list[str]:
        """What runs a command as the user, among what the user sees."""
        assert self._process is not None
        ids = [f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups"]
        return ["nsenter", f"--target={self._process.pid}", "--mount", "setpriv", *ids, *command]

    def as_user(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command as the user."""
        done = subprocess.run(
            self.command(*command),
            env=self.environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    @property
    def version(self) -> int:
        """systemd's."""
        told = self.show("", "Version")
        return int(re.match(r"\d+", told)[0])  # type: ignore[index]

    def systemctl(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.as_user("systemctl", "--user", *arguments, check=check)

    def show(self, unit: str, name: str) -> str:
        """One property of a unit; of the manager itself where `unit` is empty."""
        return self.systemctl("show", *([unit] if unit else []), f"--property={name}", "--value").stdout.strip()

    def write(self, path: str, text: str) -> Path:
        """Write a file of the user's, named from the home on."""
        file = self.home / path
        made = [folder for folder in reversed(file.parents) if folder.is_relative_to(self.home) and not folder.exists()]
        for folder in made:
            folder.mkdir(mode=0o700)
            os.chown(folder, self.uid, self.uid)
        file.write_text(text)
        os.chown(file, self.uid, self.uid)
        return file


def _newer_missing() -> str:
    """Why there can be none of the systemd that is asked for."""
    if not (Path(NEWER) / "usr/lib/systemd/systemd").exists():
        return f"in {NEWER} (VOICEOS_SYSTEMD) there is no usr/lib/systemd/systemd: scripts/newer-systemd {NEWER}"
    command = ["unshare", "--mount", "sh", "-c", _LAY_OVER, str(Path(NEWER).resolve())]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{NEWER} cannot be laid over /usr here: {tried.stderr.strip()}" if tried.returncode else ""


def _used(uid: int) -> bool:
    import pwd

    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _cgroup_roots() -> list[Path]:
    """The hierarchies that systemd uses: one, or two where the old kind is mounted beside the new one."""
    found = [Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified")]
    return [path for path in found if (path / "cgroup.procs").exists()]


@contextlib.contextmanager
def user_manager() -> Iterator[UserManager]:
    with UserManager() as manager:
        yield manager
