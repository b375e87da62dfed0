"""`voiceos memory`: look at what it remembers, add to it, take it along, and have it forget.

These verbs open the memory themselves, whether an assistant runs or not. One that runs sees by `Store.erasures`, with
the next turn that it writes, that something was forgotten; `changing` tells it at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from voiceos import files
from voiceos.catalogue import size_text
from voiceos.cli import recollection
from voiceos.cli.exits import plain_errors
from voiceos.cli.minus import TakesMinus
from voiceos.cli.moments import Moment
from voiceos.cli.options import AsJson, load
from voiceos.cli.recollection import counted
from voiceos.cli.words import text_of
from voiceos.clock import SystemClock
from voiceos.config import user_file
from voiceos.config.edit import set_value
from voiceos.daemon.client import ControlClient
from voiceos.errors import NotRunning, StorageError, VoiceosError
from voiceos.meeting import kept as meeting
from voiceos.memory import NOTE, USER, Elsewhere, Kind, Selection, Store, markdown, transfer

app = typer.Typer(no_args_is_help=True, help="What it remembers of you: look, add, take along, forget.")

NAME_KEY = "assistant.user_name"

SHOWN = 20
"""Facts and turns, each, of what would be forgotten."""


class Format(StrEnum):
    JSON = "json"
    MARKDOWN = "markdown"


Number = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="Of a fact, as `list` shows it, of a turn (t12), as `search` does, or of a summary (s12)."
    ),
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


@contextlib.contextmanager
def opened() -> Iterator[Store]:
    """The memory, to be looked at."""
    with plain_errors():
        language = load(None, {}).settings.assistant.language
        with Store(language=language) as store:
            yield store


@contextlib.contextmanager
def changing() -> Iterator[Store]:
    """The memory, to be changed; a running assistant is told of what was forgotten, also where something failed."""
    with opened() as store:
        before = store.erasures
        try:
            yield store
        finally:
            if store.erasures != before:
                _tell_running()


def _tell_running() -> None:
    tell_running("forgotten", "The voiceos that runs may still have it in mind until the next turn")


def tell_running(method: str, otherwise: str) -> None:
    """Call a running assistant, if there is one; `otherwise` tells what it means where that fails."""

    async def tell() -> None:
        async with ControlClient() as client:
            await client.call(method)

    try:
        asyncio.run(tell())
    except NotRunning:
        pass
    except VoiceosError as error:
        print(f"{otherwise}: {error}", file=sys.stderr)


@app.command(cls=TakesMinus)
def add(
    words: Annotated[
        list[str], typer.Argument(metavar="TEXT", help="What it shall remember; - reads it from standard input.")
    ],
    about: Annotated[
        str, typer.Option(metavar="NAME", help="Whom or what it is about; you, where nothing is named.")
    ] = "",
    kind: Annotated[Kind, typer.Option(help="What kind of thing it is.")] = Kind.FACT,
    due: Annotated[str, typer.Option(metavar="TIME", help="When it is due: 2026-05-01, or 2026-05-01T17:30.")] = "",
) -> None:
    """Have it remember something, as if you had told it."""
    text = text_of(words, "memory add")
    now = SystemClock().now()
    until = Moment.read(due, now).begin if due else None
    with changing() as store:
        fact = store.remember_fact(about or USER, NOTE, text, at=now, sentence=text, kind=kind, single=False, due=until)
    print(recollection.fact(fact))


@app.command("list")
def list_(
    about: Annotated[str, typer.Option(metavar="NAME", help="Only of somebody or something; `user` is you.")] = "",
    kind: Annotated[Kind | None, typer.Option(help="Only of this kind.", show_default=False)] = None,
    superseded: Annotated[bool, typer.Option("--superseded", help="Also what is no longer so.")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Print what it knows, what was told most often first."""
    with opened() as store:
        facts = store.facts(subject=about or None, kind=kind, superseded=superseded, limit=limit)
        if as_json:
            print(_json([recollection.fact_data(fact) for fact in facts]))
            return
        for fact in facts:
            print(recollection.fact(fact))
        if not facts:
            print("It knows nothing yet." if store.stats().facts == 0 else "It knows nothing of that.", file=sys.stderr)


