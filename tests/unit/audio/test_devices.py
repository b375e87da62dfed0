from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voiceos.audio.devices import Device, choose
from voiceos.errors import AudioError


def device(name: str, *, inputs: int = 0, outputs: int = 0, default: bool = False) -> Device:
    return Device(name, "ALSA", inputs, outputs, 48_000, default and inputs > 0, default and outputs > 0, 0)


DEVICES = (
    device("HDMI 0", outputs=8),
    device("USB Headset: Mic", inputs=1),
    device("Built-in Audio", inputs=2, outputs=2, default=True),
    device("USB Headset", inputs=1, outputs=2),
)


@pytest.mark.parametrize(
    ("part", "kind", "name"),
    [
        ("", "input", "Built-in Audio"),
        ("hdmi", "output", "HDMI 0"),
        ("headset", "input", "USB Headset: Mic"),
        ("usb headset", "input", "USB Headset"),
        ("mic", "input", "USB Headset: Mic"),
    ],
)
def test_part_of_the_name_is_enough(part: str, kind: str, name: str) -> None:
    assert choose(DEVICES, part, kind).name == name  # type: ignore[arg-type]


@pytest.mark.parametrize("part", ["3", "hdmi", "Bluetooth"])
def test_what_is_no_name_of_a_microphone_is_answered_with_what_there_is(part: str) -> None:
    with pytest.raises(AudioError) as caught:
        choose(DEVICES, part, "input")
    assert "Built-in Audio" in str(caught.value)
    assert "audio.input_device" in caught.value.hint


def test_no_microphone_at_all_is_said_in_plain_words() -> None:
    with pytest.raises(AudioError, match="There is no microphone") as caught:
        choose(DEVICES[:1], "", "input")
    assert "Plug one in" in caught.value.hint


def child(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k not in ("PULSE_SERVER", "ALSA_CONFIG_PATH")} | environment
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)


def test_probing_prints_nothing_on_the_terminal(tmp_path: Path) -> None:
    """A process of its own, with a sound server that does not exist: ALSA complains of that on standard error."""
    code = (
        "from voiceos.audio.devices import list_devices\n"
        "import logging, sys; logging.basicConfig(level='DEBUG', stream=sys.stdout)\n"
        "list_devices()\n"
    )
    done = child(code, PULSE_SERVER=f"unix:{tmp_path / 'none'}")
    assert done.returncode == 0
    assert done.stderr == ""


def test_what_is_printed_beneath_python_goes_to_the_log() -> None:
    code = (
        "from voiceos.audio.portaudio import quiet\n"
        "import logging, os, sys; logging.basicConfig(level='DEBUG', stream=sys.stdout)\n"
        "with quiet():\n    os.write(2, b'ALSA lib: noise')\n"
        "os.write(2, b'afterwards')\n"
    )
    done = child(code)
    assert "portaudio: ALSA lib: noise" in done.stdout
    assert done.stderr == "afterwards"


def test_a_missing_portaudio_names_its_package(tmp_path: Path) -> None:
    """What sounddevice does where the library is absent: its import raises OSError."""
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    code = (
        "from voiceos.audio.devices import list_devices\nfrom voiceos.errors import AudioError\n"
        "try:\n    list_devices()\nexcept AudioError as error:\n    print(error, error.hint)\n"
    )
    done = child(code, PYTHONPATH=str(tmp_path))
    assert "PortAudio" in done.stdout and "sudo apt-get install libportaudio2" in done.stdout
    assert done.stderr == ""
