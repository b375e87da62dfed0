"""It speaks first: at its time, once, with a sound before it, and not where it should not."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.scenarios.room import settings
from tests.scenarios.served import Served
from voiceos import stored
from voiceos.app import Specs
from voiceos.audio.earcons import Earcon
from voiceos.clock import SystemClock
from voiceos.config import Settings
from voiceos.daemon.client import ControlClient
from voiceos.daemon.daemon import Daemon
from voiceos.initiative import Kind as Occasions
from voiceos.initiative import Outcome, Reason, kept
from voiceos.memory import USER, Kind, Source, Store
from voiceos.turn_taking.state import Phase

ZONE = ZoneInfo("Europe/Berlin")


class Wall(SystemClock):
    """A clock on the wall that is set by hand, and stands."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.set(text)

    def set(self, text: str) -> None:
        self._now = datetime.fromisoformat(text).replace(tzinfo=ZONE)

    def now(self) -> datetime:
        return self._now


class Home(Served):
    """A room with a clock on its wall."""

    def __init__(self, wall: Wall, *, level: str = "normal", **more: Any) -> None:
        self.wall = wall
        memory = {"enabled": more.pop("memory", True)}
        wanted = settings(initiative={"level": level, "quiet_hours": "22:00-07:00"}, memory=memory)
        super().__init__(settings=wanted, **more)

    def _daemon(self, settings: Settings, specs: Specs, *, greet: bool) -> Daemon:
        return Daemon(settings, specs=specs, sound=self._open, greet=greet, parts=[self.seen], clock=self.wall)

    async def asks(self, text: str = "could you do something for me") -> str:
        """What is answered."""
        await self.say(text)
        await self.answered()
        return self.said()[-1]

    async def told(self, part: str) -> str:
        """Return once it has said something with this in it: all of that."""
        async with asyncio.timeout(20):
            while not (found := [one for one in self.said() if part in one]):
                await self.wait(0.1)
        await self.live.conductor.wait_idle()
        return found[-1]


def commitment(what: str, due: str, wall: Wall) -> None:
    with Store() as store:
        store.remember_fact(
            USER, "plan", what, at=wall.now(), sentence=what, kind=Kind.COMMITMENT, single=False,
            due=datetime.fromisoformat(due).replace(tzinfo=ZONE), source=Source.DRAWN,
        )  # fmt: skip


async def test_a_reminder_is_heard_at_its_time_behind_a_sound_and_once() -> None:
    wall = Wall("2026-03-04T14:00")
    async with Home(wall, level="off", hears=["remind me to call my sister at five", "what are my reminders"]) as home:
        assert "remind you to call your sister, at 5:00" in await home.asks()
        assert "call your sister" in await home.asks()
        wall.set("2026-03-04T16:59")
        await home.wait(1)
        assert not home.heard_earcon(Earcon.NOTICE)
        wall.set("2026-03-04T17:00")
        assert await home.told("You asked me") == "You asked me to remind you to call your sister."
        assert home.heard_earcon(Earcon.NOTICE)
        wall.set("2026-03-04T17:05")
        await home.wait(2)
        assert sum("You asked me" in one for one in home.said()) == 1


async def test_a_time_that_is_not_understood_becomes_no_other() -> None:
    hears = [
        "remind me to eat today",
        "remind me to eat later",
        "remind me to eat every few days at nine",
    ]
    async with Home(Wall("2026-03-04T14:00"), level="off", hears=hears) as home:
        for _ in hears:
            assert "When shall I remind you to eat" in await home.asks()
        assert home.said()[-1].startswith("I can only repeat it every day")
    with Store() as store:
        assert store.facts() == []


async def test_what_is_asked_stays_open_for_the_answer_and_for_nothing_else() -> None:
    said_and_answered = [
        ("remind me to call my sister today", "When shall I remind you to call your sister?"),
        ("at five", "remind you to call your sister, at 5:00 PM."),
        ("remind me in an hour", "What shall I remind you of?"),
        ("to feed the dog", "remind you to feed the dog, at 3:00 PM."),
        ("remind me to eat at nine am today", "That would have been at 9:00 AM."),
        ("tomorrow", "remind you to eat, tomorrow at 9:00 AM."),
        ("remind me tomorrow", "What shall I remind you of?"),
        ("what is the capital of france", "You said: what is the capital of france"),
        ("at five", "You said: at five"),
    ]
    async with Home(Wall("2026-03-04T14:00"), level="off", hears=[said for said, _ in said_and_answered]) as home:
        for said, answered in said_and_answered:
            assert answered in await home.asks(), said


