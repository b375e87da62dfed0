"""A language model without the words that nobody says: scripts of other languages, and pieces of programs.

Each token that is written reads the weights of all that could have been, which is a fifth of a small model. In a copy
of its file the rest is left out (docs/decisions/0040-spoken-vocabulary.md). Nothing becomes unsayable: a vocabulary
made of bytes holds each of them, and any text is a row of bytes. `python -m voiceos.bench.llm FILE` measures a file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import struct
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from voiceos import files, languages
from voiceos.catalogue import Kind, Model, Store, catalog
from voiceos.catalogue.partial import storage_errors
from voiceos.errors import EngineMissing, ModelError

log = logging.getLogger(__name__)

RULE = 1
"""To be counted up where `kept` changes: older copies are made anew then."""

_NORMAL = 1
"""Token type of ordinary text (ggml-org/llama.cpp, `llama_token_type`); all others are kept."""

_SAID = re.compile(
    r"['’\"(\-/“‘—– ]?[^\W\d_]+"  # a word, with what may stand before it in a sentence
    r"|\d+"
    r"|\s+"
    r"| ?[^\w\s]+\s*"  # signs, and what ends a line: structured replies are made of them
)
_VOCABULARY_WEIGHTS = ("token_embd.weight", "output.weight", "output.bias")


class WholeVocabulary(Exception):
    """This model cannot do without any of its vocabulary; says why."""


def kept(tokens: Sequence[str], types: Sequence[int], scripts: Collection[str]) -> list[int]:
    """Numbers of the tokens of a byte-level vocabulary that are kept, ascending.

    Args:
        tokens: as such vocabularies write them, a letter for each byte (Radford et al. 2019, GPT-2).
        types: `llama_token_type` of each.
        scripts: first words of the Unicode names of the letters that are said, as in LATIN SMALL LETTER A.
    """
    return [
        number
        for number, (token, kind) in enumerate(zip(tokens, types, strict=True))
        if kind != _NORMAL or len(token) == 1 or _said(token, scripts)
    ]


def _said(token: str, scripts: Collection[str]) -> bool:
    try:
        text = bytes(_BYTES[letter] for letter in token).decode()
    except (KeyError, UnicodeDecodeError):
        return False
    if not all(_known(letter, scripts) for letter in text):
        return False
    letters = "".join(letter for letter in text if not unicodedata.category(letter).startswith("M"))
    return bool(_SAID.fullmatch(letters))


def _known(letter: str, scripts: Collection[str]) -> bool:
    category = unicodedata.category(letter)
    if category[0] in "LM":  # a letter, or a mark on one
        return unicodedata.name(letter, "").split(" ")[0] in scripts
    return letter.isascii() or category[0] in "PNZ" or category == "Sc"  # no arrows, boxes and the like


def _byte_letters() -> dict[str, int]:
    """Each printable byte is its own letter, the others are those from U+0100 on, in order."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + n): byte for n, byte in enumerate(others)}


_BYTES = _byte_letters()


def write_copy(source: Path, target: Path, scripts: Collection[str]) -> None:
    """Write the model in the GGUF file `source` with the tokens that are `kept` alone.

    Raises WholeVocabulary where it has no vocabulary that this is possible for, EngineMissing, and OSError.
    """
    try:
        import gguf
    except ImportError as error:
        raise EngineMissing("copies of models need gguf", hint="pip install gguf") from error
    try:
        _write_copy(gguf, source, target, scripts)
    except (ValueError, KeyError, IndexError, AttributeError, struct.error) as error:  # whatever a foreign file holds
        raise WholeVocabulary(f"gguf cannot read it ({error})") from error


