"""PortAudio itself: started anew, too late, noisy."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from tests.soundcard.devices import CLOCK, frames_until
from voiceos import log
from voiceos.audio import devices, portaudio
from voiceos.audio.microphone import Microphone
from voiceos.audio.portaudio import reinitialise
from voiceos.audio.speaker import Speaker
from voiceos.bench.virtual_card import VirtualCard
from voiceos.errors import AudioError

Stream = TypeVar("Stream", Microphone, Speaker)


@contextlib.asynccontextmanager
async def closing(stream: Stream) -> AsyncIterator[Stream]:
    """The stream, open, and then told to close, which where its server was killed may never come about: PulseAudio's
    client waits, with its lock held, for sound to be given back that only who waits for that lock can give back."""
    await stream.__aenter__()
    try:
        yield stream
    finally:
        try:
            await stream.__aexit__(None, None, None)
        except AudioError as error:
            assert "close a stream" in str(error)


async def test_a_killed_server_is_noticed_and_a_new_one_is_found(card: VirtualCard) -> None:
    async with closing(Speaker("", clock=CLOCK)) as speaker, closing(Microphone("", clock=CLOCK)) as microphone:
        await frames_until(microphone, lambda frames: len(frames) == 10)
        card.stop_server(kill=True)
        killed = CLOCK.monotonic()
        with pytest.raises(AudioError, match="microphone"):
            await frames_until(microphone, lambda frames: False)
        print(f"noticed after {CLOCK.monotonic() - killed:.1f} s")
        with pytest.raises(AudioError, match="loudspeaker"):
            async for _ in speaker.events():
                pass
    await reinitialise()
    with pytest.raises(AudioError) as caught:
        await Microphone("", clock=CLOCK).__aenter__()
    assert caught.value.hint
    card.start_server()
    await reinitialise()
    async with Microphone("", clock=CLOCK) as microphone:
        assert len(await frames_until(microphone, lambda frames: len(frames) == 10)) == 10


async def test_a_stream_that_never_ends_its_closing_keeps_no_new_one_from_opening(disturbed_card: VirtualCard) -> None:
    microphone = Microphone("", clock=CLOCK)
    await microphone.__aenter__()
    never, closing = threading.Event(), microphone._stream.close

    def close(**arguments: bool) -> None:
        """As where the server was killed between two calls of PortAudio's thread, which comes about by chance only."""
        never.wait()
        closing(**arguments)

    microphone._stream.close = close
    try:
        with pytest.raises(AudioError, match="close a stream"):
            await microphone.__aexit__(None, None, None)
        disturbed_card.stop_server(kill=True)
        disturbed_card.start_server()
        await reinitialise()
        async with Microphone("", clock=CLOCK) as another:
            assert len(await frames_until(another, lambda frames: len(frames) == 10)) == 10
    finally:
        never.set()


async def test_it_is_not_ended_under_a_call_that_hangs(
    disturbed_card: VirtualCard, caplog: pytest.LogCaptureFixture
) -> None:
    with disturbed_card.frozen_server():
        with pytest.raises(AudioError, match="did not answer"):
            await Microphone("", clock=CLOCK).__aenter__()
        await reinitialise()
        assert "not started anew, for calls have not come back: portaudio: open the microphone" in caplog.text
    async with asyncio.timeout(20):
        while "portaudio: open the microphone" in portaudio.hanging():  # noqa: ASYNC110 - its threads tell nobody
            await asyncio.sleep(0.05)
    await reinitialise()
    async with Microphone("", clock=CLOCK) as microphone:
        assert len(await frames_until(microphone, lambda frames: len(frames) == 10)) == 10


async def test_what_went_wrong_is_told_rather_than_that_closing_hangs(card: VirtualCard) -> None:
    never = threading.Event()
    try:
        with pytest.raises(KeyError, match="what went wrong"):
            async with Speaker("", clock=CLOCK) as speaker:
                closing = speaker._stream.close

                def close(**arguments: bool) -> None:
                    never.wait()
                    closing(**arguments)

                speaker._stream.close = close
                raise KeyError("what went wrong")
    finally:
        never.set()


async def test_devices_are_found_by_part_of_their_name(card: VirtualCard) -> None:
    assert devices.find("EARPIECE", "input").name == "earpiece"
    assert devices.find("", "output").default_output
    with pytest.raises(AudioError, match=r"no-such-thing.*earpiece") as caught:
        devices.find("no-such-thing", "input")
    assert "audio.input_device" in caught.value.hint


async def test_a_stream_that_opens_too_late_is_closed(
    disturbed_card: VirtualCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reinitialise()
    monkeypatch.setattr(portaudio, "PATIENCE_S", 0.5)
    with disturbed_card.frozen_server(), pytest.raises(AudioError, match="did not answer"):
        await Microphone("", clock=CLOCK).__aenter__()
    monkeypatch.setattr(portaudio, "PATIENCE_S", 5.0)
    for _ in range(50):
        if not portaudio._open and not [t for t in threading.enumerate() if t.name.startswith("portaudio")]:
            break
        await asyncio.sleep(0.1)
    await reinitialise()  # refused while a stream is open
    async with Microphone("", clock=CLOCK) as microphone:
        assert len(await frames_until(microphone, lambda frames: len(frames) == 3)) == 3


def test_what_is_written_while_the_sound_system_is_probed_is_not_lost(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log.setup("INFO")
    with portaudio.quiet():
        os.write(2, b"ALSA lib: noise\n")
        logging.getLogger("voiceos.test").info("still here")
        portaudio._undivert()
        os.write(2, b"and so is this\n")
    written = capfd.readouterr().err
    assert "still here" in written and "and so is this" in written
    assert "noise" not in written
