"""The measured conversation as one PNG: where the time goes by kind of turn, and latency against cut-ins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceos.bench.waterfall import plotting
from voiceos.trace import STAGES

if TYPE_CHECKING:
    from voiceos.bench.sweep import Curve

BAR_IN = 0.42
"""Height of a kind's row, inches."""


def draw(
    path: Path,
    figures: Mapping[str, Any] | None,
    waterfalls: Mapping[str, Mapping[str, float]],
    curve: Curve | None,
) -> None:
    """Write the panels that there is something for, one above the other. Raises EngineMissing without matplotlib.

    Args:
        figures: of the conversation; None where only the curve was made.
        waterfalls: median ms of each stage by kind (`conversation_report.median_waterfalls`).
    """
    mpl, figure_class = plotting()
    heights = ([1.8 + BAR_IN * len(waterfalls)] if waterfalls else []) + ([4.6] if curve else [])
    if not heights:
        return
    figure = figure_class(figsize=(10, sum(heights)), layout="constrained")
    panels = list(figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0])
    if waterfalls:
        _stacks(panels.pop(0), mpl, figures or {}, waterfalls)
    if curve is not None:
        _curve(panels.pop(0), curve)
    figure.savefig(path, dpi=130)


def _stacks(axes: Any, mpl: Any, figures: Mapping[str, Any], waterfalls: Mapping[str, Mapping[str, float]]) -> None:
    stages = [stage for stage in STAGES if stage not in ("end_of_speech", "commit")]
    colours = dict(zip(stages, mpl.colormaps["viridis"].resampled(len(stages)).colors, strict=True))
    named: set[str] = set()
    for number, marks in enumerate(waterfalls.values()):
        before = 0.0
        for stage in sorted((stage for stage in stages if stage in marks), key=lambda stage: marks[stage]):
            label = None if stage in named else stage.replace("_", " ")
            named.add(stage)
            axes.barh(number, marks[stage] - before, left=before, height=0.7, color=colours[stage], label=label)
            before = marks[stage]
    # The turn is committed beside the work, not between two steps of it.
    commits = [marks.get("commit", float("nan")) for marks in waterfalls.values()]
    axes.plot(commits, range(len(commits)), "|", color="white", markersize=19, markeredgewidth=2, zorder=3)
    axes.plot([], [], "|", color="#999999", markersize=11, markeredgewidth=2, label="commit (white line)")
    kinds = figures.get("kinds", {})
    rows = [kinds.get(kind, {}) for kind in waterfalls]
    measured = [row.get("p50_ms", float("nan")) for row in rows]
    axes.plot(measured, range(len(rows)), "D", color="black", markersize=5, label="p50 voice to voice", zorder=3)
    axes.plot(
        [row.get("p95_ms", float("nan")) for row in rows],
        range(len(rows)),
        "|",
        color="black",
        markersize=12,
        label="p95 voice to voice",
        zorder=3,
    )
    axes.set_yticks(
        range(len(rows)), [f"{kind} ({row.get('turns', '?')})" for kind, row in zip(waterfalls, rows, strict=True)]
    )
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("milliseconds since the end of speech; each colour ends where its stage is done")
    axes.set_title("Where the time goes: median of each stage, by kind of turn", loc="left")
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def _curve(axes: Any, curve: Curve) -> None:
    every = [one.reported for one in curve.candidates]
    axes.plot(
        [p.wait_mean_s * 1000 for p in every],
        [p.cut_ins * 100 for p in every],
        ".",
        color="#b8c4d6",
        markersize=4,
        label="policies of the grid",
    )
    front = sorted((one.reported for one in curve.front), key=lambda p: p.wait_mean_s)
    axes.plot(
        [p.wait_mean_s * 1000 for p in front],
        [p.cut_ins * 100 for p in front],
        "o-",
        color="#31688e",
        markersize=4,
        linewidth=1,
        label="best on the other speakers",
    )
    default = next(one.reported for one in curve.candidates if one.default)
    axes.plot(
        [default.wait_mean_s * 1000], [default.cut_ins * 100], "*", color="#c1272d", markersize=15, label="default"
    )
    axes.axhline(5, color="black", linewidth=0.8, linestyle=":")
    axes.annotate("goal: 5 %", (1.0, 5), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize="small")
    axes.set_ylim(0, max(15.0, 2.5 * default.cut_ins * 100))  # what is far worse than the default need not be seen
    axes.set_xlabel(f"mean wait for the answer to a finished turn, ms (ready after {curve.work_ms} ms)")
    axes.set_ylabel("inner pauses cut into, %")
    axes.set_title(f"Latency against cut-ins, {curve.turns} finished turns and {curve.pauses} inner pauses", loc="left")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small", frameon=False)
