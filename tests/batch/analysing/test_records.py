"""A table as records and as a DataFrame, and conclusions in a notebook."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import studio.batch
from studio.batch.analysing.conclusions import conclude
from studio.batch.design.variants import Variant
from studio.support.errors import EnvironmentProblem, UsageError
from tests.batch.reporting.tables import made_table, planted, settings


def test_records_are_flat_and_all_have_the_same_keys() -> None:
    table = made_table(planted({}), settings(t=[1]), rows=2, seeds=1, columns=lambda row: {"n": row})
    records = table.to_records()

    assert len(records) == 4
    assert len({tuple(one) for one in records}) == 1
    assert records[0]["set.writer.t"] is None
    assert records[1]["set.writer.t"] == 1
    assert (records[3]["row.n"], records[3]["arm"]) == (1, "writer.t=1")
    assert isinstance(records[0]["score.points"], float)


def test_a_missing_score_comes_with_its_reason() -> None:
    record = made_table(lambda *_: None, rows=1, seeds=1).to_records()[0]

    assert record["score.points"] is None
    assert record["missing.points"] == "the run failed"


def test_a_frame_is_made_where_pandas_is(monkeypatch: pytest.MonkeyPatch) -> None:
    table = made_table(planted({}), rows=1, seeds=1)
    pandas: Any = ModuleType("pandas")
    pandas.DataFrame = SimpleNamespace(from_records=lambda records: ("frame", len(records)))
    monkeypatch.setitem(sys.modules, "pandas", pandas)

    assert table.to_frame() == ("frame", 1)


def test_without_pandas_a_frame_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(EnvironmentProblem, match="pip install pandas"):
        made_table(planted({}), rows=1, seeds=1).to_frame()


def test_conclusions_show_themselves_as_an_escaped_table() -> None:
    table = made_table(planted({}), (Variant(), Variant("<script>", {"w.t": 1})), rows=3)
    html = conclude(table)._repr_html_()

    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert html.count("<tr>") == 3


def test_claims_may_be_about_another_score_and_only_one_that_is_there() -> None:
    table = made_table(planted({}), settings(t=[1]), margin=0.5)

    assert conclude(table, score="points").margin == 0.5
    with pytest.raises(UsageError, match="Did you mean `points`"):
        conclude(table, score="pints")


def test_the_python_interface_has_what_it_names() -> None:
    for name in studio.batch.__all__:
        assert callable(getattr(studio.batch, name))
    with pytest.raises(AttributeError):
        studio.batch.nothing_of_the_kind  # noqa: B018
