"""Whatever the network does, a file is in place whole and right, or not at all."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from voiceos.catalogue import Model, Step, Store, fetch
from voiceos.catalogue.huggingface import ATTEMPTS, HuggingFace
from voiceos.errors import ModelError, StorageError

CONTENT = bytes(range(256)) * 20_000
FILES = {"deep/weights.gguf": CONTENT, "config.json": b"{}"}

MakeModel = Callable[..., Model]


def quick() -> list[HuggingFace]:
    return [HuggingFace(pause_s=0)]


@pytest.fixture
def model(hub: Any, make_model: MakeModel) -> Model:
    hub.files.update(FILES)
    return make_model(FILES, opens="weights.gguf")


def names(store: Store, model: Model) -> set[str]:
    folder = store.folder(model)
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_a_model_arrives_and_is_verified(store: Store, model: Model) -> None:
    steps: list[Step] = []
    fetch([model], store, progress=steps.append)
    assert store.path(model).read_bytes() == CONTENT
    assert names(store, model) == {"weights.gguf", "config.json", ".verified.json"}
    assert max(step.done_bytes for step in steps) == len(CONTENT)


def test_what_is_here_is_not_asked_for(store: Store, model: Model, hub: Any) -> None:
    fetch([model], store)
    hub.requests.clear()
    fetch([model], store)
    assert hub.requests == []


def test_only_the_damaged_file_is_fetched_anew(store: Store, model: Model, hub: Any) -> None:
    fetch([model], store)
    hub.requests.clear()
    (store.folder(model) / "config.json").write_bytes(b"[]")
    fetch([model], store)
    assert {path for _, path, _ in hub.requests} == {"config.json"}
    assert store.path(model)


def test_a_broken_connection_is_resumed_where_it_broke(store: Store, model: Model, hub: Any) -> None:
    hub.cuts = [3_000_000, 1_000_000]
    fetch([model], store, sources=quick())
    assert store.path(model).read_bytes() == CONTENT
    first, second, third, *_ = hub.gets()
    assert first == ""
    assert int(second[6:-1]) == 3_000_000
    assert int(third[6:-1]) == 4_000_000


def test_a_pull_that_gave_up_is_resumed_by_the_next(store: Store, model: Model, hub: Any) -> None:
    hub.cuts = [3_000_000] + [0] * ATTEMPTS
    with pytest.raises(ModelError, match="Hugging Face"):
        fetch([model], store, sources=quick())
    assert not (store.folder(model) / "weights.gguf").exists()
    hub.requests.clear()
    hub.cuts = []
    fetch([model], store, sources=quick())
    assert int(hub.gets()[0][6:-1]) > 0
    assert store.path(model).read_bytes() == CONTENT


def test_a_server_that_ignores_ranges_sends_it_all_again(store: Store, model: Model, hub: Any) -> None:
    hub.cuts = [3_000_000]
    hub.ranges = False
    fetch([model], store, sources=quick())
    assert store.path(model).read_bytes() == CONTENT


def test_what_an_earlier_pull_left_is_not_trusted(store: Store, model: Model, hub: Any) -> None:
    hub.cuts = [3_000_000] + [0] * ATTEMPTS
    with pytest.raises(ModelError):
        fetch([model], store, sources=quick())
    (part,) = store.folder(model).glob(".*.part")
    part.write_bytes(b"\0" * part.stat().st_size)
    hub.cuts = []
    fetch([model], store, sources=quick())
    assert store.path(model).read_bytes() == CONTENT


def test_a_wrong_hash_is_refused_and_nothing_is_kept_of_it(store: Store, model: Model, hub: Any) -> None:
    hub.files["deep/weights.gguf"] = CONTENT[:-1] + b"\0"
    with pytest.raises(ModelError, match="has the sha256"):
        fetch([model], store, sources=quick())
    assert len(hub.gets()) == 1
    assert not (store.folder(model) / "weights.gguf").exists()
    assert sum(part.stat().st_size for part in store.folder(model).glob(".*.part")) == 0


def test_a_damaged_file_stays_refused_while_the_source_is_wrong_too(store: Store, model: Model, hub: Any) -> None:
    fetch([model], store)
    (store.folder(model) / "weights.gguf").write_bytes(CONTENT[:-1])
    hub.files["deep/weights.gguf"] = CONTENT[:-1]
    with pytest.raises(ModelError):
        fetch([model], store, sources=quick())
    with pytest.raises(ModelError, match="damaged"):
        store.path(model)


@pytest.mark.parametrize("change", [-1000, 1000])
def test_a_file_of_another_size_is_refused_before_it_is_read(store: Store, model: Model, hub: Any, change: int) -> None:
    hub.files["deep/weights.gguf"] = (CONTENT + b"\0" * 1000)[: len(CONTENT) + change]
    with pytest.raises(ModelError, match=f"{len(CONTENT) + change} bytes instead of {len(CONTENT)}"):
        fetch([model], store, sources=quick())
    assert not (store.folder(model) / "weights.gguf").exists()


def test_a_file_that_is_not_there_is_named_with_the_answer(store: Store, model: Model, hub: Any) -> None:
    del hub.files["deep/weights.gguf"]
    with pytest.raises(ModelError, match=r"weights\.gguf of the model thing .* Hugging Face: it answers HTTP 404") as e:
        fetch([model], store, sources=quick())
    assert "voiceos models pull thing" in e.value.hint


def test_a_closed_repository_asks_for_its_terms(store: Store, model: Model, hub: Any) -> None:
    hub.statuses = [403]
    with pytest.raises(ModelError, match="HF_TOKEN"):
        fetch([model], store, sources=quick())


def test_a_server_in_trouble_is_asked_again(store: Store, model: Model, hub: Any) -> None:
    hub.statuses = [503] * (ATTEMPTS - 1)
    fetch([model], store, sources=quick())
    assert store.path(model)


def test_a_server_in_lasting_trouble_is_given_up(store: Store, model: Model, hub: Any) -> None:
    hub.statuses = [503] * 100
    with pytest.raises(ModelError, match="503"):
        fetch([model], store, sources=quick())
    assert len(hub.gets()) == ATTEMPTS


@pytest.mark.usefixtures("no_hub")
def test_a_host_that_refuses_is_named(store: Store, make_model: MakeModel) -> None:
    with pytest.raises(ModelError, match="Hugging Face: no connection"):
        fetch([make_model(FILES)], store, sources=quick())


@contextmanager
def black_hole() -> Iterator[tuple[int, list[socket.socket]]]:
    """Takes every connection and never says a word."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            while True:
                try:
                    taken.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield listening.getsockname()[1], taken
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in taken:
                connection.close()


