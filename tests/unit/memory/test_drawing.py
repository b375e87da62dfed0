"""What becomes of what the language model writes down: nothing that the user did not say."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.memory.life import BEGIN
from voiceos.memory import Kind, drawing, provenance
from voiceos.memory.relations import Vocabulary

ENGLISH = Vocabulary.of("en")


def drawn(said: str, *facts: tuple[str, str, str], before: tuple[str, ...] = (), name: str = "") -> list[str]:
    written = json.dumps([list(fact) for fact in facts])
    found = drawing.check(written, said, at=BEGIN, vocabulary=ENGLISH, before=before, user_name=name)
    return [f"{one.subject} {one.relation} {one.value}" for one in found]


def test_what_was_said_is_kept_with_its_sentence_and_kind() -> None:
    said = "Well, I can't stand coriander. My sister Anna lives in Graz."
    written = '[["user","dislikes","coriander"],["user","sister","Anna"],["Anna","lives_in","Graz"]]'
    dislike, sister, home = drawing.check(written, said, at=BEGIN, vocabulary=ENGLISH)
    assert (dislike.subject, dislike.kind, dislike.single) == ("user", Kind.PREFERENCE, False)
    assert dislike.sentence == "Well, I can't stand coriander."
    assert (sister.relation, sister.kind, sister.single) == ("sister", Kind.PERSON, False)
    assert (home.subject, home.single, home.sentence) == ("Anna", True, "My sister Anna lives in Graz.")


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ("I live in Hamburg.", ("user", "lives_in", "Berlin")),
        ("I live in Hamburg.", ("user", "works_at", "Hamburg")),
        ("I don't live in Hamburg.", ("user", "lives_in", "Hamburg")),
        ("I'm tired.", ("user", "sister", "Anna")),
        ("I have a sister.", ("user", "sister", "a sister")),
        ("My sister lives in Graz.", ("Anna", "lives_in", "Graz")),
        ("My sister lives in Graz.", ("sister", "brother", "Graz")),
        ("Anna lives in Graz.", ("user", "lives_in", "Berlin")),
        ("I like tea.", ("user", "adores_most", "tea")),
        ("I work with children.", ("user", "works_as", "with children")),
        ("Okay then.", ("user", "likes", "then")),
        ("The of and.", ("user", "likes", "the")),
    ],
)
def test_what_was_not_said_is_not_kept(said: str, fact: tuple[str, str, str]) -> None:
    assert drawn(said, fact) == []


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ("Ana's brother lives in Rome.", ("Ana", "lives_in", "Rome")),
        ("I live in Leeds, in a tiny flat.", ("Leeds", "is", "tiny flat")),
        ("Anna has two boys, they are so loud.", ("Anna", "has", "two boys are so loud")),
    ],
)
def test_what_stands_beside_is_not_told(said: str, fact: tuple[str, str, str]) -> None:
    assert drawn(said, fact) == []


def test_what_is_told_of_somebody_close_is_not_told_of_the_user() -> None:
    said = "My wife Megan died four years ago."
    assert drawn(said, ("user", "did", "died four years ago")) == ["Megan did died four years ago"]
    assert drawn("My brother quit his job.", ("user", "did", "quit his job")) == ["brother did quit his job"]
    assert drawn("My boss gave me a watch, it is gold.", ("user", "did", "gave me a watch")) == [
        "user did gave me a watch"
    ]


def test_whoever_possesses_something_is_named_without_that() -> None:
    assert drawn("Anna's birthday is in May.", ("Anna", "birthday", "May")) == ["Anna birthday May"]
    assert '"Anna"' in drawing.grammar("Anna's birthday is in May.", [], ENGLISH)


def test_what_is_asked_to_be_kept_is_not_drawn_by_the_model() -> None:
    assert provenance.telling("Remember that my locker number is nine.", ENGLISH) == ""


def test_of_what_a_rule_drew_the_model_says_nothing_else() -> None:
    def fact(subject: str, relation: str, value: str, *, single: bool = True, kind: Kind = Kind.FACT) -> drawing.Drawn:
        return drawing.Drawn(subject, relation, value, kind, single, None, "as said")

    plain = [fact("user", "sister", "Anna", single=False, kind=Kind.PERSON), fact("Anna", "lives_in", "Rome")]
    written = [
        fact("sister", "lives_in", "flat"),
        fact("user", "sister", "Anna", single=False, kind=Kind.PERSON),
        fact("sister", "likes", "tea", single=False),
    ]
    assert [one.value for one in drawing.merged(plain, written)] == ["Anna", "Rome", "tea"]


def test_other_words_for_the_same_meet() -> None:
    assert drawn("I moved to Berlin.", ("I", "moved to", "Berlin")) == ["user lives_in Berlin"]
    assert drawn("My mum is called Rita.", ("user", "mum", "Rita")) == ["user mother Rita"]
    assert drawn("My sister is Anna.", ("my sister", "is", "Anna")) == ["user sister Anna"]
    assert drawn("My mum is seventy.", ("my mum", "is", "seventy")) == ["mother age seventy"]
    assert drawn("I'm a vegetarian.", ("user", "is", "vegetarian")) == ["user diet vegetarian"]
    assert drawn("My favorite food is rice.", ("user", "favorite_food", "rice")) == ["user favourite_food rice"]
    assert drawn("I live in Rome.", ("Tom", "lives_in", "Rome"), before=("I'm Tom.",), name="Tom") == [
        "user lives_in Rome"
    ]


def test_what_is_told_of_others_is_not_told_of_the_user() -> None:
    assert drawn("My friend Leila was ill, she lives in Genoa.", ("user", "lives_in", "Genoa")) == [
        "Leila lives_in Genoa"
    ]
    assert drawn("Ravi is vegan.", ("user", "is", "vegan")) == []


def test_somebody_who_was_named_before_may_be_meant() -> None:
    assert drawn("She loves climbing.", ("Anna", "likes", "climbing"), before=("I met my friend Anna.",)) == [
        "Anna likes climbing"
    ]


def test_plans_are_due_when_the_sentence_says() -> None:
    (plan,) = drawing.check(
        '[["user","plans","call the dentist"]]',
        "Tomorrow I have to call the dentist.",
        at=BEGIN,
        vocabulary=ENGLISH,
    )
    assert plan.kind is Kind.PLAN
    assert plan.due is not None
    assert (plan.due.date() - BEGIN.date()).days == 1
    assert plan.due.utcoffset() == BEGIN.utcoffset()


@pytest.mark.parametrize(
    ("said", "telling"),
    [
        ("What's the capital of Peru?", ""),
        ("Can you suggest a film? I love horror.", "I love horror."),
        ("If I lived in Rome I would eat ice cream.", ""),
        ("I wish I had a dog.", ""),
        ("Imagine I were a king. I'm a nurse.", "I'm a nurse."),
        ("Tell me a joke.", ""),
        ("", ""),
    ],
)
def test_questions_and_suppositions_tell_nothing(said: str, telling: str) -> None:
    assert provenance.telling(said, ENGLISH) == telling


TEXTS = st.one_of(
    st.text(), st.text('[]{}",: \\nulaserikx0123'), st.sampled_from(["[[]]", '[["user","likes"', "[" * 5000])
)
JSON = st.recursive(st.none() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=4))


@given(TEXTS | JSON.map(json.dumps), st.text() | st.just("I like tea, and my sister Anna lives in Graz."))
def test_whatever_is_written_is_safe(written: str, said: str) -> None:
    for one in drawing.check(written, said, at=BEGIN, vocabulary=ENGLISH, before=[said]):
        assert one.subject
        assert one.sentence in said
        assert provenance.source(one.subject, _relation(one.relation), one.value, said, ENGLISH) == one.sentence


def _relation(name: str) -> provenance.Relation:
    found = ENGLISH.relation(name)
    assert found is not None
    return found


def test_a_list_that_breaks_off_keeps_what_is_whole() -> None:
    assert drawing.parse('[["user","likes","tea"],["user","likes","cof') == [("user", "likes", "tea")]


@given(st.text(), st.lists(st.text(), max_size=3))
def test_a_grammar_can_be_made_of_anything(said: str, before: list[str]) -> None:
    rules = drawing.grammar(said, before, ENGLISH)
    assert all("::=" in line for line in rules.split("\n"))


def test_a_grammar_allows_what_the_words_may_tell() -> None:
    rules = drawing.grammar("I work with my friend Leila.", ["Anna is here."], ENGLISH)
    assert '"friend"' in rules
    assert '"works_at"' in rules
    assert '"Leila"' in rules
    assert '"Anna"' in rules
    assert '"allergic_to"' not in rules


def test_the_examples_keep_their_own_rules() -> None:
    before: list[str] = []
    for said, written in drawing.examples(ENGLISH):
        found = drawing.check(written, said, at=BEGIN, vocabulary=ENGLISH, before=before)
        assert [(one.subject, one.relation, one.value) for one in found] == drawing.parse(written), said
        before.append(said)


def test_relations_are_told_in_words() -> None:
    assert set(ENGLISH.people.values()) <= set(ENGLISH.relations)
    for relation in ENGLISH.relations.values():
        assert relation.says.format(who="X", whose="X's", value="V", thing="T", relation="R")


def test_a_name_alone_is_no_promise() -> None:
    assert drawn("I promised Theo that I'd visit him.", ("user", "promised", "Theo")) == []
