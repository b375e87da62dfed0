"""The encoder of a BERT (https://arxiv.org/abs/1810.04805) as an ONNX model, with weights of 8 bits.

Its matrices are rounded in blocks of 32 weights that share a scale, and so is what they are multiplied with: half the
time and a third of the memory of float32, and close to it (docs/decisions/0028-recall.md).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voiceos.engines.onnx_graph import Graph
from voiceos.engines.safetensors import Safetensors, Weights

BLOCK = 32
"""Weights that share a scale. With 128 the vectors are off by three times as much, and it is hardly faster."""

_BITS = 8
_ZERO = 1 << (_BITS - 1)
"""Stands for 0 in the rounded weights."""
_INT8_ACTIVATIONS = 4
"""ONNX Runtime's `accuracy_level`: multiply 8 bits with 8 bits."""


def encoder(weights: Safetensors, *, layers: int, heads: int, width: int) -> bytes:
    """A model that makes `hidden` (1, n, width) of `words` (1, n, width) and `places` (1, n, width): the embeddings
    of n word pieces, and of their places and segment. ValueError where a weight is missing.

    There is no mask: each text goes through alone, without padding.
    """
    graph = Graph()
    shape = (1, "n", width)
    made = _norm(
        graph, weights, "embeddings.LayerNorm", *(graph.take(x, np.float32, shape) for x in ("words", "places"))
    )
    for number in range(layers):
        made = _layer(graph, weights, f"encoder.layer.{number}", made, heads)
    graph.give(made, np.float32, shape)
    return graph.model()


def rounded(matrix: Weights) -> tuple[npt.NDArray[np.uint8], Weights]:
    """A matrix (outputs, inputs) as whole numbers (outputs, inputs / 32, 32), 128 for 0, and the scales of its blocks
    (outputs, inputs / 32)."""
    outputs, inputs = matrix.shape
    blocks = matrix.reshape(outputs, inputs // BLOCK, BLOCK)
    scales = np.abs(blocks).max(axis=-1) / (_ZERO - 1)
    steps = np.round(blocks / np.where(scales > 0, scales, 1)[..., None])
    return (steps + _ZERO).astype(np.uint8), scales.astype(np.float32)


def _layer(graph: Graph, weights: Safetensors, name: str, taken: str, heads: int) -> str:
    query, key, value = (
        _dense(graph, weights, f"{name}.attention.self.{part}", taken) for part in ("query", "key", "value")
    )
    seen = graph.runtime_node("MultiHeadAttention", query, key, value, num_heads=heads)
    attended = _dense(graph, weights, f"{name}.attention.output.dense", seen)
    middle = _norm(graph, weights, f"{name}.attention.output.LayerNorm", attended, taken)
    wide = graph.runtime_node("Gelu", _dense(graph, weights, f"{name}.intermediate.dense", middle))
    return _norm(
        graph, weights, f"{name}.output.LayerNorm", _dense(graph, weights, f"{name}.output.dense", wide), middle
    )


def _dense(graph: Graph, weights: Safetensors, name: str, taken: str) -> str:
    matrix = weights.read(f"{name}.weight")
    outputs, inputs = matrix.shape
    multiplied = graph.runtime_node(
        "MatMulNBits",
        taken,
        *(graph.weight(part) for part in rounded(matrix)),
        K=inputs,
        N=outputs,
        bits=_BITS,
        block_size=BLOCK,
        accuracy_level=_INT8_ACTIVATIONS,
    )
    return graph.node("Add", multiplied, graph.weight(weights.read(f"{name}.bias")))


def _norm(graph: Graph, weights: Safetensors, name: str, taken: str, skipped: str) -> str:
    """The normalised sum of two tensors; the operator's own epsilon is BERT's, 1e-12."""
    ends = (graph.weight(weights.read(f"{name}.{part}")) for part in ("weight", "bias"))
    return graph.runtime_node("SkipLayerNormalization", taken, skipped, *ends)
