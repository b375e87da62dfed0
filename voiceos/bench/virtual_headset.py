"""Headsets that are plugged into a virtual card and pulled out again: a sink and a source of their own, which lead to
the same two channels of the recording as the card's own."""

from __future__ import annotations

import contextlib

from voiceos.audio.sound_server import View
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


def places(view: View, process: int) -> tuple[str, str]:
    """Names of the sink that a program plays to and of the source that it records, or how many streams it has where
    that is not one."""
    found = []
    for streams, devices in ((view.playing, view.sinks), (view.recording, view.sources)):
        names = {device.index: device.name for device in devices}
        own = [stream for stream in streams if stream.process == process]
        found.append(names.get(own[0].device, "") if len(own) == 1 else f"{len(own)} streams")
    return found[0], found[1]


def at_home(view: View, process: int) -> bool:
    """Whether it plays to and records the default ones."""
    return places(view, process) == (view.default_sink, view.default_source)


def _mic(name: str) -> str:
    return OWN[1] if name == OWN[0] else f"{name}_mic"
