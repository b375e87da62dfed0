"""Which microphone and which loudspeaker: chosen by part of the name, never by index, which changes with every plug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voiceos.audio.portaudio import load, quiet
from voiceos.errors import AudioError

Kind = Literal["input", "output"]

_WORDS = {"input": "microphone", "output": "loudspeaker"}


@dataclass(frozen=True, slots=True)
class Device:
    name: str
    host: str
    """The system it is reached through: "ALSA", "Core Audio" …"""
    inputs: int
    """Channels it can record."""
    outputs: int
    """Channels it can play."""
    rate_hz: int
    """The rate that it prefers."""
    default_input: bool
    default_output: bool
    index: int
    """PortAudio's number of it, good until PortAudio starts anew; not for settings."""


def list_devices() -> tuple[Device, ...]:
    """Every device that PortAudio knows, in its order. Raises AudioError where PortAudio is missing."""
    sound = load()
    with quiet():
        found = sound.query_devices()
        hosts = sound.query_hostapis()
        default_input, default_output = sound.default.device
    return tuple(
        Device(
            name=entry["name"],
            host=hosts[entry["hostapi"]]["name"],
            inputs=entry["max_input_channels"],
            outputs=entry["max_output_channels"],
            rate_hz=round(entry["default_samplerate"]),
            default_input=index == default_input,
            default_output=index == default_output,
            index=index,
        )
        for index, entry in enumerate(found)
    )


def find(part: str, kind: Kind) -> Device:
    """The device whose name contains `part`, whatever the case; "" is the system's default.

    An exact name goes before a partial one, then PortAudio's order decides. Raises AudioError.
    """
    return choose(list_devices(), part, kind)


class DeviceMissing(AudioError):
    """The sound system has no device of that kind at all."""


def find_or_default(part: str, kind: Kind) -> tuple[Device, bool]:
    """As `find`, but the system's default where no name fits; and whether one did. Raises DeviceMissing."""
    devices = list_devices()
    try:
        return choose(devices, part, kind), True
    except DeviceMissing:
        raise
    except AudioError:
        return choose(devices, "", kind), False


def choose(devices: tuple[Device, ...], part: str, kind: Kind) -> Device:
    """`find` among given devices."""
    fit = [device for device in devices if (device.inputs if kind == "input" else device.outputs) > 0]
    word, setting = _WORDS[kind], f"audio.{kind}_device"
    if not fit:
        raise DeviceMissing(
            f"There is no {word}: the sound system offers none.",
            hint="Plug one in, or start the sound server (`pactl info` should answer); `voiceos devices` lists it. "
            f"{setting} chooses among several.",
        )
    if not part:
        for device in fit:
            if device.default_input if kind == "input" else device.default_output:
                return device
        return fit[0]
    wanted = part.casefold()
    named = sorted((d for d in fit if wanted in d.name.casefold()), key=lambda d: d.name.casefold() != wanted)
    if not named:
        raise AudioError(
            f"No {word} has “{part}” in its name. There are: {', '.join(device.name for device in fit)}.",
            hint=f'Set {setting} to part of one of these names, or to "" for the system\'s default.',
        )
    return named[0]
