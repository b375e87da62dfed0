"""Make a tensor inside an ONNX model visible as an output, without a second copy of the model on disk.

An ONNX file is one protobuf message, and protobuf defines that two serialised messages, one behind the other, parse
as the two merged: repeated fields are appended, embedded messages merged
(https://protobuf.dev/programming-guides/encoding/#last-one-wins). So naming one more output takes a few bytes at the
end of what the verified file holds. See docs/decisions/0009-word-ends.md.
"""

from __future__ import annotations

from voiceos.engines.protobuf import bodies, field, fields

# Field numbers of onnx.proto.
_MODEL_GRAPH, _GRAPH_NODE, _GRAPH_OUTPUT = 7, 1, 12
_NODE_OUTPUT, _NODE_OP_TYPE, _VALUE_NAME = 2, 4, 1


def output_of(model: bytes, op_type: str) -> str:
    """Name of the output of the model's only node of `op_type`.

    Raises ValueError where there is no such node, or more than one.
    """
    names: list[bytes] = []
    for graph in fields(memoryview(model)):
        if graph.number != _MODEL_GRAPH:
            continue
        for node in fields(graph.body):
            if node.number == _GRAPH_NODE and bodies(node.body, _NODE_OP_TYPE) == [op_type.encode()]:
                names += bodies(node.body, _NODE_OUTPUT)
    if len(names) != 1:
        raise ValueError(f"the model has {len(names)} outputs of {op_type} nodes, one is needed")
    return names[0].decode()


def with_output_of(model: bytes, op_type: str) -> bytes:
    """The model with the output of its only node of `op_type` added to the graph's outputs; raises as `output_of`."""
    value = field(_VALUE_NAME, output_of(model, op_type).encode())
    return model + field(_MODEL_GRAPH, field(_GRAPH_OUTPUT, value))
