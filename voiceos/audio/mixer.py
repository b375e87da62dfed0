"""What sounds in the next block: replies one after the other, held, paused, stopped, faded; and earcons over them.

Pure: no clock, no device, no thread. Everything is counted in samples of the output stream since it was opened.
"""

from __future__ import annotations

import collections
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from voiceos.audio.frames import Samples

FADE_S = 0.01
"""Short enough to be silent at once, long enough not to click."""

REMEMBERED = 32
"""Replies of which it is still known how much was heard."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A reply's first sample, or the end of its last one, at `index` of the output stream."""

    kind: Literal["started", "finished"]
    number: int
    index: int


@dataclass(slots=True)
class _Reply:
    number: int
    chunks: collections.deque[Samples] = field(default_factory=collections.deque)
    offset: int = 0
    """Samples of the first chunk that are gone."""
    queued: int = 0
    """Samples that have come, sounded or not."""
    submitted: int = 0
    """Samples given to the device."""
    end: int | None = None
    """Samples it has in all, once that is known."""
    fading: int = 0
    """Length of the fade before `end`, where it was stopped."""
    held: bool = False
    stopped: bool = False
    stretches: list[tuple[int, int]] = field(default_factory=list)
    """(sample of the reply, index of the stream) where each unbroken stretch began."""

    @property
    def left(self) -> int:
        return (self.queued if self.end is None else min(self.end, self.queued)) - self.submitted

    def take(self, out: Samples, index: int) -> None:
        """Fill `out`, which lies at `index` of the stream, with what comes next."""
        sample, begun = self.stretches[-1] if self.stretches else (0, -1)
        if begun < 0 or index - begun != self.submitted - sample:
            self.stretches.append((self.submitted, index))
        done = 0
        while done < len(out):
            chunk = self.chunks[0]
            part = chunk[self.offset : self.offset + len(out) - done]
            out[done : done + len(part)] = part
            done += len(part)
            self.offset += len(part)
            if self.offset == len(chunk):
                self.chunks.popleft()
                self.offset = 0
        if self.fading and self.end is not None:
            left = self.end - self.submitted - np.arange(len(out), dtype=np.float32)
            out *= np.minimum(1.0, left / self.fading)
        self.submitted += len(out)


class Gain:
    """A factor that moves to its target in a straight line."""

    def __init__(self, value: float) -> None:
        self.value = self.target = value
        self._step = 0.0

    def move(self, target: float, samples: int) -> None:
        self.target = target
        self._step = (target - self.value) / max(1, samples)

    def apply(self, out: Samples) -> None:
        """Multiply in place and move on by as many samples, at least one."""
        if self.value == self.target:
            if self.value != 1.0:
                out *= self.value
            return
        steps = self.value + self._step * np.arange(1, len(out) + 1, dtype=np.float32)
        low, high = sorted((self.value, self.target))
        np.clip(steps, low, high, out=steps)
        out *= steps
        self.value = float(steps[-1])
        if abs(self.target - self.value) <= abs(self._step) / 2:
            self.value = self.target

    def samples_left(self) -> int:
        """How many samples until the target is reached."""
        return 0 if self.value == self.target else max(1, round((self.target - self.value) / self._step))

    def skip(self) -> None:
        self.value = self.target


