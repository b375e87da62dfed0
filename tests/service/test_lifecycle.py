"""The service's life under a real systemd: started, stopped, killed, and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest

from tests.service.service import FAILED, SCRIPTED, UNIT, Service
from voiceos.daemon import unit


def test_it_is_started_once_it_listens_and_says_how_it_is(sound: Service) -> None:
    done = sound.voiceos("service", "start")
    assert done.stdout == "Listening.\n"
    assert sound.show("Type") in ("notify", "notify-reload")
    facts = json.loads(sound.voiceos("service", "status", "--json").stdout)
    assert (facts["state"], facts["status"], facts["restarts"]) == ("active", "Listening.", 0)
    assert facts["pid"] == sound.pid
    assert sound.show("WatchdogUSec") == "20s"
    assert sound.show("CPUWeight") == "300"
    assert {"pipewire.service", "pipewire-pulse.service", "pulseaudio.service"} <= set(sound.show("After").split())


def test_commands_from_without_reach_it_within_its_sandbox(sound: Service) -> None:
    """The socket lies in the runtime folder, and both ends are the same user's."""
    sound.start()
    told = json.loads(sound.voiceos("status", "--json").stdout)
    assert str(sound.pid) in json.dumps(told)
    sound.voiceos("mute")
    sound.until(lambda: sound.status == "Muted: the microphone is closed.", "its status does not follow")
    sound.voiceos("unmute", check=False)  # the next start would remember it; opening may take a moment longer
    sound.until(lambda: sound.status == "Listening.", "its status does not follow")


def test_it_stops_in_order_and_in_time(sound: Service) -> None:
    """systemd itself holds it to 2 s: what takes longer is killed, and its result is `timeout`."""
    sound.start()
    assert sound.show("TimeoutStopUSec") == "2s"
    sound.voiceos("service", "stop")
    assert (sound.show("ActiveState"), sound.show("Result")) == ("inactive", "success")
    assert (sound.show("ExecMainCode"), sound.show("ExecMainStatus")) == ("1", "0"), "it exited, and was not killed"
    assert not (sound.manager.run / "voiceos/running.json").exists(), "the next start has nothing to apologise for"


def test_after_a_crash_it_is_started_again_and_says_so(sound: Service) -> None:
    sound.start()
    with sound.listening() as ear:
        before = sound.pid
        os.kill(before, signal.SIGKILL)
        sound.restarted(before)
        sound.hears_sentence(ear, "restarted")
    assert sound.show("NRestarts") == "1"
    assert "started again by systemd: 1 times" in sound.voiceos("service", "status").stdout


def test_when_it_fails_again_and_again_it_is_left_alone_which_is_heard_and_status_says_why(sound: Service) -> None:
    sound.drop_in("[Service]\nRestartSec=100ms\n")
    sound.start()
    with sound.listening() as ear:
        for _ in range(5):
            sound.until(lambda: sound.pid != 0, "not started")
            killed = sound.pid
            os.kill(killed, signal.SIGKILL)
            sound.gone(killed)
        sound.until(lambda: sound.show("ActiveState") == "failed", "started more often than five times")
        sound.hears_clip(ear, "error.start")
    assert sound.show("Result") in ("start-limit-hit", "signal")
    done = sound.voiceos("service", "status", check=False)
    assert done.returncode == 1
    assert "failed" in done.stdout
    assert sound.voiceos("service", "start").stdout == "Listening.\n", "whoever starts it by hand is not counted"


def test_a_mistake_in_the_settings_is_not_tried_again_and_again(sound: Service) -> None:
    sound.configure("[audio]\nvolume = 7\n")
    with sound.listening() as ear:
        done = sound.voiceos("service", "start", check=False)
        assert done.returncode == 1
        sound.hears_clip(ear, "error.config")
        sound.until(lambda: sound.manager.show(FAILED, "ExecMainCode") == "1", "what tells of the end did not run")
        sound.until(lambda: ear.silent_s() > 1.0, "it goes on talking")
        assert not sound.heard_clip(ear, "error.start"), "it was told twice"
    assert "`voiceos service logs` tells what happened." in done.stderr
    assert (sound.show("ExecMainStatus"), sound.show("NRestarts")) == ("3", "0")
    assert "must be at most 1" in sound.log or "volume" in sound.log


def test_a_reload_takes_new_settings_and_refuses_wrong_ones_with_a_word_in_its_status(sound: Service) -> None:
    sound.start()
    before = sound.pid
    sound.configure(SCRIPTED + "[audio]\nvolume = 7\n")
    sound.manager.systemctl("reload", UNIT)
    sound.until(lambda: "The settings are not those of the file: " in sound.status, "it does not say what is wrong")
    sound.configure(SCRIPTED + "[audio]\nvolume = 0.5\n")
    sound.manager.systemctl("reload", UNIT)
    sound.until(lambda: sound.status == "Listening.", "it does not say that all is well")
    assert (sound.pid, sound.show("ActiveState"), sound.show("NRestarts")) == (before, "active", "0")


def waits_for_reloads(sound: Service) -> None:
    """Skip where this systemd does not."""
    if (version := sound.manager.version) < unit.NOTIFY_RELOAD:
        pytest.skip(
            f"systemd {version} does not wait for a reload to end; VOICEOS_SYSTEMD names a folder with a newer one "
            "(scripts/newer-systemd FOLDER)"
        )
    sound.start()
    assert sound.show("Type") == "notify-reload"


def test_a_newer_systemd_has_reloaded_once_it_says_so(sound: Service) -> None:
    """Nothing is waited for here but `systemctl reload`."""
    waits_for_reloads(sound)
    before = sound.pid
    for volume, told in [("7", "The settings are not those of the file: "), ("0.5", "Listening.")] * 3:
        sound.configure(SCRIPTED + f"[audio]\nvolume = {volume}\n")
        sound.manager.systemctl("reload", UNIT)
        assert told in sound.status
        assert ("The settings" in sound.status) == (volume == "7")
        assert (sound.show("ActiveState"), sound.show("SubState")) == ("active", "running")
    assert (sound.pid, sound.show("NRestarts")) == (before, "0")


def test_reloads_that_come_together_all_end(sound: Service) -> None:
    """The settings file is watched, too: one of its own accord is often under way as systemd asks for another."""
    waits_for_reloads(sound)
    reload = sound.manager.command("systemctl", "--user", "reload", UNIT)
    for volume in (0.3, 0.4, 0.5):
        sound.configure(SCRIPTED + f"[audio]\nvolume = {volume}\n")
        asked = [subprocess.Popen(reload, env=sound.manager.environment, cwd="/") for _ in range(3)]
        assert [one.wait(60) for one in asked] == [0, 0, 0]
        assert json.loads(sound.voiceos("status", "--json").stdout)["volume_percent"] == round(100 * volume)
    assert (sound.show("ActiveState"), sound.show("SubState"), sound.show("NRestarts")) == ("active", "running", "0")


def test_uninstalling_takes_it_away_and_leaves_what_is_the_users(sound: Service) -> None:
    sound.start()
    sound.voiceos("service", "uninstall")
    assert sound.show("LoadState") == "not-found"
    assert sound.manager.show(FAILED, "LoadState") == "not-found"
    assert sound.voiceos("service", "uninstall").stdout.startswith("It was not installed.\n")
    assert (sound.manager.home / ".config/voiceos/config.toml").exists()
    done = sound.voiceos("service", "start", check=False)
    assert "The service is not installed." in done.stderr
    sound.install()
    assert sound.manager.systemctl("is-enabled", UNIT).stdout == "enabled\n"
