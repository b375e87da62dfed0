"""What is told to be remembered, asked for, put right and forgotten, by talking alone."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.scenarios.room import Room, settings
from tests.scenarios.served import Served
from tests.unit.memory.traces import traces
from voiceos import remembering, stored
from voiceos.languages import Phrases
from voiceos.memory import USER, Episode, Fact, Source, Store


def spoken(key: str, **values: object) -> list[str]:
    """All that it may say for a key."""
    return [text.format_map(values) for text in Phrases("en").variants(key)]


def facts(*, superseded: bool = False) -> list[Fact]:
    with Store() as store:
        return store.facts(superseded=superseded)


def episodes() -> list[Episode]:
    with Store() as store:
        return store.episodes()[::-1]


def lies_on_the_disk(*words: str) -> list[str]:
    """Files of the user's that hold a word, in any case, or in the index of words."""
    folders = [Path(os.environ[f"XDG_{name}"]) for name in ("CACHE_HOME", "RUNTIME_DIR")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    found = [path.name for path in files for word in words if word.lower().encode() in path.read_bytes().lower()]
    return found + traces(*words)


def in_mind(room: Room, word: str) -> bool:
    """Whether the running conversation holds a word anywhere."""
    conversation = room.live.conversation
    told = [message.text for message in conversation.messages()] + [one.text for one in conversation.said()]
    told += [room.live.conductor.last_reply(), room.live.conductor.own_words(0.0)]
    return any(word.lower() in text.lower() for text in told)


def spoken_to(*hears: str) -> Served:
    """A room in which the user says these, one after the other."""
    return Served(hears=hears, settings=settings(turn_taking={"unjudged_silence_ms": 200}))


async def talked(room: Room, count: int) -> list[str]:
    """The user says so many sentences of those that it hears; what it answers to each."""
    answers = []
    for _ in range(count):
        await room.say("hello there my friend")
        await room.answered()
        answers.append(room.live.conductor.last_reply())
    return answers


async def talk(*hears: str) -> list[str]:
    """What it answers to each of these, in a run of its own."""
    async with spoken_to(*hears) as room:
        return await talked(room, len(hears))


async def test_what_is_told_is_known_until_it_is_forgotten_also_from_start_to_start() -> None:
    remembered, known = await talk("Remember that my sister's name is Ana.", "What do you know about my sister?")
    assert remembered in spoken("remembered", fact="your sister's name is Ana")
    assert known == "Your sister's name is Ana."
    (fact,) = facts()
    assert (fact.value, fact.weight) == ("my sister's name is Ana", 1)
    assert fact.used is not None, "it was of use in an answer"
    assert [episode.said for episode in episodes() if episode.id == fact.episode] == [
        "Remember that my sister's name is Ana."
    ]

    async with spoken_to("Do you remember my sister?", "Forget that.", "Do you remember my sister?") as room:
        known, forgotten, unknown = await talked(room, 3)
        assert known == "Your sister's name is Ana."
        assert forgotten in spoken("forgotten")
        assert unknown in spoken("nothing_about", topic="your sister")
        assert not in_mind(room, "Ana")
    assert facts() == []
    assert lies_on_the_disk("is Ana", "ana") == []
    (unknown,) = await talk("What do you know about my sister?")
    assert unknown in spoken("nothing_about", topic="your sister")


async def test_what_lies_in_an_old_copy_alone_is_forgotten_with_it() -> None:
    copy = stored.MEMORY.path.with_name(stored.MEMORY.name + ".broken")
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text("the password is swordfish")
    asked, forgotten = await talk("Forget everything about the swordfish.", "Yes.")
    assert "an old copy of my memory, which may hold it" in asked
    assert forgotten in spoken("forgotten")
    assert not copy.exists()


async def test_what_was_drawn_from_the_same_words_is_forgotten_with_them() -> None:
    async with spoken_to(
        "Remember that my sister's name is Ana.", "What do you know about me?", "Forget that."
    ) as room:
        await talked(room, 1)
        (fact,) = facts()
        with Store() as store:
            told = "Remember that my sister's name is Ana."
            at, episode, source = fact.since, fact.episode, Source.DRAWN
            store.remember_fact(USER, "sister", "Ana", at=at, sentence=told, episode=episode, source=source)
        known, _ = await talked(room, 2)
        assert known == "Your sister's name is Ana."
        assert not in_mind(room, "Ana")
    assert facts() == []
    assert lies_on_the_disk("Ana") == []


async def test_it_invents_nothing_where_it_knows_nothing() -> None:
    answers = await talk("What do you know about me?", "Do you remember Ana?", "When did I tell you that?")
    assert answers[0] in spoken("known_nothing")
    assert answers[1] in spoken("nothing_about", topic="Ana")
    assert answers[2] in spoken("told_nothing")


async def test_what_it_knows_is_told_a_few_at_a_time() -> None:
    told = [f"Remember that I like {what}." for what in ("tea", "rain", "chess", "pears", "Rome")]
    answers = await talk(*told, "What do you know about me?", "Go on.", "Go on.")
    first, rest, after = answers[5:]
    assert first.startswith("You like Rome. You like pears. You like chess. ")
    assert first.endswith(spoken("known_more", count=2)[0])
    assert rest == "You like rain. You like tea."
    assert after == "You said: Go on.", "there is nothing left that it could be about"


async def test_a_fact_is_put_right() -> None:
    hears = ["Remember that my sister's name is Ana.", "That's wrong, it's Anna.", "What do you know about my sister?"]
    hears += ["That's wrong.", "It's Hannah.", "What do you know about my sister?"]
    _, corrected, known, asked, again, newest = await talk(*hears)
    assert corrected in spoken("corrected", fact="your sister's name is Anna")
    assert known == "Your sister's name is Anna."
    assert asked in spoken("correct_how")
    assert again in spoken("corrected", fact="your sister's name is Hannah")
    assert newest == "Your sister's name is Hannah."
    assert [fact.value.rpartition(" ")[2] for fact in facts()] == ["Hannah"]
    assert len(facts(superseded=True)) == 3


async def test_what_is_no_memory_is_not_put_right() -> None:
    answers = await talk("Hello there.", "That's wrong, it's Anna.")
    assert answers[1] == "You said: That's wrong, it's Anna."


async def test_when_it_was_told_is_told() -> None:
    answers = await talk("Remember that I like tea.", "When did I tell you that?", "How do you know that?")
    assert answers[1:] == ["You told me just now."] * 2


@pytest.mark.parametrize("consent", ["Yes.", "Yes, do it."])
async def test_forgetting_all_about_somebody_is_asked_first(consent: str) -> None:
    hears = [
        "Remember that Ana lives in Lima.",
        "I met Ana today.",
        "It rains.",
        "Forget everything about Ana.",
        consent,
    ]
    async with spoken_to(*hears) as room:
        *_, asked, done = await talked(room, 5)
        assert asked in spoken("forget_about", topic="Ana", amount="one thing I know and 2 times we talked of it")
        assert done in spoken("forgotten")
        assert not in_mind(room, "Ana")
        assert in_mind(room, "It rains."), "nothing else goes"
    assert [episode.said for episode in episodes()] == ["It rains."]
    assert facts() == []
    assert lies_on_the_disk("Ana", "Lima") == []


@pytest.mark.parametrize("otherwise", ["No.", "Tell me a joke.", "What time is it?", "Okay."])
async def test_anything_but_a_yes_keeps_it(otherwise: str) -> None:
    hears = ["Remember that Ana lives in Lima.", "Forget everything about Ana.", otherwise, "Yes.", "Do you know Ana?"]
    answers = await talk(*hears)
    assert len(facts()) == 1
    assert answers[3] == "You said: Yes.", "the question is not open any more"


async def test_a_yes_behind_what_was_said_unasked_is_none_to_the_question_before() -> None:
    async with spoken_to("Remember that I like tea.", "Forget everything.", "Yes.") as room:
        await talked(room, 2)
        assert "question" in room.live.remembering.asked()
        assert "offer" not in room.live.remembering.asked_with(frozenset({"offer"}))
        room.live.conductor.announce("Shall I remind you of it?")
        await room.live.conductor.wait_idle()
        assert await talked(room, 1) == ["You said: Yes."]
    assert len(facts()) == 1


async def test_a_yes_comes_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "ASKED_S", 0.0)
    answers = await talk("Remember that Ana lives in Lima.", "Forget everything.", "Yes.")
    assert answers[2] == "You said: Yes."
    assert len(facts()) == 1


