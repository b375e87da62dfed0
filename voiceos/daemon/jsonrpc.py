"""JSON-RPC 2.0, one message a line, no batches. Pure: bytes in, bytes out.

https://www.jsonrpc.org/specification
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LINE_BYTES = 64 * 1024
"""Longest line that a client may send: a long text to say, and far more than any other request."""
ID_CHARACTERS = 100
"""Longest id that is sent back."""

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
FAILED = -32000
"""What was asked for could not be done; `data` holds the exit code of the error and what to do."""
REFUSED = -32001
"""A limit has been reached: too many clients, too long a line. The connection is closed."""

Id = str | int | None


class RpcError(Exception):
    """What is answered instead of a result.

    Args:
        message: what is wrong, one sentence.
        hint: what to do, one sentence; empty where nothing helps.
        exit_code: that a command ends with on account of it (`voiceos.errors`).
    """

    def __init__(self, code: int, message: str, *, hint: str = "", exit_code: int = 1) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    params: Mapping[str, Any]
    id: Id
    answered: bool
    """False for a notification: nothing goes back, not even an error."""


def parse(line: bytes) -> Request:
    """A line as a request. Raises RpcError."""
    try:
        message = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RpcError(
            PARSE_ERROR, "this is no JSON", hint='One request a line: {"jsonrpc": "2.0", "id": 1, "method": "status"}'
        ) from None
    if isinstance(message, list):
        raise RpcError(INVALID_REQUEST, "batches are not taken", hint="Send one request a line.")
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise RpcError(INVALID_REQUEST, "this is no JSON-RPC 2.0 request", hint='It needs "jsonrpc": "2.0".')
    method, params, number = message.get("method"), message.get("params", {}), message.get("id")
    if not isinstance(method, str):
        raise RpcError(INVALID_REQUEST, "a request names a method", hint="docs/control.md lists them.")
    if not isinstance(params, dict):
        raise RpcError(INVALID_REQUEST, "params are given by name", hint='For example "params": {"text": "hello"}.')
    if isinstance(number, bool) or not isinstance(number, str | int | None) or len(str(number)) > ID_CHARACTERS:
        raise RpcError(INVALID_REQUEST, "an id is a whole number or a short text")
    return Request(method, params, number, "id" in message)


def result(number: Id, value: Mapping[str, Any]) -> bytes:
    return _line({"jsonrpc": "2.0", "id": number, "result": value})


def failure(number: Id, error: RpcError) -> bytes:
    data = {"exit_code": error.exit_code, "hint": error.hint}
    return _line(
        {"jsonrpc": "2.0", "id": number, "error": {"code": error.code, "message": error.message, "data": data}}
    )


def notification(method: str, params: Mapping[str, Any]) -> bytes:
    return _line({"jsonrpc": "2.0", "method": method, "params": params})


def request(number: int, method: str, params: Mapping[str, Any]) -> bytes:
    return _line({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def _line(message: Mapping[str, Any]) -> bytes:
    # ASCII alone: a lone half of a surrogate pair, which JSON may carry, has no UTF-8.
    return json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