def _write_copy(gguf: Any, source: Path, target: Path, scripts: Collection[str]) -> None:
    reader = gguf.GGUFReader(source)
    fields = {name: field for name, field in reader.fields.items() if not name.startswith("GGUF.")}

    def content(name: str) -> Any:
        return fields[name].contents() if name in fields else None

    tokens, merges = content("tokenizer.ggml.tokens"), content("tokenizer.ggml.merges")
    types = content("tokenizer.ggml.token_type")
    if content("tokenizer.ggml.model") != "gpt2" or not (tokens and merges and types):
        raise WholeVocabulary("its vocabulary is not made of bytes")
    if "split.count" in fields:
        raise WholeVocabulary("it is in several files")
    if content("general.alignment") not in (None, gguf.GGUF_DEFAULT_ALIGNMENT):
        raise WholeVocabulary("its parts lie in another order than usual")
    marks = {content(name) for name in fields if name.endswith("_token_id")}  # of whatever type, they are named
    numbers = sorted({*kept(tokens, types, scripts), *(mark for mark in marks if mark < len(tokens))})
    place = {number: index for index, number in enumerate(numbers)}
    words = {tokens[number] for number in numbers}
    changed = {
        "tokenizer.ggml.tokens": [tokens[number] for number in numbers],
        "tokenizer.ggml.merges": [
            merge for merge in merges if merge.replace(" ", "", 1) in words and words.issuperset(merge.split(" ", 1))
        ],
    }
    writer = gguf.GGUFWriter(target, content("general.architecture"))
    for name, field in fields.items():
        value = changed.get(name, field.contents())
        if name == "general.architecture":
            continue
        if name.endswith("_token_id"):
            value = place.get(value, value)
        elif name.endswith(".vocab_size"):
            value = len(numbers)
        elif isinstance(value, list) and len(value) == len(tokens):
            value = [value[number] for number in numbers]
        kinds = [*field.types[:2], None]
        writer.add_key_value(name, value, kinds[0], sub_type=kinds[1])
    for tensor in reader.tensors:
        data = tensor.data
        if tensor.name in _VOCABULARY_WEIGHTS:
            data = np.ascontiguousarray(data[numbers])
        elif len(tokens) in tensor.shape:
            raise WholeVocabulary(f"its {tensor.name} belongs to its vocabulary as well")
        writer.add_tensor(tensor.name, data, raw_dtype=tensor.tensor_type)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def make(store: Store, model: Model, language: str) -> bool:
    """Make the copy of an installed language model for a language, unless it is there; what is left of others goes.

    Returns whether one was made. Raises WholeVocabulary, ModelError where the model is not whole, StorageError where
    the disk has no room, EngineMissing, ConfigError for an unknown language.
    """
    if model.kind is not Kind.LLM:
        return False
    target = _place(store, model, language)
    with store.lock(model):
        if found(store, model, language) is not None:
            return False
        source = store.path(model)
        with storage_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            for older in target.parent.iterdir():  # of another rule or language, or left by a crash
                older.unlink()
        store.require_space(source.stat().st_size)
        arriving = target.with_name(f".{target.name}.part")
        try:
            with storage_errors(target):
                write_copy(source, arriving, _scripts(language))
                with arriving.open("rb") as written:
                    digest = hashlib.file_digest(written, "sha256").hexdigest()
                    os.fsync(written.fileno())
                arriving.replace(target)
                files.replace(_stamp(target), json.dumps([_wanted(model, language), *_state(target), digest]).encode())
        finally:
            arriving.unlink(missing_ok=True)
    return True


def found(store: Store, model: Model, language: str) -> Path | None:
    """The copy, where there is one of this very model and nobody has touched it since."""
    target = _place(store, model, language)
    with contextlib.suppress(OSError, ValueError, TypeError):
        *known, _ = json.loads(_stamp(target).read_text())
        if known == [_wanted(model, language), *_state(target)]:
            return target
    return None


def verify(store: Store, model: Model) -> list[str]:
    """Compute the hash of each copy anew; names of those that were damaged, which are deleted. Raises StorageError."""
    damaged = []
    with storage_errors(store.copies(model)):
        for target in sorted(store.copies(model).glob("*.gguf")):
            try:
                *_, digest = json.loads(_stamp(target).read_text())
            except (OSError, ValueError):
                digest = ""
            with target.open("rb") as copy:
                whole = hashlib.file_digest(copy, "sha256").hexdigest() == digest
            if not whole:
                target.unlink()
                _stamp(target).unlink(missing_ok=True)
                damaged.append(target.name)
    return damaged


def path(store: Store, model: Model, language: str) -> Path:
    """What an engine opens: the copy, or else the model's own file. Raises ModelError where that is not whole."""
    own = store.path(model)
    copy = found(store, model, language)
    if copy is None:
        log.info("%s is opened with its whole vocabulary: there is no copy for %s", model.name, language)
    return copy or own


def check(store: Store, name: str, opened: str) -> None:
    """To be asked before the file `opened` of a model is opened again. Raises ModelError where it is a copy that has
    changed or gone."""
    model, file = catalog().get(name), Path(opened)
    if file.parent == store.copies(model) and found(store, model, file.stem) is None:
        raise ModelError(f"The copy of {name} has changed.", hint=f"voiceos models pull {name}")


def _place(store: Store, model: Model, language: str) -> Path:
    return store.copies(model) / f"{language}.gguf"


def _stamp(target: Path) -> Path:
    return target.with_suffix(".json")


def _state(target: Path) -> tuple[int, int, int]:
    status = target.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _wanted(model: Model, language: str) -> str:
    """What the copy is made from."""
    parts = [RULE, sorted(_scripts(language)), *((file.name, file.sha256) for file in model.files)]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def _scripts(language: str) -> frozenset[str]:
    return frozenset(languages.table(language, "script")["letters"])
