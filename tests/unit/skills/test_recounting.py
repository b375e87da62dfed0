"""Questions about the user's own life, answered by rule from what was told; where nothing was, that is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from voiceos.languages import Phrases
from voiceos.memory import NOTE, USER, Store
from voiceos.memory.plain import Plain
from voiceos.skills.readings import Readings
from voiceos.skills.recounting import Recounting

READINGS = Readings("en", Plain("en"))
RECOUNTING = Recounting("en")
NEVER_TOLD = Phrases("en").variants("never_told")
BEGIN = datetime(2026, 1, 5, 18, 0).astimezone()


class Memory:
    """A store to which things are said, a day after the other."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = BEGIN

    def say(self, *said: str, drawn: bool = True) -> None:
        self.now += timedelta(days=1)
        for text in said:
            self.now += timedelta(seconds=20)
            episode = self.store.remember_turn(text, "I see.", at=self.now, conversation=str(self.now.date()))
            if text.startswith("Remember that "):
                kept = text.removeprefix("Remember that ")
                self.store.remember_fact(USER, NOTE, kept, at=self.now, sentence=kept, single=False, episode=episode.id)
            if drawn:
                reading = READINGS.of(episode, self.store)
                self.store.take_in(episode.id, reading.drawn, reading.over)

    def ask(self, question: str) -> str:
        """Empty where the language model is to answer."""
        self.now += timedelta(seconds=20)
        told = RECOUNTING.tell(self.store, question, self.now)
        if told is None:
            return ""
        return "never told" if told.text in NEVER_TOLD else told.text


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Store(tmp_path / "memory.db") as store:
        yield Memory(store)


@pytest.mark.parametrize(
    ("said", "question", "answer"),
    [
        (["I live in Dover."], "Where do I live?", "You live in Dover."),
        (["I live in Dover."], "where do i live", "You live in Dover."),
        (["I live in Dover."], "Do you remember where I live?", "You live in Dover."),
        (["I work as a nurse at a clinic."], "What's my job?", "You work as a nurse."),
        (["My sister Eva lives in Rome."], "Where does my sister live?", "Eva lives in Rome."),
        (["My sister Eva lives in Rome."], "What's my sister's name again?", "Your sister is Eva."),
        (["My sister Eva lives in Rome."], "Who is Eva?", "Eva is your sister."),
        (["My wife Meg died."], "What was my wife called?", "Your wife was Meg."),
        (
            ["I'm allergic to nuts and I'm allergic to cats."],
            "What am I allergic to?",
            "You are allergic to nuts and cats.",
        ),
        (["I drive an old red Polo."], "Which car do I have?", "You drive an old red Polo."),
        (["We have a dog, his name is Rex."], "What's my dog called?", "Your dog is called Rex."),
        (["Remember that my locker number is nine."], "What is my locker number?", "Your locker number is nine."),
        (["The spare key is behind the boiler."], "Where is the spare key?", "The spare key is behind the boiler."),
        (
            ["My driving test is on the third of May."],
            "When is my driving test?",
            "Your driving test is on the third of May.",
        ),
        (["I lent my drill to Oskar."], "Who did I lend my drill to?", "You lent your drill to Oskar."),
        (["The car is parked on level three."], "Where did I park the car?", "The car is parked on level three."),
        (["My husband Karl is a pilot."], "Is my husband a pilot?", "Your husband Karl is a pilot."),
        (["I'm a vegetarian."], "Do I eat meat?", "You're a vegetarian."),
        (["My colleague Fatima bakes samosas."], "Who bakes samosas?", "Your colleague Fatima bakes samosas."),
        (["They gave me a golden clock."], "What did they give me when I retired?", "They gave you a golden clock."),
        (["They gave me a golden clock."], "What did they give me?", "They gave you a golden clock."),
        (
            ["I promised Jo that I would bake a cake."],
            "What did I promise Jo?",
            "You promised Jo that you would bake a cake.",
        ),
        (["I've got two brothers, Omar and Sami."], "What are my brothers called?", "Your brothers are Omar and Sami."),
        (["My sisters are Eva and Ida.", "Ida is a vet."], "Which of my sisters is the vet?", "Ida is a vet."),
        (["We have two cats, Tom and Kit. Kit is black."], "Which of my cats is black?", "Kit is black."),
        (["So, um, I live in, er, Dover."], "So, um, where do I live?", "You live in Dover."),
        (["In Dover now."], "Which town am I in?", "You live in Dover."),
        (["My brother Paul is a cook.", "He lives in Rome."], "Where does Paul live?", "Paul lives in Rome."),
        (["I'm seeing somebody, his name's Tom."], "Have I got a boyfriend?", "Your partner is Tom."),
        (["My cat Tom is black."], "What colour is Tom?", "Your cat Tom is black."),
        (["Can't eat nuts."], "What can't I eat?", "You can't eat nuts."),
        (["Doctor's on Thursday."], "Which day is my doctor's appointment?", "Your doctor is on Thursday."),
    ],
)
@pytest.mark.parametrize("drawn", [True, False], ids=["drawn", "said just now"])
def test_what_was_told_is_told(memory: Memory, drawn: bool, said: Sequence[str], question: str, answer: str) -> None:
    memory.say(*said, drawn=drawn)
    assert memory.ask(question) == answer


