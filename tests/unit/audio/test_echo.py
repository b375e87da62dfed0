"""Echo cancellation on paper: loudspeaker, room and microphone are arrays, their clocks and stamps err as real ones."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from voiceos.audio.echo import HANGOVER_S, INNER, PRIMER, Aec3, EchoCanceller
from voiceos.audio.echo_path import Path, examine, recurs
from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.bench import room as simulated
from voiceos.bench.room import Card, echo_of, hear, removed_db

LATE_S = PRIMER / RATE_HZ


def babble(seconds: float, seed: int) -> Samples:
    """Noise with the spectrum and the syllables of speech, at −22 dBFS."""
    chance = np.random.default_rng(seed)
    count = round(seconds * RATE_HZ)
    spectrum = np.fft.rfft(chance.normal(0.0, 1.0, count))
    hz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    shaped = np.fft.irfft(spectrum / (1.0 + (hz / 500.0) ** 1.5) * (hz > 100), count)
    syllables = np.repeat(chance.uniform(0.0, 1.0, count // 2400 + 1) ** 2, 2400)[:count]
    sound = shaped * np.convolve(syllables, np.hanning(800) / 400, "same")
    return (0.08 * sound / np.sqrt(np.mean(sound**2))).astype(np.float32)


def room(decay_s: float = 0.15, seed: int = 3) -> Samples:
    """An impulse response: the direct sound, then noise that dies away."""
    count = round(0.4 * RATE_HZ)
    tail = np.random.default_rng(seed).normal(0.0, 0.08, count) * np.exp(-np.arange(count) / (decay_s / 6.9 * RATE_HZ))
    tail[0] = 1.0
    return tail.astype(np.float32)


PLAYED = babble(12.0, 1)
ROOM = room()
WAYS_S = (0.02, 0.22, 0.12, 0.3)


@pytest.mark.parametrize(
    "card",
    [
        Card(),
        Card(rate_hz=44_100, jitter_s=0.004),
        Card(rate_hz=16_000),
        Card(drift=1e-4),
        Card(drift=-1e-4),
        Card(drift=5e-4),
        Card(ahead_s=0.25, delay_s=0.15),
        Card(ahead_s=0.1, delay_s=-0.05),
        Card(ahead_s=0.0, late_s=0.0, delay_s=0.02, block_s=0.01),
        Card(late_s=0.1),
    ],
    ids=[
        "usual",
        "44.1 kHz",
        "16 kHz",
        "fast",
        "slow",
        "a loose loop",
        "far behind",
        "stamps too late",
        "no buffer",
        "lazy",
    ],
)
def test_an_echo_is_removed_however_the_devices_are(card: Card) -> None:
    heard = hear(PLAYED, response=ROOM, card=card)
    assert heard.echo is not None
    assert heard.echo.present
    assert heard.echo.enough
    assert heard.echo.lag_s == pytest.approx(card.delay_s, abs=0.01)
    assert removed_db(heard, 5.0, 11.5) > 20


def test_clocks_that_part_are_followed_without_a_leap() -> None:
    """As over a sound server's resampling loop, which half a millisecond a second was measured on."""
    straight = np.ones(1, np.float32)
    heard = hear(babble(60.0, 11), response=straight, level_db=0.0, card=Card(drift=5e-4))
    assert min(removed_db(heard, second, second + 2.0) for second in range(6, 57)) > 25


def test_an_echo_that_comes_ever_sooner_is_followed() -> None:
    """As where a buffer behind the loudspeaker runs dry, which no stamp tells of."""
    played = babble(60.0, 12)
    echo = echo_of(played, ROOM, level_db=-12.0, delay_s=0.012)
    sooner = np.asarray(soxr.resample(echo, RATE_HZ, RATE_HZ * (1 - 7e-4)), np.float32)
    heard = hear(played, np.concatenate([sooner, np.zeros_like(echo)])[: len(echo)], response=None)
    assert len(heard.told) == 1
    assert min(removed_db(heard, second, second + 2.0) for second in range(40, 57, 2)) > 23


@pytest.mark.parametrize("dry", [((8.0, 0.015),), ((8.0, 0.06),), ((8.0, 0.02), (8.3, 0.03), (9.0, 0.02))])
def test_a_loudspeaker_that_runs_dry_is_followed_within_a_second(dry: tuple[tuple[float, float], ...]) -> None:
    heard = hear(babble(18.0, 1), response=ROOM, card=Card(dry=dry))
    begin = dry[-1][0] + sum(seconds for _, seconds in dry) + 1.0
    assert min(removed_db(heard, begin + second, begin + second + 1.0) for second in range(7)) > 18.0


