"""`voiceos reminders`: those that are yet to be told, new ones, and one that is wanted no more.

They are facts of the memory that are due. A running assistant is told to look into it anew.
"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from voiceos.cli.exits import plain_errors
from voiceos.cli.memory import opened, tell_running
from voiceos.cli.minus import TakesMinus
from voiceos.cli.options import AsJson, load
from voiceos.cli.words import text_of
from voiceos.clock import SystemClock
from voiceos.errors import VoiceosError
from voiceos.initiative import kept
from voiceos.initiative.occasions import begins
from voiceos.initiative.wording import what_of
from voiceos.memory import Fact
from voiceos.reminders import call_off_in, keep_in, pending_in, told_when
from voiceos.skills.repeating import rule
from voiceos.skills.until import moment
from voiceos.thinking.wishes import Wishes

app = typer.Typer(no_args_is_help=True, help="What you asked to be reminded of: look, add, cancel.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Print the reminders that are yet to be told, the next one first."""
    language = load(None, {}).settings.assistant.language
    now = SystemClock().now()
    with opened() as store:
        pending = pending_in(store, kept.load(), now)
    if as_json:
        entries = [
            {"id": one.id, "what": what_of(one), "next": begins(one, now).isoformat(), "repeats": one.repeats}
            for one in pending
        ]
        print(json.dumps(entries, ensure_ascii=False, indent=1))
        return
    for one in pending:
        print(_line(one, language))
    if not pending:
        print("You have no reminders.")


@app.command(cls=TakesMinus)
def add(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="TEXT", help='As you would say it behind "remind me": "every day at eight to take my pills".'
        ),
    ],
) -> None:
    """Have it remind you of something, once or again and again."""
    language = load(None, {}).settings.assistant.language
    text = text_of(words, "reminders add")
    now = SystemClock().now()
    with plain_errors():
        slots = dict(Wishes(language).reminder(text) or {})
        what = " ".join(str(slots.pop(name)) for name in ("link", "task") if name in slots)
        repeat = rule(slots) if "every" in slots else None
        due = moment(slots, now) if repeat is None else repeat.first(now)
        if not what or due is None:
            raise VoiceosError(
                "That does not tell what to remind you of, and when.",
                hint='Try `voiceos reminders add "to call my sister tomorrow at five"`.',
            )
        if due <= now:
            raise VoiceosError(
                f"That would have been at {due:%Y-%m-%d %H:%M}.", hint="Tell a time that is yet to come."
            )
    with opened() as store:
        fact = keep_in(store, what=what, due=due, now=now, language=language, repeat=repeat)
    _tell_running()
    print(_line(fact, language))


@app.command()
def cancel(number: Annotated[int, typer.Argument(metavar="ID", help="As `list` shows it.")]) -> None:
    """Cancel a reminder, with all that it would tell again."""
    language = load(None, {}).settings.assistant.language
    now = SystemClock().now()
    with opened() as store:
        fact = next((one for one in pending_in(store, kept.load(), now) if one.id == number), None)
        if fact is None:
            raise VoiceosError(f"There is no reminder {number}.", hint="`voiceos reminders list` shows them.")
        call_off_in(store, fact, now, language)
    _tell_running()
    print(f"cancelled: {_line(fact, language).strip()}")


def _tell_running() -> None:
    tell_running("due", "The voiceos that runs sees it within an hour")


def _line(fact: Fact, language: str) -> str:
    """In a line, behind its number."""
    what = "".join(sign if sign.isprintable() else " " for sign in what_of(fact))
    return f"{fact.id:>6}  {what}, {told_when(fact, SystemClock().now(), language)}"
