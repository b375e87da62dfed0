"""A store of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from voiceos.memory import Store


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as opened:
        yield opened