@pytest.mark.parametrize(
    ("told", "since", "question", "answer"),
    [
        ("I live in Leeds.", "I live in York now, the flat has a garden.", "Where do I live?", "You live in York."),
        ("I live in Leeds.", "We moved to York last month.", "Which town do I live in?", "You live in York."),
        ("My boss is Martin.", "My new boss is Helen.", "Who manages me at work?", "Your boss is Helen."),
        ("I drive a red Polo.", "I sold the Polo and bought a blue Zoe.", "What do I drive?", "You drive a blue Zoe."),
        ("I drive a red Polo.", "I sold the Polo.", "What do I drive?", "You sold the Polo."),
        (
            "My favourite film is Heat.",
            "My favourite film is Alien now.",
            "What's my favourite film?",
            "Your favourite film is Alien.",
        ),
        ("I work at Shell.", "I quit my job.", "Where do I work?", "You quit your job."),
        ("I drive a red Polo.", "I sold the Polo. Got a Zoe.", "What am I driving these days?", "You drive a Zoe."),
        ("I live in Leeds.", "We've bought a cottage in York.", "Where do I live?", "You live in York."),
        ("I live in Leeds.", "I've moved in with Eva.", "Where do I live?", "You've moved in with Eva."),
        ("I'm a vegetarian.", "I've stopped being veggie.", "Am I still a vegetarian?", "You've stopped being veggie."),
        (
            "My neighbour is Tom.",
            "My new neighbour is Mrs Bell.",
            "Who lives next door?",
            "Your neighbour is Mrs Bell.",
        ),
        ("We have two cats, Tom and Kit.", "Tom died on Sunday.", "Which cats do I have?", "Your cat is called Kit."),
        (
            "The party is on the sixth of June.",
            "The party has been moved to the ninth of June.",
            "When is the party?",
            "The party has been moved to the ninth of June.",
        ),
        (
            "My film club is on Friday.",
            "My film club is on Monday, not Friday.",
            "When is my film club?",
            "Your film club is on Monday, not Friday.",
        ),
    ],
)
@pytest.mark.parametrize("drawn", [True, False], ids=["drawn", "said just now"])
def test_of_what_changed_the_newer_is_told(
    memory: Memory, drawn: bool, told: str, since: str, question: str, answer: str
) -> None:
    memory.say(told)
    memory.say(since, drawn=drawn)
    assert memory.ask(question) == answer


@pytest.mark.parametrize("drawn", [True, False], ids=["drawn", "said just now"])
@pytest.mark.parametrize(
    ("said", "question", "answer"),
    [
        (
            ["I have the dentist on Friday at ten.", "No, at eleven."],
            "What time is my dentist's appointment?",
            "You have the dentist on Friday at eleven.",
        ),
        (
            ["The parents' evening is on the sixth of May.", "No, sorry, on the ninth."],
            "When is the parents' evening?",
            "The parents' evening is on the ninth of May.",
        ),
        (["I live in Dover.", "No, that's wrong, I live in Deal."], "Where do I live?", "You live in Deal."),
        (["My boss is called Martin.", "No, Marvin."], "Who is my boss?", "Your boss is Marvin."),
    ],
)
def test_what_was_put_right_at_once_is_told_right(
    memory: Memory, drawn: bool, said: Sequence[str], question: str, answer: str
) -> None:
    memory.say(*said, drawn=drawn)
    assert answer in memory.ask(question)


