"""Cut an ONNX model in two at one tensor, in memory: what leads to it, and what it leads to.

Both halves are put together from the bytes of the verified file, each with the nodes and weights that it needs; nothing
is written. See docs/decisions/0023-chunked-synthesis.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from voiceos.engines.protobuf import Field, bodies, field, fields, integer

# Field numbers of onnx.proto.
_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_VALUE_INFO = 1, 5, 11, 12, 13
_NODE_INPUT, _NODE_OUTPUT, _NODE_OP_TYPE = 1, 2, 4
_TENSOR_NAME, _VALUE_NAME, _VALUE_TYPE, _TYPE_TENSOR, _TENSOR_ELEMENT, _FLOAT = 8, 1, 2, 1, 1, 1

_RANDOM = frozenset({"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"})
_CONTROL = frozenset({"If", "Loop", "Scan"})
"""Kinds of node with graphs inside, which may use names that they do not list."""


@dataclass(frozen=True, slots=True)
class Halves:
    before: bytes
    """A model that makes the tensor, and what else was asked for."""
    after: bytes
    """A model that takes the tensor, and those of the whole model's inputs that it needs, and makes its outputs."""
    tensor: str
    """Its name, in both."""


@dataclass(frozen=True, slots=True)
class _Node:
    raw: memoryview
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class _Graph:
    def __init__(self, graph: memoryview) -> None:
        self.nodes: list[_Node] = []
        self.weights: dict[str, Field] = {}
        self.inputs: dict[str, Field] = {}
        self.outputs: dict[str, Field] = {}
        self.others: list[Field] = []
        for one in fields(graph):
            if one.number == _GRAPH_NODE:
                self.nodes.append(_node(one))
            elif one.number == _GRAPH_INITIALIZER:
                self.weights[_name(one, _TENSOR_NAME)] = one
            elif one.number in (_GRAPH_INPUT, _GRAPH_OUTPUT):
                (self.inputs if one.number == _GRAPH_INPUT else self.outputs)[_name(one, _VALUE_NAME)] = one
            elif one.number != _GRAPH_VALUE_INFO:  # hints that are left out: the runtime infers them again
                self.others.append(one)

    def leading_to(self, outputs: Collection[str], given: str = "") -> tuple[list[_Node], set[str]]:
        """The nodes that make `outputs`, in order, and all names that they use; none of them makes `given`."""
        needed, kept = set(outputs), []
        for node in reversed(self.nodes):  # ONNX graphs are sorted: what makes a tensor comes before what uses it
            made = needed.intersection(node.outputs) - {given}
            if made:
                kept.append(node)
                needed.update(node.inputs)
        return kept[::-1], needed

    def only(self, what: str, wanted: Callable[[_Node], bool]) -> _Node:
        """The one node that is wanted."""
        found = [node for node in self.nodes if wanted(node)]
        if len(found) != 1:
            raise ValueError(f"the model has {len(found)} nodes {what}, one is needed")
        return found[0]

    def part(self, nodes: Sequence[_Node], needed: set[str], ends: Sequence[bytes | memoryview]) -> bytes:
        """The graph of `nodes` as bytes; those of the whole model's inputs that it needs, and `ends`, are its own."""
        kept: list[bytes | memoryview] = [one.whole for one in self.others]
        kept += [node.raw for node in nodes]
        kept += [one.whole for name, one in (self.weights | self.inputs).items() if name in needed]
        return b"".join([*kept, *ends])


def cut(model: bytes, weight: str, also: Sequence[str] = ()) -> Halves:
    """Cut where the only node that uses `weight` takes its first input, a float tensor.

    Args:
        also: kinds of node that there is one of; what these make, the first half is to give out as well.

    Raises ValueError where the model cannot be cut there.
    """
    top = list(fields(memoryview(model)))
    graphs = [one for one in top if one.number == _MODEL_GRAPH]
    if len(graphs) != 1:
        raise ValueError(f"the model has {len(graphs)} graphs, one is needed")
    graph = _Graph(graphs[0].body)
    if weight not in graph.weights:
        raise ValueError(f"the model has no weight {weight}")
    tensor = graph.only(f"with the weight {weight}", lambda node: weight in node.inputs).inputs[0]
    more = [graph.only(f"of {kind}", lambda node, kind=kind: node.kind == kind).outputs[0] for kind in also]  # type: ignore[misc]
    before, before_needs = graph.leading_to([tensor, *more])
    after, after_needs = graph.leading_to(list(graph.outputs), tensor)
    # What depends on the inputs alone (a speaker's embedding) both may work out; noise drawn twice is not the same.
    shared = {node.outputs for node in before} & {node.outputs for node in after}
    if any(node.kind in _CONTROL or (node.kind in _RANDOM and node.outputs in shared) for node in graph.nodes):
        raise ValueError(f"the model does not part at {tensor}")
    names = tuple(field(_GRAPH_OUTPUT, field(_VALUE_NAME, name.encode())) for name in (tensor, *more))
    kind = field(_VALUE_TYPE, field(_TYPE_TENSOR, integer(_TENSOR_ELEMENT, _FLOAT)))
    given = field(_GRAPH_INPUT, field(_VALUE_NAME, tensor.encode()) + kind)
    ends = tuple(one.whole for one in graph.outputs.values())
    rest = b"".join(one.whole for one in top if one.number != _MODEL_GRAPH)
    return Halves(
        rest + field(_MODEL_GRAPH, graph.part(before, before_needs, names)),
        rest + field(_MODEL_GRAPH, graph.part(after, after_needs, (given, *ends))),
        tensor,
    )


def _node(raw: Field) -> _Node:
    parts = list(fields(raw.body))
    inputs, outputs, kinds = (
        tuple(str(one.body, "utf-8") for one in parts if one.number == number)
        for number in (_NODE_INPUT, _NODE_OUTPUT, _NODE_OP_TYPE)
    )
    return _Node(raw.whole, "".join(kinds), inputs, outputs)


def _name(one: Field, number: int) -> str:
    return str(bodies(one.body, number)[0], "utf-8")