def test_a_host_that_never_answers_is_asked_once_for_all_models(
    store: Store, make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    hugging_face = HuggingFace(deadline_s=0.5, pause_s=0)
    with black_hole() as (port, taken):
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
        for name in ("one", "two", "three"):
            with pytest.raises(ModelError, match=r"Hugging Face: no answer within 0\.5 s"):
                fetch([make_model(FILES, name=name)], store, sources=[hugging_face])
        assert len(taken) == 1


def test_a_host_that_falls_silent_in_the_middle_is_given_up_and_resumed(store: Store, model: Model, hub: Any) -> None:
    hub.holds = [2_000_000] + [0] * ATTEMPTS
    with pytest.raises(ModelError, match="stopped answering"):
        fetch([model], store, sources=[HuggingFace(deadline_s=0.5, pause_s=0)])
    hub.holds = []
    hub.released.set()
    hub.requests.clear()
    fetch([model], store, sources=quick())
    assert int(hub.gets()[0][6:-1]) > 0
    assert store.path(model).read_bytes() == CONTENT


def test_a_restrictive_licence_has_to_be_accepted(store: Store, hub: Any, make_model: MakeModel) -> None:
    hub.files.update(FILES)
    model = make_model(FILES, restricted=True, licence="No Fun Licence")
    with pytest.raises(ModelError, match="No Fun Licence") as caught:
        fetch([model], store)
    assert "--accept-licence" in caught.value.hint
    assert hub.requests == []
    fetch([model], store, accept_licences=True)
    assert store.path(model)


def test_too_little_space_is_found_before_anything_is_asked(store: Store, hub: Any, make_model: MakeModel) -> None:
    model = make_model(FILES)
    huge = model.model_copy(update={"files": (model.files[0].model_copy(update={"size": 10**15}),)})
    with pytest.raises(StorageError, match="have to fit"):
        fetch([huge], store)
    assert hub.requests == []


def test_a_disk_that_fills_up_on_the_way_leaves_nothing_half_in_place(
    store: Store, model: Model, start_pull: Callable[..., Any]
) -> None:
    pull = start_pull(model, 2_500_000)
    output, _ = pull.communicate()
    assert pull.returncode == StorageError.exit_code, output
    assert "is full" in output
    assert not (store.folder(model) / "weights.gguf").exists()
    fetch([model], store)
    assert store.path(model).read_bytes() == CONTENT


def test_ctrl_c_leaves_something_to_resume_and_nothing_half_in_place(
    store: Store, model: Model, hub: Any, start_pull: Callable[..., Any]
) -> None:
    hub.holds = [2_500_000]
    pull = start_pull(model)
    assert pull.stdout.readline().startswith("arrived")
    pull.send_signal(signal.SIGINT)
    pull.wait()
    assert pull.returncode != 0
    assert names(store, model) & {"weights.gguf", "config.json"} == set()
    hub.holds = []
    hub.released.set()
    hub.requests.clear()
    fetch([model], store)
    assert int(hub.gets()[0][6:-1]) > 0
    assert store.path(model).read_bytes() == CONTENT


def test_two_pulls_of_one_model_fetch_it_once(
    store: Store, model: Model, hub: Any, start_pull: Callable[..., Any]
) -> None:
    hub.holds = [1_500_000]
    first = start_pull(model)
    assert first.stdout.readline().startswith("arrived")
    second = start_pull(model)
    hub.released.set()
    for pull in (first, second):
        output, _ = pull.communicate()
        assert pull.returncode == 0, output
    assert len(hub.gets()) == len(FILES)
    # Nor is anything else asked of the hub, such as who is asking.
    assert {path for _, path, _ in hub.requests} == set(FILES)
    assert store.path(model).read_bytes() == CONTENT
