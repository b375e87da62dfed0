"""How long the last turns took, kept for a while: times, and no words unless the user has speech in the log."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any, Self

from voiceos import commands as do
from voiceos import events as ev
from voiceos import files, log, stored
from voiceos.clock import Clock
from voiceos.daemon.part import Degraded, Part
from voiceos.daemon.writer import Writer
from voiceos.trace import Trace
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State


class Records(Part):
    """A line of JSON a turn in `turns.jsonl`: when, how soon it was answered, by stage, and what went wrong.

    Args:
        most: so many turns are kept, at most, in two files: the older one goes when the newer has half of them.
    """

    def __init__(self, most: int, clock: Clock) -> None:
        self._half = max(1, most // 2)
        self._clock = clock
        self._turn: dict[str, Any] = {}
        self._wordless = False
        self._heard = (0, "")
        """The words of the user's last turn, behind its number."""
        self._writer: Writer[dict[str, Any]] = Writer(self._write, "the record of turns", goes_on=True)
        self._lines = -1

    async def __aenter__(self) -> Self:
        await self._writer.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._end()
        await self._writer.__aexit__()

    def degraded(self) -> Sequence[Degraded]:
        if not (why := self._writer.failed):
            return ()
        folder = stored.RECORDS.path.parent
        return (Degraded(f"The last turns' times are not written down: {why}.", f"Look at: df -h {folder}"),)

    def answered(self, trace: Trace) -> None:
        self._begin(trace.turn)
        latency_s = trace.latency_s
        self._turn["latency_ms"] = None if latency_s is None else round(latency_s * 1000)
        self._turn["stages_ms"] = trace.waterfall_ms()

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        if isinstance(event, ev.Transcribed) and isinstance(event.heard, ev.Words):
            self._heard = event.turn, event.heard.text
        if isinstance(event, ev.WorkFailed) and event.turn == before.turn:
            self._begin(event.turn)
            self._turn["failed"] = event.sentence
        if after.phase is Phase.QUIET:
            self._end()

    def decided(self, event: ev.Event, policy: Policy, before: State, commands: Sequence[do.Command] | None) -> None:
        for command in commands or ():
            if isinstance(command, do.Stop):
                self._begin(command.turn)
                self._turn["interrupted"] = True

    def off_the_record(self, off: bool) -> None:
        self._wordless = off
        self.forgotten()

    def forgotten(self) -> None:
        self._heard = (0, "")
        self._turn.pop("heard", None)

    def _begin(self, turn: int) -> None:
        if self._turn.get("turn") != turn:
            self._end()
            at = self._clock.now().isoformat("T", "seconds")
            self._turn = {"version": stored.RECORDS.version, "at": at, "turn": turn}

    def _end(self) -> None:
        if self._turn:
            if self._turn["turn"] == self._heard[0] and log.shows_speech() and not self._wordless:
                self._turn["heard"] = self._heard[1]
            self._writer.put(self._turn)
        self._turn = {}

    def _write(self, turns: Sequence[dict[str, Any]]) -> None:
        path = stored.RECORDS.path
        if self._lines < 0:
            self._lines = len(files.lines(path))
        for turn in turns:
            if self._lines >= self._half:
                path.replace(path.with_name(path.name + stored.OLDER))
                self._lines = 0
            files.append(path, json.dumps(turn, ensure_ascii=False).encode() + b"\n")
            self._lines += 1


def last(count: int) -> list[dict[str, Any]]:
    """The newest records, the oldest of them first. Lines of another format, or of none, are left out."""
    path = stored.RECORDS.path
    found = []
    for line in [*files.lines(path.with_name(path.name + stored.OLDER)), *files.lines(path)]:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and record.get("version") == stored.RECORDS.version:
            found.append(record)
    return found[-count:]


def remove() -> None:
    """Delete them, as where none are to be kept."""
    for path in (stored.RECORDS.path, stored.RECORDS.path.with_name(stored.RECORDS.name + stored.OLDER)):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            logging.getLogger(__name__).warning("%s cannot be deleted: %s", path, error.strerror)
