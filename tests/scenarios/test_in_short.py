"""While nobody speaks, days and the user are put in short: in mind the next time, and gone with what is forgotten."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

from tests.scenarios.room import settings
from tests.scenarios.served import Served
from tests.scenarios.test_initiative import Wall
from tests.scenarios.test_memory_by_voice import in_mind, lies_on_the_disk
from voiceos.app import Specs
from voiceos.config import Settings
from voiceos.daemon.daemon import Daemon
from voiceos.memory import USER, Kind, Scope, Store

ENGINES: dict[str, Any] = {
    "llm": {
        "replies": [
            (r"^My sister Annabella lives in Graz\.", '["Your sister Annabella lives in Graz.","You own a castle."]'),
            (r"(?s)the user works as baker", '["You work as a baker.","You are from Mars."]'),
            (r"hello", "Hello yourself."),
        ],
        "otherwise": "[]",
        "context_tokens": 4096,
        "background_tokens": 1024,
    }
}


class Home(Served):
    """A room with a clock on its wall, which learns nothing but puts all in short at once."""

    def __init__(self, wall: Wall, *hears: str, background_tokens: int = 0, **memory: Any) -> None:
        self.wall = wall
        llm = {"background_tokens": background_tokens} if background_tokens else {}
        wanted = settings(memory={"learn": False, "learn_after_s": 1.0, **memory}, llm=llm)
        super().__init__(settings=wanted, hears=hears or ("hello there",), engines=ENGINES)

    def _daemon(self, settings: Settings, specs: Specs, *, greet: bool) -> Daemon:
        return Daemon(settings, specs=specs, sound=self._open, greet=greet, parts=[self.seen], clock=self.wall)

    async def asks(self) -> str:
        """What is answered."""
        await self.say("hello there my friend")
        await self.answered()
        return self.live.conductor.last_reply()


def live(wall: Wall) -> None:
    """A day, and what is known."""
    with Store() as store:
        for said in ("My sister Annabella lives in Graz.", "louder"):
            store.remember_turn(said, "I see.", at=wall.now(), conversation="a")
        for relation, value, kind in (
            ("works_as", "baker", Kind.FACT),
            ("likes", "tea", Kind.PREFERENCE),
            ("sister", "Annabella", Kind.PERSON),
        ):
            store.remember_fact(USER, relation, value, at=wall.now(), kind=kind)


async def put_in_short(room: Served) -> None:
    async with asyncio.timeout(40):
        with Store() as store:
            while store.chronicle.profile() is None:
                await room.wait(0.2)


async def test_what_was_yesterday_is_put_in_short_while_nobody_speaks_and_in_mind_from_then_on() -> None:
    wall = Wall("2026-03-03T14:00")
    live(wall)
    wall.set("2026-03-04T09:00")
    async with Home(wall) as home:
        await put_in_short(home)
    with Store() as store:
        (day,) = store.chronicle.newest(Scope.DAY)
        profile = store.chronicle.profile()
    assert (day.begins, day.lines) == (date(2026, 3, 3), ("Your sister Annabella lives in Graz.",))
    assert profile is not None and profile.lines[0] == "You work as a baker."
    async with Home(wall) as home:
        assert "hello" in (await home.asks()).lower()
        known = home.live.conversation.known
        assert "Of them you think: They work as a baker." in known and "They have known you since" in known


async def test_what_names_somebody_leaves_what_is_in_short_and_in_mind_with_them() -> None:
    wall = Wall("2026-03-03T14:00")
    live(wall)
    wall.set("2026-03-04T09:00")
    async with Home(wall) as home:
        await put_in_short(home)
    hears = ("Forget everything about Annabella.", "yes")
    async with Home(wall, *hears, known_tokens=200) as home:
        await home.wait(1)
        assert in_mind(home, "Annabella")
        for _ in hears:
            await home.asks()
        assert not in_mind(home, "Annabella")
        assert lies_on_the_disk("Annabella", "annabell", "Graz") == []
        await home.live.conductor.wait_idle()
    assert lies_on_the_disk("Annabella", "annabell", "Graz") == []


async def test_what_was_learnt_is_in_mind_before_many_days_are_put_in_short() -> None:
    wall = Wall("2026-03-03T14:00")
    with Store() as store:
        for number in range(60):
            at = wall.now() - timedelta(days=number)
            turn = store.remember_turn("I saw a bird.", "I see.", at=at, conversation=str(number))
            store.take_in(turn.id, [])
        store.remember_turn("I live in York now.", "I see.", at=wall.now(), conversation="a")
    wall.set("2026-03-04T09:00")
    async with Home(wall, learn=True) as home, asyncio.timeout(40):
        while not in_mind(home, "York"):
            await home.wait(0.01)
        with Store() as store:
            assert store.chronicle.day_to_sum(wall.now().date()) is not None, "days wait"


async def test_status_tells_why_nothing_is_put_in_short_and_what_is_known_is_in_mind() -> None:
    wall = Wall("2026-03-03T14:00")
    live(wall)
    wall.set("2026-03-04T09:00")
    async with Home(wall, background_tokens=300) as home, asyncio.timeout(40):
        while not (told := home.daemon.degraded()):
            await home.wait(0.1)
        assert "not put in short" in told[0].what and "llm.background_tokens" in told[0].hint
        assert in_mind(home, "baker")


async def test_nothing_is_put_in_short_where_that_is_not_wanted() -> None:
    wall = Wall("2026-03-03T14:00")
    live(wall)
    wall.set("2026-03-04T09:00")
    async with Home(wall, summaries=False) as home:
        await home.wait(3)
    with Store() as store:
        assert store.stats().summaries == 0


async def test_it_tells_what_was_talked_of_and_who_the_user_is() -> None:
    wall = Wall("2026-03-03T14:00")
    live(wall)
    wall.set("2026-03-04T09:00")
    hears = (
        "What did we talk about yesterday?",
        "What did we talk about on Tuesday?",
        "What did we talk about this week?",
        "Who do you think I am?",
        "What did we talk about last week?",
        "What did we talk about today?",
        "Forget that.",
    )
    async with Home(wall) as home:
        await put_in_short(home)
    async with Home(wall, *hears) as home:
        answers = [await home.asks() for _ in hears]
    assert answers[0] == "Yesterday it was this: Your sister Annabella lives in Graz."
    assert answers[1] == "On Tuesday it was this: Your sister Annabella lives in Graz."
    assert answers[2] == "This week it was this: On Tuesday: Your sister Annabella lives in Graz."
    assert answers[3].startswith("You work as a baker. You have known me since March 3")
    assert answers[4] == "I don't remember that we talked last week."
    assert answers[5] == "We did talk today, but of nothing that I made a note of."
    with Store() as store:
        assert store.chronicle.newest(Scope.DAY), "what was told last was the last question"


async def test_before_anything_was_put_in_short_it_tells_by_what_was_said_and_is_known() -> None:
    wall = Wall("2026-03-03T14:00")
    live(wall)
    hears = ("What did we talk about today?", "Who do you think I am?", "What did we talk about yesterday?")
    async with Home(wall, *hears, summaries=False) as home:
        answers = [await home.asks() for _ in hears]
    assert answers[0] == "Today you told me, among other things: Your sister Annabella lives in Graz."
    assert answers[1].startswith("I haven't made up my mind about you yet, but this is what I know. ")
    assert answers[2] == "I don't remember that we talked yesterday."
