"""What getting used to a user's pauses is worth: `python -m voiceos.bench.learned_pauses`.

Users who differ in how often and how long they pause talk to the policy, with and without learning; what the engines
make of each pause and each end of a turn is drawn from the half of the recordings (optional shared test data) that
`voiceos bench pauses` reports on. Whoever is cut off either goes on over the answer or gives way to it.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from voiceos.bench.pauses import Ending, add_options, halves, obtain
from voiceos.errors import ConfigError
from voiceos.turn_taking.pauses import CUT_IN_S
from voiceos.turn_taking.policy import Policy, finished


@dataclass(frozen=True, slots=True)
class User:
    """How somebody pauses."""

    name: str
    pauses_per_turn: float
    pause_s: Callable[[random.Random], float]


USERS = (
    User("never pauses", 0.0, lambda chance: 0.0),
    User("quick, 0.2 to 0.6 s", 0.4, lambda chance: chance.uniform(0.2, 0.6)),
    User("usual, 0.3 to 1.5 s", 1.0, lambda chance: chance.uniform(0.3, 1.5)),
    User("slow, 0.6 to 2.2 s", 1.5, lambda chance: chance.uniform(0.6, 2.2)),
    User("slow, log-normal about 1.1 s", 1.5, lambda chance: chance.lognormvariate(math.log(1.1), 0.5)),
)
FIRST = 20
"""Turns that are told apart from the later ones."""


@dataclass(slots=True)
class Outcome:
    """What became of some turns."""

    pauses: int = 0
    cut_ins: int = 0
    waited_s: list[float] = field(default_factory=list)
    """From the end of each turn until its answer sounds."""


class Talk:
    """One user's evening with the policy.

    Args:
        gives_way: they fall silent where they are cut off, so that nobody learns how long they would have paused.
        work_s: an answer is ready so long after the last word.
    """

    def __init__(
        self, user: User, endings: Sequence[Ending], *, learns: bool, gives_way: bool, seed: int, work_s: float
    ) -> None:
        self.policy = Policy()
        self._user, self._learns, self._gives_way, self._work_s = user, learns, gives_way, work_s
        self._chance = random.Random(seed)  # noqa: S311 - a simulation, no secrets
        self._whole = [one for one in endings if one.finished]
        self._broken = [one for one in endings if not one.finished]

    def turn(self, outcome: Outcome) -> None:
        """The user's pauses in one turn, and its end."""
        per_turn = self._user.pauses_per_turn
        for _ in range(int(per_turn) + (self._chance.random() < per_turn % 1)):
            ending = self._chance.choice(self._broken)
            length_s, sounds_s = self._user.pause_s(self._chance), self._sounds_s(ending)
            outcome.pauses += 1
            outcome.cut_ins += length_s > sounds_s
            seen = length_s <= sounds_s + (0.0 if self._gives_way else CUT_IN_S)
            self._learn(length_s if seen else sounds_s, ending, went_on=seen)
        ending = self._chance.choice(self._whole)
        outcome.waited_s.append(self._sounds_s(ending))
        self._learn(outcome.waited_s[-1], ending, went_on=False)

    def _sounds_s(self, ending: Ending) -> float:
        return max(self._work_s, self.policy.wait_s(ending.sound, ending.words, expects_words=True))

    def _learn(self, duration_s: float, ending: Ending, *, went_on: bool) -> None:
        if self._learns:
            judged = finished(ending.sound, ending.words)
            learned = self.policy.pauses.learned(duration_s, judged, went_on=went_on)
            self.policy = replace(self.policy, pauses=learned)


def talks(
    user: User, endings: Sequence[Ending], *, learns: bool, gives_way: bool, users: int, turns: int, work_s: float
) -> tuple[Outcome, Outcome, float]:
    """Many such users' first turns, their later ones, and the mean stretch that it came to."""
    first, later, stretches = Outcome(), Outcome(), []
    for seed in range(users):
        talk = Talk(user, endings, learns=learns, gives_way=gives_way, seed=seed, work_s=work_s)
        for number in range(turns):
            talk.turn(first if number < FIRST else later)
        stretches.append(talk.policy.pauses.stretch)
    return first, later, float(np.mean(stretches))


def report(endings: Sequence[Ending], *, users: int, turns: int, work_s: float) -> None:
    """Print a row for each kind of user."""
    _, rest = halves(endings)
    print(f"{users} users of each kind, {turns} turns each; an answer is ready after {work_s:.2f} s")
    for gives_way in (False, True):
        print(f"\nwhoever is cut off {'gives way' if gives_way else 'goes on over the answer'}")
        print(f"{'':30}{'turns':>8}{'cut-ins':>10}{'learning':>10}{'mean wait s':>13}{'learning':>10}{'stretch':>9}")
        for user in USERS:
            without, learning = (
                talks(user, rest, learns=learns, gives_way=gives_way, users=users, turns=turns, work_s=work_s)
                for learns in (False, True)
            )
            parts: tuple[tuple[Literal[0, 1], str], ...] = ((0, f"1–{FIRST}"), (1, f"{FIRST + 1}–{turns}"))
            for part, name in parts:
                shares = [one.cut_ins / max(1, one.pauses) for one in (without[part], learning[part])]
                waits = [float(np.mean(one.waited_s)) for one in (without[part], learning[part])]
                stretch = f"{learning[2]:9.2f}" if part else ""
                print(
                    f"{'' if part else user.name:30}{name:>8}{shares[0]:10.1%}{shares[1]:10.1%}{waits[0]:13.2f}"
                    f"{waits[1]:10.2f}{stretch}"
                )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.learned_pauses", description=__doc__)
    add_options(parser)
    parser.add_argument("--users", type=int, default=200, help="of each kind")
    parser.add_argument("--turns", type=int, default=60, help="of each user; more than 20")
    options = parser.parse_args()
    try:
        endings = obtain(options)
    except ConfigError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    report(endings, users=options.users, turns=options.turns, work_s=options.work_ms / 1000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
