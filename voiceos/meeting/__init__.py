"""The first meeting: it introduces itself, asks a few things, and chooses its own name (docs/first-meeting.md)."""

from voiceos.meeting.machine import (
    Wish,
    answered,
    begin,
    may_offer,
    offer,
    rested,
    resume,
    silent,
    takes,
    told_of,
    turned_to_other_things,
    voice_is_there,
    wished,
)
from voiceos.meeting.state import BecomeSo, Deed, Here, KnowName, Meeting, Question, Set, Stage, Step, UseVoice, applied
from voiceos.meeting.wording import Wording

__all__ = [
    "BecomeSo",
    "Deed",
    "Here",
    "KnowName",
    "Meeting",
    "Question",
    "Set",
    "Stage",
    "Step",
    "UseVoice",
    "Wish",
    "Wording",
    "answered",
    "applied",
    "begin",
    "may_offer",
    "offer",
    "rested",
    "resume",
    "silent",
    "takes",
    "told_of",
    "turned_to_other_things",
    "voice_is_there",
    "wished",
]
