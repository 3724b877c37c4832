"""What a replay says where a firing asks for something else than was recorded."""

from __future__ import annotations

import pytest

from studio.engine.recorded import Answer, Divergence, FiringRecord
from studio.support.values import Json


@pytest.mark.parametrize(
    ("recorded", "asked", "part", "expected", "got"),
    [
        ({"n": 1}, {"n": 2}, " (tool count, in `n`)", "“1”", "“2”"),
        ({"n": 1}, {"n": 1.0}, " (tool count, in `n`)", "“1”", "“1.0”"),  # equal to Python, not as JSON
        ({"n": [0]}, {"n": [False]}, " (tool count, in `n[0]`)", "“0”", "“false”"),
        ({"n": 1}, {"n": 1, "more": 2}, " (tool count, in `more`)", "nothing", "“2”"),
        (None, {"n": 1}, " (tool count)", "“null”", '“{"n":1}”'),
    ],
)
def test_the_place_where_a_request_differs_is_told(
    recorded: Json, asked: Json, part: str, expected: str, got: str
) -> None:
    record = FiringRecord()
    record.add(1, 1, Answer("tool", "count", recorded, "ok", None, ""))

    with pytest.raises(Divergence) as told:
        record.answer("a", "0", 1, "tool", "count", asked)

    assert (told.value.part, told.value.expected, told.value.got) == (part, expected, got)