@pytest.mark.parametrize(
    ("places_ms", "found"),
    [((61, 63, 63), True), ((131, 61, 63, 61), True), ((61, 63), False), ((61, 64, 83), False), ((61, 131, 61), False)],
)
def test_a_faint_echo_in_the_same_place_again_and_again_is_one(places_ms: tuple[int, ...], found: bool) -> None:
    """As in a room of many reflections, where no single look has a peak that stands out."""
    looks = [Path(6.0, place_ms / 1000 - 0.002, place_ms / 1000, 0.0, 0.0) for place_ms in places_ms]
    assert recurs(looks) is found


def test_digital_silence_holds_no_echo() -> None:
    """As of a headset's noise gate, or a microphone that is muted at the mixer."""
    silence = np.zeros(2 * RATE_HZ, np.float32)
    hiss = np.random.default_rng(1).normal(0.0, 1e-3, len(silence)).astype(np.float32)
    looks = [examine(babble(2.0, seed), silence, hiss) for seed in range(3)]
    assert not recurs(looks)
    assert not any(look.present for look in looks)
    assert all(look.absent for look in looks)


def test_the_user_is_heard_over_the_reply() -> None:
    user = np.zeros_like(PLAYED)
    speech = babble(2.0, 2)
    user[8 * RATE_HZ : 10 * RATE_HZ] = speech
    lag = round(LATE_S * RATE_HZ)
    for level_db, likeness in ((-12.0, 0.7), (0.0, 0.6)):
        heard = hear(PLAYED, user, response=ROOM, level_db=level_db)
        out = heard.clean[8 * RATE_HZ + lag : 10 * RATE_HZ + lag]
        assert float(np.dot(out, speech) / np.sqrt(np.dot(out, out) * np.dot(speech, speech))) > likeness
        assert np.std(out) > 5 * np.std(heard.clean[6 * RATE_HZ : 8 * RATE_HZ])
        assert removed_db(heard, 5.0, 7.5) > 20


def test_with_a_headset_frames_pass_untouched_once_that_is_known() -> None:
    heard = hear(PLAYED, response=None)
    assert heard.echo is not None
    assert not heard.echo.present
    assert len(heard.told) == 1
    assert np.array_equal(heard.near[8 * RATE_HZ :], heard.clean[8 * RATE_HZ : len(heard.near)])
    assert heard.at[-1] == pytest.approx((len(heard.at) - 1) * FRAME_S)


@pytest.mark.parametrize("begin_s", [0.7, 0.9, 1.3])
def test_a_user_who_speaks_early_in_the_first_reply_is_heard_through_a_headset(begin_s: float) -> None:
    """Before anything is known, AEC3 took their voice for an echo."""
    begin = round(begin_s * RATE_HZ)
    user = np.zeros_like(PLAYED)
    user[begin:] = babble(12.0, 2)[: len(user) - begin]
    heard = hear(PLAYED, user, response=None)
    told = heard.clean[begin : 4 * RATE_HZ]
    spoken = user[begin : 4 * RATE_HZ]
    assert float(np.dot(told, spoken) / np.sqrt(np.dot(told, told) * np.dot(spoken, spoken))) > 0.95


def test_a_microphone_that_gives_pure_silence_has_no_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "HISS", 0.0)
    heard = hear(PLAYED, response=None)
    assert [(echo.present, echo.removed_db) for echo in heard.told] == [(False, 0.0)]


def test_a_user_who_talks_over_a_headsets_reply_is_no_echo() -> None:
    heard = hear(PLAYED, babble(12.0, 5), response=None)
    assert all(not echo.present for echo in heard.told)


def test_an_echo_that_comes_up_later_is_found_and_removed() -> None:
    """As where a headset is unplugged and a loudspeaker goes on in its place."""
    played = babble(24.0, 8)
    echo = echo_of(played, ROOM, level_db=-12.0, delay_s=0.03)
    echo[: 12 * RATE_HZ] = 0.0
    heard = hear(played, echo, response=None)
    assert [echo.present for echo in heard.told] == [False, True]
    assert removed_db(heard, 18.0, 23.5) > 20


@pytest.mark.parametrize(("removed_db", "absent"), [(0.5, True), (10.0, False)])
def test_an_echo_without_a_peak_is_not_taken_for_none(removed_db: float, absent: bool) -> None:
    """A room of many reflections: to take it for a headset let the assistant answer itself."""
    assert Path(prominence=5.0, lag_s=0.0, peak_s=0.0, removed_db=removed_db, left=0.0).absent is absent


def test_off_changes_nothing_and_knows_nothing() -> None:
    heard = hear(PLAYED, response=ROOM, setting="off")
    assert np.array_equal(heard.near, heard.clean)
    assert heard.echo is None


