from __future__ import annotations

import pytest

from tests.bench.heldout import FIELDS, Said, differences, is_right, report, table
from tests.bench.paired import compare, mcnemar


@pytest.mark.parametrize(
    ("field", "said", "want", "right"),
    [
        ("city", "lille", "Lille", True),
        ("city", None, "", True),
        ("city", "Lille", "", False),
        ("order_no", "#52718", "52718", True),
        ("order_no", "52718", "52719", False),
        ("quantity", 9, 9, True),
        ("quantity", "9", 9, True),
        ("product", "kayak", "red kayak", True),
        ("product", "the red kayak", "kayak", True),
        ("product", "ayak", "kayak", False),
        ("product", "red", "red kayak", False),
        ("product", "", "kayak", False),
    ],
)
def test_a_field_is_compared_as_the_readme_of_the_data_says(
    field: str, said: object, want: object, right: bool
) -> None:
    assert is_right(field, said, want) is right


def test_the_interval_of_a_difference_holds_it_and_is_the_same_every_time() -> None:
    first, second = [1.0] * 30 + [0.0] * 10, [1.0] * 10 + [0.0] * 30

    found = compare(first, second)

    assert found.difference == pytest.approx(0.5)
    assert 0.3 < found.low < found.difference < found.high < 0.7
    assert (found.only_first, found.only_second) == (20, 0)
    assert found.p == pytest.approx(2 / 2**20)
    assert compare(first, second) == found


def test_two_methods_that_agree_everywhere_differ_by_nothing() -> None:
    found = compare([1.0, 0.0, 1.0], [1.0, 0.0, 1.0])

    assert (found.difference, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_mcnemar_asks_only_the_cases_where_the_two_differ() -> None:
    assert mcnemar(1, 5) == pytest.approx(2 * 7 / 64)
    assert mcnemar(5, 1) == mcnemar(1, 5)
    assert mcnemar(3, 3) == 1.0


def test_parts_of_a_case_have_an_interval_but_no_exact_test() -> None:
    assert compare([0.9, 0.8], [0.5, 0.6]).p is None


def test_without_cases_nothing_is_compared() -> None:
    with pytest.raises(ValueError, match="must be cases"):
        compare([], [])


def said(wrong: tuple[str, ...], confidence: float | None = None) -> Said:
    return Said({}, {field: field not in wrong for field in FIELDS}, confidence, 3, 30, 4, 1.5, "")


def test_the_table_counts_whole_records_fields_and_one_sided_cases() -> None:
    both = {"graph": [said((), 0.5), said(("kind",), 0.3)], "twin": [said(("city", "day")), said(("kind",))]}

    shown = table(report("dev", both))

    assert differences(both)["whole record"].only_first == 1
    assert "whole record         1       0   +0.500" in shown
    assert "fields              19      17" in shown
    assert "1 of 2 records, 1 of them wholly right" in shown