@pytest.mark.parametrize(
    "question",
    [
        "What is my blood type?",
        "What is the name of my dentist?",
        "What is the name of my doctor?",
        "When is my brother's birthday?",
        "What is my sister's husband called?",
        "Where does my sister work?",
        "Which football team do I support?",
        "How much rent do I pay?",
        "Who lent me the ladder?",
        "What is my mother's maiden name?",
        "How old is my sister?",
        "What's my postcode?",
        "Does my sister have children?",
        "Who is my sister married to?",
        "How tall is Eva?",
        "What star sign am I?",
        "What instrument do I play?",
        "How did I meet Eva?",
        "Do I have a brother?",
        "What size shoes do I take?",
        "What colour is Eva?",
        "How much do I earn?",
    ],
)
def test_of_what_was_never_told_that_is_said(memory: Memory, question: str) -> None:
    memory.say("My sister Eva is a nurse.", "I live in Dover.", "I have to go to the doctor on Tuesday.", "What a day.")
    assert memory.ask(question) == "never told"
    memory.say(question)
    assert memory.ask(question) == "never told", "a question tells nothing"


def test_what_is_no_longer_so_is_stated_with_what_is_so_now(memory: Memory) -> None:
    memory.say("Colin drives a lorry.", "My son Colin is not driving any more. He's in the warehouse.")
    store = memory.store
    told_in, sentence = store.episodes(limit=1)[0].id, "Colin is not driving any more."
    gone = store.remember_fact(
        "Colin", "did", "not driving", at=memory.now, sentence=sentence, single=False, episode=told_in
    )
    (stated,) = RECOUNTING.statements(store, [gone])
    assert stated.sentence == "Colin is not driving any more. Colin is in the warehouse."


def test_what_broke_down_is_no_change_of_where_it_stands(memory: Memory) -> None:
    memory.say("The car is parked on level three.", "The car broke down on the way to Bath.")
    assert memory.ask("Where is the car parked?") == "The car is parked on level three."


def test_what_something_of_theirs_cost_only_they_can_tell(memory: Memory) -> None:
    assert memory.ask("How much was the cottage?") == ""
    memory.say("We bought a cottage in Bath.")
    assert memory.ask("How much was the cottage?") == "never told"
    assert memory.ask("What did the cottage cost?") == "never told"
    memory.say("The cottage was built in 1901.")
    assert memory.ask("How much was the cottage?") == "never told"
    memory.say("The cottage was ninety thousand.")
    assert memory.ask("How much was the cottage?") == "The cottage was ninety thousand."
    assert memory.ask("How much is the Eiffel Tower?") == ""


@pytest.mark.parametrize(
    ("said", "question", "answer"),
    [
        ("I live in Dover.", "In which street do I live?", "you live in Dover"),
        (
            "My daughter Rhian teaches chemistry.",
            "What subject does Rhian teach?",
            "your daughter Rhian teaches chemistry",
        ),
        ("My son Bob came over from Oslo.", "Where did Bob come from?", "your son Bob came over from Oslo"),
    ],
)
def test_what_may_not_be_meant_is_told_as_that(memory: Memory, said: str, question: str, answer: str) -> None:
    memory.say(said)
    assert memory.ask(question) == f"I don't know that for sure, only that {answer}."


@pytest.mark.parametrize(
    "question",
    [
        "Why is the sky blue?",
        "What is the capital of France?",
        "Who is the president?",
        "Where does the Pope live?",
        "What should I do tonight?",
        "How do I get to the station?",
        "What did you say?",
        "What do I do if it rains?",
        "Where did I use to live?",
        "I live in Dover.",
        "Is my sister a nurse?",
    ],
)
def test_what_is_no_question_of_their_life_is_the_language_models(memory: Memory, question: str) -> None:
    memory.say("My sister Eva lives in Rome.", "I live in Dover.")
    assert memory.ask(question) == ""


def test_whoever_is_whose(memory: Memory) -> None:
    memory.say("My sister is Eva.", "My sister's husband is called Tom.", drawn=False)
    assert memory.ask("Who is Eva's husband?") == "Eva's husband is Tom."
    memory.say("My sister's husband is called Tom.")
    assert memory.ask("What's my sister's husband called?") == "Eva's husband is Tom."


