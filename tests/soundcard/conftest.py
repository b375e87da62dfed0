"""The virtual sound card that this group of tests plays and records over."""

from __future__ import annotations

from tests.card import _session_card, card, disturbed_card

__all__ = ["_session_card", "card", "disturbed_card"]
