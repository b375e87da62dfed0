"""What is spoken, as it would be written: fillers, half sentences, "she", and what is put right at once."""

from __future__ import annotations

import pytest

from voiceos.memory.spoken import Spoken

SPOKEN = Spoken("en")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("So, um, I live in, er, Glasgow.", "I live in Glasgow."),
        ("And yeah, I work, you know, in a shop.", "I work in a shop."),
        ("I'm, er, I'm seeing somebody new.", "I'm seeing somebody new."),
        ("My boss is, um, is Angus.", "My boss is Angus."),
        ("She's, like, totally mad.", "She's totally mad."),
        ("Rosa plays the, um, the accordion, in a band, would you believe.", "Rosa plays the accordion, in a band."),
        ("I'm vegetarian, by the way.", "I'm vegetarian."),
        ("Name's Walt.", "My name is Walt."),
        ("Car's an old Rover.", "My car is an old Rover."),
        ("Drove trains for forty years.", "I drove trains for forty years."),
        ("In Hull now.", "I live in Hull now."),
        ("Two dogs, Skip and Nell.", "I have two dogs, Skip and Nell."),
        ("Ray's a plumber.", "Ray is a plumber."),
        ("Moving to Hull in April.", "I am moving to Hull in April."),
        (
            "Eva has two sons, Tom, who is ten, and Ben, who's four.",
            "Eva has two sons, Tom and Ben. Tom is ten. Ben is four.",
        ),
        ("My film is not Heat any more, it's Alien.", "My film is Alien."),
        ("I sold the Polo. Got a Zoe.", "I sold the Polo and got a Zoe."),
        ("Paul is getting wed. To Eva.", "Paul is getting wed to Eva."),
    ],
)
def test_it_is_written_as_it_was_meant(said: str, meant: str) -> None:
    assert SPOKEN.statement(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "I live in Leeds, in a tiny flat above a bakery.",
        "Ana's brother lives in Rome.",
        "I went to my sister's wedding.",
        "My pin is four four one nine.",
        "I like what I like.",
        "Well water is hard here.",
        "What time is it?",
        "Fishing is great.",
        "The film had had good reviews.",
        "My boss Martin and his wife Jo came, and she sang.",
        "Play some music.",
    ],
)
def test_what_is_written_already_stays_as_it_is(said: str) -> None:
    assert SPOKEN.statement(said) == said


@pytest.mark.parametrize(
    ("before", "said", "meant"),
    [
        ("My brother Paul is a cook.", "He lives in Leeds.", "Paul lives in Leeds."),
        ("My sister is a cook.", "She's forty.", "My sister is forty."),
        ("My sister is a cook.", "He's forty.", "He is forty."),
        ("Paul and Eva came.", "He lives in Leeds.", "He lives in Leeds."),
        ("Paul moved to York.", "He's bought a house.", "Paul has bought a house."),
        ("What a day.", "He lives in Leeds.", "He lives in Leeds."),
        ("I have the dentist on Friday at ten.", "No, at eleven.", "I have the dentist on Friday at eleven."),
        ("The concert is on Tuesday.", "No, sorry, on Wednesday.", "The concert is on Wednesday."),
        ("The wedding is on the sixth of June.", "I mean the ninth.", "The wedding is on the ninth of June."),
        ("The concert is on Monday.", "It's on Tuesday, not Monday.", "The concert is on Tuesday."),
        ("My boss is called Martin.", "No, Marvin.", "My boss is called Marvin."),
        ("I live in Dover.", "No, thanks.", "No, thanks."),
        ("The concert is on Monday.", "No, I'm free on Tuesday.", "No, I'm free on Tuesday."),
        ("Rex ran off.", "That's wrong, it was Max who ran off.", "Max ran off."),
        ("I sold the Polo.", "Got a Zoe.", "I sold the Polo and got a Zoe."),
    ],
)
def test_it_is_read_with_what_was_said_before(before: str, said: str, meant: str) -> None:
    assert SPOKEN.statement(said, [before]) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("I have the dentist on the third, no wait, the fourth.", "I have the dentist on the fourth."),
        ("The doctor comes on Tuesday. No, Thursday.", "The doctor comes on Thursday."),
        ("I said no to Eva, and no to Tom.", "I said no to Eva, and no to Tom."),
    ],
)
def test_what_is_put_right_in_the_same_breath(said: str, meant: str) -> None:
    assert SPOKEN.statement(said) == meant


def test_what_was_put_right_later_was_never_meant() -> None:
    assert SPOKEN.put_right("It's on Monday.", [], ["No, Tuesday."]) == ("It is on Tuesday.", 1)
    assert SPOKEN.put_right("It's on Monday.", [], ["What a day."]) == ("It is on Monday.", 0)
    late = "No wait, what am I saying, it's the ninth, I do that every year."
    assert SPOKEN.put_right("Mum's birthday is the eighth of May.", [], [late]) == (
        "My mum's birthday is the ninth of May.",
        1,
    )


def test_what_is_so_instead_is_told_with_what_is_so_no_longer() -> None:
    told = SPOKEN.put_right("The doctor took me off the pills.", [], ["So it's drops now. One at night."])
    assert told == ("The doctor took me off the pills, it's drops now. One at night.", 1)
    told = SPOKEN.put_right("Mrs Lind has had to stop teaching.", [], ["A student called Viktor comes instead."])
    assert told == ("Mrs Lind has had to stop teaching, a student called Viktor comes instead.", 1)
    told = SPOKEN.put_right("I don't drink coffee any more.", [], ["It's tea now."])
    assert told == ("I don't drink coffee any more, it's tea now.", 1)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("I had a nice lunch.", "It's cold now."),
        ("I quit my job.", "It's my sister's birthday on Friday."),
        ("I quit smoking.", "It's Tuesday."),
        ("My bus stop is at the church.", "It's near the pub."),
        ("My sister lives in Hull.", "Tell me a joke instead."),
        ("I live in Hull.", "Now I drink tea instead."),
    ],
)
def test_what_only_follows_is_not_told_with_it(before: str, said: str) -> None:
    assert SPOKEN.put_right(before, [], [said]) == (before, 0)


def test_who_only_wonders_at_themselves_puts_it_right() -> None:
    late = "No wait, what am I saying? It's the ninth."
    assert SPOKEN.put_right("It's on the eighth.", [], [late]) == ("It is on the ninth.", 1)
    assert SPOKEN.put_right("It's on Monday.", [], ["Silly me, Tuesday."]) == ("It is on Tuesday.", 1)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("What was it I'm allergic to?", "what I am allergic to?"),
        ("And my favourite film, what's that?", "what is my favourite film?"),
        ("So, um, when is it that I've got the dentist?", "when I have got the dentist?"),
        ("Which hospital's my gran in?", "which hospital is my gran in?"),
        ("What's the place I work at?", "which place do I work at?"),
        ("When are Ruth and I getting married?", "When are we getting married?"),
    ],
)
def test_what_is_asked(said: str, asked: str) -> None:
    assert SPOKEN.question(said).lower() == asked.lower()
