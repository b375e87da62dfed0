from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from voiceos.engines.onnx_split import cut


def model(*, noise_behind: bool = False, speaker: bool = True, users: int = 1) -> bytes:
    """y = (x · 2 + s) · w, and what is drawn or rounded on the way; cut at w."""
    nodes = [
        helper.make_node("Add", ["s", "one"], ["embedding"]),
        helper.make_node("Add", ["x", "x"], ["double"]),
        helper.make_node("Ceil", ["double"], ["rounded"]),
        helper.make_node("RandomNormalLike", ["double"], ["drawn"]),
        helper.make_node("Add", ["double", "embedding"] if speaker else ["double", "one"], ["seam"]),
        *(helper.make_node("Mul", ["seam", "w"], [f"scaled{n}"]) for n in range(users)),
        helper.make_node("Add", ["scaled0", "drawn" if noise_behind else "embedding"], ["y"]),
    ]
    if noise_behind:
        nodes[4] = helper.make_node("Add", ["double", "drawn"], ["seam"])
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [None]) for n in ("x", "s", "y")]
    weights = [numpy_helper.from_array(np.array([v], np.float32), n) for n, v in (("w", 3.0), ("one", 1.0))]
    graph = helper.make_graph(nodes, "graph", values[:2], values[2:], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    return bytes(made.SerializeToString())


def run(part: bytes, **feeds: list[float]) -> list[Any]:
    session = onnxruntime.InferenceSession(part, providers=["CPUExecutionProvider"])
    assert {one.name for one in session.get_inputs()} == set(feeds)
    return list(session.run(None, {name: np.array(value, np.float32) for name, value in feeds.items()}))


def test_one_half_behind_the_other_is_the_whole() -> None:
    whole = model()
    halves = cut(whole, "w", ["Ceil"])
    assert halves.tensor == "seam"
    seam, rounded = run(halves.before, x=[1.0, 2.25], s=[5.0])
    assert rounded.tolist() == [2.0, 5.0]
    (y,) = run(halves.after, seam=seam.tolist(), s=[5.0])
    assert y.tolist() == run(whole, x=[1.0, 2.25], s=[5.0])[0].tolist() == [30.0, 37.5]


def test_each_half_holds_only_what_it_needs() -> None:
    before, after = (onnx.load_from_string(half) for half in (cut(model(), "w").before, cut(model(), "w").after))
    assert [one.name for one in before.graph.initializer] == ["one"]
    assert [node.op_type for node in after.graph.node] == ["Add", "Mul", "Add"]
    assert "RandomNormalLike" not in [node.op_type for node in before.graph.node]  # nobody asked for it
    assert before.opset_import == after.opset_import == onnx.load_from_string(model()).opset_import


@pytest.mark.parametrize(
    ("whole", "weight", "also", "why"),
    [
        (model(), "nothing", "Ceil", "no weight nothing"),
        (model(users=2), "w", "Ceil", "2 nodes with the weight w"),
        (model(), "w", "Floor", "0 nodes of Floor"),
        (model(noise_behind=True), "w", "Ceil", "does not part"),
        (model()[:-5], "w", "Ceil", "cut short"),
        (b"", "w", "Ceil", "0 graphs"),
    ],
)
def test_refuses_to_guess(whole: bytes, weight: str, also: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        cut(whole, weight, [also])
