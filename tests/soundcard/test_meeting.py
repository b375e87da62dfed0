"""The first meeting over the virtual sound card, with real engines and synthesised users of three temperaments."""

from __future__ import annotations

import asyncio
import json
import signal
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from voiceos.audio.frames import RATE_HZ as HEARD_HZ
from voiceos.audio.frames import Samples
from voiceos.bench.session import Session
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import spoken, starter_settings
from voiceos.config import Settings
from voiceos.memory import USER, Store

_FAR = datetime.now().astimezone() + timedelta(hours=11)
STARTER = (
    starter_settings().replace("[end_of_turn]", "speed = 1.6\n[end_of_turn]").replace("[stt]", "mood = false\n[stt]")
    + f'\n[initiative]\nquiet_hours = "{_FAR:%H:%M}-{_FAR + timedelta(hours=1):%H:%M}"\n'
)
"""It talks faster, so that nobody waits longer than must be, at any hour: at night it pauses longer between two
sentences, which the visitors take for its end. Its quiet hours are not now, when it would wait."""


PLAINLY = (
    *("You can call me Robert.", "A little slower, please.", "Yes, like this.", "I like it funny and direct."),
    *("I like music and sailing.", "From ten to eight.", "Rarely.", "Yes, I like that."),
)
TERSELY = ("Say that again.", "Skip that.", "Go back, please.", "Barbara.", "Not now.")
AT_LAST = "I'm Robert."

Voice = dict[str, Samples]


class Visitor:
    """Somebody who meets it: `async with Visitor(card, home, voice) as visitor: await visitor.says("Skip that.")`

    Args:
        home: of the session.
        voice: how they say each line.
        anew: nothing is known there yet.
    """

    def __init__(self, card: VirtualCard, home: Path, voice: Voice, *, anew: bool = True) -> None:
        text = STARTER if anew else (home / "config.toml").read_text("utf-8")
        self._voice = voice
        self.session = Session(card, text, home)

    async def __aenter__(self) -> Self:
        await self.session.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.__aexit__()

    async def hears(self, since_s: float = 0.0) -> float:
        """Return once it has said something after a moment of the recording, and is done: when."""
        said = await self.session.answer(since_s, patience_s=40.0)
        assert said is not None, "it said nothing"
        return said.end_s

    async def says(self, line: str) -> float:
        """Return once that was answered: when."""
        exchange = await self.session.ask(self._voice[line], HEARD_HZ)
        assert exchange.answer is not None, f"no answer to {line!r}"
        return exchange.answer.end_s


def settings(home: Path) -> dict[str, Any]:
    return tomllib.loads((home / "config.toml").read_text("utf-8"))


def stands(home: Path) -> dict[str, Any]:
    """How far the meeting has got."""
    found: dict[str, Any] = json.loads((home / "state/voiceos/meeting.json").read_text("utf-8"))
    return found


def talked(home: Path) -> list[tuple[str, str]]:
    """What was understood of the visitor, and what they heard, the first first."""
    with Store(home / "state/voiceos/memory.db") as store:
        turns = [(one.said, one.heard) for one in reversed(store.episodes())]
    print(*turns, sep="\n")
    return turns


@pytest.fixture(scope="module")
def voice() -> Voice:
    return dict(asyncio.run(spoken((*PLAINLY, *TERSELY, AT_LAST), Settings())))


@pytest.fixture(autouse=True)
def _own_personas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


async def test_one_who_answers_plainly_and_over_its_words(card: VirtualCard, tmp_path: Path, voice: Voice) -> None:
    async with Visitor(card, tmp_path, voice) as visitor:
        await visitor.session.sounding(0.0)
        await asyncio.sleep(2.5)  # within the first second it may not know yet that it does not hear itself
        for line in PLAINLY:  # the first over its introduction
            await visitor.says(line)
        assert await visitor.session.stop() == 0
    turns = talked(tmp_path)
    written = settings(tmp_path)
    assert written["assistant"]["user_name"] == "Robert"
    assert written["assistant"]["character"] == "ours"
    assert written["assistant"]["name"] in ("Viola", "Marina")
    assert written["tts"]["speed"] == 1.45
    assert written["initiative"] == {"quiet_hours": "22:00-08:00", "level": "rare"}
    assert stands(tmp_path)["stage"] == "done"
    assert any("because you like" in heard for _, heard in turns)
    assert f"From now on I'm {written['assistant']['name']}" in turns[-1][1]
    with Store(tmp_path / "state/voiceos/memory.db") as store:
        assert [fact.value for fact in store.facts(subject=USER, relation="name")] == ["Robert"]


async def test_one_who_is_terse_skips_goes_back_and_has_it_said_again(
    card: VirtualCard, tmp_path: Path, voice: Voice
) -> None:
    async with Visitor(card, tmp_path, voice) as visitor:
        await visitor.hears()
        for line in TERSELY:
            await visitor.says(line)
        assert await visitor.session.stop() == 0
    turns = talked(tmp_path)
    assert [heard for _, heard in turns if heard.endswith("What may I call you?")][1:]
    assert settings(tmp_path)["assistant"]["user_name"] == "Barbara"
    assert "another time" in turns[-1][1]
    assert stands(tmp_path)["stage"] == "put_off"


async def test_one_who_is_silent_is_asked_again_and_after_a_kill_it_goes_on(
    card: VirtualCard, tmp_path: Path, voice: Voice
) -> None:
    async with Visitor(card, tmp_path, voice) as visitor:
        begun = await visitor.hears()
        await visitor.hears(begun + 1)  # once more, in short
        await visitor.says(AT_LAST)
        await visitor.session.stop(signal.SIGKILL)
    assert settings(tmp_path)["assistant"]["user_name"] == "Robert"
    assert stands(tmp_path)["question"] == "voice"
    async with Visitor(card, tmp_path, voice, anew=False) as visitor:
        await visitor.hears()
        await visitor.session.quiet()  # behind that it was killed it goes on
        await visitor.says("Not now.")
        assert await visitor.session.stop() == 0
    turns = talked(tmp_path)
    assert any("Just the name will do" in heard for _, heard in turns)
    assert any(heard.startswith("Hello again, Robert.") for _, heard in turns)
    assert stands(tmp_path)["stage"] == "put_off"
