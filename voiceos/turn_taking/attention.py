"""When it listens at all.

In the modes that sleep (`Policy.sleeps`) nothing is listened to outside the window that a call opens (`wake.py`), the
conversation that follows, and a while after its reply; what the assistant says of its own accord opens none.
"""

from __future__ import annotations

from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State


def ignores(state: State, at: float, policy: Policy) -> bool:
    """Whether the microphone is not listened to."""
    if state.phase is Phase.SPEAKING and (state.half_duplex or not policy.barge_in):
        return True
    if not policy.sleeps:
        return False
    if state.phase is Phase.QUIET:
        return at > max(state.attends_until, state.follow_up_until)
    # Nobody has called for what it says of its own accord.
    return state.asking is not None or (state.phase is Phase.SPEAKING and state.announcing is not None)
