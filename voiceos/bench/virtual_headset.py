"""Headsets that are plugged into a virtual card and pulled out again: a sink and a source of their own, which lead to
the same two channels of the recording as the card's own."""

from __future__ import annotations

import contextlib

from voiceos.bench.virtual_card import VirtualCard
from voiceos.errors import AudioError

OWN = "speaker", "microphone"
"""Names of the card's own sink and source."""


class Headsets:
    """What is plugged into a card; a card that is started anew has none."""

    def __init__(self, card: VirtualCard) -> None:
        self._card = card

    def plug(self, name: str, rate_hz: int = 48_000, *, loudspeaker: bool = True, microphone: bool = True) -> None:
        """`name` becomes a sink, and `NAME_mic` a source. A Bluetooth headset in its profile for calls has 8 or 16 kHz.
        The last that came is the default, as on a desktop."""
        left, right = "master_channel_map=front-left", "master_channel_map=front-right"
        form = (f"rate={rate_hz}", "channels=1", "channel_map=mono", "remix=no")
        if loudspeaker:
            described = f"sink_properties=device.description={name}"
            self._load("module-remap-sink", f"sink_name={name}", "master=card", left, described, *form)
            self._card.pactl("set-default-sink", name)
        if microphone:
            described = f"source_properties=device.description={name}"
            self._load(
                "module-remap-source", f"source_name={_mic(name)}", "master=card.monitor", right, described, *form
            )
            self._card.pactl("set-default-source", _mic(name))

    def unplug(self, name: str, *, loudspeaker: bool = True, microphone: bool = True) -> None:
        """Pull it out; the card's own are the default again, as on a desktop that has nothing else."""
        wanted = ([f"sink_name={name} "] if loudspeaker else []) + (
            [f"source_name={_mic(name)} "] if microphone else []
        )
        for line in self._card.pactl("list", "short", "modules").splitlines():
            index, _, arguments = line.partition("\t")
            if any(one in f"{arguments} " for one in wanted):
                self._card.pactl("unload-module", index)
        self.choose(OWN[0])

    def choose(self, name: str) -> None:
        """Make it the default; `speaker` is the card's own."""
        self._card.pactl("set-default-sink", name)
        self._card.pactl("set-default-source", _mic(name))

    def kill_streams(self, process: int) -> None:
        """End what a program plays and records, as a server does with a client that it has had enough of."""
        for kind, kill in (("sink-inputs", "kill-sink-input"), ("source-outputs", "kill-source-output")):
            for stream in self._card.listed(kind):
                if str(stream["properties"].get("application.process.id")) == str(process):
                    with contextlib.suppress(AudioError):  # it went by itself
                        self._card.pactl(kill, str(stream["index"]))

    def _load(self, *arguments: str) -> None:
        self._card.pactl("load-module", *arguments)


def _mic(name: str) -> str:
    return OWN[1] if name == OWN[0] else f"{name}_mic"
