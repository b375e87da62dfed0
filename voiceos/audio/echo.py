"""Echo cancellation: what the loudspeaker sounds is taken out of what the microphone hears, by WebRTC's AEC3.

Both are paired by time: a frame tells when it was captured, the loudspeaker when each sample sounds. While nothing
sounds the frames pass through untouched. With "auto", what is played is looked for in what comes back (`echo_path.py`):
without an echo, as with a headset, frames pass untouched too, and only go on being watched.
"""

from __future__ import annotations

import collections
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pywebrtc_audio import EchoCanceller as Aec3

from voiceos.audio.echo_path import CLEAR, RECURS_TIMES, Path, examine, recurs
from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.audio.reference import Reference
from voiceos.audio.stillness import Stillness
from voiceos.config.model import EchoCancellation

log = logging.getLogger(__name__)

BLOCK = 160
"""AEC3 works on 10 ms; a shorter rest would be filled up with silence."""

INNER = 128
"""AEC3 gives sound back so many samples late (measured in tests/unit/audio/test_echo.py)."""

PRIMER = 256
"""Samples before the first frame that AEC3 is given first: as many as frames lag behind while it works, so that each
frame that comes makes one that goes. 512 is no multiple of 160, which costs 128 of them."""

HANGOVER_S = 1.0
"""Silence of the loudspeaker after which the echo has died away, the longest room and Bluetooth included."""

LEAD_S = 0.02
"""The reference is given this much early: sound cards' stamps are not exact, and AEC3 finds an echo that comes late
but none that comes early."""

NEAR_S, FAR_S = 0.03, 0.1
"""An echo that begins later behind its reference than the second, or before it, is brought to the first. AEC3 finds
delays by itself, but undoes nothing that is yet to come; and each leap costs it what it has learnt
(docs/decisions/0015-echo-cancellation.md)."""

CLOSE_S, STEP_S = 0.004, 0.008
"""One that comes closer than the first is let drift back by the second before it comes too early: buffers between the
devices may run dry without any stamp that tells of it."""

FOLLOW_S = 5.0
"""Time in which the reference drifts to where the stamps say it should be: two clocks are never quite alike, and a leap
would undo what AEC3 has learnt."""

MOST_DRIFT = 0.002
"""Two crystals part by 0.02 % at most, a sound server's resampling loops by 0.1 %."""

JUMP_S = 0.012
"""Further off than this, sound was lost: then it leaps."""

WINDOW_S = 2.0
"""Played sound that is judged at a time."""

LOUD = 0.001
"""−60 dBFS: a frame of played sound above this counts as such."""

LEAST_S = 0.15
"""Less played sound than this is not judged."""

ABSENT_S = 3.0
"""Played sound without any echo in it after which there is none."""

GONE_S = 20.0
"""Likewise where there was one: the devices are the same, and to err would let it answer itself."""

TOO_LITTLE_DB = 6.0
"""Echo that is removed by less, and is found in what is left as well, is heard as speech: in the room responses of
`voiceos bench open-air` voice activity takes residuals of 5 to 9 dB for speech in up to every third frame."""

TOO_LITTLE_TIMES = 2
"""Windows in a row with too little removed: one may be the user's voice over it."""


@dataclass(frozen=True, slots=True)
class Echo:
    """What is known of the echo at this microphone."""

    present: bool
    lag_s: float = 0.0
    """Behind the moment at which the loudspeaker's stamps say that it sounds."""
    removed_db: float = 0.0
    enough: bool = True
    """Enough is removed to listen while speaking."""


