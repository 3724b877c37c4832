"""Rows from files: every format, every refusal with its line, and hashes that mean what they say."""

from __future__ import annotations

import csv
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.batch.design import reading, rows
from studio.batch.design.axes import file_reader
from studio.batch.design.reading import read_rows
from studio.batch.design.rows import Row, inline
from studio.support.errors import EnvironmentProblem, StudioError, UsageError
from studio.support.values import Json, hash_bytes
from tests.support.thorough import draws


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def values(folder: Path, name: str, content: str | bytes, **types: str) -> list[Json]:
    return [dict(row.values) for row in read_rows(written(folder, name, content), types)]


def refused(folder: Path, name: str, content: str | bytes, **types: str) -> str:
    with pytest.raises(UsageError) as caught:
        read_rows(written(folder, name, content), types)
    return str(caught.value).replace(str(folder), "")


# -- what is read -----------------------------------------------------------------------------------


def test_cells_of_a_table_are_read_as_the_inputs_are_declared(tmp_path: Path) -> None:
    text = "n,ok,any,words,note\n3,TRUE,[1],007,4\n4,false,plain,,x\n"

    found = values(tmp_path, "a.csv", text, n="integer", ok="boolean", any="any", words="text")

    assert found == [
        {"n": 3, "ok": True, "any": [1], "words": "007", "note": "4"},
        {"n": 4, "ok": False, "any": "plain", "words": "", "note": "x"},
    ]


def test_an_empty_cell_gives_an_input_that_is_no_text_nothing(tmp_path: Path) -> None:
    assert values(tmp_path, "a.csv", "n,t\n,\n", n="integer") == [{"t": ""}]


def test_a_cell_may_hold_lines_and_quotes_and_rows_know_where_they_begin(tmp_path: Path) -> None:
    found = read_rows(written(tmp_path, "a.csv", 'q,a\n"one\ntwo ""so""",1\n\nthree,2\n'))

    assert [dict(row.values) for row in found] == [{"q": 'one\ntwo "so"', "a": 1}, {"q": "three", "a": 2}]
    assert [row.place.rpartition(":")[2] for row in found] == ["2", "5"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "\ufeffq,a\nx,y\n"),
        ("a.csv", "q;a\nx;y\n"),
        ("a.tsv", "q\ta\nx\ty\n"),
        ("a.csv", "q,a\r\nx,y\r\n"),
        ("a.jsonl", '\ufeff{"q": "x", "a": "y"}\n\n'),
        ("a.ndjson", '{"a": "y", "q": "x"}'),
        ("a.json", '[{"q": "x", "a": "y"}]'),
    ],
)
def test_one_row_is_the_same_row_in_every_format(tmp_path: Path, name: str, content: str) -> None:
    found = read_rows(written(tmp_path, name, content))

    assert [dict(row.values) for row in found] == [{"q": "x", "a": "y"}]
    assert found[0].hash == inline([{"a": "y", "q": "x"}], "here")[0].hash


def test_images_are_files_below_the_data_and_stand_for_their_content(tmp_path: Path) -> None:
    (tmp_path / "one.png").write_bytes(b"\x89PNG")

    row = read_rows(written(tmp_path, "a.jsonl", '{"picture": "one.png"}'), {"picture": "image"})[0]

    assert row.values["picture"] == {"$blob": hash_bytes(b"\x89PNG"), "type": "image/png", "size": 4}
    assert row.files == {"picture": str(tmp_path / "one.png")}


# -- hashes -----------------------------------------------------------------------------------------

ROWS = st.lists(
    st.dictionaries(st.text("abc", min_size=1, max_size=2), st.integers(0, 2), min_size=1, max_size=3), min_size=1
)


