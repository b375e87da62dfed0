"""What the mixtures of `noise.py` came to: counts, shares, and those as a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from voiceos import events as ev
from voiceos.bench.recordings import spoken_words


@dataclass(frozen=True, slots=True)
class Understood:
    """Speech over one kind at one ratio."""

    kind: str
    snr_db: int | None
    """None: as recorded."""
    recordings: int
    words: int
    wer: float
    """Words wrong, missing (with those of turns that were missed or unclear) and added, over words said."""
    added: float
    """Of them, added: where others talk, mostly theirs."""
    answered: float
    """Share of the recordings of which some words were believed."""
    unclear: float
    """Of which none were, and the user was asked again."""
    missed: float


@dataclass(frozen=True, slots=True)
class Alone:
    """One kind, and nobody who speaks to the assistant."""

    kind: str
    minutes: float
    opened: int
    """Times that the gate took something for speech."""
    turns: int
    """Of them, long enough to be read."""
    answered: int
    """Of them, taken for words."""
    asked_again: int
    """Taken for words that could not be made out."""


def understood(kind: str, snr_db: int | None, results: Sequence[tuple[str, Sequence[ev.Heard | None]]]) -> Understood:
    """The row of what was said (reference) and what was heard of it; needs at least one word."""
    words = errors = added = answered = unclear = 0
    for text, heard in results:
        reference = spoken_words(text).split()
        found = " ".join(one.text for one in heard if isinstance(one, ev.Words))
        words += len(reference)
        changes = Levenshtein.editops(reference, spoken_words(found).split())
        errors += len(changes)
        added += sum(change.tag == "insert" for change in changes)
        answered += any(isinstance(one, ev.Words) for one in heard)
        unclear += bool(heard) and not found and any(isinstance(one, ev.Unclear) for one in heard)
    count = len(results)
    shares = answered / count, unclear / count, (count - answered - unclear) / count
    return Understood(kind, snr_db, count, words, errors / words, added / words, *shares)


def disturbed(kind: str, minutes: float, heard: Sequence[ev.Heard | None]) -> Alone:
    return Alone(
        kind,
        minutes,
        len(heard),
        sum(one is not None for one in heard),
        sum(isinstance(one, ev.Words) for one in heard),
        sum(isinstance(one, ev.Unclear) for one in heard),
    )


def table(speech: Sequence[Understood], rows: Sequence[Alone]) -> str:
    heads = f"{'SNR dB':>7}{'files':>7}{'words':>7}{'WER':>8}{'added':>8}"
    lines = [f"{'speech over':14}{heads}{'answered':>10}{'unclear':>9}{'missed':>8}"]
    for one in speech:
        shares = f"{one.wer:8.1%}{one.added:8.1%}{one.answered:10.1%}{one.unclear:9.1%}{one.missed:8.1%}"
        snr = "–" if one.snr_db is None else one.snr_db
        lines.append(f"{one.kind:14}{snr:>7}{one.recordings:7}{one.words:7}{shares}")
    lines.append(f"\n{'alone':14}{'minutes':>8}{'gate opened':>13}{'turns':>7}{'answered':>10}{'asked again':>13}")
    for row in rows:
        counts = f"{row.opened:13}{row.turns:7}{row.answered:10}{row.asked_again:13}"
        lines.append(f"{row.kind:14}{row.minutes:8.1f}{counts}")
    return "\n".join(lines)