class EchoCanceller:
    """One frame in, one frame out. Not thread-safe.

    Args:
        setting: "off" passes everything on; "on" cancels whenever something sounds; "auto" where there is an echo.
        on_echo: told in the loop when what is known of the echo has changed.
    """

    def __init__(self, setting: EchoCancellation, *, on_echo: Callable[[Echo], None] = lambda echo: None) -> None:
        self.setting = setting
        self._on_echo = on_echo
        self._aec3 = Aec3(RATE_HZ)
        self._reference: Reference | None = None
        self._begin(None)

    def _begin(self, reference: Reference | None) -> None:
        self._reference = reference
        self.echo: Echo | None = None
        """What is known; None until something has been played."""
        self._shift_s = -LEAD_S
        self._place = self._next = math.nan
        self._unsettled_s = 0.0
        self._step = 1.0
        self._until = math.nan
        self._last = np.zeros(FRAME_SAMPLES, np.float32)
        self._near: Samples | None = None
        self._seen: list[tuple[Samples, Samples, Samples | None]] = []
        self._loud_s = self._absent_s = 0.0
        self._looks: collections.deque[Path] = collections.deque(maxlen=RECURS_TIMES)
        self._stillness = Stillness()
        self._too_little = 0
        self._paired = False

    def listen_to(self, reference: Reference) -> None:
        """There is a (new) loudspeaker or microphone: nothing is known of the room any more."""
        self._begin(reference)
        self._aec3.reset()

    @property
    def working(self) -> bool:
        """Frames are being changed, and are 16 ms late."""
        return self._near is not None

    def feed(self, frame: Frame, *, attentive: bool = True) -> Frame:
        """The frame without echo; while AEC3 works, of the moment 16 ms before.

        Args:
            attentive: somebody may be speaking: not a moment to leap those 16 ms.
        """
        reference = self._reference
        if reference is None or self.setting == "off":
            return frame
        self._follow(frame)
        self._pair(frame.at, reference)
        clean = frame
        if frame.at <= reference.sounds_until() + HANGOVER_S:
            clean = self._process(frame, reference)
        else:
            self._judge()
            if self._near is not None and attentive:
                clean = self._process(frame, reference)
            else:
                self._near = None
        self._last = frame.samples
        return clean

    def _follow(self, frame: Frame) -> None:
        """After a hole in the microphone's sound everything begins anew but what is known."""
        if not abs(frame.at - self._until) < JUMP_S:
            self._next, self._near = math.nan, None
            self._seen, self._loud_s = [], 0.0
            self._last = np.zeros(FRAME_SAMPLES, np.float32)
        self._until = frame.at + FRAME_S

    def _process(self, frame: Frame, reference: Reference) -> Frame:
        cancels = self.setting == "on" or self.echo is None or self.echo.present
        if not cancels:
            self._near = None
            played, missing = reference.read(self._place, FRAME_SAMPLES, self._step)
            self._see(played, frame.samples, None)
            self._wait_for(missing, reference)
            return frame
        if self._near is None:
            self._near = self._last[-PRIMER:]
            self._out = np.zeros(0, np.float32)
            self._unsaid = INNER
        near = np.concatenate((self._near, frame.samples))
        count = len(near) // BLOCK * BLOCK
        ahead = len(near) - FRAME_SAMPLES  # samples that lie before this frame
        played, missing = reference.read(self._place - ahead * self._step, count, self._step)
        out = self._aec3.process(near[:count], played)
        self._near = near[count:]
        self._see(played, near[:count], out)
        self._out = np.concatenate((self._out, out[self._unsaid :]))
        self._unsaid = 0
        samples, self._out = self._out[:FRAME_SAMPLES].copy(), self._out[FRAME_SAMPLES:]
        self._wait_for(missing, reference)
        return Frame(frame.at - PRIMER / RATE_HZ, samples)

    def _pair(self, at: float, reference: Reference) -> None:
        """Find the sample of the output stream that belongs to a frame's first, and how fast they go on from there."""
        place, wanted = self._next, reference.index(at - self._shift_s)
        if not abs(wanted - place) < JUMP_S * reference.rate_hz:
            if self._near is not None:
                self._aec3.reset()
            place = wanted
        self._unsettled_s = (wanted - place) / reference.rate_hz
        drift = self._unsettled_s / FOLLOW_S
        self._place, self._step = place, reference.step * (1.0 + min(MOST_DRIFT, max(-MOST_DRIFT, drift)))
        self._next = place + FRAME_SAMPLES * self._step

    def _wait_for(self, missing: int, reference: Reference) -> None:
        """The reference was asked for sooner than it is known: lead by less from now on."""
        if missing and self._shift_s < LEAD_S:
            self._shift_s = min(LEAD_S, self._shift_s + missing / reference.rate_hz + 0.002)
            self._next = math.nan

    def _see(self, played: Samples, near: Samples, out: Samples | None) -> None:
        if self.setting != "auto" and self.echo is not None and not self.echo.enough:
            return
        if self.echo is None and self._stillness.feed(played, near):
            self._tell(Echo(False))  # at once: what has learnt nothing yet takes out the user's voice as well
        if self._seen and (self._seen[-1][2] is None) != (out is None):
            self._seen, self._loud_s = [], 0.0
        self._seen.append((played, near, out))
        if np.abs(played).max(initial=0.0) > LOUD:
            self._loud_s += len(played) / RATE_HZ
        if sum(len(one[0]) for one in self._seen) >= WINDOW_S * RATE_HZ:
            self._judge()

    def _judge(self) -> None:
        """Look at what has been seen; what is known of the echo may change."""
        seen, self._seen = self._seen, []
        loud_s, self._loud_s = self._loud_s, 0.0
        if loud_s < LEAST_S:
            return
        played, near = (np.concatenate([one[place] for one in seen]) for place in (0, 1))
        outs = [one[2] for one in seen if one[2] is not None]
        # The output is late by AEC3's own delay; that shifts its correlation, and what it says is the same.
        path = examine(played, near, np.concatenate(outs) if outs else None)
        log.debug("echo: %s", path)
        self._looks.append(path)
        if path.present or recurs(self._looks):
            self._absent_s = 0.0
            self._present(path)
            return
        self._absent_s += loud_s if path.absent else 0.0
        known = self.echo is not None and self.echo.present
        if self._absent_s >= (GONE_S if known else ABSENT_S) and (self.echo is None or known):
            self._tell(Echo(False))

    def _present(self, path: Path) -> None:
        # Where it is faint, chance is as strong as its beginning, and only its strongest part is known.
        lag_s = path.lag_s if path.present else path.peak_s
        sure = path.prominence >= CLEAR or recurs(self._looks)  # a leap is dear
        leaps = sure and (lag_s < 0.0 or (lag_s > FAR_S and not self._paired))
        too_little = path.removed_db < TOO_LITTLE_DB and path.left_over and not (leaps or lag_s < 0.0)
        self._too_little = self._too_little + 1 if too_little else 0
        enough = self._too_little < TOO_LITTLE_TIMES
        before = self.echo
        echo = Echo(True, lag_s + self._shift_s, path.removed_db, enough)
        if before is None or before.present != echo.present or (before.enough and not enough):
            self._tell(echo)
        else:
            self.echo = Echo(True, echo.lag_s, echo.removed_db, before.enough)
        if leaps:
            self._paired = True
            self._shift_s += lag_s - NEAR_S
            self._next = math.nan
            self._looks.clear()
            self._aec3.reset()
        elif path.present and lag_s + self._unsettled_s < CLOSE_S:
            self._shift_s -= STEP_S

    def _tell(self, echo: Echo) -> None:
        self.echo = echo
        self._absent_s = 0.0
        if echo.present:
            log.info("echo: %.0f ms behind, %.0f dB removed", echo.lag_s * 1000, echo.removed_db)
        else:
            log.info("no echo: what is played does not come back through the microphone")
        self._on_echo(echo)
