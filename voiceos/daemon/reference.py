"""docs/control.md, made from the table of methods and the messages."""

from __future__ import annotations

import json
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from voiceos.daemon import connection, control, jsonrpc, messages
from voiceos.daemon.methods import TABLE

_INTRODUCTION = f"""\
# The control socket

Generated from the code by `make docs`. [Decision 17](decisions/0017-control-socket.md) tells why it is so.

A running voiceos listens at `$XDG_RUNTIME_DIR/voiceos/control.sock`; where that variable is missing, at
`/run/user/<uid>/voiceos/control.sock`, else in `voiceos-<uid>` of the temporary folder. The socket is its user's alone
(0600 in a folder of 0700), and who connects is asked for their uid by the kernel.

It speaks JSON-RPC 2.0, one message a line, UTF-8, without batches. The first line comes from voiceos and tells the
version of the protocol, now {messages.PROTOCOL}; it is raised when something changes or goes, not when something is
added, so ignore what you do not know.

    $ cd $XDG_RUNTIME_DIR/voiceos
    $ echo '{{"jsonrpc": "2.0", "id": 1, "method": "volume"}}' | socat - UNIX:control.sock
    {{"jsonrpc":"2.0","method":"hello","params":{{"protocol":{messages.PROTOCOL},"version":"0.1.0","pid":4711}}}}
    {{"jsonrpc":"2.0","id":1,"result":{{"percent":80}}}}

Requests are answered as they are done, which need not be the order in which they came. A client that closes its side
for writing is answered what it has asked for, and then put out.

**Limits.** {control.CLIENTS} clients at a time. A line has {jsonrpc.LINE_BYTES // 1024} KiB at most, a text to say or
ask {messages.TEXT_CHARACTERS} characters. {connection.IN_FLIGHT} requests of one client are worked on at a time, and
{connection.PER_SECOND:.0f} are taken a second; what comes faster waits. Who reads too slowly loses events, and is told
how many; who reads nothing for {connection.SLOW_S:.0f} s is put out, and so is who asks for nothing for
{connection.IDLE_S:.0f} s without having subscribed.

**Errors** are JSON-RPC error objects. `data` has `hint`, what to do, and `exit_code`, with which a command ends on
account of it. Beside the codes of JSON-RPC there are {jsonrpc.FAILED} (it could not be done) and {jsonrpc.REFUSED} (a
limit was reached, and the connection is closed).

**Words.** What is said goes to no subscriber unless `control.words` is on. `history` is answered always: whoever may
connect is the user, and nothing of it is on the disk.
"""


def page() -> str:
    lines = [_INTRODUCTION, "## Methods", ""]
    for method in TABLE:
        lines += [f"### {method.name}", "", method.does, ""]
        lines += _fields("Params", method.params)
        if method.sends is not None:
            name, sent = method.sends
            lines += [
                f"Before the result come `{name}` notifications: {_first(sent)}",
                "",
                *_fields("Their params", sent),
            ]
        lines += _fields("Result", method.result)
    lines += ["## Events", "", 'Notifications `"method": "event"` after `subscribe`; each has `kind` and `time`.', ""]
    for event in messages.EVENTS:
        kind = event.model_fields["kind"].default
        lines += [f"### {kind}", "", _first(event), ""]
        lines += _fields("Params", event, leave_out=("kind", "time"))
    return "\n".join(lines).rstrip() + "\n"


def _fields(title: str, model: type[BaseModel], *, leave_out: tuple[str, ...] = ()) -> list[str]:
    fields = {name: field for name, field in model.model_fields.items() if name not in leave_out}
    if not fields:
        return [f"{title}: none.", ""] if not leave_out else []
    return [f"{title}:", "", *_list(fields, 0), ""]


def _list(fields: dict[str, FieldInfo], depth: int) -> list[str]:
    lines = []
    for name, field in fields.items():
        optional = "" if field.is_required() else f", {_json(field.default)} unless given"
        told = f": {field.description}" if field.description else ""
        lines.append(f"{'  ' * depth}- `{name}` ({_type(field.annotation)}{optional}){told}")
        inner = _model_in(field.annotation)
        if inner is not None:
            lines += _list(dict(inner.model_fields), depth + 1)
    return lines


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model of a field, or of the items of a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)


def _type(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(_json(part) for part in parts)
    if origin is list:
        return f"list of {_type(parts[0])}"
    if origin is dict:
        return f"object of {_type(parts[1])}"
    if parts:
        return " or ".join(_type(part) for part in parts)
    names = {str: "text", int: "whole number", float: "number", bool: "boolean", NoneType: "null"}
    return names.get(annotation, "object")


def _json(value: object) -> str:
    return json.dumps(value)


def _first(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")
