"""The unit file, as it is written for one installation or another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from voiceos.daemon.unit import FAILED, NAME, Places, render, template

HOME = Path("/home/ann")
PLACES = Places(
    python=HOME / ".local/tools/voiceos/bin/python",
    read=(HOME / ".local/tools/voiceos", HOME / ".local/share/voiceos/models"),
    write=(HOME / ".config/voiceos", HOME / ".local/share/voiceos"),
    environment={"VOICEOS_MODELS": "/data/my models"},
)


def lines(places: Places = PLACES, systemd: int = 252) -> list[str]:
    return render(template(), places, systemd=systemd, namespaces=True).splitlines()


def test_every_place_is_filled_in() -> None:
    assert not [line for line in lines() if "@" in line and not line.startswith("#") and "@system-service" not in line]


def test_what_tells_of_the_end_is_filled_in_and_may_do_no_more_than_the_service() -> None:
    def forbids(name: str) -> list[str]:
        text = render(template(name), PLACES, systemd=252, namespaces=True)
        kept = text[text.index("LimitCORE=") :].partition("[Install]")[0].splitlines()
        return [line for line in kept if line and not line.startswith("#")]

    assert forbids(FAILED) == forbids(NAME)
    told = render(template(FAILED), PLACES, systemd=252, namespaces=False)
    assert "ExecStart=/home/ann/.local/tools/voiceos/bin/python -P -m voiceos.daemon.left_alone" in told.splitlines()
    assert "PrivateUsers" not in told
    assert "@" not in "".join(line for line in told.splitlines() if "@system-service" not in line)


def test_what_is_read_within_what_is_written_stays_read_only() -> None:
    assert "BindReadOnlyPaths=/home/ann/.local/tools/voiceos" in lines()
    assert "BindPaths=/home/ann/.config/voiceos /home/ann/.local/share/voiceos" in lines()
    assert "ReadOnlyPaths=/home/ann/.local/share/voiceos/models" in lines()


def test_variables_that_move_files_go_along() -> None:
    assert 'Environment="VOICEOS_MODELS=/data/my models"' in lines()


def test_specials_of_systemd_are_only_characters() -> None:
    odd = Places(python=Path("/home/ann/50% $new/python"), read=(), write=(Path('/home/ann/a "b"'),))
    assert 'ExecStart="/home/ann/50%% $$new/python" -P -m voiceos run' in lines(odd)
    assert 'BindPaths="/home/ann/a \\"b\\""' in lines(odd)


def test_a_reload_is_waited_for_where_systemd_can() -> None:
    old, new = lines(systemd=252), lines(systemd=253)
    assert "Type=notify" in old
    assert "ExecReload=kill -HUP $MAINPID" in old
    assert "Type=notify-reload" in new
    assert not [line for line in new if line.startswith("ExecReload")]


def test_where_there_are_no_user_namespaces_what_needs_them_is_left_out() -> None:
    """Otherwise systemd would not start it at all."""
    without = render(template(), PLACES, systemd=252, namespaces=False).splitlines()
    assert "NoNewPrivileges=yes" in without
    assert "RestrictAddressFamilies=AF_UNIX" in without
    assert not [line for line in without if line.startswith(("PrivateUsers", "Protect", "Bind", "ReadOnlyPaths"))]
    assert "WantedBy=default.target" in without


def test_the_commands_in_its_head_install_it_by_hand(tmp_path: Path) -> None:
    clone, home = tmp_path / "clone", tmp_path / "home"
    (clone / "deploy").mkdir(parents=True)
    for name in (NAME, FAILED):
        (clone / "deploy" / name).write_text(template(name))
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    commands = [line[4:] for line in template().splitlines() if line.startswith("#   ")]
    commands = commands[: next(n for n, line in enumerate(commands) if line.startswith("systemctl"))]
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    subprocess.run(["sh", "-euc", "\n".join(commands)], cwd=clone, env=environment, check=True)
    told = (home / ".config/systemd/user" / FAILED).read_text().splitlines()
    assert f"ExecStart={clone}/.venv/bin/python -P -m voiceos.daemon.left_alone" in told
    unit = (home / ".config/systemd/user" / NAME).read_text().splitlines()
    assert f"ExecStart={clone}/.venv/bin/python -P -m voiceos run" in unit
    assert f"BindReadOnlyPaths={clone} {sys.base_prefix}" in unit
    written = next(line for line in unit if line.startswith("BindPaths=%h"))
    for folder in written.removeprefix("BindPaths=").split():
        assert Path(folder.replace("%h", str(home))).is_dir(), "systemd starts nothing where a folder is missing"
