"""What the service may not do: every line of the unit that forbids something, proved by an attempt of an ordinary user
that fails with the line and succeeds without it."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.service.manager import HOME, PYTHON, ROOT, UserManager
from tests.service.service import UNIT, Service

# What each attempt may use: `call` raises OSError where a system call fails.
_PRELUDE = """\
import ctypes, errno, os, resource, socket, stat, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
home, run = os.environ["HOME"], os.environ["XDG_RUNTIME_DIR"]
def call(name, *arguments):
    result = getattr(libc, name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result
def reaches_the_kernel(expected, name, *arguments):
    'A call with arguments that the kernel refuses: what refuses it before that is the filter.'
    try:
        call(name, *arguments)
    except OSError as error:
        assert error.errno == expected, error
def create(path):
    open(path, "x").close()
    os.unlink(path)
def reached():
    'Sockets of the systemd of the user that answer; the one that services report to is none of streams.'
    import glob
    found = []
    for path in glob.glob(run + "/systemd/**", recursive=True) + glob.glob(run + "/varlink/**", recursive=True):
        try:
            socket.socket(socket.AF_UNIX).connect(path)
            found.append(path)
        except OSError:
            pass
    return found
"""


@dataclass(frozen=True)
class Attempt:
    line: str
    """Of the unit."""
    code: str
    """Raises where it is forbidden."""
    beside: tuple[str, ...] = ()
    """What the line needs to be of effect."""


NAMESPACE = ("PrivateUsers=yes",)
HIDDEN = (*NAMESPACE, "ProtectHome=tmpfs", "BindPaths=%h/.config")

ATTEMPTS = [
    Attempt("LimitCORE=0", "assert resource.getrlimit(resource.RLIMIT_CORE)[1] != 0"),
    Attempt("UMask=0077", "assert os.umask(0) != 0o077"),
    Attempt("NoNewPrivileges=yes", "assert subprocess.check_output([home + '/as-root', '-u']) == b'0\\n'"),
    Attempt("RestrictSUIDSGID=yes", "open(home + '/s', 'w').close(); os.chmod(home + '/s', 0o4755)"),
    Attempt("LockPersonality=yes", "call('personality', 0x0040000)"),
    # Priority 0 is none for this policy, which the kernel finds before it asks for rights.
    Attempt("RestrictRealtime=yes", "reaches_the_kernel(errno.EINVAL, 'sched_setscheduler', 0, 1, b'\\0' * 8)"),
    Attempt("RestrictNamespaces=yes", "call('unshare', 0x10000000)"),
    Attempt(
        "SystemCallArchitectures=native",
        "import mmap; code = mmap.mmap(-1, 4096, prot=7); code.write(bytes.fromhex('b814000000cd80c3'))\n"
        "address = ctypes.addressof(ctypes.c_char.from_buffer(code))\n"
        "assert ctypes.CFUNCTYPE(ctypes.c_int)(address)() == os.getpid()",
    ),
    Attempt("SystemCallFilter=@system-service", "call('ptrace', 0, 0, 0, 0)"),
    Attempt("RestrictAddressFamilies=AF_UNIX", "socket.socket(socket.AF_INET).close()"),
    Attempt(
        "SystemCallFilter=~io_uring_setup io_uring_enter io_uring_register",
        "reaches_the_kernel(errno.EFAULT, 'syscall', 425, 1, 0)",
    ),
    Attempt("PrivateUsers=yes", "assert os.stat('/').st_uid == 0"),
    Attempt("PrivateNetwork=yes", "assert os.readlink('/proc/self/ns/net') == {net!r}", NAMESPACE),
    Attempt(
        "CapabilityBoundingSet=",
        "assert 'CapBnd:\\t0000000000000000' not in open('/proc/self/status').read()",
        NAMESPACE,
    ),
    Attempt("ProtectSystem=strict", "create('/srv/open/attempt')", NAMESPACE),
    Attempt("ProtectHome=tmpfs", "open(home + '/diary').read()", NAMESPACE),
    Attempt("TemporaryFileSystem=%h:ro", "create(home + '/attempt')", HIDDEN),
    Attempt(
        "BindReadOnlyPaths=%t -%h/.config/pulse -%h/.config/pipewire -%h/.asoundrc",
        "create(run + '/attempt')",
        NAMESPACE,
    ),
    Attempt(
        "InaccessiblePaths=-%t/bus -%t/dbus-1 -%t/gnupg -%t/keyring -%t/systemd/private -%t/systemd/io.systemd.Manager "
        "-%t/systemd/io.systemd.AskPassword -%t/systemd/io.systemd.JournalAccess -%t/systemd/report -%t/varlink",
        "assert reached()",
        NAMESPACE,
    ),
    Attempt("PrivateTmp=yes", "os.listdir({folder!r})", NAMESPACE),
    Attempt("PrivateDevices=yes", "os.stat({device!r})", NAMESPACE),
    Attempt("ProtectKernelTunables=yes", "assert not os.statvfs('/proc/sys').f_flag & os.ST_RDONLY", NAMESPACE),
    Attempt(
        "ProtectControlGroups=yes",
        "mine = [line.strip().split(':', 2)[1:] for line in open('/proc/self/cgroup')]\n"
        "roots = {{'': '/sys/fs/cgroup', 'name=systemd': '/sys/fs/cgroup/systemd'}}\n"
        "paths = [roots[kind] + path + '/attempt' for kind, path in mine if kind in roots]\n"
        "path = [path for path in paths if os.path.isdir(os.path.dirname(path))][-1]\n"
        "os.mkdir(path); os.rmdir(path)",
        NAMESPACE,
    ),
]

OPENING = {
    "SystemCallErrorNumber=EPERM": "a refused call fails, rather than kill the process",
    "BindReadOnlyPaths=@READ@": "lets it see the program and the models",
    "BindPaths=@WRITE@": "lets it write what is its own",
    "BindPaths=-/dev/snd": "lets it reach the sound cards",
}
"""Lines among the others that forbid nothing."""


@pytest.fixture(scope="module")
def facts(manager: UserManager) -> Iterator[dict[str, str]]:
    """What attempts are made with, and on."""
    tried = manager.as_user("unshare", "--user", "--map-root-user", "--mount", "true", check=False)
    if tried.returncode != 0:
        pytest.skip(f"this system does not let users make namespaces: {tried.stderr.strip()}")
    manager.write("diary", "Dear diary\n")
    program = manager.home / "as-root"
    shutil.copy(shutil.which("id") or "/usr/bin/id", program)
    program.chmod(0o4755)
    devices = [path for path in ("/dev/kmsg", "/dev/mem", "/dev/fuse", "/dev/console") if Path(path).exists()]
    yield {
        "net": str(Path("/proc/self/ns/net").readlink()),
        "folder": str(manager.folder),
        "device": devices[0] if devices else "",
    }
    program.unlink()


def trying(attempts: Sequence[Attempt], facts: dict[str, str]) -> str:
    """A program that makes each attempt in a process of its own, and prints the lines of those that succeed."""
    codes = [(attempt.line, attempt.code.format(**facts)) for attempt in attempts]
    return f"""{_PRELUDE}
for line, code in {codes!r}:
    child = os.fork()
    if child == 0:
        try:
            exec(code)
        except BaseException:
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        print(line, flush=True)
print("tried", flush=True)
"""


def allowed(
    manager: UserManager, lines: tuple[str, ...], attempts: Sequence[Attempt], facts: dict[str, str]
) -> list[str]:
    """Lines of the attempts that succeed in a service of the user's which has these `lines`."""
    if NAMESPACE[0] in lines:  # the interpreter may lie in what is hidden
        lines = (*lines, f"BindReadOnlyPaths={sys.base_prefix}")
    properties = [part for line in lines for part in ("-p", specified(manager, line))]
    done = manager.as_user(
        *("systemd-run", "--user", "--wait", "--pipe", "--quiet", "--collect", *properties),
        *("/usr/bin/env", f"HOME={HOME}", PYTHON, "-I", "-c", trying(attempts, facts)),
        check=False,
    )
    *succeeded, last = done.stdout.splitlines() or [""]
    assert last == "tried", f"nothing was even tried with {lines}: {done.returncode} {done.stderr}"
    return succeeded


@pytest.fixture(scope="module")
def without(manager: UserManager, facts: dict[str, str]) -> set[str]:
    """Lines without which their attempts succeed here."""
    found: set[str] = set()
    for beside in {attempt.beside for attempt in ATTEMPTS}:
        found |= set(allowed(manager, beside, [one for one in ATTEMPTS if one.beside == beside], facts))
    return found


def specified(manager: UserManager, line: str) -> str:
    """`systemd-run` leaves specifiers in paths as they are."""
    return line.replace("%h", HOME).replace("%t", f"/run/user/{manager.uid}")


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.line.split(" ")[0])
def test_with_the_line_it_fails_and_without_it_would_succeed(
    manager: UserManager, facts: dict[str, str], without: set[str], attempt: Attempt
) -> None:
    if attempt.line.startswith("SystemCallArchitectures") and platform.machine() != "x86_64":
        pytest.skip("only x86-64 processors know another kind of system call here")
    if attempt.line.startswith("PrivateDevices") and not facts["device"]:
        pytest.skip("this machine has no device to hide")
    assert not allowed(manager, (*attempt.beside, attempt.line), [attempt], facts)
    if attempt.line not in without:
        pytest.skip(f"this machine forbids it anyway, so nothing is proved here: {attempt.line}")


