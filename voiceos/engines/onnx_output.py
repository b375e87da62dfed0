"""Make a tensor inside an ONNX model visible as an output, without a second copy of the model on disk.

An ONNX file is one protobuf message, and protobuf defines that two serialised messages, one behind the other, parse
as the two merged: repeated fields are appended, embedded messages merged
(https://protobuf.dev/programming-guides/encoding/#last-one-wins). So naming one more output takes a few bytes at the
end of what the verified file holds. See docs/decisions/0009-word-ends.md.
"""

from __future__ import annotations

from collections.abc import Iterator

# Field numbers of onnx.proto.
_MODEL_GRAPH, _GRAPH_NODE, _GRAPH_OUTPUT = 7, 1, 12
_NODE_OUTPUT, _NODE_OP_TYPE, _VALUE_NAME = 2, 4, 1


def with_output_of(model: bytes, op_type: str) -> bytes:
    """The model with the output of its only node of `op_type` added to the graph's outputs.

    Raises ValueError where there is no such node, or more than one.
    """
    names: list[bytes] = []
    for number, graph in _fields(memoryview(model)):
        if number != _MODEL_GRAPH:
            continue
        for member, node in _fields(graph):
            if member == _GRAPH_NODE:
                parts = [(n, bytes(v)) for n, v in _fields(node) if n in (_NODE_OUTPUT, _NODE_OP_TYPE)]
                if (_NODE_OP_TYPE, op_type.encode()) in parts:
                    names += [value for n, value in parts if n == _NODE_OUTPUT]
    if len(names) != 1:
        raise ValueError(f"the model has {len(names)} outputs of {op_type} nodes, one is needed")
    value = _field(_VALUE_NAME, names[0])
    return model + _field(_MODEL_GRAPH, _field(_GRAPH_OUTPUT, value))


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and body of each length-delimited field; others are stepped over."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            _, at = _varint(message, at)
        elif kind == 1:
            at += 8
        elif kind == 2:
            size, at = _varint(message, at)
            yield tag >> 3, message[at : at + size]
            at += size
        elif kind == 5:
            at += 4
        else:
            raise ValueError("not an ONNX model")
    if at != len(message):
        raise ValueError("the ONNX model is cut short")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("the ONNX model is cut short")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _field(number: int, body: bytes) -> bytes:
    return _varint_bytes(number << 3 | 2) + _varint_bytes(len(body)) + body


def _varint_bytes(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
