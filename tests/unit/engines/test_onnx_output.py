from __future__ import annotations

import onnx
import pytest
from onnx import TensorProto, helper
from piper.patch_voice_with_alignment import add_alignment_output

from voiceos.engines.onnx_output import with_output_of


def model(*operations: str) -> onnx.ModelProto:
    nodes = [helper.make_node(op, ["x"], [f"y{i}"]) for i, op in enumerate(operations)]
    value = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in ("x", "y0")]
    return helper.make_model(helper.make_graph(nodes, "graph", value[:1], value[1:]))


def test_equals_what_pipers_own_patch_makes() -> None:
    theirs = model("Exp", "Ceil", "Abs")
    ours = onnx.load_from_string(with_output_of(theirs.SerializeToString(), "Ceil"))
    add_alignment_output(theirs)
    assert ours == theirs


@pytest.mark.parametrize("operations", [("Exp",), ("Ceil", "Ceil")])
def test_refuses_to_guess(operations: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="Ceil"):
        with_output_of(model(*operations).SerializeToString(), "Ceil")


def test_a_cut_file_is_refused() -> None:
    whole = model("Exp", "Ceil").SerializeToString()
    with pytest.raises(ValueError, match="cut short"):
        with_output_of(whole[: len(whole) // 2], "Ceil")
