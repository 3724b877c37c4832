"""Pages: the same report gives the same bytes, texts of strangers stay texts, and large batches stay small pages."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from studio.batch.analysing.table import Table
from studio.batch.design.variants import Variant
from studio.batch.reporting import html
from studio.batch.reporting.html import MOST_RUNS, html_page
from studio.batch.reporting.markdown import markdown_page
from studio.batch.reporting.notebook import notebook_page
from studio.batch.reporting.outputs import Answer, Sample
from studio.batch.reporting.records import csv_records, jsonl_records
from studio.batch.reporting.report import Report
from tests.batch.reporting.reports import report_of
from tests.batch.reporting.tables import knockouts, made_table, planted, settings
from tests.support.thorough import draws

GOLDEN = Path(__file__).parents[2] / "golden" / "batch"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=y> [a](javascript:z) \"q\" 'r' \u202eRTL \x1b[31m\x00 http://a.b/c"
    " | `x` ~~~ www.a.b a@b.c"
)


def small_table() -> Table:
    return made_table(
        planted({"writer.t=2": 0.6}), settings(t=[1, 2]), rows=8, seeds=2, hypothesis="Warmer is better.",
        about="It fails if no temperature beats the whole.", margin=0.2,
    )  # fmt: skip


def hostile_table() -> Table:
    variants = (Variant(HOSTILE), Variant(f"other {HOSTILE}", settings={"w.t": HOSTILE}))

    def scoring(graph: str, variant: str, row: int, seed: int) -> float | None:
        return None if row == 0 else row + 0.5 * (variant != HOSTILE)

    return made_table(
        scoring, variants, graphs=(HOSTILE, "b"), hypothesis=HOSTILE, about=HOSTILE, rows=9,
        columns=lambda row: {HOSTILE: HOSTILE, "long": "x" * 1_000_000},
    )  # fmt: skip


def hostile_samples(table: Table) -> list[Sample]:
    line = table.lines[0]
    answer = Answer(line, table.arm_of(line), {HOSTILE: HOSTILE, "y": "```\n" + HOSTILE}, HOSTILE)
    return [Sample(0, 0, {HOSTILE: HOSTILE}, (answer,), None)]


class Page(HTMLParser):
    """All tags with their attributes, ids, and addresses of links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.names.append(name)
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href"):
                self.links.append(value or "")


def without_figures(page: str) -> str:
    """Return a page without what matplotlib drew, which differs between its versions, and without the style."""
    return re.sub(r"<(svg|style).*?</\1>", r"<\1/>", page, flags=re.DOTALL)


@pytest.fixture(scope="module")
def by_seed() -> Report:
    return report_of(small_table(), by="seed")


@pytest.fixture(scope="module")
def small() -> Report:
    return report_of(small_table())


@pytest.fixture(scope="module")
def small_page(small: Report) -> str:
    return html_page(small)


@pytest.mark.parametrize("ending", ["md", "html"])
def test_a_small_report_is_as_the_golden_file_says(by_seed: Report, ending: str) -> None:
    """After a change that is meant: write the new text to the golden file and look at the difference."""
    page = markdown_page(by_seed) if ending == "md" else without_figures(html_page(by_seed))

    assert page == (GOLDEN / f"report.{ending}").read_text(encoding="utf-8")


def test_equal_reports_are_equal_bytes_figures_included(small_page: str) -> None:
    assert html_page(report_of(small_table())) == small_page


def test_the_answer_comes_first_and_every_arm_leads_to_its_runs(small: Report, small_page: str) -> None:
    report, text = small, small_page
    page = Page(text)

    assert text.index("writer.t=2") < text.index("<table")
    assert text.index("Warmer is better.") < text.index(report.claims[0].text[:40])
    inner = {one.removeprefix("#") for one in page.links if one.startswith("#")}
    assert {"arm-1", "arm-2", "arm-3"} <= inner
    assert {f"run-{line.run}" for line in report.table.lines} <= inner, "dots of figures lead to their runs"
    assert inner <= set(page.ids), "no link leads nowhere"
    assert len(page.ids) == len(set(page.ids))


def test_in_the_window_runs_are_addresses_that_it_opens(small: Report, small_page: str) -> None:
    assert f"studio:run/{small.table.lines[0].run}" in Page(html_page(small, links="window")).links
    assert "studio:run/" not in small_page


