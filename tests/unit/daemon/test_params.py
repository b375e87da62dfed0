"""Wrong parameters are told in words for whoever typed them, without the text that was to be said."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from voiceos.daemon import messages as m
from voiceos.daemon.params import WRONG_USAGE, wrong_params


@pytest.mark.parametrize(
    ("model", "params", "told"),
    [
        (m.Mode, {"mode": "deaf"}, "mode is none of 'open', 'name', 'push', 'wakeword'"),
        (m.RestartEngine, {"name": "ear"}, "name is none of 'stt', 'llm', 'tts'"),
        (m.RestartEngine, {}, "name is missing"),
        (m.Say, {"text": "secret" * 1000}, "text has more than 5000 characters"),
        (m.Say, {"text": ""}, "text is empty"),
        (m.Say, {"text": "secret\udcff"}, "text is no text"),
        (m.Nothing, {"secret": 1}, "there is no parameter secret"),
        (m.Volume, {"percent": 200}, "percent: Input should be less than or equal to 100"),
    ],
)
def test_the_mistake_is_named(model: type[m.Params], params: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(params)
    error = wrong_params(caught.value)
    assert (error.message, error.exit_code) == (told, WRONG_USAGE)
    assert error.hint
    assert "secretsecret" not in error.message + error.hint
