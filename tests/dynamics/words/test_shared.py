"""What was read of many outputs is held once where it is equal, and what is remembered for that is bounded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio import Trace
from studio.dynamics.words import shared as shared_module
from studio.dynamics.words.reader import Reader
from studio.dynamics.words.reading import Reading
from studio.dynamics.words.shared import LARGEST, Shared
from studio.replay.dynamics import recorded_run
from tests.dynamics.live.test_guard import WORK, played

TEXTS = ("Compare the flight LX-17 with LX-18 and the trains", "Compare the trains with the flight LX-18 and LX-17")


def test_readings_of_one_reader_share_what_is_equal() -> None:
    one, other = map(Reader().read, TEXTS)
    alone = Reader().read(TEXTS[0])

    assert one.hash != other.hash
    assert one.salient is other.salient
    assert one.content is other.content
    assert alone.salient == one.salient
    assert alone.salient is not one.salient, "each reader has his own"


def test_stored_readings_share_what_is_equal() -> None:
    """As they come from a file: each text in it is an object of its own."""
    shared = Shared()
    one, other = (Reading.from_mapping(_again(Reader().read(text)), shared) for text in TEXTS)

    assert one.salient is other.salient
    assert one.content is other.content
    again = Reading.from_mapping(_again(Reader().read(TEXTS[0])), shared)
    assert again.frame is one.frame
    tokens = {token: token for token in one.salient}
    more = Reading.from_mapping(_again(Reader().read("Cancel LX-17")), shared)
    assert all(token is tokens[token] for token in more.salient)
    assert more.salient < one.salient


def test_the_readings_of_a_recorded_run_share_their_words(tmp_path: Path) -> None:
    played(tmp_path, WORK)
    with Trace(tmp_path / "t.db") as trace:
        readings = [event.reading for event in recorded_run(trace).events if event.reading]

    tokens = [token for reading in readings for token in reading.content]
    assert len(tokens) > len(set(tokens)), "some words come again"
    assert len(set(map(id, tokens))) == len(set(tokens))


def _again(reading: Reading) -> object:
    return json.loads(json.dumps(reading.as_mapping()))


def test_what_is_shared_is_equal_to_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_module, "MOST", 3)
    shared = Shared()

    for number in range(50):
        texts = [f"a{number % 7}", f"b{number % 5}"]
        assert shared.tokens(texts) == frozenset(texts)
        assert shared.text(texts[0]) == texts[0]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Shared()
    first = shared.tokens(["".join(("a", "1"))])
    assert shared.tokens(["".join(("a", "1"))]) is first

    monkeypatch.setattr(shared_module, "MOST", 10)
    for number in range(20):
        shared.tokens([f"b{number}"])
    assert shared.tokens(["".join(("a", "1"))]) is not first, "it was forgotten"

    large = [f"t{number}" for number in range(LARGEST + 1)]
    assert shared.tokens(large) is not shared.tokens(large)
