"""Protobuf messages as bytes: taken apart into fields, and fields put together. No schema, no copy of what is kept.

Enough of https://protobuf.dev/programming-guides/encoding/ for ONNX files, which have no groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    number: int
    body: memoryview
    """Of a length-delimited field; empty for any other."""
    whole: memoryview
    """With its tag and length."""


def fields(message: memoryview) -> Iterator[Field]:
    """Each field in order; ValueError where the message is none, or is cut short."""
    at = 0
    while at < len(message):
        start = at
        tag, at = _varint(message, at)
        kind, body = tag & 7, message[:0]
        if kind == 0:
            _, at = _varint(message, at)
        elif kind == 1:
            at += 8
        elif kind == 2:
            size, at = _varint(message, at)
            body = message[at : at + size]
            at += size
        elif kind == 5:
            at += 4
        else:
            raise ValueError("not an ONNX model")
        if at > len(message):
            raise ValueError("the ONNX model is cut short")
        yield Field(tag >> 3, body, message[start:at])


def bodies(message: memoryview, number: int) -> list[bytes]:
    """Of the length-delimited fields of one number."""
    return [bytes(one.body) for one in fields(message) if one.number == number]


def field(number: int, body: bytes) -> bytes:
    """A length-delimited field."""
    return _varint_bytes(number << 3 | 2) + _varint_bytes(len(body)) + body


def integer(number: int, value: int) -> bytes:
    """A field that holds an integer of at least 0."""
    return _varint_bytes(number << 3) + _varint_bytes(value)


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


def _varint_bytes(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
