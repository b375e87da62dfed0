from __future__ import annotations

import pytest

from voiceos.daemon.left_alone import has_been_told


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"MONITOR_EXIT_CODE": "exited", "MONITOR_EXIT_STATUS": "3"}, True),
        ({"MONITOR_EXIT_CODE": "exited", "MONITOR_EXIT_STATUS": "4"}, True),
        ({"MONITOR_EXIT_CODE": "exited", "MONITOR_EXIT_STATUS": "1"}, False),
        ({"MONITOR_EXIT_CODE": "killed", "MONITOR_EXIT_STATUS": "KILL"}, False),
        ({}, False),
    ],
    ids=["settings", "models", "a bug", "killed", "an older systemd"],
)
def test_what_the_run_has_said_itself_is_not_said_again(environ: dict[str, str], told: bool) -> None:
    assert has_been_told(environ) is told
