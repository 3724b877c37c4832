"""What a module says may be of any size and shape: it is read, in a time that does not grow out of hand."""

from __future__ import annotations

from time import process_time

import pytest

from studio.dynamics.words.normalise import normalise, text_of
from studio.dynamics.words.reader import Reader
from studio.support.values import Json


def nested(depth: int) -> Json:
    value: Json = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "said",
    [
        pytest.param('{"a":"' + 'x\\n\\"y ' * 3_000_000 + '"}', id="a JSON text of 20 MB with escapes"),
        pytest.param('1":' + '"\\' * 9_000, id="quotes that never end"),
        pytest.param("1 " + "session-id-" * 2_000, id="beginnings of ids"),
        pytest.param("1a" + "\u0301\u0323" * 8_000, id="thousands of marks on one letter"),
        pytest.param("1" + "\ufdfa" * 16_000, id="signs that stand for phrases"),
        pytest.param("a" * 1_000_000, id="one word of a million letters"),
    ],
)
def test_a_hostile_text_is_read_soon(said: str) -> None:
    """All but the last two took up to 5 s once; now about 0.05 s or less."""
    reader = Reader()
    reader.read("The lists of words are loaded.")

    begin = process_time()
    reader.read(said)

    assert process_time() - begin < 0.5 + len(said) / 20_000_000


@pytest.mark.parametrize("value", [nested(5_000), 10**5_000, [10**5_000], {"a": {1, 2}}], ids=range(4))
def test_a_value_that_cannot_be_shown_is_read_all_the_same(value: Json) -> None:
    assert Reader().read(value).hash


def test_marks_are_normalised_in_parts_as_they_are_in_one() -> None:
    words = "cafe\u0301 ｆｕｌｌ \ufb01n " * 300

    assert normalise(words) == normalise("café full fin " * 300)


def test_escapes_in_a_json_text_read_as_they_are_meant() -> None:
    assert text_of({"a": 'one\ntwo\t"three" \\n \x01\u007f /'}) == '{"a":"one\ntwo\n\'three\' \\n \n\x7f /"}'
