from __future__ import annotations

import re

import pytest

from voiceos.bench.recall import quality
from voiceos.bench.recall_talk import Hidden, Questions, questions, turns, words


def test_every_fact_is_told_once_amid_talk_that_does_not_repeat_itself() -> None:
    made = [said for said, _ in turns(3000, 1)]
    assert len(made) == len(set(made)) == 3000
    for part in ("tuned", "judged"):
        for fact in questions(part).facts:
            assert made.count(fact.said) == 1
    assert turns(3000, 1) == turns(3000, 1) != turns(3000, 2)


def test_facts_are_spread_over_the_time() -> None:
    facts = {fact.said for part in ("tuned", "judged") for fact in questions(part).facts}
    places = [number for number, (said, _) in enumerate(turns(3000, 1)) if said in facts]
    assert all(sum(start <= place < start + 600 for place in places) > 15 for start in range(0, 3000, 600))


def test_too_few_turns_are_refused() -> None:
    with pytest.raises(ValueError, match="facts"):
        turns(10, 1)


def test_no_slot_is_left_open_and_no_list_unused() -> None:
    assert not [said for said, reply in turns(3000, 1) if re.search("[{}]", said + reply)]
    slots = {slot for pair in words()["talk"]["pairs"] for text in pair for slot in re.findall(r"\{(\w+)\}", text)}
    assert slots == set(words()["words"])


def test_the_judged_questions_are_none_of_the_tuned() -> None:
    asked = [
        {*part.never, *part.plain, *(text for fact in part.facts for text in (fact.said, *fact.asked))}
        for part in (questions("tuned"), questions("judged"))
    ]
    assert not asked[0] & asked[1]


def test_quality_counts_ranks_and_false_recalls() -> None:
    asked = Questions((Hidden("a", ("1", "2")), Hidden("b", ("3", "4"))), ("5", "6"), ("7", "8"))
    found = {
        "1": [(10, 0.9)],
        "2": [(0, 0.9), (0, 0.8), (10, 0.4)],
        "3": [(20, 0.3)],
        "4": [],
        "5": [(10, 0.7)],
        "6": [],
        "7": [(20, 0.2)],
        "8": [(10, 0.1)],
    }
    one = quality(lambda text: found[text], asked, {"a": 10, "b": 20}, threshold=0.35)
    assert (one.first, one.third, one.tenth, one.recalled) == (0.5, 0.75, 0.75, 0.5)
    assert (one.false_never, one.false_plain) == (0.5, 0)
    same = quality(lambda text: found[text], asked, {"a": 10, "b": 20}, as_false_as=0.25)
    assert (same.false_never, same.false_plain, same.threshold) == (0.5, 0, 0.2)
