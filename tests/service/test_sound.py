"""The sound server comes and goes while the service runs: it says what it waits for, and is there when it is back."""

from __future__ import annotations

import os
import signal

from tests.service.service import Service


def test_while_the_sound_server_is_gone_it_waits_and_then_listens_again(sound: Service) -> None:
    sound.start()
    before = sound.pid
    sound.stop_sound()
    sound.until(lambda: sound.status.startswith("Waiting for"), "it does not say what it waits for")
    assert sound.show("ActiveState") == "active"
    sound.manager.systemctl("start", "pulseaudio.service")
    with sound.listening() as ear:  # at once: it speaks up within a second or two
        sound.until(lambda: sound.status == "Listening.", "it does not listen again")
        sound.hears_sentence(ear, "speaker_back")
    assert (sound.pid, sound.show("NRestarts")) == (before, "0")


def test_at_a_start_without_a_sound_server_it_waits_and_speaks_up_when_there_is_one(service: Service) -> None:
    service.stop_sound()
    service.start()
    before = service.pid
    assert service.status.startswith("Waiting for a ")
    service.manager.systemctl("start", "pulseaudio.service")
    with service.listening() as ear:
        service.until(lambda: ear.sounded_s() > 2.0, "it does not speak up")  # no earcon lasts that long
    service.until(lambda: service.status == "Listening.", "it does not listen")
    assert (service.pid, service.show("NRestarts")) == (before, "0")


def test_it_stops_in_order_and_in_time_while_the_sound_server_stands_still(sound: Service) -> None:
    """systemd itself holds it to 2 s: what takes longer is killed, and its result is `timeout`."""
    sound.start()
    server = int(sound.manager.show("pulseaudio.service", "MainPID"))
    os.kill(server, signal.SIGSTOP)
    try:
        sound.voiceos("service", "stop")
    finally:
        os.kill(server, signal.SIGCONT)
    assert (sound.show("ActiveState"), sound.show("Result")) == ("inactive", "success")
    assert (sound.show("ExecMainCode"), sound.show("ExecMainStatus")) == ("1", "0"), "it exited, and was not killed"
    assert not (sound.manager.run / "voiceos/running.json").exists(), "the next start has nothing to apologise for"
