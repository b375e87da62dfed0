"""The canceller on paper, without a sound card and faster than time: what it removes, and what would still interrupt.

`python -m voiceos.bench.open_air --paper` prints both tables. Rooms are impulse responses of the optional shared test
data. The second table is of the assistant's own voice: every moment at which the program's gate and the settings would
have silenced a reply, first while nobody speaks, then while people do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from voiceos import app
from voiceos.audio import files
from voiceos.audio.echo_path import examine
from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.bench.mixing import speech_level, trimmed
from voiceos.bench.recordings import recordings, speech_dir
from voiceos.bench.room import HISS, Heard, echo_of, hear, removed_db
from voiceos.bench.sound import percentile
from voiceos.config import Settings
from voiceos.engines.silero import Silero
from voiceos.listening.gate import SpeechPaused, SpeechStarted, UtteranceFull

LEVEL = 0.08
"""−22 dBFS: both voices, where they speak."""

SESSION_S = 600.0
"""After so much of its own speech the devices are opened anew, and the room is learnt anew."""

PAUSE_S = (0.5, 4.0)
"""Between two replies."""

USER_S = 1.8
"""Of each recording that is spoken over a reply."""

SPEEDS = (1.0, 0.9, 1.12, 1.05)
"""Of its voice, from one round of the texts to the next."""

EPSILON_S = 1e-6


def removed(levels: Sequence[float], rooms: Sequence[str]) -> None:
    """Human speech as what is played, other human speech as the user."""
    english = recordings(speech_dir() / "english", 24)
    far, user = (_together(english[part::2], 40.0) for part in (0, 1))
    told = _voiced(user)
    print(f"{'room':22}{'echo':>7}{'removed':>9}{'taken for speech':>18}{'after':>7}{'user over it':>14}{'found':>14}")
    for room in ("none", *rooms):
        response = _response(room)
        for level_db in levels:
            alone = hear(far, response=response, level_db=level_db)
            both = hear(far, user, response=response, level_db=level_db)
            before, after, over = (_voiced(sound) for sound in (alone.near, alone.clean, both.clean))
            seen = told[: len(over)]
            window = slice(0, 2 * RATE_HZ)
            back = echo_of(far, response, level_db=level_db, delay_s=0.03)
            hiss = np.random.default_rng(0).normal(0.0, HISS, len(back)).astype(np.float32)
            found = examine(far[window], (back + hiss)[window], None).prominence
            masked = examine(far[window], (back + user[: len(back)])[window], None).prominence
            print(
                f"{room:22}{level_db:5.0f}dB{removed_db(alone, 4.0, 39.0):7.0f}dB{before.mean():18.2f}"
                f"{after.mean():7.3f}{over[seen].mean():14.2f}{found:9.1f}{masked:5.1f}"
            )


@dataclass(frozen=True, slots=True)
class Suspension:
    began_s: float
    """The voice that it was for."""
    at_s: float
    """The reply falls silent."""


@dataclass(frozen=True, slots=True)
class Session:
    """Replies with pauses between, and people who speak over them."""

    played: Samples
    user: Samples
    replies_s: tuple[tuple[float, float], ...]
    """Where in `played` a reply sounds."""
    spans_s: tuple[tuple[float, float], ...]
    """Where in `user` somebody speaks."""
    own_s: float
    """Seconds of its own speech."""


def texts(tales: Sequence[str]) -> list[str]:
    """What it says: the tales, and what the human recordings say, four sentences a reply."""
    said = [one.text for one in recordings(speech_dir() / "english") if one.text and len(one.text.split()) > 3]
    return [*tales, *(" ".join(said[place : place + 4]) for place in range(0, len(said), 4))]


async def own_speech(texts: Sequence[str], minutes: float, kept: Path | None) -> list[Samples]:
    """So many minutes of its voice saying these texts in turns, one reply each, 16 kHz.

    Args:
        kept: taken from there if there is such a file, else written there: to synthesise is most of the work.
    """
    if kept is not None and kept.exists():  # noqa: ASYNC240 - nothing else runs in this loop
        with np.load(kept) as file:
            return [file[name] for name in file.files]
    said: list[Samples] = []
    async with app.Engines(Settings(), {"tts"}) as engines:
        while sum(map(len, said)) < minutes * 60 * RATE_HZ:
            number = len(said)
            speed = SPEEDS[number // len(texts) % len(SPEEDS)]
            speech = await engines.tts.synthesize(texts[number % len(texts)], speed=speed)
            said.append(np.asarray(soxr.resample(speech.samples, speech.rate_hz, RATE_HZ), np.float32))
    if kept is not None:
        np.savez(kept, *said)
    return said


def sessions(replies: Sequence[Samples], minutes: float, seed: int) -> Iterator[Session]:
    """The replies at one level, until there are so many minutes of them."""
    chance = np.random.default_rng(seed)
    people = [_from_voice_on(one.samples()) for one in recordings(speech_dir() / "commands") if one.text]
    left_s, number = minutes * 60, 0
    while left_s > 1.0:
        own_s, at, parts = 0.0, 0, []
        own: list[tuple[int, int]] = []
        spans: list[tuple[int, int]] = []
        while own_s < min(SESSION_S, left_s):
            reply = replies[number % len(replies)]
            number += 1
            parts += [LEVEL / speech_level(reply) * reply, np.zeros(round(chance.uniform(*PAUSE_S) * RATE_HZ))]
            begin = at + round(chance.uniform(2.0, 5.0) * RATE_HZ)
            while begin + 3 * RATE_HZ < at + len(reply):
                spans.append((begin, begin + round(USER_S * RATE_HZ)))
                begin += round(chance.uniform(4.0, 7.0) * RATE_HZ)
            own.append((at, at + len(reply)))
            own_s += len(reply) / RATE_HZ
            at += len(parts[-2]) + len(parts[-1])
        user = np.zeros(at, np.float32)
        for place, (begin, end) in enumerate(spans):
            said = people[place % len(people)][: end - begin]
            user[begin : begin + len(said)] = LEVEL / speech_level(said) * said
            spans[place] = (begin, begin + len(said))
        replies_s, spans_s = (tuple((begin / RATE_HZ, end / RATE_HZ) for begin, end in some) for some in (own, spans))
        yield Session(np.concatenate(parts).astype(np.float32), user, replies_s, spans_s, own_s)
        left_s -= own_s


def suspensions(heard: Heard, replies_s: Sequence[tuple[float, float]], settings: Settings) -> list[Suspension]:
    """Where a reply would have fallen silent, had it not gone on: an utterance counts once, and ends as it pauses."""
    gate, barge_in_s = app.gate(settings), app.policy(settings).barge_in_s
    gate.echoes = True
    found: list[Suspension] = []
    began: float | None = None
    for number, at in enumerate(heard.at):
        gate.over_reply = any(begin_s <= at < end_s for begin_s, end_s in replies_s)
        frame = Frame(float(at), heard.clean[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES])
        events = gate.feed(frame)
        began = next((event.began_at for event in events if isinstance(event, SpeechStarted)), began)
        if any(isinstance(event, SpeechPaused | UtteranceFull) for event in events):
            gate.discard()
            began = None
        elif began is not None and frame.at + FRAME_S - began >= barge_in_s - EPSILON_S:
            found.append(Suspension(began, (number + 1) * FRAME_S))
            began = np.inf  # counted; only its end is waited for
    return found


def interruptions(
    replies: Sequence[Samples],
    levels: Sequence[float],
    rooms: Sequence[str],
    settings: Settings,
    *,
    minutes: float,
    user_minutes: float,
    seed: int,
) -> None:
    """Its own voice: how often it would fall silent for itself, and for how many users, how soon."""
    print(
        f"{'room':22}{'echo':>7}{'minutes':>9}{'removed':>9}{'for itself':>12}{'for users':>12}{'median':>9}{'p90':>9}"
    )
    for room in rooms:
        for level_db in levels:
            minutes_done, selves, removals = 0.0, 0, []
            for session in sessions(replies, minutes, seed):
                heard = hear(session.played, response=_response(room), level_db=level_db)
                selves += len(suspensions(heard, session.replies_s, settings))
                removals.append(removed_db(heard, 4.0, len(heard.at) * FRAME_S))
                minutes_done += session.own_s / 60
            asked, late_ms = 0, []
            for session in sessions(replies, user_minutes, seed + 1):
                heard = hear(session.played, session.user, response=_response(room), level_db=level_db)
                found = suspensions(heard, session.replies_s, settings)
                asked += len(session.spans_s)
                for begin_s, end_s in session.spans_s:
                    first = [one.at_s for one in found if begin_s - 0.1 <= one.began_s and begin_s < one.at_s < end_s]
                    late_ms += [(first[0] - begin_s) * 1000] if first else []
            print(
                f"{room:22}{level_db:5.0f}dB{minutes_done:9.1f}{np.mean(removals):7.0f}dB{selves:12}"
                f"{f'{len(late_ms)} of {asked}':>12}{percentile(late_ms, 50):7.0f}ms{percentile(late_ms, 90):7.0f}ms",
                flush=True,
            )


def _from_voice_on(samples: Samples) -> Samples:
    """Without breath and room before the first syllable, from which it is measured how long it takes to notice."""
    voiced = np.flatnonzero(_voiced(kept := trimmed(samples)))
    return kept[voiced[0] * FRAME_SAMPLES :] if len(voiced) else kept


def _response(room: str) -> Samples | None:
    return None if room == "none" else files.read(speech_dir() / "noise" / f"{room}.flac")


def _together(some: Sequence[object], seconds: float) -> Samples:
    sound = np.concatenate([one.samples() for one in some])[: round(seconds * RATE_HZ)]  # type: ignore[attr-defined]
    return np.asarray(LEVEL * sound / np.sqrt(np.mean(sound**2)), np.float32)


def _voiced(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which frames voice activity takes for speech."""
    silero = Silero()
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    return np.asarray([silero.probability(frame) > 0.5 for frame in frames])
