"""Outputs of one module that say the same have one symbol; templated progress has many."""

from __future__ import annotations

import pytest

from studio.dynamics.detecting.step import Said
from studio.dynamics.settings import DEFAULTS, Settings
from studio.dynamics.words.generations import Generations
from studio.dynamics.words.reading import Reading
from studio.dynamics.words.symbols import SymbolBook
from tests.dynamics.building import READER


def symbols(*texts: str, settings: Settings = DEFAULTS) -> list[int]:
    book = SymbolBook(settings)
    return [book.symbol("m", READER.read(text)) for text in texts]


def reading(content: str, rare: str = "", salient: str = "") -> Reading:
    words = frozenset(content.split()) | frozenset(rare.split())
    return Reading(
        f"{content}|{rare}|{salient}", content=words, rare=frozenset(rare.split()), salient=frozenset(salient.split())
    )


def same(one: Reading, other: Reading, settings: Settings = DEFAULTS) -> bool:
    book = SymbolBook(settings)
    return book.symbol("m", one) == book.symbol("m", other)


def test_two_wordings_of_one_thought_are_one_and_the_next_row_is_another() -> None:
    assert symbols("Compare the flights to Lisbon by price", "By price, I will compare flights to Lisbon now") == [0, 0]
    assert symbols("row 17 done", "row 18 done", "Row 17 done!") == [0, 1, 0]
    assert symbols("Book a room in Porto", "Book a room in Lisbon") == [0, 1]


def test_salient_tokens_must_be_equal() -> None:
    assert same(reading("a b c d", salient="17"), reading("a b c e", salient="17"))
    assert not same(reading("a b c d", salient="17"), reading("a b c d", salient="17 18"))


def test_half_of_the_rare_words_must_agree() -> None:
    assert same(reading("a b c", rare="x y"), reading("a b c d", rare="x"))  # 1 of 2
    assert not same(reading("a b c", rare="x y z"), reading("a b c d", rare="x"))  # 1 of 3


def test_content_must_agree_by_a_third_with_distinctive_words_and_by_half_without() -> None:
    assert same(reading("a b c", salient="17"), reading("a d e", salient="17")) is False  # Dice 1/3
    assert same(reading("a b c", salient="17"), reading("a b e f", salient="17")) is True  # 4/7
    assert same(reading("a b"), reading("a c")) is True  # 1/2
    assert same(reading("a b c"), reading("a d e")) is False
    assert same(reading("a b c d"), reading("a c e f g")) is False  # 4/9


def test_each_threshold_can_be_set() -> None:
    one, other = reading("a b c", rare="x y z"), reading("a b d", rare="x")

    assert not same(one, other)
    assert same(one, other, Settings(same_rare=0.3))
    assert same(reading("a b c"), reading("a d e"), Settings(same_plain=0.3))


def test_modules_do_not_share_symbols() -> None:
    book = SymbolBook(DEFAULTS)

    assert [book.symbol(module, READER.read(text)) for module, text in (("a", "x"), ("b", "y"), ("b", "x"))] == [
        0,
        0,
        0,
    ]
    assert book.symbol("a", reading("p q r")) == 1


def test_only_the_last_leaders_of_a_bucket_are_compared() -> None:
    few = Settings(leaders=2)
    texts = [reading(f"a{n} b{n} c{n}") for n in range(3)]
    again = Reading("another", content=texts[0].content)

    book, wide = SymbolBook(few), SymbolBook(DEFAULTS)
    assert [book.symbol("m", each) for each in (*texts, again)] == [0, 1, 2, 3]
    assert [wide.symbol("m", each) for each in (*texts, again)] == [0, 1, 2, 0]


def test_an_embedder_joins_what_shares_no_words_and_the_others_thresholds_still_hold() -> None:
    def embedder(text: str) -> tuple[float, float]:
        return (1.0, 0.0) if "cat" in text or "animal" in text else (0.0, 1.0)

    book = SymbolBook(DEFAULTS, embedder)
    cat, feline, row = (
        READER.read(text) for text in ("the cat sat down", "an animal took its seat", "the dog barked at night")
    )

    assert book.symbol("m", cat, "the cat sat down") == book.symbol("m", feline, "an animal took its seat")
    assert book.symbol("m", row, "the dog barked at night") != book.symbol("m", cat)
    assert SymbolBook(DEFAULTS).symbol("m", cat) == 0
    assert symbols("the cat sat down", "an animal took its seat") == [0, 1]


@pytest.mark.parametrize("size", [2, 10, 100])
def test_a_bounded_memory_keeps_what_was_used_last_and_no_more_than_its_size(size: int) -> None:
    kept: Generations[int, int] = Generations(size)

    for key in range(1000):
        kept.put(key, key)
        assert kept.get(0) in (None, 0)
        assert len(kept) <= size

    assert kept.get(999) == 999
    assert kept.get(0) == 0  # it was asked for all the time
    assert kept.get(500) is None


def test_a_new_word_in_a_known_sentence_is_the_next_of_a_row_and_a_known_one_is_not() -> None:
    assert symbols("Weigh the plums on the scale", "Weigh the pears on the scale", "Weigh the plums on the scale") == [
        0,
        1,
        0,
    ]
    assert symbols("Weigh the plums on the scale", "On the scale I weigh the plums today") == [0, 0]
    turned = symbols(
        "Green plums, ripe pears and nuts",
        "Weigh plums on the scale",
        "Weigh the plums on a scale",
        "Weigh pears on the scale",
    )
    assert turned[1] == turned[2]


def test_symbols_of_stored_readings_are_taken_over() -> None:
    book = SymbolBook(DEFAULTS)
    stored = READER.read("Compare the flights to Lisbon by price")

    book.adopt(Said(0, "m", 1, stored.with_symbol(7)), 7)

    assert book.symbol("m", READER.read("compare the flights to  LISBON by price")) == 7
    assert book.symbol("m", READER.read("By price, I will compare flights to Lisbon now")) == 7
    assert book.symbol("m", READER.read("Paint the kitchen green")) == 8


def test_what_people_say_is_the_same_only_if_it_is_word_by_word() -> None:
    book = SymbolBook(DEFAULTS)
    texts = ("Compare the flights to Lisbon by price", "By price, I will compare flights to Lisbon now")

    assert [book.symbol("p", READER.read(text), exact=True) for text in (*texts, texts[0].upper())] == [0, 1, 0]


def test_long_texts_count_as_several_so_that_what_is_remembered_is_bounded() -> None:
    """The words of 100 long outputs would be two hundred thousand sets' worth of short ones."""
    few, many = SymbolBook(Settings(kept=100)), SymbolBook(DEFAULTS)
    for number in range(100):
        said = reading(" ".join(f"w{number}x{word}" for word in range(800)), salient=f"{number}")
        assert few.symbol("m", said) == many.symbol("m", said) == number

    assert len(few._buckets) <= 4
    assert len(many._buckets) == 100


def test_the_words_of_thousands_of_modules_are_bounded_together() -> None:
    book = SymbolBook(Settings(kept=100))
    for number in range(1000):
        book.symbol(f"m{number}", reading(f"one two three w{number}"))

    assert sum(map(len, book._words.values())) <= 100
