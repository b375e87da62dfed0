from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given

from voiceos.engines.bert_graph import BLOCK, rounded
from voiceos.engines.onnx_graph import Graph


def run(model: bytes, **inputs: Any) -> Any:
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, inputs)[0]


def test_a_graph_is_a_model_that_the_checker_takes() -> None:
    graph = Graph()
    matrix = np.arange(6, dtype=np.float32).reshape(3, 2)
    taken = graph.take("x", np.float32, ("n", 3))
    made = graph.node("Softmax", graph.node("MatMul", taken, graph.weight(matrix)), axis=1)
    graph.give(made, np.float32, ("n", 2))
    onnx.checker.check_model(onnx.load_from_string(graph.model()), full_check=True)
    x = np.eye(3, dtype=np.float32)
    powers = np.exp(x @ matrix)
    assert run(graph.model(), x=x) == pytest.approx(powers / powers.sum(axis=1, keepdims=True), abs=1e-6)


def test_operators_of_the_runtime_go_by_their_own_domain() -> None:
    graph = Graph()
    made = graph.runtime_node("Gelu", graph.take("x", np.float32, ("n",)))
    graph.give(made, np.float32, ("n",))
    assert run(graph.model(), x=np.array([0.0, 1.0, -20.0], np.float32)) == pytest.approx([0, 0.841345, 0], abs=1e-5)


@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3))
def test_rounded_weights_are_within_half_a_step(seed: int, size: float) -> None:
    matrix = (np.random.default_rng(seed).normal(0, size, (3, 2 * BLOCK))).astype(np.float32)
    matrix[0, :BLOCK] = 0
    numbers, scales = rounded(matrix)
    assert numbers.min() >= 1
    back = (numbers.astype(np.float32) - 128) * scales[..., None]
    assert np.all(np.abs(back - matrix.reshape(back.shape)) <= scales[..., None] * 0.501)