@app.command(cls=TakesMinus)
def search(
    words: Annotated[list[str], typer.Argument(metavar="TEXT", help="Words, in any form; - is standard input.")],
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Find facts and turns by their words, the best first."""
    text = text_of(words, "memory search")
    with opened() as store:
        facts = [hit.item for hit in store.search_facts(text, superseded=True, limit=limit)]
        turns = [hit.item for hit in store.search_episodes(text, limit=limit)]
    if as_json:
        content = {
            "facts": [recollection.fact_data(fact) for fact in facts],
            "turns": [recollection.turn_data(turn) for turn in turns],
        }
        print(_json(content))
        return
    for line in (*map(recollection.fact, facts), *map(recollection.turn, turns)):
        print(line)
    if not facts and not turns:
        print("Nothing is remembered of that.", file=sys.stderr)


@app.command()
def show(number: Number = "", as_json: AsJson = False) -> None:
    """Show a fact with when and in which words it was told, a turn, or a summary with what it came from; without ID,
    what it knows of you and the last turns."""
    with opened() as store:
        if not number:
            facts, turns = store.facts(subject=USER), store.episodes(limit=10)
            if as_json:
                print(
                    _json(
                        {
                            "facts": [recollection.fact_data(fact) for fact in facts],
                            "turns": [recollection.turn_data(turn) for turn in turns],
                        }
                    )
                )
                return
            for line in (*map(recollection.fact, facts), *map(recollection.turn, reversed(turns))):
                print(line)
            if not facts and not turns:
                print("It knows nothing yet.", file=sys.stderr)
            return
        kind, one = _number(number)
        if kind == "summary":
            summary, sources = store.chronicle.get(one), store.chronicle.sources(one)
            if summary is None:
                raise _unknown(number)
            if as_json:
                data = recollection.summary_data(summary) | {"from": [source.id for source in sources]}
                print(_json(data))
            else:
                print("\n".join(recollection.whole_summary(summary, sources)))
            return
        if kind == "turn":
            turn = store.episode(one)
            if turn is None:
                raise _unknown(number)
            print(_json(recollection.turn_data(turn)) if as_json else recollection.turn(turn))
            return
        fact = store.fact(one)
        if fact is None:
            raise _unknown(number)
        told = store.tellings(one)
        if as_json:
            print(_json(recollection.whole_data(fact, told)))
        else:
            after = store.fact(fact.superseded_by) if fact.superseded_by is not None else None
            print("\n".join(recollection.whole(fact, told, after)))


@app.command(cls=TakesMinus)
def forget(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="Whom or what: all that names it goes.", show_default=False),
    ] = None,
    number: Annotated[str, typer.Option("--id", metavar="ID", help="A fact (12), or a turn (t12).")] = "",
    today: Annotated[bool, typer.Option("--today", help="All of today.")] = False,
    since: Annotated[str, typer.Option(metavar="TIME", help="All from then on: 2026-05-01, or 2026-05-01T17:30.")] = "",
    until: Annotated[str, typer.Option(metavar="TIME", help="All up to then; a day is taken whole.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="All that it remembers.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Have it forget, without a trace: it shows what would go, and asks.

    What it had taken the place of, the turns that told it, backups, words in records of turns, and recorded
    conversations in which it occurs go too. It cannot reach the system's journal (`log.speech` at DEBUG), nor exports
    and recordings in places that you chose."""
    ways = [bool(words), bool(number), today, bool(since or until), everything]
    if sum(ways) != 1:
        raise typer.BadParameter("say what: one of TEXT, --id, --today, --since and --until, --all")
    now = SystemClock().now()
    text = text_of(words, "memory forget") if words else ""
    begin = Moment.read("today", now).begin if today else Moment.read(since, now).begin if since else None
    end = Moment.read(until, now).end if until else None
    with changing() as store:
        if text:
            chosen = store.select_about(text)
        elif number:
            chosen = _select(store, number)
        elif everything:
            chosen = store.select_everything()
        else:
            chosen = store.select_between(begin, end)
        others = store.elsewhere(chosen)
        told = _told() if everything else []
        if not chosen and not others and not store.chronicle.going(chosen):
            print("Nothing is remembered of that.", file=sys.stderr)
            return
        _preview(store, chosen, others, told)
        if not yes:
            _ask()
        done = store.forget(chosen)
        if everything:
            _forget_told()
        print(", ".join([recollection.forgotten(done), *told]))
        if done.lingering:
            raise StorageError(
                f"Some of it is still on the disk: {done.lingering}.",
                hint="It goes when the memory is opened next: try `voiceos memory stats` in a while.",
            )


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Default: standard output, as is -.", show_default=False)
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="json can be brought back, markdown is to be read.")
    ] = Format.JSON,
) -> None:
    """Write down all that it remembers. The file is yours: nothing that is forgotten later goes from it."""
    with opened() as store:
        content = store.export()
        text = transfer.written(content) if form is Format.JSON else markdown.page(content)
        if file is None or str(file) == "-":
            print(text, end="")
            return
        try:
            files.replace(file, text.encode())
        except OSError as error:
            raise StorageError(
                f"{file} cannot be written: {error.strerror}.", hint=f"Look at: ls -ld {file.parent}"
            ) from error
        print(f"{counted(len(content.facts), 'fact')} and {counted(len(content.episodes), 'turn')} in {file}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As `export` wrote it; - is standard input.")],
) -> None:
    """Bring back what was exported. What is here already is not doubled."""
    with changing() as store:
        try:
            text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as error:
            raise VoiceosError(
                f"{file} cannot be read: {error.strerror}.", hint="`voiceos memory export FILE` writes one."
            ) from error
        done = store.bring_in(transfer.read(text))
        print(f"new: {counted(done.facts, 'fact')}, {counted(done.episodes, 'turn')}")


