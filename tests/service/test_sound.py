"""The sound server comes and goes while the service runs: it says what it waits for, and is there when it is back."""

from __future__ import annotations

from tests.service.service import Service


def test_while_the_sound_server_is_gone_it_waits_and_then_listens_again(sound: Service) -> None:
    sound.start()
    before = sound.pid
    sound.stop_sound()
    sound.until(lambda: sound.status.startswith("Waiting for"), "it does not say what it waits for")
    assert sound.show("ActiveState") == "active"
    sound.start_sound()
    with sound.listening() as ear:
        sound.until(lambda: sound.status == "Listening.", "it does not listen again")
        sound.hears_sentence(ear, "speaker_back")
    assert (sound.pid, sound.show("NRestarts")) == (before, "0")
