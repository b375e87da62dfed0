"""What the measured conversation came to: outcomes, their figures, and those as a table. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voiceos.bench.conversation_turns import PAUSED, WANTED
from voiceos.bench.recordings import spoken_words
from voiceos.bench.sound import percentile


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one turn."""

    kind: str
    name: str
    answered: bool
    latency_s: float | None = None
    """From the end of what the user says to the first sound of the answer."""
    cut_in: bool = False
    """The answer began to sound while the user was not done."""
    early_commit: bool = False
    """The turn was taken for over in a pause, whether that was heard or taken back in time."""
    false_stop: bool | None = None
    """A sound that is no interruption ended the reply; None where nothing sounded that could have been stopped."""
    silent_s: float | None = None
    """From the user's first sound over the reply to the assistant's last; None where it had ended by itself."""
    heard: str | None = None
    """The words that were answered; None where the user was asked to say it again, or nothing was answered."""
    reread: str | None = None
    """The same sound read in the full 30 s window, after the conversation."""
    waterfall: Mapping[str, int] | None = None
    """The program's own, ms since the end of speech."""

    @property
    def opener_s(self) -> float | None:
        """From the first sound to the first word behind an opener; None where there was none."""
        fall = self.waterfall or {}
        return (fall["first_words"] - fall["first_sound"]) / 1000 if "first_words" in fall else None


def same_words(heard: str, reread: str) -> bool:
    """Whether two transcripts differ in case, punctuation and the spelling of numbers at most."""
    return spoken_words(heard) == spoken_words(reread)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def _latencies(part: Sequence[Outcome]) -> dict[str, float]:
    ms = [one.latency_s * 1000 for one in part if one.latency_s is not None]
    return {f"p{q}_ms": percentile(ms, q) for q in (50, 90, 95)}


def figures(done: Sequence[Outcome]) -> dict[str, Any]:
    """What the outcomes come to, overall and by kind; shares are 0 to 1, NaN of nothing."""
    wanted = [one for one in done if one.kind in WANTED]
    answered = [one for one in wanted if one.answered]
    opened = [one for one in answered if one.opener_s is not None]
    paused = [one for one in done if one.kind in PAUSED]
    stoppable = [one for one in done if one.false_stop is not None]
    silences = [one.silent_s * 1000 for one in done if one.silent_s is not None]
    noise = [one for one in done if one.kind not in WANTED and one.false_stop is None]
    reread = [one for one in answered if one.heard is not None and one.reread is not None]
    first_words = [
        (spoken_words(one.heard or "").split()[:1], spoken_words(one.reread or "").split()) for one in reread
    ]
    return {
        "turns": len(wanted),
        "answered": len(answered),
        "missed": len(wanted) - len(answered),
        "asked_again": sum(one.heard is None for one in answered),
        **_latencies(wanted),
        "opened": len(opened),
        "opened_sound_p50_ms": percentile([one.latency_s * 1000 for one in opened if one.latency_s], 50),
        "opened_words_p50_ms": percentile(
            [(one.latency_s + one.opener_s) * 1000 for one in opened if one.latency_s and one.opener_s], 50
        ),
        "cold_ms": next((one.latency_s * 1000 for one in done if one.latency_s is not None), math.nan),
        "paused": len(paused),
        "cut_ins": sum(one.cut_in for one in paused),
        "early_commits": sum(one.early_commit or one.cut_in for one in paused),
        "cut_ins_elsewhere": sum(one.cut_in for one in wanted if one.kind not in PAUSED),
        "over_replies": len(stoppable),
        "false_stops": sum(bool(one.false_stop) for one in stoppable),
        "barge_ins": len(silences),
        "silent_p50_ms": percentile(silences, 50),
        "silent_p95_ms": percentile(silences, 95),
        "noises": len(noise),
        "answers_to_noise": sum(one.answered for one in noise),
        "reread": len(reread),
        "unchanged_share": _share(sum(same_words(one.heard or "", one.reread or "") for one in reread), len(reread)),
        "first_word_share": _share(sum(first == whole[:1] for first, whole in first_words), len(reread)),
        "kinds": {
            kind: {"turns": len(part), "answered": sum(one.answered for one in part), **_latencies(part)}
            for kind in WANTED
            if (part := [one for one in wanted if one.kind == kind])
        },
    }


WORDS = {
    "turns": "turns that want an answer",
    "answered": "answered",
    "missed": "missed",
    "asked_again": "asked to say it again",
    "p50_ms": "voice to voice, p50, ms",
    "p90_ms": "p90, ms",
    "p95_ms": "p95, ms",
    "opened": "begun with an opener",
    "opened_sound_p50_ms": "its sound, p50, ms",
    "opened_words_p50_ms": "the first word behind it, p50, ms",
    "cold_ms": "first turn after the start, ms",
    "paused": "turns with a pause inside",
    "cut_ins": "cut into: an answer sounded",
    "early_commits": "taken for over, heard or not",
    "cut_ins_elsewhere": "other turns cut into",
    "over_replies": "sounds over a reply that are none",
    "false_stops": "that ended it",
    "barge_ins": "interruptions",
    "silent_p50_ms": "silent after, p50, ms",
    "silent_p95_ms": "p95, ms",
    "noises": "noises in silence",
    "answers_to_noise": "answered",
    "reread": "transcripts read again, full window",
    "unchanged_share": "share unchanged",
    "first_word_share": "share with the same first word",
}


def table(now: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> str:
    """Figures, beside those of an earlier run where there is one; what it did not have is a dash."""
    lines = []
    for name, text in WORDS.items():
        digits = ".2f" if name.endswith("_share") else ".0f"
        columns = [format(now[name], digits)]
        if before is not None:
            columns.append(format(before[name], digits) if before.get(name) is not None else "–")
        lines.append(f"{text:40}" + "".join(f"{column:>10}" for column in columns))
    lines.append("\nby kind       turns answered    p50    p90    p95 ms" + ("   p50 before" if before else ""))
    for kind, row in now["kinds"].items():
        marks = "".join(f"{row[f'p{q}_ms']:7.0f}" for q in (50, 90, 95))
        was = (before or {}).get("kinds", {}).get(kind, {}).get("p50_ms")
        lines.append(f"{kind:14}{row['turns']:5}{row['answered']:9}{marks}" + (f"{was:16.0f}" if was else ""))
    return "\n".join(lines)


def median_waterfalls(done: Sequence[Outcome], stages: Sequence[str]) -> dict[str, dict[str, float]]:
    """Median moment of each stage by kind, ms since the end of speech; only kinds that were answered."""
    medians: dict[str, dict[str, float]] = {}
    for kind in Counter(one.kind for one in done if one.kind in WANTED):
        falls = [one.waterfall for one in done if one.kind == kind and one.waterfall]
        found = {stage: [float(fall[stage]) for fall in falls if stage in fall] for stage in stages}
        row = {stage: percentile(values, 50) for stage, values in found.items() if len(values) * 2 > len(falls)}
        if row:
            medians[kind] = row
    return {kind: medians[kind] for kind in WANTED if kind in medians}