def test_an_echo_that_cannot_be_removed_is_told_once() -> None:
    """It comes from here and from there in turns, sooner than anything could adapt to."""
    ways = [echo_of(PLAYED, ROOM, level_db=0.0, delay_s=delay_s) for delay_s in WAYS_S]
    turns = np.arange(len(PLAYED)) // round(0.1 * RATE_HZ) % len(ways)
    heard = hear(PLAYED, np.choose(turns, ways).astype(np.float32), response=None)
    assert [(echo.present, echo.enough) for echo in heard.told] == [(True, True), (True, False)]


def test_frames_while_it_works_are_sixteen_milliseconds_late_and_say_so() -> None:
    heard = hear(PLAYED, response=ROOM)
    captured = np.arange(len(heard.at)) * FRAME_S
    assert np.allclose(captured - heard.at, LATE_S)


def test_aec3_itself_is_eight_milliseconds_late() -> None:
    sound = babble(3.0, 4)
    out = Aec3(RATE_HZ).process(sound, np.zeros_like(sound))
    likeness = [float(np.dot(out[16_000:40_000], sound[16_000 - lag : 40_000 - lag])) for lag in range(400)]
    assert int(np.argmax(likeness)) == INNER


def test_before_and_after_a_reply_frames_pass_untouched() -> None:
    silence = np.zeros(3 * RATE_HZ, np.float32)
    user = np.concatenate([babble(3.0, 6), np.zeros(4 * RATE_HZ, np.float32), babble(3.0, 7)])
    played = np.concatenate([silence, babble(2.0, 1), np.zeros(5 * RATE_HZ, np.float32)])
    heard = hear(played, user, response=ROOM, attentive=False)
    late = np.arange(len(heard.at)) * FRAME_S - heard.at > 1e-6
    working = np.flatnonzero(late) * FRAME_S
    assert 2.8 < working[0] < 3.05
    assert 5.0 + HANGOVER_S - 0.1 < working[-1] < 5.0 + HANGOVER_S + 0.2
    begin, end = round(2.5 * RATE_HZ), round(6.5 * RATE_HZ)
    assert np.array_equal(heard.clean[:begin], heard.near[:begin])
    assert np.array_equal(heard.clean[end:], heard.near[end:])


def test_the_user_is_not_cut_where_it_stops_working() -> None:
    """While somebody may be speaking it goes on, for its stop leaps over 16 ms."""
    played = np.concatenate([babble(2.0, 1), np.zeros(5 * RATE_HZ, np.float32)])
    heard = hear(played, response=ROOM, attentive=True)
    assert np.allclose(np.diff(heard.at[2:]), FRAME_S)


def test_each_sample_of_the_user_is_there_once_where_it_begins_to_work() -> None:
    ramp = np.concatenate([np.zeros(RATE_HZ, np.float32), babble(4.0, 9)])
    played = np.zeros_like(ramp)
    played[2 * RATE_HZ :] = 0.002 * babble(3.0, 10)
    heard = hear(played, ramp, response=None, setting="on")
    late = np.flatnonzero(np.arange(len(heard.at)) * FRAME_S - heard.at > 1e-6)
    first = int(late[0]) * FRAME_SAMPLES
    # Behind the seam the same sound again, 16 ms of it twice, and then on without a hole.
    for begin in (first + 64, first + 512, first + 4 * 512):
        out = heard.clean[begin : begin + 512]
        likeness = [float(np.dot(out, heard.near[begin - by : begin - by + 512])) for by in range(2 * PRIMER)]
        assert int(np.argmax(likeness)) == pytest.approx(PRIMER, abs=2)


def test_a_hole_in_the_microphone_is_recovered_from() -> None:
    lost = frozenset(range(150, 170))
    heard = hear(PLAYED, response=ROOM, lost_frames=lost)
    assert removed_db(heard, 8.0, 10.0) > 20


def test_a_loudspeaker_that_was_opened_anew_is_learnt_anew() -> None:
    canceller = EchoCanceller("auto")
    hear(PLAYED, response=ROOM, canceller=canceller)
    assert canceller.echo is not None
    heard = hear(PLAYED, response=room(seed=5), canceller=canceller, card=Card(delay_s=0.2, ahead_s=0.25))
    assert heard.echo is not None
    assert heard.echo.lag_s == pytest.approx(0.2, abs=0.01)
    assert removed_db(heard, 6.0, 11.5) > 20


def test_without_a_loudspeaker_frames_pass() -> None:
    frame = Frame(0.0, babble(1.0, 1)[:FRAME_SAMPLES])
    assert EchoCanceller("auto").feed(frame) is frame
