"""Waterfalls of turns, as text and as a PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voiceos.bench.sound import percentile
from voiceos.errors import EngineMissing
from voiceos.trace import STAGES, Trace

WIDTH = 50
"""Characters of a drawn line: with its label it fits a terminal of 80 columns."""


def text(trace: Trace) -> str:
    """One line a stage: when it was done, in ms since the end of speech, and a bar."""
    marks = trace.waterfall_ms()
    if not marks:
        return ""
    end = max(1, *marks.values())
    lines = []
    before = 0
    for stage, ms in sorted(marks.items(), key=lambda item: item[1]):
        left, right = round(before / end * WIDTH), max(round(ms / end * WIDTH), round(before / end * WIDTH) + 1)
        lines.append(f"  {stage.replace('_', ' '):14} {ms:6} ms  {' ' * left}{'█' * (right - left)}")
        before = ms
    return "\n".join(lines)


def medians(waterfalls: Sequence[Mapping[str, int]]) -> str:
    """The median of each stage over many turns, one line a stage, in ms since the end of speech."""
    stages = {stage: [float(one[stage]) for one in waterfalls if stage in one] for stage in STAGES}
    lines = [f"  {stage:14} {percentile(values, 50):8.0f}" for stage, values in stages.items() if values]
    return "\n".join(["median waterfall, ms since the end of speech as the gate saw it:", *lines])


def plotting() -> tuple[Any, Any]:
    """matplotlib, drawing into files alone, and its Figure. Raises EngineMissing where it is not installed."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise EngineMissing(
            "drawing needs matplotlib",
            hint="see docs/install.md: pipx inject voiceos matplotlib, or the pip of its environment",
        ) from error
    mpl.use("agg")
    return mpl, Figure


def draw(traces: Sequence[Trace], path: Path, title: str) -> None:
    """One row a turn, one colour a stage. Raises EngineMissing where matplotlib is not installed."""
    mpl, figure_class = plotting()
    rows = [trace for trace in traces if trace.latency_s is not None]
    figure = figure_class(figsize=(10, 1.6 + 0.35 * len(rows)), layout="constrained")
    axes = figure.subplots()
    colours = mpl.colormaps["viridis"].resampled(len(STAGES))
    for row, trace in enumerate(rows):
        before = 0
        for stage, ms in sorted(trace.waterfall_ms().items(), key=lambda item: item[1]):
            label = stage.replace("_", " ") if row == 0 else None
            axes.barh(row, ms - before, left=before, color=colours(STAGES.index(stage)), label=label)
            before = ms
    axes.set_yticks(range(len(rows)), [f"turn {trace.turn}" for trace in rows])
    axes.invert_yaxis()
    axes.set_xlabel("milliseconds since the end of speech")
    axes.set_title(title)
    if rows:
        axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.savefig(path, dpi=110)
