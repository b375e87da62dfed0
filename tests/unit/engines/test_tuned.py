"""Which count of threads is chosen, and what is kept of it."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos import files
from voiceos.engines import tuned
from voiceos.engines.cores import allowed_cores, cores
from voiceos.engines.tuned import NOISE, Tuned, best, candidates


@given(st.dictionaries(st.integers(1, 64), st.floats(0.001, 100.0), min_size=1))
def test_the_best_is_within_noise_of_the_lowest_cost_and_no_fewer_threads_are(costs_s: dict[int, float]) -> None:
    chosen = best(costs_s)
    limit_s = min(costs_s.values()) * (1 + NOISE)
    assert costs_s[chosen] <= limit_s
    assert all(cost_s > limit_s for threads, cost_s in costs_s.items() if threads < chosen)


def test_noise_does_not_decide() -> None:
    assert best({1: 1.00, 2: 0.51, 4: 0.50}) == 2
    assert best({1: 1.00, 2: 0.55, 4: 0.50}) == 4


@given(st.integers(1, 256), st.integers(1, 256))
def test_one_thread_all_cores_and_their_second_threads_are_tried(physical: int, allowed: int) -> None:
    tried = candidates(physical, allowed)
    assert tried[0] == 1
    assert tried[-1] == allowed
    assert len(tried) <= 7
    assert physical in tried or physical > allowed


def result(**others: object) -> Tuned:
    values = {"machine": tuned.machine(), "stage": "llm", "engine": "llama_cpp", "model": "small", "threads": 3}
    return Tuned(**{**values, **others})  # type: ignore[arg-type]


def test_what_was_measured_is_found_again_until_it_is_measured_anew() -> None:
    assert tuned.threads("llm", "llama_cpp", "small") == cores()
    tuned.keep([result()])
    tuned.keep([result(stage="tts", threads=1)])
    assert tuned.threads("llm", "llama_cpp", "small") == 3
    tuned.keep([result(threads=2)])
    assert tuned.threads("llm", "llama_cpp", "small") == 2
    assert tuned.found("tts", "llama_cpp", "small") == 1
    assert files.state_file(tuned.NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("other", [{"machine": "a toaster"}, {"model": "bigger"}, {"engine": "another"}])
def test_another_machine_or_model_goes_by_its_cores_and_is_told(
    other: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    tuned.keep([result(**other)])
    with caplog.at_level(logging.INFO, logger="voiceos.engines.tuned"):
        assert tuned.threads("llm", "llama_cpp", "small") == cores()
    assert "voiceos tune" in caplog.text
    caplog.clear()
    assert tuned.threads("tts", "piper", "joe") == cores()
    assert caplog.text == ""


@pytest.mark.parametrize(
    "content", [b"{}", b'{"results": [{"threads": 2}]}', b'{"results": 3}', b"what", b'{"results": [[]]}']
)
def test_a_broken_file_is_set_aside(content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = files.state_file(tuned.NAME)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert tuned.threads("llm", "llama_cpp", "small") == cores()
    assert path.with_name("tune.json.broken").exists()
    assert "broken" in caplog.text


@pytest.mark.parametrize("threads", [0, -1, 1000, "2", None, 1.5])
def test_no_count_that_no_setting_allows(threads: object) -> None:
    with pytest.raises(ValueError, match="threads"):
        result(threads=threads)


def test_a_machine_is_told_by_its_processor_and_how_much_of_it_there_is() -> None:
    assert tuned.machine() == tuned.machine()
    assert f"{allowed_cores()} threads allowed" in tuned.machine()
