"""`python -m voiceos.bench.onsets`: how soon it is noticed that somebody speaks up after a silence.

A detector of voice remembers what it heard: after seconds of silence it expects more of it. Recordings of real people
come some time after an utterance, in the silence of a room and in noise, and go through the gate frame by frame; a gate
whose detector begins anew just before each is what the others are compared with. Printed for each time after which the
detector begins anew:

  later     than that gate, in which the detector remembers nothing; mean and 95th percentile
  missed    recordings that only that gate noticed
  opened    by a minute of noise or music in which nobody speaks, in the mean
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence

import numpy as np

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.bench.mixing import PEAK
from voiceos.bench.recordings import recordings, speech_dir
from voiceos.bench.sound import percentile
from voiceos.engines.silero import Silero
from voiceos.errors import ConfigError
from voiceos.listening.gate import SpeechGate, SpeechStarted

REFRESHES_S = (math.inf, 1.0, 2.0, 4.0, 8.0)
SILENCES_S = (5.0, 20.0)
"""Shortest and longest silence before a recording."""
ROOM = 10 ** (-70 / 20)
"""Noise of a silent room, as on the virtual sound card."""
SNR_DB = 15.0
SILENT = 0.35
"""Probability below which an utterance is over here; the gate's own threshold."""
LONGEST_S = 5.0
NOISES = ("office_ambience", "sb_noise1", "mycroft_bg_noise2")
EMPTY = ("dishes", "music_strings", "music_vibe_ace", "office_ambience", "sb_noise1", "sb_noise5", "mycroft_bg_noise2")
MINUTE = 60 * RATE_HZ


def started(samples: Samples, refresh_s: float, *, since_s: float = 0.0, anew_s: float = math.inf) -> list[float]:
    """When each utterance from `since_s` on was noticed, seconds; each is closed at once.

    Args:
        anew_s: then the detector begins anew whatever was before.
    """
    gate = SpeechGate(Silero(), refresh_s=refresh_s)
    found = []
    for number in range(len(samples) // FRAME_SAMPLES):
        at = number * FRAME_S
        if abs(at - anew_s) < FRAME_S / 2:
            gate.restart()
        frame = Frame(at, samples[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES])
        if any(isinstance(event, SpeechStarted) for event in gate.feed(frame)) and at >= since_s:
            found.append(at + FRAME_S)
        if gate.open and gate.probability < SILENT:
            gate.discard()
    return found


def compare(said: Sequence[Samples], noise: Samples | None) -> dict[float, tuple[list[float], int]]:
    """For each of `REFRESHES_S` how much later each recording was noticed, seconds, and how many were missed."""
    chance = np.random.default_rng(1)
    found: dict[float, tuple[list[float], int]] = {refresh_s: ([], 0) for refresh_s in REFRESHES_S}
    for number, one in enumerate(said):
        silence = np.zeros(round(RATE_HZ * chance.uniform(*SILENCES_S)), np.float32)
        tail = np.zeros(RATE_HZ // 2, np.float32)
        sound = np.concatenate([said[number - 1], silence, one, tail])
        sound = sound + chance.normal(0.0, ROOM, len(sound)).astype(np.float32)
        if noise is not None:
            loud = np.sqrt(np.mean(np.sort(np.square(one))[len(one) // 2 :]))
            level = loud / np.sqrt(np.mean(np.square(noise))) * 10 ** (-SNR_DB / 20)
            sound = sound + np.resize(noise, len(sound)) * np.float32(level)
        begins_s = (len(said[number - 1]) + len(silence)) / RATE_HZ
        fresh = started(sound, math.inf, since_s=begins_s, anew_s=begins_s - 0.5)
        for refresh_s, (later, missed) in found.items():
            if fresh:
                noticed = started(sound, refresh_s, since_s=begins_s)
                later += [max(0.0, noticed[0] - fresh[0])] if noticed else []
                found[refresh_s] = later, missed + (not noticed)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.onsets", description=__doc__)
    parser.add_argument("--limit", type=int, default=30, help="recordings of each folder, spread evenly")
    options = parser.parse_args()
    try:
        folder = speech_dir()
        found = [one for kind in ("commands", "english") for one in recordings(folder / kind, options.limit)]
        noises = {
            one.path.stem: one.samples() for one in recordings(folder / "noise") if one.path.stem in {*NOISES, *EMPTY}
        }
    except ConfigError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    said = []
    for one in found:
        samples = one.samples()[: round(LONGEST_S * RATE_HZ)]
        said.append(samples * np.float32(PEAK / np.abs(samples).max()))
    rooms = {"silence": None, **{name: noises[name] for name in NOISES if name in noises}}
    later = {room: compare(said, noise) for room, noise in rooms.items()}
    empty = [np.resize(noises[name], MINUTE) for name in EMPTY if name in noises]
    print(f"{len(said)} recordings, each in {len(rooms)} rooms; later: mean, 95 %, ms; and missed")
    print(f"{'begins anew after':18}" + "".join(f"{room[:16]:>24}" for room in rooms) + f"{'opened a minute':>18}")
    for refresh_s in REFRESHES_S:
        row = f"{'never' if refresh_s == math.inf else f'{refresh_s:.0f} s':18}"
        for room in rooms:
            late, missed = later[room][refresh_s]
            row += f"{np.mean(late) * 1000:10.0f}{percentile(late, 95) * 1000:8.0f}{missed:6}"
        opened = np.mean([len(started(noise, refresh_s)) for noise in empty]) if empty else math.nan
        print(f"{row}{opened:18.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
