"""What `voiceos top` shows. Pure: what is known goes in, and a picture that fits the terminal comes out."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from voiceos.cli.status import STATES, WORKS_ON, duration, engine_line, megabytes, microphone, turn_line
from voiceos.daemon.messages import Status, Turn

LOWEST_DBFS, HIGHEST_DBFS = -70.0, 0.0
"""Ends of the meter: the noise of a quiet room, full scale."""
SPEECH_DBFS, LOUD_DBFS = -45.0, -6.0
"""Where it turns green, and red."""
WORDS = 50
STAGE_COLUMNS, NUMBER_COLUMNS = 16, 9
FIXED_LINES = 8
"""Lines that are always there: the head, the state, the devices and the titles."""
NARROW = 60
"""Columns below which only what changes is at the head."""
SHORTEST = 0.2
"""Of a column: what takes less is still seen."""

STATE_STYLES = {
    "quiet": "dim",
    "listening": "bold green",
    "paused": "green",
    "answering": "bold yellow",
    "speaking": "bold cyan",
    "overlap": "bold magenta",
}


@dataclass(slots=True)
class View:
    """What is known of the running assistant."""

    status: Status
    dbfs: float | None = None
    voice: float = 0.0
    words: deque[tuple[str, str, bool]] = field(default_factory=lambda: deque(maxlen=WORDS))
    """Who, what, and whether that is final."""
    lost: int = 0
    """Events that came too fast."""

    def take(self, event: dict[str, Any]) -> None:
        """Go by an event until the next status."""
        match event["kind"]:
            case "levels":
                self.dbfs, self.voice = event["dbfs"], event["voice"]
            case "state":
                self.status = self.status.model_copy(update={"state": event["state"]})
            case "words":
                if self.words and not self.words[-1][2] and self.words[-1][0] == event["who"]:
                    self.words.pop()
                self.words.append((event["who"], event["text"], event["final"]))
            case "turn":
                turn = Turn.model_validate(event)
                self.status = self.status.model_copy(update={"turns": [*self.status.turns, turn]})
            case "dropped":
                self.lost += event["count"]


def screen(view: View, width: int, height: int) -> RenderableType:
    """`height` lines of at most `width` columns, wherever there is enough to show."""
    status = view.status
    turn = next((turn for turn in reversed(status.turns) if turn.waterfall_ms), None)
    stages = waterfall(turn, width) if turn is not None else [Text("none yet: say something", style="dim")]
    how = f": {turn_line(turn)}" if turn is not None and width >= NARROW else ""
    left = height - FIXED_LINES - len(stages) - len(status.engines)
    troubles = [Text(f"! {one.what}", style="bold red", no_wrap=True, overflow="ellipsis") for one in status.degraded]
    troubles = troubles[: max(0, left)]
    return Group(
        _head(status, width),
        Rule(style="dim"),
        _state(view, width),
        _named("microphone", microphone(status, level=False)),
        _named("loudspeaker", Text(f"{status.devices.loudspeaker or 'none'}, volume {status.volume_percent} %")),
        Rule(f"last turn{how}", align="left", style="dim"),
        *stages,
        Rule("engines", align="left", style="dim"),
        *(_named(WORKS_ON.get(engine.name, engine.name), engine_line(engine)) for engine in status.engines),
        *troubles,
        Rule("said", align="left", style="dim"),
        *_words(view, left - len(troubles)),
    )


def waterfall(turn: Turn, width: int) -> list[Text]:
    """A bar for each stage, from when the one before it was done, over the time since the end of speech."""
    columns = max(1, width - STAGE_COLUMNS - NUMBER_COLUMNS)
    done = sorted(((ms, stage) for stage, ms in turn.waterfall_ms.items() if stage != "end_of_speech"))
    whole = max(1, done[-1][0]) if done else 1
    lines, before = [], 0
    for ms, stage in done:
        start, end = (max(0, moment) * columns / whole for moment in (before, ms))
        bar = " " * int(start) + ("█" * max(1, round(end - start)) if end - start > SHORTEST else "▏")
        line = Text(f"{stage.replace('_', ' '):<{STAGE_COLUMNS}}", style="dim")
        line.append(f"{bar[:columns]:<{columns}}", style="not dim cyan")
        line.append(f"{ms:>{NUMBER_COLUMNS - 3}} ms", style="not dim")
        lines.append(line)
        before = ms
    return lines


def meter(dbfs: float | None, columns: int) -> Text:
    """A bar from the noise of a quiet room to full scale."""
    if dbfs is None:
        return Text("·" * columns, style="dim")
    share = (min(HIGHEST_DBFS, max(LOWEST_DBFS, dbfs)) - LOWEST_DBFS) / (HIGHEST_DBFS - LOWEST_DBFS)
    style = "red" if dbfs > LOUD_DBFS else "green" if dbfs > SPEECH_DBFS else "blue"
    full = round(share * columns)
    return Text.assemble(("█" * full, style), ("·" * (columns - full), "dim"))


def _head(status: Status, width: int) -> RenderableType:
    mode = f"  up {duration(status.uptime_s)}  mode {status.mode}"
    if width < NARROW:
        return Text.assemble(("voiceos", "bold"), mode, no_wrap=True, overflow="ellipsis")
    head = Table.grid(expand=True)
    head.add_column(no_wrap=True)
    head.add_column(justify="right", no_wrap=True)
    left = Text.assemble(("voiceos", "bold"), f" {status.version}{mode}")
    head.add_row(left, f"{time.strftime('%H:%M:%S')}  {megabytes(status.total_memory_bytes)}")
    return head


def _state(view: View, width: int) -> Text:
    status = view.status
    state = "starting" if not status.ready else STATES.get(status.state, status.state)
    style = STATE_STYLES.get(status.state, "yellow")
    deaf = status.muted or bool(status.devices.no_sound)
    level = None if deaf else view.dbfs if view.dbfs is not None else status.devices.level_dbfs
    number = "  muted  " if status.muted else " silent  " if level is None else f"{level:>5.0f} dB "
    dot = "●" if view.voice >= 0.5 and not deaf else "○"
    line = Text.assemble((f"{dot} {state:<{STAGE_COLUMNS}}", style))
    line.append_text(meter(level, max(1, width - STAGE_COLUMNS - 2 - len(number))))
    return line.append(number, style="bold yellow" if status.muted else "")


def _named(name: str, text: Text) -> Text:
    line = Text(f"{name:<{STAGE_COLUMNS}}", style="dim", no_wrap=True, overflow="ellipsis")
    shown = text.copy()
    shown.stylize_before(f"not dim {text.style}".strip())
    shown.style = ""
    return line.append_text(shown)


def _words(view: View, lines: int) -> list[Text]:
    if lines <= 0:
        return []
    if not view.status.words:
        hidden = "not shown: `voiceos config set control.words true` lets programs of yours read along"
        return [Text(hidden, style="dim", no_wrap=True, overflow="ellipsis")]
    shown = []
    for who, text, final in list(view.words)[-lines:]:
        line = Text("you   " if who == "user" else "voice ", style="dim", no_wrap=True, overflow="ellipsis")
        shown.append(line.append(text, style="not dim" if final else "not dim italic"))
    return shown