async def test_a_question_that_was_not_understood_is_asked_again_and_stays_open() -> None:
    answers = await talk("Remember that I like tea.", "Forget everything.", "What did you say?", "Yes.")
    assert answers[2] == answers[1]
    assert answers[3] in spoken("forgotten_everything")
    assert facts() == []


async def test_everything_can_be_forgotten() -> None:
    async with spoken_to("Remember that I like tea.", "I live in Lima.", "Forget everything.", "Yes.") as room:
        *_, done = await talked(room, 4)
        assert done in spoken("forgotten_everything")
        assert not in_mind(room, "tea")
        assert not in_mind(room, "Lima")
    assert facts() == episodes() == []
    assert lies_on_the_disk("Lima") == []


async def test_that_is_the_last_turn_where_nothing_was_told_from_memory() -> None:
    async with spoken_to("It rains.", "I owe Bob ten pounds.", "Forget that.", "Forget that.") as room:
        _, _, first, second = await talked(room, 4)
        assert first == second
        assert first in spoken("forgotten_turn")
        assert not in_mind(room, "Bob")
        assert not in_mind(room, "rains")
    assert episodes() == []
    assert lies_on_the_disk("Bob") == []


async def test_today_can_be_forgotten() -> None:
    with Store() as store:
        long_ago = store.remember_turn("I like tea", "", at=datetime(2020, 1, 1, tzinfo=UTC), conversation="long ago")
    await talk("I owe Bob ten pounds.", "Forget today.")
    assert [episode.id for episode in episodes()] == [long_ago.id]
    assert lies_on_the_disk("Bob") == []


