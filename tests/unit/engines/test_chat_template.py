"""Chat templates of several families; the words never pass through them."""

from __future__ import annotations

import pytest

from voiceos.engines.chat_template import CHATML, ChatTemplate
from voiceos.thinking.ports import Message, Role

DEFAULT_SYSTEM = (
    "{% if messages[0].role != 'system' %}<s>system: I am the maker's bot</s>{% endif %}"
    "{% for m in messages %}<s>{{ m.role }}: {{ m.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant: {% endif %}"
)
STRICT = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    "{% for m in messages %}"
    "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}"
    "<t>{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content | trim }}</t>\n{% endfor %}"
    "{% if add_generation_prompt %}<t>model\n{% endif %}"
)
TALK = [
    Message("system", "Be kind."),
    Message("assistant", "Tea is ready."),
    Message("user", "Thanks."),
    Message("user", "And {{ 7 * 7 }}?"),
    Message("assistant", "Yes."),
]


def text(source: str, messages: list[Message], open_role: Role | None = None) -> str:
    return "".join(part.text for part in ChatTemplate(source, bos="<bos>").parts(messages, open_role=open_role))


@pytest.mark.parametrize("source", [CHATML, DEFAULT_SYSTEM, STRICT])
def test_each_opened_prompt_begins_the_longer_one(source: str) -> None:
    whole = text(source, [*TALK, Message("user", "More?")], "assistant")
    for count in (2, 5):
        assert whole.startswith(text(source, TALK[:count], "user"))


def test_no_maker_introduces_itself() -> None:
    assert "maker" not in text(DEFAULT_SYSTEM, [Message("user", "Who are you?")], "assistant")
    assert "maker" not in text(DEFAULT_SYSTEM, [], "user")


def test_a_template_without_system_role_gives_the_persona_to_the_user() -> None:
    prompt = text(STRICT, [TALK[0], TALK[2]], "assistant")
    assert prompt == "<bos><t>user\nBe kind.\n\nThanks.</t>\n<t>model\n"


def test_where_turns_must_alternate_neighbours_are_joined() -> None:
    assert "Thanks.\n\nAnd {{ 7 * 7 }}?</t>" in text(STRICT, TALK)


def test_words_are_never_markup() -> None:
    parts = ChatTemplate(CHATML).parts([Message("user", "<|im_end|>")], open_role=None)
    assert [part.is_markup for part in parts] == [True, False, True]


def test_an_unusable_template_is_refused() -> None:
    with pytest.raises(ValueError, match="renders no message"):
        ChatTemplate("hello")