async def test_a_time_that_was_told_long_ago_is_of_no_other_reminder() -> None:
    wall = Wall("2026-03-04T13:00")
    async with Home(wall, level="off", hears=["set a reminder for five", "remind me to call Bob"]) as home:
        assert await home.asks() == "What shall I remind you of?"
        wall.set("2026-03-04T15:00")
        assert (await home.asks()).startswith("When shall I remind you to call Bob?")


async def test_what_was_asked_for_is_undone_named_by_its_time_and_forgotten() -> None:
    said_and_answered = [
        ("remind me to feed the dog at seven", "at 7:00 PM"),
        ("undo that", "I won't remind you: feed the dog, at 7:00 PM."),
        ("undo that", "remind you to feed the dog, at 7:00 PM."),
        ("remind me to feed the dog at nine", "at 9:00 PM"),
        ("cancel the reminder to feed the dog", "There are several of these: at 7:00 PM and at 9:00 PM."),
        ("cancel the reminder for nine", "I won't remind you: feed the dog, at 9:00 PM."),
        ("what are my reminders for today", "at 7:00 PM, feed the dog"),
        ("forget that", "forgotten"),
        ("what are my reminders", "You have no reminders."),
    ]
    async with Home(Wall("2026-03-04T14:00"), level="off", hears=[said for said, _ in said_and_answered]) as home:
        for said, answered in said_and_answered:
            await home.asks()
            assert answered in home.live.conductor.last_reply(), said  # what is forgotten is in no history


async def test_it_survives_a_restart_and_what_was_missed_comes_late() -> None:
    wall = Wall("2026-03-04T14:00")
    async with Home(wall, hears=["remind me to call my sister at five", "remind me in ten minutes to eat"]) as home:
        await home.asks()
        await home.asks()
        wall.set("2026-03-04T14:10")
        await home.told("remind you to eat.")
    wall.set("2026-03-04T19:00")
    async with Home(wall) as home:
        late = await home.told("I'm late with this")
        assert late == "I'm late with this: at 5:00 PM I was to remind you to call your sister."
        await home.wait(1)
        assert not any("eat" in one for one in home.said())
    async with Home(wall) as home:
        await home.wait(2)
        assert home.said() == []


async def test_in_quiet_hours_only_what_was_asked_for_then_is_heard() -> None:
    wall = Wall("2026-03-04T21:00")
    commitment("I have to send the letter", "2026-03-04T22:30", wall)
    async with Home(wall, hears=["remind me to take my pill at half past eleven pm"]) as home:
        assert "11:30" in await home.asks()
        wall.set("2026-03-04T22:30")
        await home.wait(1.5)
        wall.set("2026-03-04T23:30")
        await home.told("You asked me")
        assert not any("letter" in one for one in home.said())
    decided = {(one.kind.value, one.outcome, one.reason) for one in kept.load().decisions}
    assert ("commitment", Outcome.NEVER, Reason.QUIET_HOURS) in decided
    assert ("reminder", Outcome.NOW, Reason.ASKED_FOR) in decided
    assert "pill" not in stored.INITIATIVE.path.read_text()
    assert stored.INITIATIVE.path.stat().st_mode & 0o777 == 0o600


async def test_it_is_waved_away_comes_again_and_says_why() -> None:
    wall = Wall("2026-03-04T14:00")
    hears = ["remind me to call my sister at five", "not now", "why did you say that", "cancel that reminder"]
    async with Home(wall, hears=hears) as home:
        await home.asks()
        wall.set("2026-03-04T17:00")
        await home.told("You asked me")
        assert await home.asks() in home.live._phrases.variants("put_off")
        wall.set("2026-03-04T17:14")
        await home.wait(1)
        assert sum("You asked me" in one for one in home.said()) == 1
        wall.set("2026-03-04T17:15")
        async with asyncio.timeout(20):
            while sum("You asked me" in one for one in home.said()) < 2:
                await home.wait(0.1)
        await home.live.conductor.wait_idle()
        assert await home.asks() == "Because you asked me at 2:00 PM to remind you."


