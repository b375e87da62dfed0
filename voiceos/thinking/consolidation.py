"""While nobody speaks: days and weeks put in short in the user's own words, and a profile of the user by the language
model, held to what is known by rule.

Days and weeks are chosen, not written: `python -m voiceos.bench.in_short` prints what that keeps. The profile is
written on the background lane, as `reflection.py` works, and all of it is broken off when somebody speaks. What is
still to be done lies in the store, so that it goes on later, also after a restart. What was said in need, and wishes
such as "louder", are in no summary.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import date, datetime, timedelta

from babel.dates import format_date
from babel.lists import format_list

from voiceos.errors import EngineError
from voiceos.memory import USER, Acquaintance, Fact, Kind, Scope, Sources, Store, Summary, summaries, summing
from voiceos.memory.relations import Vocabulary
from voiceos.thinking.ports import Lane, LanguageModel, Message, Sampling
from voiceos.thinking.reflection import Ask
from voiceos.thinking.statements import Statement, Statements

log = logging.getLogger(__name__)

MOST_OF_DAY, MOST_OF_WEEK, MOST_OF_PROFILE = 4, 8, 6
"""Sentences; set by hand: what is told aloud has to be short. `python -m voiceos.bench.in_short` prints what four keep
of a day."""
MOST_WRITTEN_TOKENS = 200
LEAST_READ_TOKENS = 80
"""Of what is known there has to be room for so much."""
TOKEN_LETTERS = 3
"""A token is hardly ever shorter, on the average."""
LONGEST_LINE = 300
"""Letters of a line that are shown."""
KNOWN = 30
"""Facts that a profile is made of, at most."""
LEAST_KNOWN = 3
"""With fewer nothing can be said of who somebody is."""
OFTEN = 3
"""People who are named as those that the user speaks of."""
DAY_BEGINS, NOON, EVENING_BEGINS, NIGHT_BEGINS = 5, 12, 18, 23
"""Hours."""


class Consolidation:
    """
    Args:
        ask: answers a question about the store, in a thread.
        room_tokens: of the background lane.
        profile_tokens: so long may the profile be; 0: none is written.
        lane: held while something is written, so that the background lane is nobody else's.
    """

    def __init__(
        self,
        model: LanguageModel,
        ask: Ask,
        *,
        language: str,
        room_tokens: int,
        profile_tokens: int,
        lane: asyncio.Lock | None = None,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._model = model
        self._ask = ask
        self._language = language
        self._words = summing.rules(language)
        self._vocabulary = Vocabulary.of(language)
        self._statements = Statements(language)
        self._room_tokens = room_tokens
        self._profile_tokens = profile_tokens
        self._lane = lane or asyncio.Lock()
        self._now = now

    async def run(self) -> int:
        """Put in short all that waits; how many summaries were written. Raises as `steps`."""
        return sum([kept async for kept in self.steps()])

    async def steps(self) -> AsyncGenerator[bool]:
        """Put in short all that waits, a day, a week and the user at a time; after each whether it was kept, which it
        is not where something was forgotten meanwhile. Cancelling it loses nothing but the day that it is at.

        Raises EngineError where the model does not answer, or has no room for the instructions, and StorageError.
        """
        while (source := await self._ask(lambda store: store.chronicle.day_to_sum(self._today()))) is not None:
            yield await self._day(source)
        while (source := await self._ask(lambda store: store.chronicle.week_to_sum(self._today()))) is not None:
            yield await self._week(source)
        yield await self._profile()

    def _today(self) -> date:
        return self._now().date()

    # Days and weeks, by rule.

    async def _day(self, source: Sources) -> bool:
        lines: list[tuple[Statement, bool]] = []
        for turn in source.turns:
            said = await asyncio.to_thread(self._statements.of, turn)  # which looks for wishes
            lines += [(line, turn.id in source.telling) for line in said]
        chosen = self._statements.chosen(lines, MOST_OF_DAY)
        return await self._keep(Scope.DAY, source, chosen, turns=[turn.id for turn in source.turns])

    async def _week(self, source: Sources) -> bool:
        shares = summaries.shares({day.begins: len(day.lines) for day in source.days}, MOST_OF_WEEK)
        told = str(self._words["told"]["week_line"])
        lines = [
            told.format(weekday=format_date(day.begins, "EEEE", locale=self._language), line=line)
            for day in source.days
            for line in self._statements.best(day.lines, shares[day.begins])
        ]
        ends = source.begins + timedelta(days=6)
        return await self._keep(Scope.WEEK, source, lines, ends=ends, days=[day.id for day in source.days])

    # The user.

    async def _profile(self) -> bool:
        """Once a day where anything is new, and at once where something in it is no longer so."""
        if not self._profile_tokens:
            return False

        def read(store: Store) -> tuple[int, Summary | None, list[Fact], list[Fact], Acquaintance]:
            erasures, facts = store.erasures, store.facts(limit=KNOWN)
            people = store.facts(subject=USER, kind=Kind.PERSON, limit=OFTEN)
            return erasures, store.chronicle.profile(), facts, people, store.chronicle.acquaintance()

        erasures, before, facts, people, known = await self._ask(read)
        lines = summing.lines_known(facts, self._vocabulary)
        if len(lines) < LEAST_KNOWN or not self._is_due(before, facts):
            return False
        head = self._head()
        text, letters = "", TOKEN_LETTERS * await self._room(head)
        for line in lines:
            if len(text) + len(line.text) < letters:
                text += f"{line.text[:LONGEST_LINE]}\n"
        grammar = summing.grammar(MOST_OF_PROFILE, self._language)
        written = await self._write([*head, Message("user", text.rstrip())], grammar)
        held = self._borne_out(written, lines)
        between = self._between(known, people)
        while held and await self._tokens([*(line for line, _ in held), *between]) > self._profile_tokens:
            held.pop()
        sources = {line.fact for _, bearing in held for line in bearing if line.fact is not None}
        source = Sources(self._today(), erasures)
        sentences = [*(line for line, _ in held), *between]
        return await self._keep(Scope.PROFILE, source, sentences, facts=sources | {one.id for one in people})

    def _head(self) -> list[Message]:
        head = [Message("system", str(self._words["profile_instructions"]).strip())]
        for example in self._words["profile_examples"]:
            head += [
                Message("user", "\n".join(example["said"])),
                Message("assistant", summing.written(example["written"])),
            ]
        return head

    def _borne_out(self, written: str, lines: Sequence[summing.Line]) -> list[tuple[str, list[summing.Line]]]:
        """The sentences that hold, each once, with the lines that bear them out."""
        kept: dict[str, list[summing.Line]] = {}
        for sentence in summing.parse(written):
            if (bearing := summing.borne_out(sentence, lines, self._vocabulary)) is not None:
                ended = sentence.rstrip(" ,;:-")
                kept[ended if ended.endswith((".", "!", "?")) else f"{ended}."] = bearing
        return list(kept.items())

    def _is_due(self, before: Summary | None, facts: Sequence[Fact]) -> bool:
        if before is None or before.outdated:
            return True
        is_new = any(fact.last > before.written for fact in facts)
        return is_new and before.begins != self._today()

    def _between(self, known: Acquaintance, people: Sequence[Fact]) -> list[str]:
        """How it stands between the two, by counting."""
        words = self._words["between"]
        lines = []
        if known.since is not None:
            since = format_date(known.since, "long", locale=self._language)
            lines.append(words["since"].format(date=since))
        if known.days > 1:
            lines.append(words["days"].format(count=known.days, part=words["parts"][_part(known.hours)]))
        if people:
            lines.append(words["often"].format(names=format_list([one.value for one in people], locale=self._language)))
        return lines

    # What all of it needs.

    async def _keep(
        self,
        scope: Scope,
        source: Sources,
        lines: Sequence[str],
        *,
        ends: date | None = None,
        turns: Sequence[int] = (),
        days: Sequence[int] = (),
        facts: Sequence[int] | set[int] = (),
    ) -> bool:
        """False where something was forgotten meanwhile; then it is read anew."""

        def keep(store: Store) -> Summary | None:
            return store.chronicle.keep(
                *(scope, source.begins, lines),
                at=self._now(),
                erasures=source.erasures,
                ends=ends,
                turns=turns,
                days=days,
                facts=facts,
            )

        kept = await self._ask(keep)
        log.debug("%s of %s: %d sentences, %s", scope, source.begins, len(lines), "kept" if kept else "to be made anew")
        return kept is not None

    async def _write(self, prompt: Sequence[Message], grammar: str) -> str:
        async with self._lane:
            tokens = await self._model.render(prompt, open_role="assistant")
            if len(tokens) + MOST_WRITTEN_TOKENS > self._room_tokens:  # words that are all signs
                log.info("%d tokens are too many to be put in short", len(tokens))
                return ""
            await self._model.extend(Lane.BACKGROUND, tokens)
            sampling = Sampling(max_tokens=MOST_WRITTEN_TOKENS, temperature=0.0, repeat_penalty=1.0)
            written = ""
            pieces = self._model.generate(Lane.BACKGROUND, sampling=sampling, grammar=grammar)
            async with aclosing(pieces) as stream:  # type: ignore[type-var]
                async for piece in stream:
                    written += piece
            return written

    async def _room(self, head: Sequence[Message]) -> int:
        """Tokens for what is to be read. Raises EngineError where the instructions leave too few."""
        taken = len(await self._model.render(head, open_role="user")) + MOST_WRITTEN_TOKENS
        if self._room_tokens - taken < LEAST_READ_TOKENS:
            raise EngineError(
                f"to put in short what was said takes {taken + LEAST_READ_TOKENS} tokens, and the background has room "
                f"for {self._room_tokens}",
                hint=f"Set llm.background_tokens to {taken + LEAST_READ_TOKENS} or more, or memory.summaries to false.",
            )
        return self._room_tokens - taken

    async def _tokens(self, lines: Sequence[str]) -> int:
        return len(await self._model.render([Message("system", " ".join(lines))], open_role=None))


def _part(hours: Sequence[int]) -> str:
    """The part of the day in which most was said."""
    counts = dict.fromkeys(("morning", "afternoon", "evening", "night"), 0)
    for hour, count in enumerate(hours):
        part = (
            "night"
            if hour < DAY_BEGINS or hour >= NIGHT_BEGINS
            else "morning"
            if hour < NOON
            else "afternoon"
            if hour < EVENING_BEGINS
            else "evening"
        )
        counts[part] += count
    return max(counts, key=lambda part: counts[part])
