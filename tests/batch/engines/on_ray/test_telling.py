"""What is told comes back, and messages survive however their stream is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.batch.engines.on_ray.telling import Joiner, Kind, framed, tell, told
from studio.batch.work.messages import LARGEST


@given(st.sampled_from(Kind), st.integers(0, 2**32 - 1), st.binary(max_size=200))
def test_what_is_told_comes_back(kind: Kind, line: int, body: bytes) -> None:
    assert told(tell(kind, line, body)) == (kind, line, body)


@pytest.mark.parametrize("data", [b"", b"\x01\x00", b"\xff\x00\x00\x00\x00"])
def test_what_nobody_tells_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut off|not a valid Kind"):
        told(data)


@given(st.lists(st.binary(max_size=50), max_size=8), st.integers(1, 60))
def test_messages_come_whole_however_the_stream_is_cut(messages: list[bytes], size: int) -> None:
    stream = b"".join(framed(message) for message in messages)
    joiner = Joiner()

    came = [message for start in range(0, len(stream), size) for message in joiner.feed(stream[start : start + size])]

    assert came == messages


def test_a_message_comes_only_when_it_is_whole() -> None:
    joiner = Joiner()
    stream = framed(b"whole")

    assert list(joiner.feed(stream[:-1])) == []
    assert list(joiner.feed(stream[-1:])) == [b"whole"]


def test_an_absurd_length_is_refused_before_it_is_waited_for() -> None:
    with pytest.raises(ValueError, match=f"a message of {LARGEST + 1} bytes"):
        list(Joiner().feed((LARGEST + 1).to_bytes(4, "big")))
