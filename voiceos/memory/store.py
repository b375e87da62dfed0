"""The memory: what was said and heard, and what is known from it, in one database of the user's own.

Nothing here reads a clock: whoever remembers says when. All methods may be called from any thread, and block until the
disk has answered. Each raises StorageError where the file is out of reach.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from voiceos import stored
from voiceos.errors import StorageError
from voiceos.memory import (
    candidates,
    elsewhere,
    episodes,
    facts,
    forgetting,
    learning,
    search,
    selection,
    statistics,
    summaries,
    terms,
    transfer,
)
from voiceos.memory import vectors as embeddings
from voiceos.memory.candidates import Candidates
from voiceos.memory.chronicle import Chronicle
from voiceos.memory.database import Database
from voiceos.memory.drawing import Drawn, Over
from voiceos.memory.elsewhere import Elsewhere
from voiceos.memory.facts import Told
from voiceos.memory.forgetting import Forgotten
from voiceos.memory.records import Episode, Fact, Hit, Kind, Source, Stats, Telling
from voiceos.memory.relations import Vocabulary
from voiceos.memory.selection import Selection
from voiceos.memory.transfer import Content, Imported
from voiceos.memory.vectors import Batch, Queue, Unread, Vector


class Store:
    """`with Store() as store`; several may be open at once, in as many processes.

    Args:
        path: the database; by default the one of the list in `stored.py`.
        language: whose words that are in every sentence are left out of a search (ISO 639-1).
    """

    def __init__(self, path: Path | None = None, *, language: str = "en") -> None:
        self.path = path or stored.MEMORY.path
        self._database = Database(self.path)
        self.chronicle = Chronicle(self._database)
        """Days, weeks and the user in short."""
        self._language = language
        self._queues: dict[str, Queue] = {}

    def open(self) -> Self:
        """Raises NewerFormat for the database of a newer voiceos, which stays as it is."""
        self._database.open()
        forgetting.make_up(self._database)
        return self

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def set_aside(self) -> Path | None:
        """A database that was found broken as this one was opened, and lies there now; the memory began anew."""
        return self._database.set_aside

    @property
    def version(self) -> int:
        """Another number after anything has changed, here or in another process."""
        return self._database.changes()

    def remember_turn(
        self, said: str, heard: str, *, at: datetime, conversation: str, cut_off: bool = False
    ) -> Episode:
        """Keep one turn.

        Args:
            said: the user's words, empty where the assistant spoke of its own accord.
            heard: what was heard of the answer.
            at: with a time zone: the local time is kept too.
            conversation: any text that tells it from others.

        Raises ValueError where both texts are empty.
        """
        with self._database.writing() as database:
            return episodes.add(database, said, heard, at=at, conversation=conversation, cut_off=cut_off)

    def remember_fact(
        self,
        subject: str,
        relation: str,
        value: str,
        *,
        at: datetime,
        sentence: str = "",
        kind: Kind = Kind.FACT,
        single: bool = True,
        due: datetime | None = None,
        episode: int | None = None,
        source: Source = Source.TOLD,
        repeats: str = "",
    ) -> Fact:
        """Keep a fact. One that is in force gains weight instead, once an episode; another value of the same subject
        and relation is superseded, and stays as what was known before.

        Args:
            subject: `records.USER`, or a name. Case, underscores and white space make no difference, nor do they in
                relation and value.
            at: when it was told. Of values that exclude each other the one told last is in force, in whatever order
                they are remembered.
            sentence: in words; made of the three where there is none.
            single: False where there may be several values, such as friends.
            due: of plans and commitments; told again it may be another.
            episode: in which it was told.
            repeats: the rule by which it is due again and again, from `due` on.

        Raises ValueError for an empty subject, relation or value, KeyError for an episode that is not there.
        """
        told = Told(subject, relation, value, sentence, kind, at, single, due, episode, source, repeats)
        with self._database.writing() as database:
            _require_episode(database, episode)
            return facts.tell(database, told)

    def correct(
        self,
        fact: int,
        value: str,
        *,
        at: datetime,
        sentence: str = "",
        episode: int | None = None,
        source: Source = Source.TOLD,
        due: bool = True,
    ) -> Fact:
        """Another value takes the place of a fact's own, which was wrong.

        Args:
            due: it is due as the other was, though once.

        Raises KeyError where there is no such fact, or episode, and ValueError for an empty value."""
        with self._database.writing() as database:
            _require_episode(database, episode)
            wrong = facts.get(database, fact)
            if wrong is None:
                raise KeyError(fact)
            told = Told(
                *(wrong.subject, wrong.relation, value, sentence, wrong.kind, at, wrong.single),
                *(wrong.due if due else None, episode, source),
            )
            return facts.tell(database, told, instead_of=fact)

    def episode(self, number: int) -> Episode | None:
        with self._database.reading() as database:
            return episodes.get(database, number)

    def episodes(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        conversation: str | None = None,
        limit: int = 50,
    ) -> list[Episode]:
        """Newest first: from `since` on, before `until`."""
        with self._database.reading() as database:
            return episodes.between(database, since, until, conversation, limit)

    def fact(self, number: int) -> Fact | None:
        with self._database.reading() as database:
            return facts.get(database, number)

    def facts(
        self,
        *,
        subject: str | None = None,
        relation: str | None = None,
        kind: Kind | None = None,
        superseded: bool = False,
        limit: int = 50,
    ) -> list[Fact]:
        """In force, heaviest first, then newest; behind them those that were superseded, if they are wanted."""
        with self._database.reading() as database:
            return facts.in_force(
                database, subject=subject, relation=relation, kind=kind, superseded=superseded, limit=limit
            )

    def facts_naming(self, name: str, *, limit: int = 50) -> list[Fact]:
        """In force, with this subject or value: what is known of a person. Heaviest first."""
        with self._database.reading() as database:
            return facts.naming(database, name, limit)

    def facts_due(self, until: datetime, *, since: datetime | None = None, limit: int = 50) -> list[Fact]:
        """Plans and commitments in force that are due from `since` on, before `until`, the next one first; with them
        all that are due again and again."""
        with self._database.reading() as database:
            return facts.due(database, since, until, limit)

    def tellings(self, fact: int) -> list[Telling]:
        """When a fact was told, the first time first; empty where there is no such fact."""
        with self._database.reading() as database:
            return facts.tellings(database, fact)

    def search_episodes(self, text: str, *, limit: int = 10) -> list[Hit[Episode]]:
        """What fits a text of any kind best, by the words that matter; best first."""
        words = terms.content(text, self._language)[: terms.MOST_TERMS]
        with self._database.reading() as database:
            return search.find_episodes(database, words, limit)

    def search_facts(self, text: str, *, superseded: bool = False, limit: int = 10) -> list[Hit[Fact]]:
        """What fits a text of any kind best, by the words that matter; best first."""
        words = terms.content(text, self._language)[: terms.MOST_TERMS]
        with self._database.reading() as database:
            return search.find_facts(database, words, limit, superseded=superseded)

    def undrawn(self, *, limit: int = 50) -> list[Episode]:
        """Turns of one conversation in which no facts were looked for yet, the oldest first; empty where none wait."""
        with self._database.reading() as database:
            return learning.undrawn(database, limit)

    def waiting(self, *, limit: int = 50) -> list[Episode]:
        """The newest turns, of whatever conversation, that were not looked through for facts yet; the oldest first."""
        with self._database.reading() as database:
            return learning.waiting(database, limit)

    def take_in(self, episode: int, drawn: Sequence[Drawn], over: Sequence[Over] = ()) -> list[Fact]:
        """Keep what was found in a turn, and that it was looked for; nothing where it was forgotten."""
        with self._database.writing() as database:
            return learning.take_in(database, episode, drawn, over, Vocabulary.of(self._language))

    def touch(self, numbers: Iterable[int], at: datetime) -> None:
        """These facts were of use in an answer."""
        with self._database.writing() as database:
            facts.touch(database, numbers, at)

    def missing_vectors(self, model: str, *, limit: int = 32) -> list[Unread]:
        """What has no vector of this model yet: facts first, of each the newest first. Empty where all have one."""
        with self._database.reading() as database:
            return self._queues.setdefault(model, Queue(model)).next(database, limit)

    def add_vectors(self, model: str, vectors: Iterable[Vector]) -> int:
        """Keep vectors; how many were new. What was forgotten meanwhile is passed over. Raises ValueError for one that
        is not of length 1."""
        with self._database.writing() as database:
            return embeddings.add(database, model, vectors)

    def vectors_since(self, row: int, model: str, *, limit: int = 10_000) -> Batch:
        """Vectors of a model in the order in which they came, behind `row`: 0 first, then the last of `rows`, until
        none comes. Where `erasures` is another than before, what was read is to be read anew."""
        with self._database.reading() as database:
            return embeddings.since(database, model, row, limit)

    def embedded(self, model: str) -> list[tuple[bool, int]]:
        """What has a vector of a model: whether it is a fact, and its number."""
        with self._database.reading() as database:
            return candidates.embedded(database, model)

    def candidates(
        self,
        text: str,
        *,
        fact_numbers: Collection[int] = (),
        episode_numbers: Collection[int] = (),
        superseded: bool = False,
        limit: int = 20,
    ) -> Candidates:
        """What may be worth recalling: these, as far as they are there, and what fits the words of a text."""
        with self._database.reading() as database:
            return candidates.find(
                database,
                text,
                self._language,
                fact_numbers=fact_numbers,
                episode_numbers=episode_numbers,
                superseded=superseded,
                limit=limit,
            )

    @property
    def erasures(self) -> int:
        """How often something was forgotten: whoever holds any of it (vectors, prompts) lets go of it then."""
        with self._database.reading() as database:
            return forgetting.erasures(database)

    def select_fact(self, fact: int) -> Selection:
        """A fact, with all that would tell it again: what it took the place of, and the turns that tell it. Raises
        KeyError."""
        with self._database.reading() as database:
            return selection.of_fact(database, fact, self._language)

    def select_about(self, text: str) -> Selection:
        """All that names somebody or something: each word that matters is there, inflected or not."""
        with self._database.reading() as database:
            return selection.about(database, text, self._language)

    def select_between(self, since: datetime | None, until: datetime | None) -> Selection:
        """All that was told from `since` on, and before `until`."""
        with self._database.reading() as database:
            return selection.between(database, since, until)

    def select_conversation(self, conversation: str) -> Selection:
        with self._database.reading() as database:
            return selection.of_conversation(database, conversation)

    def select_episodes(self, numbers: Iterable[int]) -> Selection:
        """Turns, and the facts that no other turn told."""
        with self._database.reading() as database:
            return selection.of_episodes(database, numbers)

    def select_everything(self) -> Selection:
        with self._database.reading() as database:
            return selection.everything(database)

    def forget(self, chosen: Selection) -> Forgotten:
        """Delete what was selected, here and in the other files of the state folder, so that no byte of it is left.

        Takes seconds where much is remembered; reading goes on meanwhile. The words with which the user asked for it
        are no turn to be remembered.
        """
        with self._database.writing() as database:
            sought = forgetting.sought(database, chosen)
            told, known, short = forgetting.forget(database, chosen)
        lingering = []
        copies, others = 0, Elsewhere()
        try:
            copies, left = forgetting.purge(self._database)
            lingering += [left] if left else []
        except StorageError as error:
            lingering.append(str(error))
        try:
            others = elsewhere.erase(self.path.parent, sought)
        except OSError as error:
            lingering.append(f"{error.filename or self.path.parent}: {error.strerror}")
        return Forgotten(told, known, copies, short, others.turns, len(others.recordings), "; ".join(lingering))

    def elsewhere(self, chosen: Selection) -> Elsewhere:
        """What else in the state folder holds it, and would be taken along by `forget`."""
        with self._database.reading() as database:
            sought = forgetting.sought(database, chosen)
        try:
            found = elsewhere.find(self.path.parent, sought)
            return replace(found, copies=tuple(self._database.copies(since=chosen.since)))
        except OSError as error:
            folder = self.path.parent
            raise StorageError(
                f"{folder} cannot be read: {error.strerror}.", hint=f"Look at: ls -ld {folder}"
            ) from error

    def prune(self, before: datetime) -> int:
        """Let go of the turns before a moment; how many. What is known from them stays, without the turn; what was
        talked of on their days, in short, goes with them."""
        with self._database.writing() as database:
            summaries.let_go_before(database, before)
            count = episodes.delete_before(database, before)
            if count:
                forgetting.note(database, erasure=True)
        forgetting.make_up(self._database)
        return count

    def export(self) -> Content:
        """All of it, as of one moment, without what can be made anew; `transfer.written` makes JSON of it, and
        `markdown.page` a page to read."""
        with self._database.reading() as database:
            return transfer.export(database)

    def bring_in(self, content: Content) -> Imported:
        """Join an export, as `transfer.read` reads it, with what is here: nothing is doubled."""
        with self._database.writing() as database:
            return transfer.Importer(database, content).run()

    def faults(self) -> list[str]:
        """What is wrong with the file, looked through from end to end; empty where it is whole."""
        return self._database.faults()

    def stats(self) -> Stats:
        with self._database.reading() as database:
            return statistics.of(database, self._database.size_bytes())


def _require_episode(database: sqlite3.Connection, number: int | None) -> None:
    if number is not None and episodes.get(database, number) is None:
        raise KeyError(number)
