"""What whoever starts it reads."""

from __future__ import annotations

import pytest

from voiceos.audio.presence import MUTED, NO_MICROPHONE, NO_SERVER, STARTING
from voiceos.cli.run import begun


@pytest.mark.parametrize("reason", ["", STARTING])
def test_it_listens_where_sound_comes_or_is_about_to(reason: str) -> None:
    assert begun(reason, 1.23) == "[bold]Listening[/] after 1.2 s."


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (MUTED, "Muted: the microphone is closed."),
        (NO_MICROPHONE, "Waiting for a microphone."),
        (NO_SERVER, "Waiting for a sound server."),
        ("[bold] no", "Waiting for the sound: \\[bold] no."),
    ],
)
def test_it_does_not_claim_to_listen_where_it_hears_nothing(reason: str, told: str) -> None:
    assert begun(reason, 1.23) == f"[bold]{told}[/] Ready after 1.2 s."