class Mixer:
    """Not thread-safe: whoever shares it holds a lock."""

    def __init__(self, rate_hz: int, *, volume: float = 1.0) -> None:
        self.fade = round(rate_hz * FADE_S)
        self.index = 0
        """Samples rendered since the stream was opened."""
        self.volume = Gain(volume)
        self._pausing = Gain(1.0)
        self._ducked_until: int | None = None
        self._replies: dict[int, _Reply] = {}
        self._queue: list[_Reply] = []
        self._earcons: list[tuple[int, Samples]] = []

    def add(self, number: int, samples: Samples) -> None:
        """More of a reply; what comes for a stopped one is dropped."""
        reply = self._reply(number)
        if reply.stopped or not len(samples):
            return
        if reply.end is not None:
            raise ValueError(f"reply {number} was finished already")
        reply.chunks.append(samples)
        reply.queued += len(samples)

    def hold(self, number: int) -> None:
        reply = self._reply(number)
        if reply.submitted:
            raise ValueError(f"reply {number} sounds already: pause it")
        reply.held = True

    def release(self, number: int) -> None:
        """Nothing happens for an unknown one, as of a loudspeaker that is gone: it would wait at the head for ever."""
        if number in self._replies:
            self._replies[number].held = False

    def finish(self, number: int) -> None:
        reply = self._reply(number)
        if reply.end is None:
            reply.end = reply.queued

    def stop(self, number: int) -> int:
        """Returns how many of its samples were or will be audible, the fade included."""
        reply = self._reply(number)
        if reply.stopped or (reply.end is not None and reply.submitted == reply.end):
            return reply.submitted if reply.end is None else reply.end
        reply.stopped = True
        sounding = reply.submitted > 0 and self._pausing.value > 0.0
        reply.fading = min(self.fade, reply.left) if sounding else 0
        reply.end = reply.submitted + reply.fading
        if reply.left == 0:
            self._drop(reply)
        return reply.end

    def pause(self) -> None:
        self._ducked_until = None
        self._pausing.move(0.0, self.fade)

    def resume(self) -> None:
        self._ducked_until = None
        self._pausing.move(1.0, self.fade)

    def duck(self, samples: int) -> None:
        """A pause that ends by itself after so many samples; nothing where there is a pause."""
        if self._pausing.target:
            self.pause()
            self._ducked_until = self.index + samples

    def overlay(self, samples: Samples) -> None:
        self._earcons.append((0, samples))

    def submitted(self, number: int) -> int:
        reply = self._replies.get(number)
        return reply.submitted if reply else 0

    def heard(self, number: int, index: float) -> int:
        """Samples of the reply that lie before `index` of the stream."""
        reply = self._replies.get(number)
        if reply is None:
            return 0
        for sample, begun in reversed(reply.stretches):
            if begun <= index:
                following = [other for other, _ in reply.stretches if other > sample]
                return min(sample + int(index - begun), following[0] if following else reply.submitted)
        return 0

    def index_of(self, number: int, sample: int) -> int | None:
        """Index of the stream at which a sample of the reply sounded; None where it has not been submitted."""
        reply = self._replies.get(number)
        if reply is None or sample >= reply.submitted:
            return None
        first, begun = max(stretch for stretch in reply.stretches if stretch[0] <= sample)
        return begun + sample - first

    def render(self, out: Samples) -> list[Mark]:
        """Fill `out`, shape (n,), with the next block."""
        marks: list[Mark] = []
        out.fill(0.0)
        if self._ducked_until is not None and self.index >= self._ducked_until:
            self.resume()
        done = 0
        while done < len(out):
            reply = self._next()
            if reply is None or not (self._pausing.value or self._pausing.target):
                break
            count = min(len(out) - done, reply.left)
            if self._pausing.target == 0.0:
                count = min(count, self._pausing.samples_left())
            part = out[done : done + count]
            begun = self.index + done
            if count:
                if not reply.submitted:
                    marks.append(Mark("started", reply.number, begun))
                reply.take(part, begun)
                self._pausing.apply(part)
                done += count
            if reply.submitted == reply.end:
                self._drop(reply)
                if not reply.stopped:
                    marks.append(Mark("finished", reply.number, self.index + done))
        if not done:
            self._pausing.skip()
        if done or self._earcons:
            self._mix_earcons(out)
            self.volume.apply(out)
            np.clip(out, -1.0, 1.0, out=out)
        else:
            self.volume.skip()
        self.index += len(out)
        return marks

    def _mix_earcons(self, out: Samples) -> None:
        still = []
        for offset, samples in self._earcons:
            part = samples[offset : offset + len(out)]
            out[: len(part)] += part
            if offset + len(part) < len(samples):
                still.append((offset + len(part), samples))
        self._earcons = still

    def _next(self) -> _Reply | None:
        # A held reply lets later ones pass; one that waits for its next chunk does not.
        for reply in self._queue:
            if not reply.held:
                return reply if reply.left or reply.end is not None else None
        return None

    def _drop(self, reply: _Reply) -> None:
        reply.chunks.clear()
        if reply in self._queue:
            self._queue.remove(reply)

    def _reply(self, number: int) -> _Reply:
        reply = self._replies.get(number)
        if reply is None:
            reply = self._replies[number] = _Reply(number)
            self._queue.append(reply)
            while len(self._replies) > REMEMBERED and self._replies[min(self._replies)] not in self._queue:
                del self._replies[min(self._replies)]
        return reply
