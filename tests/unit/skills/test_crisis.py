"""What is said to somebody in danger: heard, not enough, who helps, go on talking."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from voiceos.languages import available, table
from voiceos.skills.crisis import AGAIN, FirstAid, _helplines
from voiceos.skills.region import Region, region
from voiceos.speaking.speakable import speakable
from voiceos.thinking.crisis import Crisis

NOW = datetime(2026, 3, 2, 23, 0)
COUNTRIES = [name for name, entry in _helplines().items() if len(name) == 2 and name.isupper()]
KINDS = Crisis("en").kinds
LONGEST_LETTERS = 290
"""About 18 seconds of speech: somebody in distress does not listen longer."""


def first_aid(country: str, *, guessed: bool = False) -> FirstAid:
    return FirstAid("en", lambda: Region(country, guessed))


@pytest.mark.parametrize(("country", "kind"), [*itertools.product(["", "BE", "JP", *COUNTRIES], KINDS)])
@pytest.mark.parametrize("guessed", [False, True])
def test_each_answer_is_whole_short_and_speakable(country: str, kind: str, guessed: bool) -> None:
    helper = first_aid(country, guessed=guessed)
    for turn in range(4):
        said = helper.answer(kind, NOW + turn * timedelta(minutes=1))
        assert "{" not in said
        assert not any(letter.isdigit() for letter in said)
        assert len(said) <= LONGEST_LETTERS
        assert said[-1] in ".?"
        assert speakable(said, "en").text == said


def test_the_number_is_that_of_the_country_read_digit_by_digit() -> None:
    assert "the Suicide and Crisis Lifeline, on nine eight eight," in first_aid("US").answer("life", NOW)
    assert "Samaritans, on one one six, one two three," in first_aid("GB").answer("life", NOW)
    assert "call nine nine nine, now" in first_aid("GB").answer("harmed", NOW)
    assert "call one one two," in first_aid("BE").answer("life", NOW)
    assert "Hotline can help, on one eight zero zero," in first_aid("US").answer("violence", NOW)


def test_a_guessed_country_is_named() -> None:
    assert "Samaritans in the UK, on" in first_aid("GB", guessed=True).answer("life", NOW)
    assert "in the UK" not in first_aid("GB").answer("life", NOW)


def test_without_a_country_no_number_is_invented() -> None:
    said = first_aid("").answer("life", NOW)
    assert "your local emergency number, which is one one two from most mobile phones" in said


@pytest.mark.parametrize("country", ["", "US", "BE"])
@pytest.mark.parametrize("kind", KINDS)
def test_it_says_that_it_alone_is_not_enough_and_never_refuses_to_talk(country: str, kind: str) -> None:
    said = first_aid(country).answer(kind, NOW)
    assert any(limit in said for limit in ("not enough", "I can't get you help myself", "I alone can't keep you safe"))
    assert any(stays in said for stays in ("keep talking to me", "I'm staying with you", "I'm listening"))


def test_what_is_said_again_is_another_sentence_until_an_hour_has_passed() -> None:
    helper = first_aid("US")
    said = [helper.answer("life", NOW + turn * timedelta(minutes=5)) for turn in range(4)]
    assert len({*said[:3]}) == 3
    assert said[3] == said[1]
    assert helper.answer("life", NOW + AGAIN + timedelta(minutes=1)) == said[0]


@pytest.mark.parametrize("language", available())
def test_every_language_names_each_country_and_answers_each_kind(language: str) -> None:
    answers = table(language, "crisis")["answers"]
    assert {*answers["places"]} == {*COUNTRIES}
    for kind in Crisis(language).kinds:
        assert answers[kind]["first"]
        assert answers[kind]["again"]
        assert ("first_without" in answers[kind]) == ("again_without" in answers[kind])


@pytest.mark.parametrize("entry", [*_helplines().values()])
def test_every_number_has_a_source(entry: dict[str, object]) -> None:
    assert entry["source"]
    assert entry["emergency"]


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/London", "GB"),
        ("America/New_York", "US"),
        (":/usr/share/zoneinfo/Europe/Dublin", "IE"),
        ("Asia/Kolkata", "IN"),
        ("UTC", ""),
        ("Etc/UTC", ""),
        ("CET-1CEST", ""),
    ],
)
def test_the_time_zone_tells_the_country_or_nothing(zone: str, country: str) -> None:
    assert region("auto", {"TZ": zone}) == Region(country, guessed=True)


def test_the_zone_is_that_of_the_system_and_the_setting_goes_before_it(tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Pacific/Auckland")
    assert region("auto", {}, link) == Region("NZ", guessed=True)
    assert region("DE", {"TZ": "Europe/London"}, link) == Region("DE")
