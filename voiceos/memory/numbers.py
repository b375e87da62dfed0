"""A set of numbers given to a statement."""

from __future__ import annotations

import json
from collections.abc import Collection

AMONG = "IN (SELECT value FROM json_each(?))"
"""Of those that `listed` gives. With a mark for each number every count would be a statement of its own, and each
connection keeps the last 128, prepared. SQLite has JSON built in since 3.38."""


def listed(numbers: Collection[int]) -> str:
    """As `AMONG` takes them."""
    return json.dumps(sorted(numbers))
