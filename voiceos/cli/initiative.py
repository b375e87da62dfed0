"""`voiceos initiative`: what it said of its own accord, or did not, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated

import typer

from voiceos.cli.exits import plain_errors
from voiceos.cli.options import AsJson, load
from voiceos.initiative import Decision, Ledger, Outcome, Reason, kept, quiet_hours
from voiceos.memory import Store

WHY: Mapping[Reason, str] = {
    Reason.ASKED_FOR: "you asked for it",
    Reason.WORTH_IT: "it was worth it",
    Reason.NOT_YET: "it is not due yet",
    Reason.PAST: "it was no longer so",
    Reason.OFF: "it is not to speak first",
    Reason.ON_CALL: "another program used the microphone",
    Reason.SPEAKING: "somebody spoke",
    Reason.QUIET_ASKED_FOR: "you had asked for quiet",
    Reason.QUIET_HOURS: "quiet hours",
    Reason.JUST_SPOKE: "it had just spoken up",
    Reason.ENOUGH_TODAY: "it had spoken up often enough that day",
    Reason.UNWELCOME: "you waved such things away before",
    Reason.TOO_LITTLE: "it was not worth it",
}
"""In the words of whoever looks."""

WHAT: Mapping[Outcome, str] = {Outcome.NOW: "said", Outcome.LATER: "not yet", Outcome.NEVER: "not said"}


def initiative(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many, the newest.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Tell what it said of its own accord or did not, and why, the newest last. The sentences are the memory's own."""
    with plain_errors():
        ledger = kept.load()
        wanted = load(None, {}).settings.initiative
        hours = quiet_hours(wanted.quiet_hours)
        shown = ledger.decisions[-limit:]
        sentences = _sentences(shown)
    if as_json:
        entries = kept.content(Ledger(decisions=shown))["decisions"]
        for entry in entries:
            entry["sentence"] = sentences.get(entry["fact"], "")
        content = {"level": wanted.level, "quiet_hours": wanted.quiet_hours, "decisions": entries}
        print(json.dumps(content, ensure_ascii=False, indent=1))
        return
    print(f"speaks first: {wanted.level}; quiet hours: {wanted.quiet_hours if hours else 'none'}")
    for one in shown:
        print(line(one, sentences))


def line(one: Decision, sentences: Mapping[int, str]) -> str:
    """A decision in a line of a terminal."""
    again = "" if one.again_at is None else f", again at {one.again_at:%H:%M}"
    if one.again_at is not None and one.again_at - one.at > timedelta(hours=20):
        again = f", again on {one.again_at:%Y-%m-%d}"
    score = "" if one.score is None else f", score {one.score:.2f}"
    sentence = sentences.get(one.fact or 0, "")
    told = " ".join("".join(sign if sign.isprintable() else " " for sign in sentence).split())
    return (
        f"{one.at:%Y-%m-%d %H:%M}  {one.kind.value:<10}  {WHAT[one.outcome]}: {WHY[one.reason]}{score}{again}"
        f"{'  “' + told + '”' if told else ''}"
    )


def _sentences(decisions: Sequence[Decision]) -> dict[int, str]:
    """Of the facts that they are about, as far as the memory has them."""
    numbers = {one.fact for one in decisions if one.fact is not None}
    if not numbers:
        return {}
    found: dict[int, str] = {}
    with Store() as store:
        for number in numbers:
            if (fact := store.fact(number)) is not None:
                found[number] = fact.sentence
    return found
