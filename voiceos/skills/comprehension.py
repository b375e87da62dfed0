"""Questions that facts do not answer, answered from what was told: the language model judges which statement tells what
is asked, and nothing else is said than that statement. So nothing is made up (decision 38).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from voiceos.errors import EngineError, bug
from voiceos.memory import terms
from voiceos.skills.in_force import Held
from voiceos.skills.recounting import Recounting
from voiceos.skills.told import Told
from voiceos.thinking.judgement import Judgement
from voiceos.thinking.questions import Questions

log = logging.getLogger(__name__)

TELLS = 0.75
"""Odds from which a statement tells what is asked."""
MAY_TELL = 0.3
"""Odds below which it does not; between the two it is said, and that it may not be meant."""
IS_MEANT = 0.5
"""Odds from which a statement that speaks of all that is asked, as rules see it, is said without that."""
AS_LIKELY = 0.9
"""Of two statements, one as likely as so much of the other: then the newer counts."""
LATER_TELLS = 0.5
"""Odds above which what was told later of the same counts, however likely what was told before."""
MAY_CHANGE = 0.2
"""Odds from which it does where it speaks of a change."""
JUDGED_SINCE = 2
"""Of what was told later of the same, so many of the newest are judged."""
PATIENCE_S = 4.0
"""An answer waits no longer for judgements; each takes some 30 tokens."""

Since = Callable[[Held], Awaitable[Sequence[Held]]]
"""What was told later of the same as a statement, the newest first."""


class Comprehension:
    """
    Args:
        patience_s: see `PATIENCE_S`; longer where the machine has other work and nobody waits.
    """

    def __init__(
        self, judgement: Judgement, recounting: Recounting, *, language: str, patience_s: float = PATIENCE_S
    ) -> None:
        self._judgement = judgement
        self._recounting = recounting
        self.patience_s = patience_s
        self._questions = Questions(language)

    def is_theirs(self, question: str, *, names_theirs: bool) -> bool:
        """Whether it asks for a fact of their own life, or of somebody of theirs: nobody else can tell that."""
        about_theirs = names_theirs and self._questions.asks_for_a_fact(question)
        return about_theirs or self._questions.asks_of_theirs(question)

    async def answer(
        self,
        question: str,
        statements: Sequence[Held],
        now: datetime,
        *,
        since: Since,
        by_rule: Told | None,
        names_theirs: bool,
    ) -> Told | None:
        """What is said to a question; None where the language model is to answer it. Raises no error: what the model
        cannot judge in time is answered as the rules have it.

        Args:
            statements: of which one may tell it, the likeliest first.
            since: finds what was told later of the same as a statement.
            by_rule: what rules say to it.
            names_theirs: it names somebody of theirs.
        """
        if not self._judgement.able:
            return by_rule
        if by_rule is not None and by_rule.known and by_rule.said is None and by_rule.fact is None:
            return by_rule
        own = self.is_theirs(question, names_theirs=names_theirs)
        try:
            async with asyncio.timeout(self.patience_s):
                return await self._judged(question, statements, now, since, by_rule, own)
        except TimeoutError:
            log.info("judging took too long for this turn")
        except (EngineError, ValueError) as error:  # a ValueError: its lane was emptied, as something was forgotten
            log.info("nothing is judged: %s", error if isinstance(error, EngineError) else bug(error))
        return by_rule

    async def _judged(
        self, question: str, statements: Sequence[Held], now: datetime, since: Since, by_rule: Told | None, own: bool
    ) -> Told | None:
        if by_rule is not None and by_rule.fact is not None:
            newer = await self._newer(question, by_rule.fact, since)
            return by_rule if newer is None else self._recounting.as_told(newer, now)
        if by_rule is not None and by_rule.said is not None and by_rule.known:
            odds = await self._judgement.odds(question, by_rule.said.sentence)
            changed, changed_odds = await self._changed(question, by_rule.said, {by_rule.said: odds}, since)
            if min(odds, changed_odds) < IS_MEANT:
                return self._recounting.perhaps(changed, now)
            return by_rule if changed == by_rule.said else self._recounting.as_told(changed, now)
        odds_of = {one: await self._judgement.odds(question, one.sentence) for one in statements}
        most = max(odds_of.values(), default=0.0)
        if most < MAY_TELL:
            return by_rule or (self._recounting.never_told() if own else None)
        best = max((one for one in odds_of if odds_of[one] >= AS_LIKELY * most), key=lambda one: one.at)
        told, odds = await self._changed(question, best, odds_of, since)
        fits = self._fits(told, question) and odds >= IS_MEANT
        if by_rule is None and fits and odds_of[best] >= TELLS:
            return self._recounting.as_told(told, now)
        return self._recounting.perhaps(told, now) if by_rule is not None or own else None

    async def _changed(
        self, question: str, best: Held, odds_of: Mapping[Held, float], since: Since
    ) -> tuple[Held, float]:
        """What was told of the same later, with its odds, where it tells what is asked as well, or, as it speaks of a
        change, may; else `best`."""
        fitting = [one for one in await since(best) if self._fits(one, question)]
        as_likely = max(MAY_TELL, AS_LIKELY * odds_of[best])
        for one in fitting[:JUDGED_SINCE]:
            odds = odds_of[one] if one in odds_of else await self._judgement.odds(question, one.sentence)
            least = MAY_CHANGE if self._questions.may_tell_of_a_change(one.sentence) else as_likely
            if odds > LATER_TELLS or odds >= least:
                return one, odds
        return best, odds_of[best]

    async def _newer(self, question: str, fact: Held, since: Since) -> Held | None:
        """What was told later than a fact in force and tells something else to what is asked, so that the fact should
        have been drawn from it. Mostly there is nothing alike, and nothing is judged."""
        fitting = [one for one in await since(fact) if self._differs(one, fact) and self._fits(one, question)]
        if not fitting:
            return None
        as_likely = AS_LIKELY * await self._judgement.odds(question, fact.sentence)
        for one in fitting[:JUDGED_SINCE]:
            odds = await self._judgement.odds(question, one.sentence)
            if odds >= TELLS and (odds >= as_likely or self._questions.tells_of_a_change(one.sentence)):
                return one
        return None

    def _differs(self, one: Held, fact: Held) -> bool:
        """Whether it does not tell the same value again, but as one that has changed."""
        words = set(terms.words(one.sentence))
        return not set(terms.words(fact.value)) <= words or self._questions.tells_of_a_change(one.sentence)

    def _fits(self, one: Held, question: str) -> bool:
        """Whether it holds what the asking word wants."""
        return self._recounting.holds(one, self._questions.wanted(question), question)