def test_texts_of_strangers_stay_texts_on_the_page() -> None:
    table = hostile_table()
    text = html_page(report_of(table, by="long", samples=hostile_samples(table)))
    page = Page(text)

    assert "&lt;script&gt;alert(1)" in text
    assert not {"script", "iframe", "object", "form", "base"} & set(page.tags)
    assert not [name for name in page.names if name.startswith("on")]
    assert all(one.startswith(("#", "data:image/svg+xml")) for one in page.links), page.links
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
    assert len(text) < 1_000_000
    assert "default-src 'none'" in text


def test_control_what_is_not_escaped_would_be_seen() -> None:
    page = Page("<p><script>x</script><a href='javascript:1' onclick='y'>z</a></p>")

    assert "script" in page.tags
    assert "onclick" in page.names
    assert not all(one.startswith("#") for one in page.links)


def test_texts_of_strangers_stay_texts_in_markdown() -> None:
    from markdown_it import MarkdownIt

    table = hostile_table()
    text = markdown_page(report_of(table, by="long", samples=hostile_samples(table)))
    page = Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))

    assert not {"script", "img", "a"} & set(page.tags)
    assert page.tags.count("table") > 3
    assert not {"\x1b", "\u202e", "\x00"} & set(text)
    assert not re.search(r"(?<!\\):(?=//)", text.split("```")[0]), "no bare address becomes a link"
    assert len(text) < 200_000


def test_plain_words_stand_in_markdown_as_they_were_written() -> None:
    hypothesis = "Lloyd's essay says (p. 2): it's better!"
    text = markdown_page(report_of(made_table(planted({}), hypothesis=hypothesis, about="- no list\n1. no list")))

    assert "*Hypothesis:* Lloyd's essay says (p. 2): it's better!" in text
    assert "\n\\- no list" in text, "control: what would begin a list begins none"


def test_a_list_of_very_many_runs_is_cut_and_says_so(small_page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    most = draws(400, MOST_RUNS)
    monkeypatch.setattr(html, "MOST_RUNS", most)
    table = made_table(planted({}), settings(t=[1]), rows=most // 4 + 10, seeds=2, dynamics=False)
    text = html_page(report_of(table))

    assert len(re.findall(r'<tr id="run-', text)) == most
    assert "40 more are not listed here" in text
    assert len(text) < 100_000 + 600 * most
    assert "more are not listed" not in small_page


@pytest.mark.parametrize(
    "table",
    [
        made_table(planted({}), rows=0),
        made_table(planted({}), rows=1, seeds=1),
        made_table(lambda *_: None, settings(t=[1])),
        made_table(None, settings(t=[1]), dynamics=False),
        made_table(planted({}), settings(t=[1, 2, 3]), graphs=("organism", "twin", "narrow"), rows=2),
        made_table(planted({"without a": 1.0}), knockouts(["a", "b"]), rows=4, graphs=("one", "two")),
        made_table(lambda *_: 1.0, settings(t=[1])),
    ],
    ids=["empty", "one run", "all failed", "no scores", "3 graphs x 4 variants", "knockouts of two", "all the same"],
)
def test_whatever_a_batch_holds_it_is_told(table: Table) -> None:
    report = report_of(table)
    pages = html_page(report), markdown_page(report)

    assert all("How it was made" in page for page in pages)
    assert all(report.claims[0].text[-30:] in page.replace("&#39;", "'") for page in pages)
    assert json.loads(json.dumps(report.as_json()))["done"] == len(table.lines)
    assert sum(1 for _ in jsonl_records(table)) == len(table.lines)


def test_records_cannot_make_a_spreadsheet_compute() -> None:
    table = made_table(planted({}), rows=2, seeds=1, columns=lambda row: {"a": "=1+1", "b": "-x", "n": -3, "c": "ok"})
    header, first, _ = b"".join(csv_records(table)).decode().splitlines()

    assert header.endswith("row.a,row.b,row.n,row.c")
    assert first.endswith("'=1+1,'-x,-3,ok")
    assert b'"row.a":"=1+1"' in b"".join(jsonl_records(table)), "where nothing computes, texts are as they were"


def test_a_cell_of_a_megabyte_is_cut_for_spreadsheets() -> None:
    table = made_table(planted({}), rows=1, seeds=1, columns=lambda row: {"a": "x\n" * 500_000})

    assert len(b"".join(csv_records(table))) < 40_000


def test_the_notebook_is_one_and_names_nothing_that_there_is_not(by_seed: Report, tmp_path: Path) -> None:
    text = notebook_page(by_seed, tmp_path / "runs.db")
    notebook = json.loads(text)
    nbformat.validate(notebook)
    code = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    compile(code, "notebook", "exec")

    assert 'BY = "seed"' in code