@settings(max_examples=draws(20, 100))
@given(ROWS, st.randoms())
def test_rows_have_one_identity_each_in_whatever_order_they_stand(said: list[dict[str, int]], random: object) -> None:
    shuffled = [dict(reversed(row.items())) for row in said]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    before, after = inline(said, "a"), inline(shuffled, "b")

    assert before.hash == after.hash
    assert sorted(row.identity for row in before) == sorted(row.identity for row in after)
    assert len({row.identity for row in before}) == len(said)


def test_other_rows_are_another_data_set() -> None:
    assert inline([{"a": 1}], "x").hash != inline([{"a": 1}, {"a": 1}], "x").hash
    assert inline([{"a": 1}], "x")[0].hash != inline([{"a": "1"}], "x")[0].hash


def test_what_is_expected_is_the_column_of_that_name() -> None:
    assert Row(0, "h", {"expected": 3}).expected == 3
    assert Row(0, "h", {"a": 3}).expected is None


# -- hostile files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "", "There are no rows"),
        ("a.csv", "q,a\n", "There are no rows"),
        ("a.jsonl", "\n\n", "There are no rows"),
        ("a.json", "[]", "There are no rows"),
        ("a.csv", "q,a,q\n1,2,3\n", "/a.csv:1: The columns 1 and 3 have one name, `q`."),
        ("a.csv", "q,,a\n1,2,3\n", "/a.csv:1: Column 2 has no name."),
        ("a.csv", "q,a\n1,2\n1,2,3\n", "/a.csv:3: The row holds 3 cells, but there are 2 columns."),
        ("a.csv", "q,a\n1\n", "/a.csv:2: The row holds 1 cells"),
        ("a.csv", 'q,a\n"1,2\n', "/a.csv:2: The row that begins here cannot be read"),
        ("a.csv", b"q,a\n1,2\n\xff,3\n", "/a.csv:3: This line is not UTF-8"),
        ("a.jsonl", b'{"a": 1}\n{"a": "\xff"}\n', "/a.jsonl:2: This line is not UTF-8"),
        ("a.jsonl", '{"a": 1}\n{"a": NaN}\n', "/a.jsonl:2: This is no JSON: NaN is not a finite number."),
        ("a.jsonl", '{"a": 1e999}', "/a.jsonl:1: `a` cannot be kept: inf is not a finite number."),
        ("a.jsonl", '{"a": "\\ud800"}', "/a.jsonl:1: `a` cannot be kept: text with a lone surrogate"),
        ("a.jsonl", '{"\\ud800": 1}', "/a.jsonl:1: The name of a column cannot be kept: text with a lone surrogate"),
        ("a.jsonl", '{"a": 123456789012345678901234567890}', "`a` cannot be kept: an integer larger than 64 bits"),
        ("a.jsonl", '{"a": 1, "a": 2}', "/a.jsonl:1: The name `a` stands twice."),
        ("a.jsonl", '{"a": {"b": 1, "b": 2}}', "/a.jsonl:1: The name `b` stands twice."),
        ("a.jsonl", "[1]", "/a.jsonl:1: This row is no object."),
        ("a.jsonl", '{"a": 1}\n{"a": }', "/a.jsonl:2: This is no JSON"),
        ("a.jsonl", '{"a": ' + "[" * 70 + "]" * 70 + "}", "/a.jsonl:1: `a` is nested deeper than 64 levels."),
        ("a.jsonl", '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
        ("a.jsonl", '{" ": 1}', "/a.jsonl:1: A column has no name."),
        ("a.jsonl", '{"' + "x" * 201 + '": 1}', "longer than 200 characters"),
        ("a.json", '{"a": 1}', "The file is no list of rows."),
        ("a.txt", "q", "This is no file of rows."),
    ],
)
def test_a_bad_file_is_refused_by_line_and_reason(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    assert said in refused(tmp_path, name, content)


def test_a_cell_that_is_no_number_is_refused_by_column_and_line(tmp_path: Path) -> None:
    said = refused(tmp_path, "a.csv", "n\n1\nNaN\n", n="number")

    assert said == "/a.csv:3: `n` takes a number, but this row has: NaN."
    assert values(tmp_path, "a.csv", "n\n1\n2.5\n", n="number") == [{"n": 1}, {"n": 2.5}]


@pytest.mark.parametrize("named", ["../secret", "/etc/hostname", "a/../../secret", "\0"])
def test_a_row_names_no_file_outside_of_the_data_folder(tmp_path: Path, named: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "secret").write_text("key")
    (folder / "secret").write_text("mine")

    with pytest.raises(UsageError, match="in the folder of the data"):
        read_rows(written(folder, "a.jsonl", json.dumps({"f": named})), {"f": "file"})
    assert read_rows(written(folder, "a.jsonl", '{"f": "secret"}'), {"f": "file"})[0].files


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.csv")

    with pytest.raises(UsageError, match="`pipe` is no file"):
        read_rows(written(tmp_path, "a.jsonl", '{"f": "pipe"}'), {"f": "file"})
    with pytest.raises(UsageError, match="This is no file"):
        read_rows(tmp_path / "pipe.csv")
    with pytest.raises(UsageError, match="This is no file"):
        file_reader(tmp_path, tmp_path)("pipe")


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a.jsonl", '{"a": 1}\n' * 5)
    assert len(read_rows(path)) == 5

    monkeypatch.setattr(rows, "MAX_ROWS", 4)
    with pytest.raises(UsageError, match="more than 4 rows"):
        read_rows(path)
    monkeypatch.setattr(rows, "MAX_ROW_BYTES", 5)
    with pytest.raises(UsageError, match="larger than"):
        read_rows(path)
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    with pytest.raises(UsageError, match="Cut it into several files"):
        read_rows(path)


def test_a_cell_of_more_than_a_million_characters_is_refused_and_one_of_less_is_read(tmp_path: Path) -> None:
    before = csv.field_size_limit()

    assert len(values(tmp_path, "a.csv", "q\n" + "x" * 500_000 + "\n")[0]["q"]) == 500_000
    assert "cannot be read" in refused(tmp_path, "a.csv", "q\n" + "x" * 1_000_001 + "\n")
    assert csv.field_size_limit() == before


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no such file of rows"):
        read_rows(tmp_path / "none.csv")


@settings(max_examples=draws(20, 100))
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.jsonl", "a.json", "a.tsv"]))
def test_whatever_bytes_a_file_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = written(tmp_path_factory.mktemp("any"), name, content)
    with suppress(StudioError):  # any other exception fails
        assert all(row.hash for row in read_rows(path, {"a": "integer"}))


# -- Parquet ----------------------------------------------------------------------------------------


def test_without_pyarrow_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(EnvironmentProblem, match=r"pip install 'ganglia-studio\[parquet\]'"):
        read_rows(written(tmp_path, "a.parquet", b"PAR1"))


def test_a_parquet_file_gives_the_same_rows(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    table = arrow.table({"q": ["x", "y"], "n": [1, None], "at": arrow.array([0, 1], arrow.timestamp("s"))})
    parquet.write_table(table, tmp_path / "a.parquet")
    parquet.write_table(arrow.table({"n": [float("nan")]}), tmp_path / "b.parquet")
    parquet.write_table(arrow.table({"n": [b"\xff"]}), tmp_path / "c.parquet")

    found = read_rows(tmp_path / "a.parquet")

    assert [dict(row.values) for row in found] == [
        {"q": "x", "n": 1, "at": "1970-01-01T00:00:00"},
        {"q": "y", "n": None, "at": "1970-01-01T00:00:01"},
    ]
    with pytest.raises(UsageError, match="row 1: `n` cannot be kept: nan is not a finite number"):
        read_rows(tmp_path / "b.parquet")
    with pytest.raises(UsageError, match="`n` holds bytes"):
        read_rows(tmp_path / "c.parquet")
    with pytest.raises(UsageError, match="no Parquet file"):
        read_rows(written(tmp_path, "d.parquet", b"PAR1 nonsense"))
