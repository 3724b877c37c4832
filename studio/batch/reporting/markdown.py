"""A report as Markdown: the sentences and tables of the page, for repositories and notes.

Texts of models, data and graphs are escaped, so that none becomes a link, a heading or HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from studio.batch.reporting.outputs import Sample
from studio.batch.reporting.report import Report
from studio.batch.reporting.sections import sections
from studio.batch.reporting.tables import Sheet
from studio.batch.reporting.wording import number, one_line, several_lines
from studio.export.markdown_text import markdown_text
from studio.support.keys import scrub

MOST_SIGNS: Final = 4_000


def markdown_page(report: Report) -> str:
    """Return the report as the text of a page."""
    return scrub("\n".join(_lines(report)).rstrip("\n") + "\n")


def _lines(report: Report) -> Iterator[str]:
    said = report.table.experiment
    yield from (f"# {markdown_text(report.title)}", "")
    if said.hypothesis:
        yield from (f"*Hypothesis:* {_text(said.hypothesis)}", "")
    if said.about:
        yield from (_text(said.about), "")
    for place, claim in enumerate(report.claims):
        text = markdown_text(claim.text)
        yield from (f"**{text}**", "") if not place else (f"- {text}",)
    for part in sections(report):
        yield from ("", f"## {markdown_text(part.title)}", "")
        for one in (*part.sheets, *part.folded):
            yield from _table(one, part.title)
    if report.samples:
        yield from ("", "## Outputs side by side", "")
        for sample in report.samples:
            yield from _sample(sample, report)
    yield from _making(report)


def _text(text: str) -> str:
    return markdown_text(several_lines(text, MOST_SIGNS))


def _table(sheet: Sheet, heading: str) -> Iterator[str]:
    if sheet.title != heading:
        yield from (f"### {markdown_text(sheet.title)}", "")
    yield _row([markdown_text(one) for one in sheet.headers])
    yield _row(["---:" if place in sheet.numbers else "---" for place in range(len(sheet.headers))])
    for row in sheet.rows:
        yield _row([markdown_text(cell.text) for cell in row])
    yield ""
    if sheet.told:
        yield from (markdown_text(sheet.told), "")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _sample(sample: Sample, report: Report) -> Iterator[str]:
    given = "; ".join(
        f"{markdown_text(name)}: {markdown_text(one_line(value))}" for name, value in sample.given.items()
    )
    yield from (f"### Row {sample.row}, seed {sample.seed}", "")
    if given:
        yield from (given, "")
    for one in sample.answers:
        scores = ", ".join(f"{markdown_text(name)} {number(one.line.scores.get(name))}" for name in report.table.scores)
        yield f"{markdown_text(one.arm)}{f' ({scores})' if scores else ''}, `studio show {one.line.run}`:"
        text = "\n".join(f"{name}: {value}" if len(one.outputs) > 1 else value for name, value in one.outputs.items())
        yield from ("", *_block(text or one.lacking), "")


def _making(report: Report) -> Iterator[str]:
    yield from ("", "## How it was made", "", "| | |", "|---|---|")
    for name, value in report.making.facts:
        yield _row([markdown_text(name), markdown_text(value)])
    yield from ("", markdown_text(report.making.how), "", *_block(report.making.repeat, "sh"), "")
    yield from _block(report.making.experiment, "yaml")


def _block(text: str, language: str = "text") -> Iterator[str]:
    """Yield a block of code, whose fence is longer than any in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    yield f"{fence}{language}"
    yield from text.split("\n")
    yield fence
