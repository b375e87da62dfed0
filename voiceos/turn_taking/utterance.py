"""What is known of the words that were said: are they for us, and are they all. Pure, as all of the machine."""

from __future__ import annotations

from voiceos import events as ev
from voiceos.turn_taking.policy import Policy, finished
from voiceos.turn_taking.state import State


def is_for_us(state: State, heard: ev.Words, policy: Policy) -> bool:
    """Whether the words are meant for the assistant."""
    if heard.echo or is_backchannel(state, heard):
        return False
    if heard.distant and state.suspended:  # somebody else talks in the room
        return heard.named or _is_known(heard)
    if heard.named or (policy.mode == "open" and not holds_back(state, policy)):
        return True
    if policy.hushed and heard.intent is not None and heard.intent.name == "talk_again":
        return True
    if policy.hushed and policy.mode == "open" and not state.on_call and not heard.distant and is_crisis(heard):
        return True
    if state.suspended:  # over a reply only its name or a known wish counts: a television must not stop it
        return _is_known(heard)
    return is_expected(state, policy)


def is_answer(heard: ev.Words) -> bool:
    """Whether any words at all were taken for an answer to a question of ours: no sentence tells that they are."""
    return heard.intent is not None and heard.intent.name == ev.ANSWER


def _is_known(heard: ev.Words) -> bool:
    """Whether it is a sentence that is understood without the model."""
    return heard.intent is not None and not is_answer(heard)


def is_crisis(heard: ev.Heard | None) -> bool:
    """Whether the words show that a life is in danger."""
    return isinstance(heard, ev.Words) and heard.intent is not None and heard.intent.name == ev.CRISIS


def holds_back(state: State, policy: Policy) -> bool:
    """Only what names the assistant is for it, and it says nothing unasked: in a call, or where quiet was asked for."""
    return state.on_call or policy.hushed


def is_backchannel(state: State, heard: ev.Heard | None) -> bool:
    """Over a reply, "mm-hm" asks for no turn."""
    return state.suspended and isinstance(heard, ev.Words) and heard.backchannel and not heard.named


def is_expected(state: State, policy: Policy) -> bool:
    """Whether what is said needs no name to be for us."""
    if state.voice_since <= state.attends_until:
        return True
    return not holds_back(state, policy) and (policy.mode == "open" or state.voice_since <= state.follow_up_until)


def known_words(state: State, heard: ev.Heard | None, policy: Policy) -> str:
    """Text of what is for us; empty for anything else."""
    return heard.text if isinstance(heard, ev.Words) and is_for_us(state, heard, policy) else ""


def finished_as_judged(state: State) -> float:
    """Probability, 0 to 1, that the user is done, of the judgements that have come; 0.5 without any."""
    return 0.5 if state.sound is None and state.words is None else finished(state.sound, state.words)
