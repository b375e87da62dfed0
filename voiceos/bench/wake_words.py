"""`python -m voiceos.bench.wake_words`: does the wake word wake it, and nothing else?

Wake words are synthesised by the voices that are here (the starter set's, and espeak-ng's) at three speeds, alone and
in one breath with a request, over recorded noise and over the assistant's own voice; beside them those that people have
recorded. False alarms are counted on all other recordings of people and of noise. Everything goes through the detector
frame by frame, as in mode "wakeword".
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import soundfile
import soxr

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Samples
from voiceos.bench.mixing import mixed
from voiceos.bench.recordings import model, recordings, speech_dir, spoken_words
from voiceos.bench.sound import percentile
from voiceos.config.model import WAKE_WORDS
from voiceos.engines.micro_wakeword import DOUBT, MicroWakeWord, Sensitivity
from voiceos.engines.piper import Piper
from voiceos.errors import ConfigError

PIPER = "en_US-joe-medium"
ESPEAK = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp")
SPEEDS = (0.8, 1.0, 1.25)
REQUESTS = ("", ", what time is it?", ", tell me a joke.", ", turn on the light in the kitchen.")
"""What follows in the same breath."""
SNRS_DB = (None, 20, 10, 5)
"""None: as synthesised."""
OWN_DB = (10, 5, 0, -5)
OWN_WORDS = (
    "The moon goes around the earth in about a month, and it always shows us the same side. "
    "It has no air and no weather, so that a footprint on it would last for a million years."
)
NOISES = ("office_ambience", "dishes", "music_strings", "bgspeech_4297_13006_0000")
FOLDERS = ("english", "commands", "multilingual", "turns", "noise", "wake")
AROUND_S = 1.0
PEAK = 0.5


@dataclass(frozen=True, slots=True)
class Saying:
    word: str
    voice: str
    samples: Samples
    ends_s: float | None
    """When the wake word has been said, as far as the voice tells."""


def heard(words: Sequence[str], samples: Samples, sensitivity: Sensitivity) -> list[float]:
    """Seconds at which any of the words is told."""
    detector = MicroWakeWord(words, sensitivity=sensitivity)
    starts = range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    return [start / RATE_HZ + FRAME_S for start in starts if detector.feed(samples[start : start + FRAME_SAMPLES])]


Voice = Callable[[str, float], tuple[Samples, float | None]]
"""Text and speed to 16 kHz sound, and when its second word ("Okay Nabu") or first ("Alexa") ends."""


def piper() -> Voice:
    engine = Piper(str(model(PIPER, f"{PIPER}.onnx")), threads=1)

    def say(text: str, speed: float) -> tuple[Samples, float | None]:
        speech = engine.synthesize(text, speed)
        last = 0 if text.startswith("Alexa") else 1
        sound = np.asarray(soxr.resample(speech.samples, speech.rate_hz, RATE_HZ), np.float32)
        return sound, speech.words[last].sample_end / speech.rate_hz

    return say


def espeak(voice: str) -> Voice:
    def say(text: str, speed: float) -> tuple[Samples, float | None]:
        command = ["espeak-ng", "-v", voice, "-s", str(round(160 * speed)), "--stdout", text]
        wav = subprocess.run(command, capture_output=True, check=True).stdout
        samples, rate_hz = soundfile.read(io.BytesIO(wav), dtype="float32")
        return np.asarray(soxr.resample(samples, rate_hz, RATE_HZ), np.float32), None

    return say


def sayings(word: str) -> Iterator[Saying]:
    """The word by each voice at each speed, alone and with each request."""
    voices = {PIPER: piper(), **{f"espeak {name}": espeak(name) for name in ESPEAK}}
    for (voice, say), speed, request in itertools.product(voices.items(), SPEEDS, REQUESTS):
        samples, ends_s = say(word.replace("_", " ").title() + (request or "."), speed)
        yield Saying(word, voice, samples * np.float32(PEAK / np.abs(samples).max()), ends_s)


def noises() -> list[Samples]:
    return [one.samples() for one in recordings(speech_dir() / "noise") if one.path.stem in NOISES]


def detection(words: Sequence[str]) -> None:
    """Print how many of the synthesised words are heard, and how long after their end."""
    under, room = noises(), np.random.default_rng(1).normal(0, 3e-4, 10 * RATE_HZ).astype(np.float32)
    print("heard of those synthesised, alone and in one breath with a request, %")
    print(f"{'word':13}{'voice':8}{'sayings':>8}{'SNR dB':>8}" + "".join(f"{one:>8}" for one in DOUBT))
    late: list[float] = []
    for word in words:
        said = list(sayings(word))
        for kind, snr_db in itertools.product(("piper", "espeak"), SNRS_DB):
            mine = [one for one in said if one.voice.startswith("espeak") == (kind == "espeak")]
            shares = []
            for sensitivity in DOUBT:
                found = 0
                for number, one in enumerate(mine):
                    noise, ratio = (room, 40.0) if snr_db is None else (under[number % len(under)], float(snr_db))
                    sound = mixed(one.samples, noise, ratio, lead_s=AROUND_S, tail_s=AROUND_S, start=number * RATE_HZ)
                    told = heard([word], sound, sensitivity)
                    found += bool(told)
                    if told and one.ends_s is not None and sensitivity == "normal" and snr_db is None:
                        late.append(told[0] - AROUND_S - one.ends_s)
                shares.append(found / len(mine))
            snr = "–" if snr_db is None else snr_db
            print(f"{word:13}{kind:8}{len(mine):8}{snr:>8}" + "".join(f"{share * 100:8.0f}" for share in shares))
    quantiles = ", ".join(f"p{q} {percentile(late, q) * 1000:.0f}" for q in (10, 50, 90))
    print(f"\ntold after the end of the word, ms ({PIPER}, no noise, {len(late)} sayings): {quantiles}")


def over_itself(words: Sequence[str]) -> None:
    """Print how many of the words are heard over its own voice, nothing of which is taken out: as in half duplex."""
    reading, _ = piper()(OWN_WORDS, 1.0)
    print("\nheard over the assistant's own voice, none of it taken out, normal sensitivity, %")
    print(f"{'word':13}{'said by':10}{'sayings':>8}" + "".join(f"{db:>5} dB" for db in OWN_DB))
    human = [(one, spoken_words(one.text or "")) for one in recordings(speech_dir() / "wake")]
    for word in words:
        made = [one.samples for one in sayings(word) if one.voice.startswith("espeak")]
        said = [one.samples() for one, text in human if word.replace("_", " ") in text]
        for who, sounds in (("espeak", made), ("people", said)):
            if not sounds:
                continue
            row = f"{word:13}{who:10}{len(sounds):8}"
            for db in OWN_DB:
                places = (number * RATE_HZ for number in itertools.count())
                over = [
                    mixed(one, reading, db, lead_s=AROUND_S, tail_s=AROUND_S, start=start)
                    for one, start in zip(sounds, places, strict=False)
                ]
                row += f"{sum(bool(heard([word], one, 'normal')) for one in over) / len(over) * 100:8.0f}"
            print(row)


def people(words: Sequence[str]) -> None:
    """Print what is heard of recordings: of the words that people say, and of everything else."""
    found = []
    for folder in FOLDERS:
        where = speech_dir() / folder
        rows = [json.loads(line) for line in (where / "manifest.jsonl").read_text("utf-8").splitlines()]
        for one, row in zip(recordings(where), rows, strict=True):
            found.append((one, spoken_words(f"{one.text or ''} {row.get('wake_word') or ''}")))
    print("\nrecordings of people and of noise")
    head = f"{'word':13}{'said':>6}" + "".join(f"{f'heard {one}':>13}" for one in DOUBT)
    print(f"{head}{'others':>9}{'minutes':>9}" + "".join(f"{f'alarms {one}':>14}" for one in DOUBT))
    quiet = np.zeros(RATE_HZ, np.float32)
    for word in words:
        phrase, key = word.replace("_", " "), word.rpartition("_")[2]
        own = [np.concatenate([quiet, one.samples(), quiet]) for one, text in found if phrase in text]
        rest = [one.samples() for one, text in found if key not in text]
        shares = [sum(bool(heard([word], sound, level)) for sound in own) for level in DOUBT]
        alarms = [sum(len(heard([word], np.concatenate([quiet, one]), level)) for one in rest) for level in DOUBT]
        minutes = sum(map(len, rest)) / RATE_HZ / 60
        print(
            f"{word:13}{len(own):6}{''.join(f'{share:13}' for share in shares)}"
            f"{len(rest):9}{minutes:9.1f}{''.join(f'{count:14}' for count in alarms)}"
        )


def cost() -> None:
    """Print the processor time of listening."""
    seconds = 60
    noise = np.random.default_rng(2).normal(0, 0.01, seconds * RATE_HZ).astype(np.float32)
    for words in (WAKE_WORDS[:1], WAKE_WORDS):
        begun = time.process_time()
        heard(words, noise, "normal")
        share = (time.process_time() - begun) / seconds
        print(f"processor, waiting for {len(words)}: {share * 100:.2f} % of one core")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.wake_words", description=__doc__)
    parser.add_argument("--word", action="append", choices=WAKE_WORDS, help="all where none is named")
    parser.add_argument("--own-voice", action="store_true", help="only over the assistant's own voice")
    options = parser.parse_args()
    words = options.word or WAKE_WORDS
    try:
        cost()
        if not options.own_voice:
            detection(words)
            people(words)
        over_itself(words)
    except ConfigError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
