"""The first meeting as it is heard: with people of three temperaments, over scripted engines."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.house import House
from tests.scenarios.served import Wire
from voiceos import stored
from voiceos.daemon import first_meeting
from voiceos.meeting import Meeting, Question, Stage, kept, nature
from voiceos.memory import USER, Store
from voiceos.turn_taking.state import Phase

QUICK = """
[audio]
earcons = false
"""

LONG_S = 60.0
"""Of silence, which none of these waits for."""


@pytest.fixture(autouse=True)
def _own_personas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(first_meeting, "SILENCE_S", (LONG_S, LONG_S))


class Home(House):
    """A house that nobody is known in yet."""

    def __init__(
        self,
        folder: Path,
        hears: Sequence[str],
        *,
        more: str = "",
        greet: bool = True,
        level: str = "",
        hours: str = "",
    ) -> None:
        environ = {"VOICEOS_INITIATIVE__LEVEL": level} if level else {}
        environ |= {"VOICEOS_INITIATIVE__QUIET_HOURS": hours} if hours else {}
        super().__init__(folder, hears=hears, text=QUICK + more, greet=greet, environ=environ)

    async def told(self, part: str, *, within_s: float = 30) -> str:
        """Return once it has said something with this in it to the end: all of that."""
        async with asyncio.timeout(within_s):
            while not (found := [one for one in self.said() if part in one]):
                await self.wait(0.1)
        await self.live.conductor.wait_idle()
        return found[-1]

    async def answers(self, text: str) -> str:
        """What it says to that."""
        del text  # the recogniser is scripted, and needs no more than a voice for as long as any of them
        await self.say("could you do something for me")
        await self.answered()
        return self.said()[-1]

    async def replies(self, text: str) -> str:
        """Likewise, also where it is not remembered."""
        del text
        await self.say("could you do something for me")
        await self.answered()
        return self.live.conductor.last_reply()

    async def settled(self) -> dict[str, Any]:
        """The settings file, once what was said is written."""
        await self.live.acquaintance.aclose()
        await asyncio.gather(*self.live.preferences._tasks)
        async with asyncio.timeout(20):
            while self.source.load().settings != self.live.changes.wanted:
                await self.wait(0.1)
        return tomllib.loads(self.file.read_text())


async def test_one_who_answers_all_and_barges_in_is_known_at_the_end(tmp_path: Path) -> None:
    hears = [
        "Call me Sam.", "Slower, please.", "Yes, like that.", "Funny, and straight out.", "I like sailing and music.",
        "From ten to eight.", "Rarely.", "Yes, I like it.",
    ]  # fmt: skip
    async with Home(tmp_path, hears) as home:
        async with asyncio.timeout(20):  # it talks, and is interrupted before its question
            while home.live.conductor.state.announcing is None:
                await home.wait(0.1)
        await home.wait(1.0)
        assert "Sam" in await home.answers("call me sam")
        assert home.live.changes.wanted.assistant.user_name == "Sam"
        assert (await home.answers("slower")).startswith("Like this?")
        assert home.live.conductor.speed == 0.85
        assert "How shall I be" in await home.answers("yes")
        assert "like to talk about" in await home.answers("funny")
        assert "by myself" in await home.answers("sailing")
        assert "speak first" in await home.answers("from ten to eight")
        assert "called Marina, because you like the sea" in await home.answers("rarely")
        assert "I'm Marina" in await home.answers("yes")
        written = await home.settled()
        assert written["assistant"] == {"user_name": "Sam", "character": "ours", "name": "Marina"}
        assert written["tts"]["speed"] == 0.85
        assert written["initiative"] == {"level": "rare", "quiet_hours": "22:00-08:00"}
        assert "# The settings of a test." in home.file.read_text()
        assert home.live.conductor.name == "Marina"
        assert "quick-witted" in home.live.conversation.persona.system
        assert "the sea" in home.live.conversation.persona.system
    assert kept.load().stage is Stage.DONE
    assert stored.MEETING.path.stat().st_mode & 0o777 == 0o600
    assert nature.path().exists()
    with Store() as store:
        assert [fact.value for fact in store.facts(subject=USER, relation="name")] == ["Sam"]


async def test_one_who_is_terse_skips_goes_back_and_has_it_said_again(tmp_path: Path) -> None:
    hears = ["Say that again.", "Skip.", "Go back.", "Kim", "Why do you ask?", "What time is it?", "Not now.", "Hello."]
    async with Home(tmp_path, hears) as home:
        begun = await home.told("What may I call you?")
        again = await home.answers("say that again")
        assert again == "What may I call you?"
        assert again in begun
        assert "my voice" in await home.answers("skip")
        assert "What may I call you?" in await home.answers("go back")
        assert "Kim" in await home.answers("kim")
        assert "hear it often" in await home.answers("why")
        assert "It's" in await home.answers("what time is it")
        assert home.live.acquaintance.meeting.question is Question.VOICE
        assert "another time" in await home.answers("not now")
        assert await home.answers("hello") == "You said: Hello."
        assert (await home.settled())["assistant"] == {"user_name": "Kim"}
    assert kept.load().stage is Stage.PUT_OFF


async def test_one_who_is_silent_is_asked_once_more_let_be_and_offered_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_meeting, "SILENCE_S", (0.5, 1.0))
    async with Home(tmp_path, ["Hello."]) as home:
        await home.told("Just the name will do")
        await home.told("I'll leave it for now")
        before = len(home.said())
        await home.wait(1.5)
        assert len(home.said()) == before
        assert await home.answers("hello") == "You said: Hello."
    assert kept.load().stage is Stage.PUT_OFF
    monkeypatch.setattr(first_meeting, "SILENCE_S", (LONG_S, LONG_S))
    async with Home(tmp_path, ["Hello.", "Hello."]) as home:  # it is never to speak first
        await home.told("Hello, I'm Ada.")
        assert (await home.answers("hello")).startswith("You said: Hello.")
        assert not home.live.acquaintance.due
    async with Home(tmp_path, ["Yes, please.", "I'm Sam."], level="rare") as home:
        await home.told("Shall we go on with that now?")
        assert (await home.answers("yes")).endswith("What may I call you?")
        assert "Nice to meet you, Sam" in await home.answers("sam")
        await home.settled()


async def test_it_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    async with Home(tmp_path, ["Sam.", "Like this."]) as home:
        await home.told("What may I call you?")
        await home.answers("sam")
        await home.answers("like this")
        await home.settled()
    async with Home(tmp_path, ["Calm."], level="rare") as home:
        again = await home.told("Hello again, Sam.")
        assert "How shall I be with you?" in again
        assert "like to talk about" in await home.answers("calm")


async def test_an_answer_that_a_pause_cuts_in_two_is_taken_as_a_whole(tmp_path: Path) -> None:
    kept.keep(Meeting(Stage.OPEN, Question.TALK))
    async with Home(tmp_path, ["I like sailing.", "And old books.", "From ten to eight."], level="rare") as home:
        await home.told("like to talk about")
        await home.say("could you do something for me")
        async with asyncio.timeout(20):
            while home.live.conductor.state.phase is not Phase.SPEAKING:
                await home.wait(0.1)
        asked = await home.answers("and old books")
        assert "by myself" in asked
        assert home.live.acquaintance.meeting.topics == ("sea", "books")
        assert "speak first" in await home.answers("from ten to eight")
        assert (await home.settled())["initiative"]["quiet_hours"] == "22:00-08:00"
    assert "books" in nature.path().read_text()
    assert [path.name for path in nature.path().parent.iterdir()] == ["ours.toml"]


async def test_it_is_had_again_by_asking_for_it(tmp_path: Path) -> None:
    kept.keep(Meeting(Stage.DONE, Question.NAME))
    async with Home(tmp_path, ["Let's get to know each other.", "Pat."]) as home:
        await home.told("Hello, I'm Ada.")
        assert (await home.answers("meet")).endswith("What may I call you?")
        assert "Pat" in await home.answers("pat")
        await home.settled()


@pytest.mark.parametrize("known", ["settings", "memory", "declined", "no greeting"])
async def test_whom_it_knows_is_not_asked(tmp_path: Path, known: str) -> None:
    if known == "memory":
        with Store() as store:
            store.remember_turn("hello", "hi", at=datetime(2026, 1, 1, tzinfo=UTC), conversation="one")
    if known == "declined":
        kept.keep(Meeting(Stage.DECLINED))
    more = '\n[assistant]\nuser_name = "Sam"\n' if known == "settings" else ""
    async with Home(tmp_path, ["Hello."], more=more, greet=known != "no greeting") as home:
        if known != "no greeting":
            await home.told("Hello, I'm Ada.")
        assert (await home.answers("hello")).startswith("You said: Hello.")
        assert len(home.said()) == (1 if known == "no greeting" else 2)


async def test_it_waits_for_a_microphone_that_is_muted(tmp_path: Path) -> None:
    async with Home(tmp_path, ["Sam."]) as home:
        await home.told("What may I call you?")
        home.live.conductor.mute()
        await home.wait(0.5)
        assert home.live.acquaintance.open
        home.live.conductor.unmute()
        await home.wait(0.5)
        assert "Sam" in await home.answers("sam")
        await home.settled()


async def test_it_needs_no_language_model(tmp_path: Path) -> None:
    async with Home(tmp_path, ["Sam."]) as home:
        await home.told("What may I call you?")
        await home.live.engines.processes["llm"].__aexit__()
        assert "Nice to meet you, Sam" in await home.answers("sam")
        await home.settled()


async def test_in_a_mode_that_sleeps_it_tells_how_to_begin(tmp_path: Path) -> None:
    async with Home(tmp_path, ["Let's get to know each other.", "Sam."], more='\n[listening]\nmode = "push"\n') as home:
        await home.told("say, let's get to know each other")
        home.live.conductor.listen()
        await home.wait(0.2)
        assert (await home.answers("meet")).endswith("What may I call you?")
        assert "Sam" in await home.answers("sam")
        await home.settled()


async def test_somebody_in_danger_is_not_asked_for_their_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_meeting, "SILENCE_S", (1.0, 1.0))
    monkeypatch.setattr(first_meeting, "LATER_S", 0.0)
    hears = ["I want to kill myself.", "My husband left me yesterday."]
    async with Home(tmp_path, hears, more='\n[assistant]\nregion = "GB"\n') as home:
        async with asyncio.timeout(20):  # it is cut off before its question, and does not come back to it
            while home.live.conductor.state.announcing is None:
                await home.wait(0.1)
        await home.wait(0.5)
        assert "Samaritans" in await home.answers("first aid")
        told = len(home.said())
        await home.wait(3.0)
        assert "My husband left me yesterday." in await home.answers("to the language model")
        await home.wait(4.0)
        assert len(home.said()) == told + 1
        await home.settled()
    assert kept.load().stage is Stage.PUT_OFF


async def test_one_who_types_that_they_are_in_danger_is_not_asked_for_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_meeting, "SILENCE_S", (1.0, 1.0))
    monkeypatch.setattr(first_meeting, "LATER_S", 0.0)
    async with Home(tmp_path, ["Hello."], more='\n[assistant]\nregion = "GB"\n') as home, Wire() as wire:
        async with asyncio.timeout(20):
            while home.live.conductor.state.announcing is None:
                await home.wait(0.1)
        await home.wait(0.5)
        answer = await wire.ask("ask", text="I want to kill myself")
        assert "Samaritans" in answer["result"]["answer"]
        await home.wait(3.0)
        assert not any("What may I call you?" in one for one in home.said())
        assert await home.answers("hello") == "You said: Hello."
        await home.settled()
    assert kept.load().stage is Stage.PUT_OFF


ALL_DAY = "07:00-07:00"


async def test_in_quiet_hours_it_begins_once_the_user_has_spoken_and_asks_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Home(tmp_path, ["Hello.", "Sam."], hours=ALL_DAY) as home:
        await home.told("Hello, I'm Ada.")
        await home.wait(2.0)
        assert not home.live.acquaintance.open
        assert (await home.answers("hello")).startswith("You said: Hello.")
        await home.told("What may I call you?")
        assert "Sam" in await home.answers("sam")
        monkeypatch.setattr(first_meeting, "SILENCE_S", (0.5, 0.5))
        before = len(home.said())
        await home.wait(3.0)
        assert len(home.said()) == before
        await home.settled()
    assert kept.load().stage is Stage.PUT_OFF


async def test_in_quiet_hours_nothing_is_offered(tmp_path: Path) -> None:
    kept.keep(Meeting(Stage.PUT_OFF, Question.VOICE))
    async with Home(tmp_path, ["Hello."], hours=ALL_DAY, level="rare") as home:
        await home.told("Hello, I'm Ada.")
        assert (await home.answers("hello")).startswith("You said: Hello.")
        await home.wait(5.0)
        assert len(home.said()) == 2
        assert home.live.acquaintance.due == "offer"


async def test_what_voiceos_setup_has_ended_meanwhile_is_not_begun_anew(tmp_path: Path) -> None:
    async with Home(tmp_path, ["It's raining.", "It's raining."]) as home:
        await home.told("What may I call you?")
        await home.settled()
        kept.keep(Meeting(Stage.DONE, Question.NAME))
        assert (await home.answers("it is raining")).startswith("You said: It's raining.")
        assert not home.live.acquaintance.open
    assert kept.load().stage is Stage.DONE


async def test_all_that_is_forgotten_takes_along_what_it_made_of_the_answers(tmp_path: Path) -> None:
    kept.keep(Meeting(Stage.DONE, Question.NAME, traits=("funny",), topics=("sea",), refused=("Viola",)))
    nature.keep(["funny"], ["sea"], "en")
    hears = ["Remember that I like tea.", "Forget everything.", "Yes."]
    async with Home(tmp_path, hears, more='\n[assistant]\ncharacter = "ours"\n') as home:
        await home.told("Hello, I'm Ada.")
        assert "the sea" in home.live.conversation.persona.system
        for _ in hears:
            await home.say("could you do something for me")
            await home.answered()
        await home.settled()
        assert "the sea" not in home.live.conversation.persona.system
    assert kept.load() == Meeting(Stage.DONE, Question.NAME)
    assert "the sea" not in nature.path().read_text()


async def test_all_that_is_forgotten_takes_along_their_name_also_where_the_memory_is_empty(tmp_path: Path) -> None:
    kept.keep(Meeting(Stage.DONE, Question.NAME, topics=("sea",), refused=("Viola",)))
    nature.keep([], ["sea"], "en")
    nature.path().write_text(nature.path().read_text() + "# by hand\n")
    more = '\n[assistant]\ncharacter = "ours"\nuser_name = "Sam"\nname = "Marina"\n'
    async with Home(tmp_path, ["Forget everything.", "Yes.", "Hello."], more=more, greet=False) as home:
        assert "Sam" in home.live.conversation.persona.system
        assert "your name and what you told me when we first met" in await home.replies("forget everything")
        assert "your name and what you told me" in await home.replies("yes")
        assert "Sam" not in home.file.read_text()
        assert await home.replies("hello") == "You said: Hello."
        written = await home.settled()
        assert written["assistant"] == {"character": "ours", "user_name": "", "name": "Marina"}
        assert "Sam" not in home.live.conversation.persona.system
        assert "the sea" not in home.live.conversation.persona.system
        assert home.live.conductor.name == "Marina"
    assert kept.load() == Meeting(Stage.DONE, Question.NAME)
    assert "the sea" not in nature.path().read_text() and "# by hand" in nature.path().read_text()


async def test_a_forgotten_name_is_not_brought_back(tmp_path: Path) -> None:
    hears = ["Call me Sam.", "Forget everything.", "Yes.", "Undo that.", "Undo that."]
    async with Home(tmp_path, hears, greet=False) as home:
        assert "Sam" in await home.replies("call me sam")
        await home.settled()
        assert "your name" in await home.replies("forget everything")
        assert "your name" in await home.replies("yes")
        assert "can't bring back" in await home.replies("undo")
        assert "Sam" not in await home.replies("undo")
        assert (await home.settled())["assistant"] == {"user_name": ""}
        assert home.live.settings.assistant.user_name == ""