def test_every_line_that_forbids_something_is_proved() -> None:
    text = (ROOT / "deploy" / UNIT).read_text()
    section = text[text.index("# A dump of the memory") : text.index("[Install]")]
    lines = {line for line in section.splitlines() if re.match(r"[A-Z]\w*=", line)}
    assert lines == {attempt.line for attempt in ATTEMPTS} | set(OPENING)


def in_the_unit(service: Service, program: str) -> bool:
    """Whether a program ends well in the installed unit, in the place of the assistant."""
    service.manager.write("attempt.py", program)
    service.drop_in(
        f"[Service]\nType=oneshot\nRestart=no\nWatchdogSec=0\nBindReadOnlyPaths={HOME}/attempt.py\nExecStart=\n"
        f"ExecStart={PYTHON} -I {HOME}/attempt.py\n"
    )
    return service.manager.systemctl("start", UNIT, check=False).returncode == 0


def test_in_the_installed_unit_every_attempt_fails(service: Service, facts: dict[str, str]) -> None:
    assert in_the_unit(service, trying(ATTEMPTS, facts)), service.log
    assert service.log == "tried\n"


def test_in_the_installed_unit_its_own_folders_are_writable(service: Service, facts: dict[str, str]) -> None:
    folders = (".config/voiceos", ".local/state/voiceos", ".local/share/voiceos", ".cache/voiceos")
    code = "".join(f"create(home + '/{folder}/x')\n" for folder in folders) + "create(run + '/voiceos/x')\n"
    assert in_the_unit(service, _PRELUDE + code), service.log


def test_the_drop_in_of_the_documentation_opens_the_network(service: Service, facts: dict[str, str]) -> None:
    page = (ROOT / "docs" / "service.md").read_text()
    block = page[page.index("## Opening the network") :].split("```ini\n")[1].split("```")[0]
    code = f"socket.socket(socket.AF_INET).close(); assert os.readlink('/proc/self/ns/net') == {facts['net']!r}"
    assert not in_the_unit(service, _PRELUDE + code)
    service.manager.write(f".config/systemd/user/{UNIT}.d/network.conf", block)
    try:
        assert in_the_unit(service, _PRELUDE + code), service.log
    finally:
        (service.manager.home / f".config/systemd/user/{UNIT}.d/network.conf").unlink()
