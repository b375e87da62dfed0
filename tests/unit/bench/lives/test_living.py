"""Lives lived with the scripted model: what is asked, drawn, forgotten; a run that is broken off goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceos.app import Specs
from voiceos.bench import eval_memory
from voiceos.bench.lives import figures
from voiceos.bench.lives.figures import Share
from voiceos.bench.lives.judge import Verdict
from voiceos.bench.lives.living import Behind
from voiceos.bench.lives.script import Life, read
from voiceos.config import Settings
from voiceos.engines.process import EngineSpec
from voiceos.engines.scripted import ScriptedEmbedder
from voiceos.errors import EngineError

LIFE = """
about = "Somebody who moves."
use = "test"
[[sitting]]
at = 2026-01-01T10:00:00
turns = [
  { say = "My sister Anna called.", facts = ["user | sister | anna"] },
  { say = "I live in Rome.", facts = ["user | lives_in | rome"] },
  { say = "I love jazz.", facts = ["user | likes | jazz"] },
]
[[sitting]]
at = 2026-02-01T10:00:00
turns = [
  { say = "I live in Oslo now.", facts = ["user | lives_in | oslo"] },
  { ask = "Where do I live, please?", accept = ["oslo"], old = ["rome"] },
  { ask = "Is there a car of mine?", never = true },
]
[[sitting]]
at = 2026-03-01T10:00:00
turns = [
  { say = "Forget everything about my sister." },
  { say = "Yes." },
  { ask = "Do you remember her name at all?", leak = ["anna"] },
  { ask = "What did I do for a living?", accept = ["baker"] },
]
"""

REPLIES = [
    ("sister (\\w+) called", '[["user","sister","\\1"]]'),
    ("live in (\\w+)( now)?\\.$", '[["user","lives_in","\\1"]]'),
    ("Where do I live", "You live in Oslo."),
    ("car", "It's a Volkswagen."),
    ("living", "I don't know."),
    ("her name", "I know of nobody."),
    ("jazz", "[]"),
]


def scripted(**arguments: object) -> Specs:
    given = {"replies": REPLIES, "otherwise": "All right.", **arguments}
    return {"llm": EngineSpec("llm", "voiceos.engines.scripted:ScriptedLanguageModel", given)}


@pytest.fixture
def life(tmp_path: Path) -> Life:
    path = tmp_path / "somebody.toml"
    path.write_text(LIFE)
    return read(path)


async def lived(life: Life, folder: Path, specs: Specs, **options: int) -> list[Behind]:
    settings = Settings.model_validate({"llm": {"engine": "scripted"}})
    ((_, behind),) = await eval_memory.run(
        [life], folder, settings=settings, embedder=ScriptedEmbedder(), specs=specs, **options
    )
    return behind


async def test_a_life_is_lived_and_judged(life: Life, tmp_path: Path) -> None:
    behind = await lived(life, tmp_path, scripted())
    verdicts = {one.question.ask: one.verdict for one in figures.judged(life, behind)}
    assert list(verdicts.values()) == [Verdict.RIGHT, Verdict.INVENTS, Verdict.CLEAN, Verdict.ADMITS]
    ((question, *_),) = ([one for one in figures.judged(life, behind) if one.verdict is Verdict.CLEAN],)
    assert question.traces == ()
    drawing = figures.drawing(life, behind)
    assert {(one.value, right) for one, right in drawing.drawn} == {("Anna", True), ("Rome", True), ("Oslo", True)}
    assert {(fact.value, found) for fact, found in drawing.told} == {
        ("anna", True),
        ("rome", True),
        ("oslo", True),
        ("jazz", False),
    }
    found = figures.shares(figures.judged(life, behind), [drawing])
    assert found["asked facts recalled"] == Share(0, 1)
    assert found["of superseded facts the newer"] == Share(1, 1)
    assert found["invented"] == Share(1, 1)
    assert found["forgotten, and leaking"] == Share(0, 1)
    assert found["told facts that were drawn"] == Share(3, 4)
    assert "missed" in figures.table(found)
    assert json.loads(json.dumps(eval_memory.as_json([(life, behind)])))["turns"] == 10


async def test_what_is_missed_is_shown_with_what_the_model_was_given(
    life: Life, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    behind = await lived(life, tmp_path, scripted())
    eval_memory.show(*eval_memory.report([(life, behind)]), every=False)
    told = capsys.readouterr().out
    assert "answer: It's a Volkswagen." in told
    assert "user: " in told
    assert "Where do I live" not in told.split("told, not drawn")[0].split("answer")[0]
    assert "told, not drawn] user | likes | jazz" in told


async def test_a_run_that_was_broken_off_goes_on_where_it_was(life: Life, tmp_path: Path) -> None:
    whole = await lived(life, tmp_path / "whole", scripted())
    with pytest.raises(EngineError):
        await lived(life, tmp_path / "parts", scripted(crash_on="car"))
    parts = await lived(life, tmp_path / "parts", scripted())
    again = await lived(life, tmp_path / "parts", scripted(otherwise="Nobody is asked again."))
    assert [one.model_copy(update={"seconds": 0}) for one in parts] == [
        one.model_copy(update={"seconds": 0}) for one in whole
    ]
    assert again == parts


async def test_another_life_under_the_same_name_begins_anew(life: Life, tmp_path: Path) -> None:
    (_, before) = await lived(life, tmp_path, scripted(), sittings=2)
    path = tmp_path / "somebody.toml"
    path.write_text(LIFE.replace("I love jazz", "I adore jazz"))
    (first,) = await lived(read(path), tmp_path, scripted(otherwise="[]"), sittings=1)
    assert len(first.facts) == 2
    assert len(before.facts) == 3


@pytest.mark.parametrize(
    ("share", "low", "high"), [(Share(9, 10), 0.5958, 0.9821), (Share(0, 60), 0.0, 0.0602), (Share(0, 0), 0.0, 1.0)]
)
def test_intervals_are_wilsons(share: Share, low: float, high: float) -> None:
    assert share.interval == pytest.approx((low, high), abs=1e-4)


def test_what_stands_beside_questions_is_counted(life: Life) -> None:
    question = life.questions[0]

    def asked(*prompt: str) -> figures.Judged:
        return figures.Judged("somebody", question, "", Verdict.RIGHT, prompt, ())

    assert figures.words_beside([]) == 0.0
    assert figures.words_beside([asked(), asked("user: [Monday] Who? [They told you.]")]) == 1.5
