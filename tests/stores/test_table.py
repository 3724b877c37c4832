"""The table: columns, keys, filters, sums, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from studio.stores import Store, make_store, store_problems
from studio.support.errors import NodeError

COLUMNS = {"id": "text", "n": "integer", "done": "boolean"}
ROWS = [
    {"id": "a", "n": 3, "done": True},
    {"id": "b", "n": 1, "done": False},
    {"id": "c", "n": 3, "done": False},
    {"id": "d"},
]


def table() -> Store:
    return make_store("table", {"columns": COLUMNS, "key": "id", "rows": ROWS}, "tasks")


def ids(rows: list[dict[str, Any]]) -> str:
    return "".join(row["id"] for row in rows)


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ({}, "abcd"),
        ({"filter": {"done": False}}, "bc"),
        ({"filter": {"n": {"gte": 2}, "done": True}}, "a"),
        ({"sort": "n"}, "bacd"),
        ({"sort": "n", "descending": True}, "acbd"),
        ({"sort": "id", "descending": True, "limit": 2}, "dc"),
        ({"limit": 0}, ""),
    ],
)
def test_rows_are_selected_sorted_and_cut(args: dict[str, Any], found: str) -> None:
    assert ids(table().do("select", args)) == found


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ({"function": "count"}, [{"group": None, "value": 4}]),
        ({"function": "count", "column": "n"}, [{"group": None, "value": 3}]),
        (
            {"function": "sum", "column": "n", "group": "done"},
            [{"group": True, "value": 3}, {"group": False, "value": 4}, {"group": None, "value": 0}],
        ),
        ({"function": "min", "column": "n", "filter": {"id": "d"}}, [{"group": None, "value": None}]),
        ({"function": "max", "column": "id"}, [{"group": None, "value": "d"}]),
        ({"function": "mean", "column": "n", "filter": {"done": False}}, [{"group": None, "value": 2.0}]),
    ],
)
def test_columns_are_added_up_by_group(args: dict[str, Any], found: Any) -> None:
    assert table().do("aggregate", args) == found


def test_a_sum_that_is_no_number_any_more_is_refused() -> None:
    store = make_store("table", {"rows": [{"n": 1.7e308}, {"n": 1.7e308}]}, "t")

    with pytest.raises(NodeError, match="`aggregate` of the table `t` comes to inf"):
        store.do("aggregate", {"function": "sum", "column": "n"})


def test_rows_of_a_known_key_are_merged_replaced_or_kept() -> None:
    for how, row in (
        ("merge", {"id": "a", "n": 9, "done": True}),
        ("replace", {"id": "a", "n": 9}),
        ("keep", ROWS[0]),
    ):
        store = table()

        assert store.do("put", {"rows": [{"id": "a", "n": 9}, {"id": "e"}], "if_there": how}) == 1
        assert store.do("get", {"key": "a"}) == {"row": row}
        assert ids(store.do("select", {})) == "abcde"


def test_without_a_key_every_row_is_one_of_its_own() -> None:
    store = make_store("table", {}, "log")

    store.do("put", {"rows": [{"a": 1}, {"a": 1}, {}]})
    store.do("delete", {"filter": {"a": {"exists": False}}})
    store.do("put", {"rows": [{"b": 2}]})

    assert store.do("select", {}) == [{"a": 1}, {"a": 1}, {"b": 2}]
    assert store.rows().columns == ("a", "b")
    with pytest.raises(NodeError, match="has no key column"):
        store.do("get", {"key": "a"})


@pytest.mark.parametrize(
    ("op", "args", "message"),
    [
        ("put", {"rows": [{"id": "x"}, {"id": "y", "m": 1}]}, "has `m`, which is none of the columns"),
        ("put", {"rows": [{"id": "x", "n": "3"}]}, "has 3 as `n`, but it must be a whole number"),
        ("put", {"rows": [{"n": 3}]}, "as key `id`, but it must be a text or a whole number"),
        ("put", {"rows": [3]}, "a row is an object"),
        ("put", {"rows": {"id": "x"}}, "needs a list"),
        ("put", {"rows": [], "if_there": "ask"}, "there are merge, replace, keep"),
        ("update", {"filter": {}, "values": {"id": "z"}}, "names the key `id`, which does not change"),
        ("update", {"filter": {"n": {"gtee": 1}}, "values": {}}, "`gtee` of `n` is no operator"),
        ("delete", {"filter": [1]}, "a filter is an object"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(op: str, args: dict[str, Any], message: str) -> None:
    store = table()

    with pytest.raises(NodeError, match=message):
        store.do(op, args)
    assert store.dump() == ROWS


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"columns": 3}, "`columns` is a list of names, or an object with a type for each name."),
        ({"columns": {"n": "int"}}, "The column `n` has the type int, which there is not. Did you mean `integer`?"),
        ({"columns": ["id"], "key": "ID"}, "The key `ID` is none of the columns. Did you mean `id`?"),
        (
            {"columns": ["id"], "rows": [{"i": 1}]},
            "Row 0 of `rows` has `i`, which is none of the columns (id).",
        ),
        ({"columns": [3]}, "`columns` names 3, but a column has a text as name."),
    ],
)
def test_a_wrong_declaration_is_told(params: dict[str, Any], problem: str) -> None:
    assert store_problems("table", params) == [problem]
