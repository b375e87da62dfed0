"""What is wrong with the parameters of a request, in words for whoever typed them."""

from __future__ import annotations

from pydantic import ValidationError

from voiceos.daemon.jsonrpc import INVALID_PARAMS, RpcError

WRONG_USAGE = 2
"""What a command ends with on account of them, as on account of arguments that it refuses itself."""


def wrong_params(error: ValidationError) -> RpcError:
    """The first mistake. What was given stands in it only where it is one of a few words, never a text to say."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"] if isinstance(part, str)) or "params"
    context, hint = first.get("ctx", {}), ""
    match first["type"]:
        case "literal_error":
            told = f"{where} is none of {context['expected'].replace(' or ', ', ')}"
        case "string_too_long":
            told = f"{where} has more than {context['max_length']} characters"
            hint = "Hand it over in several pieces."
        case "string_too_short":
            told = f"{where} is empty"
        case "string_unicode":
            told = f"{where} is no text"
            hint = "It holds bytes that are not UTF-8."
        case "extra_forbidden":
            told = f"there is no parameter {where[:40]}"
        case "missing":
            told = f"{where} is missing"
        case _:
            told = f"{where}: {first['msg']}"
    return RpcError(
        INVALID_PARAMS, told, hint=hint or "docs/control.md tells what each method takes.", exit_code=WRONG_USAGE
    )
