"""An ONNX model put together piece by piece, in memory: what ONNX Runtime is given where there is no such file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from voiceos.engines.protobuf import field, integer

# Field numbers of onnx.proto.
_MODEL_IR, _MODEL_GRAPH, _MODEL_OPSET, _OPSET_DOMAIN, _OPSET_VERSION = 1, 7, 8, 1, 2
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 2, 5, 11, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_OP_TYPE, _NODE_ATTRIBUTE, _NODE_DOMAIN = 1, 2, 4, 5, 7
_ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_TYPE, _INT = 1, 3, 20, 2
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 8, 9
_VALUE_NAME, _VALUE_TYPE, _TYPE_TENSOR, _TENSOR_ELEMENT, _TENSOR_SHAPE = 1, 2, 1, 1, 2
_SHAPE_DIM, _DIM_VALUE, _DIM_PARAM = 1, 1, 2

_ELEMENTS = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int32): 6}

_IR, _OPSET = 8, 17
_RUNTIME = "com.microsoft"
"""Domain of the operators that ONNX Runtime has beyond the standard."""


class Graph:
    """Nodes in the order of their work, each of which makes one tensor."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._weights: list[bytes] = []
        self._ends: list[bytes] = []
        self._made = 0

    def take(self, name: str, dtype: npt.DTypeLike, shape: Sequence[int | str]) -> str:
        """An input of the model; a dimension with a name may be of any size."""
        self._ends.append(field(_GRAPH_INPUT, _value(name, dtype, shape)))
        return name

    def give(self, name: str, dtype: npt.DTypeLike, shape: Sequence[int | str]) -> None:
        """Make the tensor `name` an output of the model."""
        self._ends.append(field(_GRAPH_OUTPUT, _value(name, dtype, shape)))

    def weight(self, values: npt.NDArray[np.generic]) -> str:
        """A tensor that is part of the model, float32 or uint8; the name of it."""
        name = self._name()
        dims = b"".join(integer(_TENSOR_DIMS, size) for size in values.shape)
        kind = integer(_TENSOR_TYPE, _ELEMENTS[values.dtype])
        raw = field(_TENSOR_RAW, np.ascontiguousarray(values).tobytes())
        self._weights.append(field(_GRAPH_INITIALIZER, dims + kind + field(_TENSOR_NAME, name.encode()) + raw))
        return name

    def node(self, kind: str, *inputs: str, **attributes: int) -> str:
        """What a standard operator makes of `inputs`; the name of it."""
        return self._node("", kind, inputs, attributes)

    def runtime_node(self, kind: str, *inputs: str, **attributes: int) -> str:
        """Likewise of an operator of ONNX Runtime's own; an input "" is left out."""
        return self._node(_RUNTIME, kind, inputs, attributes)

    def model(self) -> bytes:
        """The whole as the bytes of an ONNX file."""
        graph = b"".join((*self._nodes, field(_GRAPH_NAME, b"graph"), *self._weights, *self._ends))
        runtime = field(_OPSET_DOMAIN, _RUNTIME.encode()) + integer(_OPSET_VERSION, 1)
        return b"".join(
            (
                integer(_MODEL_IR, _IR),
                field(_MODEL_GRAPH, graph),
                field(_MODEL_OPSET, integer(_OPSET_VERSION, _OPSET)),
                field(_MODEL_OPSET, runtime),
            )
        )

    def _node(self, domain: str, kind: str, inputs: Sequence[str], attributes: Mapping[str, int]) -> str:
        name = self._name()
        parts = [field(_NODE_INPUT, one.encode()) for one in inputs]
        parts += [field(_NODE_OUTPUT, name.encode()), field(_NODE_OP_TYPE, kind.encode())]
        for key, value in attributes.items():
            number = integer(_ATTRIBUTE_INT, value) + integer(_ATTRIBUTE_TYPE, _INT)
            parts.append(field(_NODE_ATTRIBUTE, field(_ATTRIBUTE_NAME, key.encode()) + number))
        self._nodes.append(field(_GRAPH_NODE, b"".join((*parts, field(_NODE_DOMAIN, domain.encode())))))
        return name

    def _name(self) -> str:
        self._made += 1
        return f"t{self._made}"


def _value(name: str, dtype: npt.DTypeLike, shape: Sequence[int | str]) -> bytes:
    dims = b"".join(
        field(_SHAPE_DIM, field(_DIM_PARAM, size.encode()) if isinstance(size, str) else integer(_DIM_VALUE, size))
        for size in shape
    )
    element = integer(_TENSOR_ELEMENT, _ELEMENTS[np.dtype(dtype)])
    kind = field(_TYPE_TENSOR, element + field(_TENSOR_SHAPE, dims))
    return field(_VALUE_NAME, name.encode()) + field(_VALUE_TYPE, kind)