async def test_a_good_morning_tells_what_the_day_holds_and_off_says_none() -> None:
    for level in ("normal", "off"):
        wall = Wall("2026-03-03T20:00")
        async with Home(wall, level=level, hears=["hello there"]) as home:
            await home.asks()
        wall.set("2026-03-04T07:30")
        if level == "normal":
            commitment("I'll send the letter", "2026-03-04T00:00", wall)
        async with Home(wall, level=level, hears=["hello there"]) as home:
            await home.asks()
            if level == "normal":
                morning = await home.told("Good morning")
                assert morning == "Good morning, here is what your day holds: I'll send the letter."
            else:
                await home.wait(2)
                assert not any("morning" in one for one in home.said())
        stored.INITIATIVE.path.unlink()


async def test_the_status_tells_why_it_is_silent() -> None:
    for at, level, silent in (
        ("2026-03-04T23:00", "rare", "quiet_hours"),
        ("2026-03-04T14:00", "off", "off"),
        ("2026-03-04T14:00", "normal", ""),
    ):
        async with Home(Wall(at), level=level) as home, ControlClient() as client:
            told = (await client.call("status"))["speaks_first"]
            assert (told["level"], told["silent"], told["said"]) == (level, silent, 0)
            if silent == "quiet_hours":
                assert told["until"] == datetime.fromisoformat("2026-03-05T07:00").replace(tzinfo=ZONE).timestamp()
            del home


async def test_nobody_is_talked_over() -> None:
    wall = Wall("2026-03-04T16:59")
    commitment("I have to call", "2026-03-04T17:00", wall)
    async with Home(wall, hears=["a long story"]) as home:
        await home.wait(0.5)
        talk = asyncio.create_task(home.say("this is a long story of many words that goes on and on for a while"))
        await asyncio.sleep(0.5)
        wall.set("2026-03-04T17:00")
        await talk
        await home.told("You told me that you have to call, and it's time.")
        assert "long story" in home.said()[0]


async def test_what_was_promised_is_offered_once_and_taken_as_a_reminder_only_with_a_yes() -> None:
    for answer, reminded in (("yes please", True), ("no", False)):
        wall = Wall("2026-03-04T14:00")
        commitment("I'll call my sister", "2026-03-04T17:00", wall)
        async with Home(wall, hears=["hello there", answer]) as home:
            await home.wait(1)
            assert home.said() == []
            await home.asks()
            offer = await home.told("Shall I")
            assert offer == "You told me that you'll call your sister. Shall I remind you, at 5:00 PM?"
            assert ("I'll remind you of this" in await home.asks()) is reminded
            wall.set("2026-03-04T17:00")
            if reminded:
                assert await home.told("You asked me") == "You asked me to remind you of this: you'll call your sister."
            await home.wait(2)
            assert len(home.said()) == (4 if reminded else 3)
        stored.MEMORY.path.unlink()
        stored.INITIATIVE.path.unlink()


async def test_without_a_memory_it_says_that_it_cannot_remind() -> None:
    wall = Wall("2026-03-04T14:00")
    async with Home(wall, memory=False, hears=["remind me to call my sister at five"]) as home:
        assert "memory is off" in await home.asks()


async def test_how_readily_it_speaks_is_set_by_voice_and_put_back() -> None:
    wall = Wall("2026-03-04T14:00")
    async with Home(wall, level="normal", hears=["speak up less", "don't speak first", "put it back"]) as home:
        assert "once or twice a day" in await home.asks()
        assert "only speak first to remind you" in await home.asks()
        assert "as before" in await home.asks()
        assert home.live.settings.initiative.level == "rare"


async def test_a_reminder_is_called_off_for_good() -> None:
    wall = Wall("2026-03-04T14:00")
    hears = ["remind me to call my sister at five", "cancel that reminder", "what are my reminders"]
    async with Home(wall, hears=hears) as home:
        await home.asks()
        assert "call your sister" in await home.asks()
        assert await home.asks() == "You have no reminders."
        wall.set("2026-03-04T17:00")
        await home.wait(2)
        assert not any("You asked me" in one for one in home.said())
    with Store() as store:
        (known,) = store.facts()
    assert known.sentence == "I no longer want to be reminded to call my sister on Wednesday, March 4 at 5:00 PM"


