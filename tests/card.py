"""The virtual sound card that two groups of tests play and record over; each process of theirs has one of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from voiceos.bench.virtual_card import VirtualCard


@pytest.fixture(scope="session")
def _session_card() -> Iterator[VirtualCard]:
    if reason := VirtualCard.missing():
        pytest.skip(reason)
    with VirtualCard() as card:
        yield card


@pytest.fixture
async def card(_session_card: VirtualCard) -> VirtualCard:
    """A running card, PortAudio freshly initialised on it."""
    from voiceos.audio.portaudio import reinitialise

    if not _session_card.running:
        _session_card.start_server()
    await reinitialise()
    return _session_card


@pytest.fixture
def disturbed_card(card: VirtualCard) -> Iterator[VirtualCard]:
    """A card for tests that freeze or suspend parts of it; the next one gets another, for its loops settle slowly."""
    yield card
    card.stop_server()
