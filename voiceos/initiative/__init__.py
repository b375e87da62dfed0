"""When it speaks first, and when it does not: rules without a clock, a microphone or a word (docs/initiative.md)."""

from voiceos.initiative.agenda import Next, consider
from voiceos.initiative.attendance import Attendance
from voiceos.initiative.budget import Circumstances, Outcome, Reason, Verdict, weigh
from voiceos.initiative.hours import QuietHours, quiet_hours
from voiceos.initiative.ledger import Decision, Ledger
from voiceos.initiative.occasions import REMINDER, Kind, Occasion, occasions
from voiceos.initiative.reception import Answer, Reception
from voiceos.initiative.thoughts import thoughts

__all__ = [
    "REMINDER",
    "Answer",
    "Attendance",
    "Circumstances",
    "Decision",
    "Kind",
    "Ledger",
    "Next",
    "Occasion",
    "Outcome",
    "QuietHours",
    "Reason",
    "Reception",
    "Verdict",
    "consider",
    "occasions",
    "quiet_hours",
    "thoughts",
    "weigh",
]