@app.command()
def stats(as_json: AsJson = False) -> None:
    """Tell how much it remembers, since when, and where that lies."""
    with opened() as store:
        now = store.stats()
        if as_json:
            print(_json(recollection.stats_data(now, store.path)))
            return
        print(f"{counted(now.facts, 'fact')}, and {now.superseded} no longer so")
        span = f", from {now.first:%Y-%m-%d} to {now.last:%Y-%m-%d}" if now.first and now.last else ""
        print(f"{counted(now.episodes, 'turn')} in {counted(now.conversations, 'conversation')}{span}")
        if now.summaries:
            print(f"{counted(now.summaries, 'summary')} of days, weeks and you")
        print(f"{store.path}: {size_text(now.size_bytes)}")


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def _number(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"([ts]?)(\d{1,18})", text.strip())
    if match is None:
        raise typer.BadParameter("an ID is a number, behind a t for a turn and an s for a summary: 12, t12, s12")
    return {"t": "turn", "s": "summary", "": "fact"}[match[1]], int(match[2])


def _unknown(number: str) -> VoiceosError:
    return VoiceosError(
        f"Nothing is remembered under {number}.", hint="`voiceos memory list` and `search` show the IDs."
    )


def _select(store: Store, number: str) -> Selection:
    kind, one = _number(number)
    if kind == "summary":
        raise typer.BadParameter("a summary is made anew from its turns: have these forgotten (`show` lists them)")
    if kind == "turn":
        if store.episode(one) is None:
            raise _unknown(number)
        return store.select_episodes([one])
    try:
        return store.select_fact(one)
    except KeyError:
        raise _unknown(number) from None


def _told() -> list[str]:
    """What is known of the user outside of the memory."""
    assistant = load(None, {}).settings.assistant
    name = [f"your name in the settings ({NAME_KEY})"] if assistant.user_name else []
    return name + (["what the first meeting made of your answers"] if meeting.tells(assistant.language) else [])


def _forget_told() -> None:
    """Raises VoiceosError."""
    assistant = load(None, {}).settings.assistant
    meeting.forget(assistant.language)
    if not assistant.user_name:
        return
    set_value(user_file(), NAME_KEY, "")
    after = load(None, {})
    if after.get(NAME_KEY):
        print(f"{NAME_KEY} still is what {after.origin(NAME_KEY)} says: take it out there.", file=sys.stderr)


def _preview(store: Store, chosen: Selection, others: Elsewhere, told: Sequence[str]) -> None:
    """What would go; on standard error, as it is no result."""
    facts = [fact for one in sorted(chosen.facts)[:SHOWN] if (fact := store.fact(one))]
    turns = [turn for one in sorted(chosen.episodes)[:SHOWN] if (turn := store.episode(one))]
    short = [line for one in store.chronicle.going(chosen)[:SHOWN] for line in recollection.summary(one)]
    lines = [*map(recollection.fact, facts), *map(recollection.turn, turns), *short]
    more = {"more fact": len(chosen.facts) - len(facts), "more turn": len(chosen.episodes) - len(turns)}
    if any(more.values()):
        lines.append(f"… and {', '.join(counted(count, what) for what, count in more.items() if count)}")
    if others.turns:
        lines.append(f"the words in {counted(others.turns, 'record')} of turns")
    lines += [f"the recorded conversation {path}" for path in others.recordings]
    lines += [f"an old copy of the memory that may hold it, whole: {path}" for path in others.copies]
    lines += told
    print("\n".join(lines), file=sys.stderr)


def _ask() -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise typer.BadParameter(
            "nothing is forgotten before you have seen it: add --yes to have all of this forgotten"
        )
    typer.confirm("Forget all of this?", abort=True, err=True)