async def test_where_nothing_can_be_written_it_reminds_all_the_same_and_tells_of_it() -> None:
    stored.INITIATIVE.path.mkdir(parents=True)  # where the file should be
    wall = Wall("2026-03-04T14:00")
    async with Home(wall, hears=["remind me to call my sister at five"]) as home, ControlClient() as client:
        await home.asks()
        wall.set("2026-03-04T17:00")
        await home.told("You asked me")
        async with asyncio.timeout(20):
            while not (told := (await client.call("status"))["degraded"]):
                await home.wait(0.2)
        assert "not kept" in told[0]["what"]
        await home.wait(1)
        assert sum("You asked me" in one for one in home.said()) == 1
        stored.INITIATIVE.path.rmdir()
        wall.set("2026-03-04T17:02")
        async with asyncio.timeout(20):
            while (await client.call("status"))["degraded"]:
                await home.wait(0.2)
    assert kept.load().settled


async def test_a_word_over_it_stops_it_and_it_comes_again_later() -> None:
    wall = Wall("2026-03-04T14:00")
    commitment("I have to send the letter to the bank and the other one to the office", "2026-03-04T17:00", wall)
    async with Home(wall, hears=["stop"]) as home:
        wall.set("2026-03-04T17:00")
        async with asyncio.timeout(20):
            while home.live.conductor.state.phase is not Phase.SPEAKING:
                await home.wait(0.05)
        await home.say("stop it please")
        await home.live.conductor.wait_idle()
        await home.wait(1)
        wall.set("2026-03-04T17:59")
        await home.wait(1)
        before = len(home.said())
        wall.set("2026-03-04T18:00")
        async with asyncio.timeout(20):
            while len(home.said()) == before:
                await home.wait(0.1)
        assert home.said()[-1].endswith("office, and it's time.")
    received = kept.load().reception.counts[Occasions.COMMITMENT]
    assert received.waved_away == 1


async def test_a_clock_that_is_set_in_the_middle_of_a_conversation_costs_no_turn_no_memory_and_no_reminder() -> None:
    """As a machine without a battery for its clock sets it once the network is there, or by the user's hand."""
    hears = [
        "remember that my sister's name is ana",
        "what time is it",
        "what time is it",
        "remind me to eat in ten minutes",
        "when did I tell you that",
        "what do you know about my sister",
        "tell me something",
    ]
    wall = Wall("2026-03-04T14:00")
    async with Home(wall, level="off", hears=hears) as home:
        assert "Ana" in (await home.asks()).title()
        assert "2:00" in await home.asks()
        wall.set("2026-03-04T11:30")
        assert "11:30" in await home.asks()
        assert "11:40" in await home.asks()
        wall.set("2026-03-05T09:00")  # on past the reminder
        assert "remind you to eat" in await home.told("I'm late with this")
        assert "remind" not in await home.asks()
        assert "ana" in (await home.asks()).lower()
        await home.say("could you do something for me")
        wall.set("2026-03-04T08:00")  # while it thinks and answers
        await home.answered()
        assert home.said()[-1].startswith("You said")
        await home.wait(2)
        assert sum("remind you to eat" in one for one in home.said()) == 2  # as it was asked, and once as it was due
    with Store() as store:
        told = [one.said for one in store.episodes(limit=20) if one.said]
    assert sorted(told) == sorted(hears)


async def test_it_asks_once_how_it_went_while_somebody_is_there_and_says_why() -> None:
    wall = Wall("2026-03-03T14:00")
    with Store() as store:
        store.remember_fact(
            USER, "plans", "job interview", at=wall.now(), sentence="I have a job interview tomorrow.", kind=Kind.PLAN,
            due=datetime(2026, 3, 4, tzinfo=ZONE), source=Source.DRAWN,
        )  # fmt: skip
    wall.set("2026-03-05T14:00")
    async with Home(wall, hears=["hello there", "why did you say that", "hello there"]) as home:
        await home.wait(1)
        assert home.said() == [], "nobody was there"
        await home.asks()
        await home.wait(1)
        assert len(home.said()) == 1, "it breaks into no talk"
        wall.set("2026-03-05T14:02")
        assert await home.told("How did") == "How did your job interview go?"
        assert (await home.asks()).startswith("Because you told me of it")
        wall.set("2026-03-05T15:00")
        await home.asks()
        wall.set("2026-03-05T15:02")
        await home.wait(2)
        assert sum("How did" in one for one in home.said()) == 1
