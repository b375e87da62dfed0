"""The generated pages are what the code says today."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceos.cli.docs import pages

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("path", list(pages()))
def test_a_generated_page_is_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == pages()[path], "run `make docs`"