def test_what_was_forgotten_is_not_told(memory: Memory) -> None:
    memory.say("My neighbour Sam owes me forty pounds.")
    memory.store.forget(memory.store.select_about("Sam"))
    assert memory.ask("Who is my neighbour?") == "never told"
    assert memory.ask("Who owes me money?") == "never told"


def test_what_was_forgotten_before_it_was_drawn_is_not_told(memory: Memory) -> None:
    memory.say("My neighbour Sam owes me forty pounds.", drawn=False)
    assert "Sam" in memory.ask("Who is my neighbour?")
    memory.store.forget(memory.store.select_about("Sam"))
    RECOUNTING.forgotten()
    memory.say("The weather is fine.", drawn=False)  # a new turn may get the number of one that is gone
    assert memory.ask("Who is my neighbour?") == "never told"


def test_what_ended_is_so_again_where_that_is_forgotten(memory: Memory) -> None:
    memory.say("I drive a red Polo.")
    memory.say("I sold the Polo.")
    sold = memory.store.episodes(limit=1)[0]
    memory.store.forget(memory.store.select_episodes([sold.id]))
    assert memory.ask("What do I drive?") == "You drive a red Polo."


@pytest.mark.parametrize(
    ("said", "question"),
    [
        (["I have a dog."], "Why does my dog bark at night?"),
        (["I have a cat."], "How often does my cat need a vet?"),
        ([], "Does my dog need a coat in winter?"),
        ([], "Do I have to boil the eggs first?"),
        ([], "How long do I boil an egg?"),
        ([], "Who do I call in an emergency?"),
        ([], "What am I doing wrong?"),
        ([], "What are we talking about?"),
        ([], "Why am I so sad?"),
        (["My wife is Anna."], "Does my wife still love me?"),
        (["I have to write an essay about climate change."], "What is climate change?"),
        (["My dad has type two diabetes."], "What is type two diabetes?"),
        (["I have to learn the capital cities of Africa."], "What are the capital cities of Africa?"),
        (["I want to kill myself."], "What do I want?"),
        (["I've taken all my pills.", "I want to die."], "What do I want?"),
        (["I work as a nurse."], "What did I do today?"),
        (["My dentist appointment is on Friday at three."], "When's my next appointment?"),
        (["Tomorrow I'm having dinner with Eva."], "What are my plans for tomorrow?"),
        ([], "What's my next reminder?"),
        (["I live in Paris."], "When was Paris founded?"),
        (["My favourite composer is Bach."], "When was Bach born?"),
        ([], "Which bus do I take to the station?"),
        ([], "How did we get here?"),
        ([], "What can't I mix with bleach?"),
        ([], "Which of the planets is the biggest?"),
        ([], "Who plays the cello in the Berlin orchestra?"),
    ],
)
def test_what_may_be_asked_of_the_world_is_the_language_models(
    memory: Memory, said: Sequence[str], question: str
) -> None:
    memory.say(*said)
    assert memory.ask(question) == ""


@pytest.mark.parametrize(
    ("said", "question", "wrong"),
    [
        (["I can't find my keys."], "Where are my keys?", "can't find"),
        (["My wife is Anna."], "Where is my wife?", "Anna"),
        (["I live in York.", "I lived in Rome as a child."], "Where do I live?", "Rome"),
        (["I worked as a waiter when I was a student."], "What's my job?", "You work"),
        (["I have two, Tom and Eva."], "How old am I?", "two"),
        (["I work at night."], "Where do I work?", "You work"),
        (["I work at Shell.", "I just left the office."], "Where do I work?", "left"),
        (["I drive an electric car.", "I stopped the car."], "What do I drive?", "stopped"),
        (["I drive a red Polo.", "I sold my Polo for a thousand euros."], "What do I drive?", "thousand euros."),
        (["Eva got married to a man from Rome."], "Where is the wedding?", "Eva"),
        (["I've taken all my pills, I want to die."], "Where did I put my pills?", "die"),
    ],
)
@pytest.mark.parametrize("drawn", [True, False], ids=["drawn", "said just now"])
def test_what_was_once_and_what_sounds_alike_is_not_told(
    memory: Memory, drawn: bool, said: Sequence[str], question: str, wrong: str
) -> None:
    memory.say(*said, drawn=drawn)
    assert wrong not in memory.ask(question)