async def test_a_conversation_can_go_on_off_the_record() -> None:
    hears = [
        "I owe Bob ten pounds.",
        "Don't remember this conversation.",
        "Bob likes tea.",
        "Remember that I like rain.",
    ]
    hears += ["Remember this conversation again.", "It rains."]
    async with spoken_to(*hears) as room:
        answers = await talked(room, 6)
        assert answers[1] in spoken("off_the_record")
        assert answers[2] == "You said: Bob likes tea.", "it goes on"
        assert answers[4] in spoken("on_the_record")
    assert [episode.said for episode in episodes()] == ["Remember this conversation again.", "It rains."]
    (fact,) = facts()
    assert (fact.value, fact.episode) == ("I like rain", None), "what is asked for is kept all the same"
    assert lies_on_the_disk("Bob") == []


async def test_off_the_record_nothing_is_recorded_either() -> None:
    recorded = settings(turn_taking={"unjudged_silence_ms": 200}, records={"conversations": True})
    hears = ["Don't remember this conversation.", "I owe Bob ten pounds."]
    async with Served(hears=hears, settings=recorded) as room:
        assert list(stored.RECORDINGS.path.iterdir()) != []
        await talked(room, 2)
        (told,) = room.daemon.degraded()
        assert "recorded to no more" in told.what
    assert list(stored.RECORDINGS.path.iterdir()) == []


async def test_a_restart_leaves_a_conversation_off_the_record() -> None:
    await talk("Don't remember this conversation.")
    await talk("I owe Bob ten pounds.")
    assert episodes() == []
    assert lies_on_the_disk("Bob") == []


async def test_what_was_said_off_the_record_is_forgotten_by_name_too() -> None:
    hears = ["Don't remember this conversation.", "Bob likes tea.", "It rains.", "Forget everything about Bob.", "Yes."]
    async with spoken_to(*hears) as room:
        *_, asked, done = await talked(room, 5)
        assert asked in spoken("forget_about", topic="Bob", amount="one time we talked of it")
        assert done in spoken("forgotten")
        assert not in_mind(room, "Bob")
        assert in_mind(room, "It rains.")


async def test_forgetting_is_not_undone_and_remembering_is() -> None:
    hears = ["Louder.", "Remember that I like tea.", "Undo that.", "Undo that.", "Undo that."]
    _, _, taken_back, final, volume = await talk(*hears)
    assert taken_back in spoken("forgotten")
    assert facts() == []
    assert final in spoken("forgetting_is_final")
    assert volume in spoken("undone_volume")


async def test_that_can_be_remembered_behind_what_was_said() -> None:
    told = "My dentist is called Bloom."
    answers = await talk(told, "Remember that.", "What do you know about my dentist?")
    assert answers[1] in spoken("remembered", fact="your dentist is called Bloom")
    assert answers[2] == "Your dentist is called Bloom."
    (fact,) = facts()
    assert [episode.said for episode in episodes() if episode.id == fact.episode] == [told]


async def test_what_was_only_said_is_told_as_such() -> None:
    answers = await talk("I saw a heron at the river.", "Do you remember the heron?")
    assert answers[1] == "Just now you said: I saw a heron at the river."


async def test_a_long_text_is_remembered_as_a_whole() -> None:
    text = (
        "the key of the garden shed lies under the third flower pot on the left of the door that leads to Bob's house"
    )
    async with spoken_to(f"Remember that {text}.") as room:
        await room.say(text)  # so many words take their time
        await room.answered()
        assert room.live.conductor.last_reply() in spoken("remembered", fact=text)
    assert facts()[0].value == text


async def test_without_a_memory_it_says_so() -> None:
    async with Room(hears=["What do you know about me?", "Forget everything."]) as room:
        answers = await talked(room, 2)
    assert answers == spoken("memory_off") * 2
