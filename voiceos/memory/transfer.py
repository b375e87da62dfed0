"""All that is remembered as a file to read, to keep and to bring back: JSON, whose round trip is exact.

What can be made anew, such as vectors, is left out. Numbers in the file point within the file. What is brought back
joins what is there: nothing is doubled, and of values that exclude each other the one told last is in force.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from voiceos.errors import NewerFormat, VoiceosError
from voiceos.memory import episodes, facts, moments, summaries
from voiceos.memory.records import Kind, Scope, Source
from voiceos.memory.terms import clean, folded

FORMAT = 3


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Turn(_Part):
    id: int
    at: AwareDatetime
    conversation: str
    said: str
    heard: str
    cut_off: bool = False


class Told(_Part):
    at: AwareDatetime
    sentence: str
    source: Source = Source.TOLD
    episode: int | None = None
    """The number of a turn in the same file."""


class Known(_Part):
    id: int
    subject: str
    relation: str
    value: str
    kind: Kind = Kind.FACT
    single: bool = True
    told: list[Told] = Field(min_length=1)
    due: AwareDatetime | None = None
    repeats: str = ""
    weight: float = Field(default=1, ge=1)
    used: AwareDatetime | None = None
    superseded_by: int | None = None
    """The number of a fact in the same file; none too where what took its place was forgotten."""
    superseded_at: AwareDatetime | None = None


class InShort(_Part):
    """Of a day, of a week, or of the user. A week points to no turns of its own: it was made of its days."""

    scope: Scope
    begins: date
    ends: date
    lines: list[str] = Field(min_length=1)
    written: AwareDatetime
    episodes: list[int] = []
    """The numbers of turns in the same file."""
    facts: list[int] = []


class Content(_Part):
    """The whole file."""

    voiceos_memory: int = FORMAT
    """Number of the format."""
    facts: list[Known] = []
    episodes: list[Turn] = []
    summaries: list[InShort] = []


@dataclass(frozen=True, slots=True)
class Imported:
    episodes: int
    """New ones; what was there already does not count."""
    facts: int


def written(content: Content) -> str:
    """As JSON."""
    return content.model_dump_json(indent=1) + "\n"


def read(text: str | bytes) -> Content:
    """Of JSON. Raises VoiceosError for what is no export, NewerFormat for one of a newer voiceos."""
    hint = "`voiceos memory export FILE` writes one."
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise VoiceosError("This is no export of a memory: it is no JSON.", hint=hint) from None
    if not isinstance(data, dict) or type(number := data.get("voiceos_memory")) is not int:
        raise VoiceosError("This is no export of a memory: it does not say `voiceos_memory`.", hint=hint)
    if number > FORMAT:
        raise NewerFormat(
            f"This export is of a newer voiceos: format {number}, this one reads up to {FORMAT}.",
            hint="Update voiceos.",
        )
    try:
        content = Content.model_validate(data)
    except ValidationError as error:  # its text would show what was said
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise VoiceosError(f"This export is damaged: {where}: {first['msg']}.", hint=hint) from None
    _check(content, hint)
    return content


def _check(content: Content, hint: str) -> None:
    turns, known = {one.id for one in content.episodes}, {one.id for one in content.facts}
    for fact in content.facts:
        missing = {telling.episode for telling in fact.told} - turns - {None}
        if missing or (fact.superseded_by is not None and fact.superseded_by not in known):
            raise VoiceosError(f"This export is damaged: fact {fact.id} points to what is not there.", hint=hint)
        if not (folded(fact.subject) and folded(fact.relation) and folded(fact.value)):
            raise VoiceosError(f"This export is damaged: fact {fact.id} is empty.", hint=hint)
    for short in content.summaries:
        if set(short.episodes) - turns or set(short.facts) - known or short.ends < short.begins:
            told = f"the {short.scope} of {short.begins} points to what is not there"
            raise VoiceosError(f"This export is damaged: {told}.", hint=hint)


def export(database: sqlite3.Connection) -> Content:
    turns = [
        episodes.of_row(row)
        for row in database.execute(f"SELECT {episodes.COLUMNS} FROM episodes ORDER BY id").fetchall()  # noqa: S608
    ]
    turn_numbers = {turn.id: number for number, turn in enumerate(turns, 1)}
    known = [
        facts.of_row(row)
        for row in database.execute(f"SELECT {facts.COLUMNS} FROM facts f ORDER BY f.id").fetchall()  # noqa: S608
    ]
    fact_numbers = {fact.id: number for number, fact in enumerate(known, 1)}
    told: dict[int, list[Told]] = {}
    for fact, at, offset, sentence, source, episode in database.execute(
        "SELECT fact, at, utc_offset, sentence, source, episode FROM tellings ORDER BY fact, at, id"
    ).fetchall():
        number = None if episode is None else turn_numbers[episode]
        telling = Told(at=moments.local(at, offset), sentence=sentence, source=Source(source), episode=number)
        told.setdefault(fact, []).append(telling)
    return Content(
        facts=[
            Known(
                id=fact_numbers[fact.id],
                subject=fact.subject,
                relation=fact.relation,
                value=fact.value,
                kind=fact.kind,
                single=fact.single,
                told=told[fact.id],
                due=fact.due,
                repeats=fact.repeats,
                weight=fact.weight,
                used=fact.used,
                superseded_by=None if fact.superseded_by is None else fact_numbers[fact.superseded_by],
                superseded_at=fact.superseded_at,
            )
            for fact in known
        ],
        episodes=[
            Turn(
                id=turn_numbers[turn.id],
                at=turn.at,
                conversation=turn.conversation,
                said=turn.said,
                heard=turn.heard,
                cut_off=turn.cut_off,
            )
            for turn in turns
        ],
        summaries=_summaries(database, turn_numbers, fact_numbers),
    )


def _summaries(
    database: sqlite3.Connection, turn_numbers: Mapping[int, int], fact_numbers: Mapping[int, int]
) -> list[InShort]:
    """With the numbers of the file."""

    def sources(query: str, number: int, numbers: Mapping[int, int]) -> list[int]:
        return sorted(numbers[row[0]] for row in database.execute(query, (number,)).fetchall())

    return [
        InShort(
            scope=one.scope,
            begins=one.begins,
            ends=one.ends,
            lines=list(one.lines),
            written=one.written,
            episodes=sources("SELECT id FROM episodes WHERE summary = ?", one.id, turn_numbers),
            facts=sources("SELECT fact FROM summary_facts WHERE summary = ?", one.id, fact_numbers),
        )
        for one in summaries.select(database, "s.text <> '' ORDER BY s.scope, s.begins", ())
    ]


class Importer:
    """Brings one file in, within a transaction of the caller's."""

    def __init__(self, database: sqlite3.Connection, content: Content) -> None:
        self._database = database
        self._content = content
        self._turns: dict[int, int] = {}
        """From the numbers of the file to those of the database; likewise the facts."""
        self._facts: dict[int, int] = {}
        self._met: set[int] = set()
        """Turns of the database that are in the file: each is one of it, however alike two may be."""
        self._new_turns = 0
        self._new_facts = 0

    def run(self) -> Imported:
        for turn in self._content.episodes:
            self._turn(turn)
        for fact in self._content.facts:
            self._facts[fact.id] = self._fact(fact)
        for fact in self._content.facts:
            self._supersede(fact)
        for fact in self._content.facts:
            if fact.single:
                facts.settle(self._database, self._facts[fact.id])
        for short in sorted(self._content.summaries, key=lambda one: one.scope is Scope.WEEK):
            self._summary(short)
        return Imported(self._new_turns, self._new_facts)

    def _turn(self, turn: Turn) -> None:
        said, heard, conversation = clean(turn.said), clean(turn.heard), clean(turn.conversation)
        rows = self._database.execute(
            "SELECT id FROM episodes WHERE at = ? AND conversation = ? AND said = ? AND heard = ? AND cut_off = ?",
            (moments.seconds(turn.at), conversation, said, heard, turn.cut_off),
        ).fetchall()
        if free := [row[0] for row in rows if row[0] not in self._met]:
            self._turns[turn.id] = free[0]
            self._met.add(free[0])
        elif said or heard:
            added = episodes.add(
                self._database, said, heard, at=turn.at, conversation=conversation, cut_off=turn.cut_off
            )
            self._turns[turn.id] = added.id
            self._met.add(added.id)
            self._new_turns += 1

    def _fact(self, known: Known) -> int:
        same = self._same(known)
        told = [self._told(known, telling) for telling in known.told]
        if same is None:
            self._new_facts += 1
            number, new = facts.insert(self._database, told[0]), told[1:]
        else:
            number, new = same, list(self._new(same, told))
        for one in new:
            facts.note_telling(self._database, number, one)
        added = 0 if same is None else len(new)
        used = None if known.used is None else moments.seconds(known.used)
        self._database.execute(
            "UPDATE facts SET weight = max(weight + ?, ?), used = max(coalesce(used, ?), coalesce(?, used)),"
            " last = (SELECT max(at) FROM tellings WHERE fact = facts.id) WHERE id = ?",
            (added, known.weight, used, used, number),
        )
        facts.told_first(self._database, number)
        return number

    def _told(self, known: Known, telling: Told) -> facts.Told:
        return facts.Told(
            subject=known.subject,
            relation=known.relation,
            value=known.value,
            sentence=telling.sentence,
            kind=known.kind,
            at=telling.at,
            single=known.single,
            due=known.due,
            repeats=known.repeats,
            episode=None if telling.episode is None else self._turns.get(telling.episode),
            source=telling.source,
        )

    def _same(self, known: Known) -> int | None:
        """The fact that was told in the same words at the same time; else, of one in force, the one in force."""
        keys = folded(known.subject), folded(known.relation), folded(known.value)
        rows = self._database.execute(
            "SELECT id, superseded_at IS NULL FROM facts WHERE subject_key = ? AND relation_key = ? AND value_key = ?"
            " ORDER BY id",
            keys,
        ).fetchall()
        taken = set(self._facts.values())
        told = {_telling(self._told(known, telling)) for telling in known.told}
        for number, _ in rows:
            if number not in taken and told & self._known(number).keys():
                return int(number)
        if known.superseded_at is None:
            for number, in_force in rows:
                if in_force and number not in taken:
                    return int(number)
        return None

    def _known(self, number: int) -> Counter[tuple[int, str, int | None]]:
        rows = self._database.execute("SELECT at, sentence, episode FROM tellings WHERE fact = ?", (number,)).fetchall()
        return Counter((at, sentence, episode) for at, sentence, episode in rows)

    def _new(self, number: int, told: Iterable[facts.Told]) -> Iterator[facts.Told]:
        """What the fact was not told yet; as often as it is in the file, however alike two may be."""
        known = self._known(number)
        turns = {episode for _, _, episode in known} - {None}
        for one in told:
            if known[_telling(one)] > 0:
                known[_telling(one)] -= 1
            elif one.episode not in turns:
                yield one

    def _supersede(self, known: Known) -> None:
        if known.superseded_at is None:
            return
        after = None if known.superseded_by is None else self._facts[known.superseded_by]
        number = self._facts[known.id]
        if after != number:
            self._database.execute(
                "UPDATE facts SET superseded_by = ?, superseded_at = ? WHERE id = ? AND superseded_at IS NULL",
                (after, moments.seconds(known.superseded_at), number),
            )

    def _summary(self, short: InShort) -> None:
        """Only where there is none of that span, and all that it came from is here: else it is made anew."""
        turns = [self._turns[number] for number in short.episodes if number in self._turns]
        week = short.begins, short.begins + timedelta(days=7)
        days = summaries.between(self._database, Scope.DAY, *week) if short.scope is Scope.WEEK else []
        is_whole = len(turns) == len(short.episodes) and bool(turns or days or short.facts)
        if is_whole and not summaries.of_span(self._database, short.scope, short.begins):
            text = "\n".join(cleaned for line in short.lines if (cleaned := " ".join(clean(line).split())))
            known = [self._facts[number] for number in short.facts]
            sources = (turns, [day.id for day in days if day.lines], known)
            summaries.add(self._database, short.scope, short.begins, short.ends, text, short.written, *sources)


def _telling(told: facts.Told) -> tuple[int, str, int | None]:
    return moments.seconds(told.at), told.sentence, told.episode
