"""Lines as requests, whatever is in them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.daemon import jsonrpc
from voiceos.daemon.jsonrpc import RpcError


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_an_error_of_json_rpc(line: bytes) -> None:
    try:
        jsonrpc.parse(line)
    except RpcError as error:
        assert error.code in (jsonrpc.PARSE_ERROR, jsonrpc.INVALID_REQUEST)


@given(st.text(), st.dictionaries(st.text(), st.text()), st.none() | st.integers(0, 10**20) | st.text(max_size=90))
def test_what_one_end_packs_the_other_understands(
    method: str, params: dict[str, str], number: str | int | None
) -> None:
    line = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()
    request = jsonrpc.parse(line)
    assert (request.method, request.params, request.id, request.answered) == (method, params, number, True)


def test_without_an_id_nobody_waits_for_an_answer() -> None:
    assert not jsonrpc.parse(b'{"jsonrpc":"2.0","method":"cancel"}').answered


@given(st.text(alphabet=st.characters()))
def test_every_message_is_one_line_of_ascii(text: str) -> None:
    line = jsonrpc.notification("event", {"text": text + "\n\u2028\ud800"})
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert line.isascii()


def test_an_error_tells_what_to_do_and_how_a_command_ends() -> None:
    sent = json.loads(jsonrpc.failure(7, RpcError(-32000, "it is gone", hint="plug it in", exit_code=5)))
    assert sent["error"] == {"code": -32000, "message": "it is gone", "data": {"exit_code": 5, "hint": "plug it in"}}


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "9" * 5000, "1e999", "Infinity", '"\\ud800"'])
def test_what_breaks_readers_of_json_breaks_nothing(text: str) -> None:
    with pytest.raises(RpcError):
        jsonrpc.parse(text.encode())
