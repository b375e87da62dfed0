"""A model's own chat template (Jinja, from its GGUF file) as parts that can be told apart.

The contents of the messages never pass through the template: it renders marks in their place. So the template's marks
become special tokens while nothing that was said can, a template cannot change what was said, and the words of a
message start at a token border, which is what makes a prompt a prefix of the longer one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from voiceos.thinking.ports import Message, Role

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""For a file without a template: the most common one."""

_MARK = re.compile("\x02(\\d+)\x03")
_TRAINING_TAGS = re.compile(r"\{%-?\s*(end)?generation\s*-?%\}")
"""Marks what is trained on; no part of Jinja and without meaning here."""


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    is_markup: bool
    """Written by the template: may hold special tokens. Everything else is plain text."""


class ChatTemplate:
    """Renders messages; what a template cannot do is found out once, by trying.

    Args:
        source: the Jinja text; ValueError if it does not render even one user message.
        bos, eos: text of the tokens that begin and end a sequence.
    """

    def __init__(self, source: str, *, bos: str = "", eos: str = "") -> None:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        self._template = environment.from_string(_TRAINING_TAGS.sub("", source or CHATML))
        self._variables: dict[str, Any] = {
            "bos_token": bos,
            "eos_token": eos,
            "raise_exception": _refuse,
            "enable_thinking": False,  # Qwen3 and its kin answer at once
            # No clock (`strftime_now`) is offered: a prompt that changes with the day is evaluated anew.
        }
        user, assistant = Message("user", ""), Message("assistant", "")
        if not self._renders([user]):
            raise ValueError("the chat template renders no message")
        system = Message("system", "")
        self._knows_system = self._renders([system, user])
        self._inserts_system = self._knows_system and self._marks_before([user]) == self._marks_before([system, user])
        self._any_order = self._renders([*([system] if self._knows_system else []), assistant, assistant, user, user])

    def parts(self, messages: Sequence[Message], *, open_role: Role | None) -> list[Part]:
        """The conversation in order; see `LanguageModel.render` for `open_role`."""
        shown = self._suited([*messages, Message("user", "")] if open_role == "user" else list(messages))
        if not shown:
            return []
        rendered = self._render(shown, answer=open_role == "assistant")
        parts: list[Part] = []
        end = 0
        texts = [text for group in shown for text in group.texts]
        for found in _MARK.finditer(rendered):
            number = int(found[1])
            parts += [Part(rendered[end : found.start()], True), Part(texts[number], False)]
            end = found.end()
            if open_role == "user" and number == len(texts) - 1:
                return [part for part in parts if part.text]
        parts.append(Part(rendered[end:], True))
        return [part for part in parts if part.text]

    def _suited(self, messages: list[Message]) -> list[_Shown]:
        """The messages as this template takes them: without a system role the persona heads the user's first words,
        and where turns must alternate, neighbours of one role are joined."""
        if self._inserts_system and (not messages or messages[0].role != "system"):
            messages = [Message("system", ""), *messages]  # else it would introduce itself by its maker's name
        shown: list[_Shown] = []
        for message in messages:
            role = "user" if message.role == "system" and not self._knows_system else message.role
            text = message.text.strip()
            if not self._any_order and role == "assistant" and (not shown or shown[-1].role == "system"):
                shown.append(_Shown("user", ["…"]))  # an announcement: nobody had said anything
            joins = shown and shown[-1].role == role and (not self._any_order or not self._knows_system)
            if joins:
                shown[-1].texts.append(text)
            else:
                shown.append(_Shown(role, [text]))
        return shown

    def _render(self, shown: Sequence[_Shown], *, answer: bool) -> str:
        number = 0
        messages = []
        for group in shown:
            marks = [f"\x02{number + i}\x03" for i in range(len(group.texts))]
            number += len(marks)
            messages.append({"role": group.role, "content": "\n\n".join(marks)})
        text = self._template.render(messages=messages, add_generation_prompt=answer, **self._variables)
        if [int(found[1]) for found in _MARK.finditer(text)] != list(range(number)):
            raise ValueError("the chat template leaves out or repeats messages")
        return text

    def _renders(self, messages: Sequence[Message]) -> bool:
        try:
            self._render([_Shown(message.role, [""]) for message in messages], answer=True)
        except (TemplateError, ValueError, TypeError):
            return False
        return True

    def _marks_before(self, messages: Sequence[Message]) -> str:
        """Roles that the template writes before the last message's words, whatever stands between."""
        text = self._render([_Shown(message.role, [""]) for message in messages], answer=False)
        return " ".join(re.findall("system|user|assistant", text.split(f"\x02{len(messages) - 1}\x03")[0])[:1])


@dataclass(frozen=True, slots=True)
class _Shown:
    role: str
    texts: list[str]


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)
