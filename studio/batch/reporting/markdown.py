"""A report as Markdown: the sentences and tables of the page, for repositories and notes.

Texts of models, data and graphs are escaped, so that none becomes a link, a heading or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from studio.batch.reporting.outputs import Sample
from studio.batch.reporting.report import Report
from studio.batch.reporting.sections import sections
from studio.batch.reporting.tables import Sheet
from studio.batch.reporting.wording import number, one_line, several_lines, whole
from studio.support.keys import scrub
from studio.support.plain import plain
from studio.trust.showing import seen_line

MOST_SIGNS: Final = 4_000


def markdown_page(report: Report) -> str:
    """Return the report as the text of a page."""
    return scrub(re.sub("\n{3,}", "\n\n", "\n".join(_lines(report))).rstrip("\n") + "\n")


def _lines(report: Report) -> Iterator[str]:
    said = report.table.experiment
    yield from (f"# {_within(report.title)}", "")
    if said.hypothesis:
        yield from (f"*Hypothesis:* {_text(said.hypothesis)}", "")
    if said.about:
        yield from (_text(said.about), "")
    for place, claim in enumerate(report.claims):
        text = _within(claim.text)
        yield from (f"**{text}**", "") if not place else (f"- {text}",)
    for part in sections(report):
        yield from ("", f"## {_within(part.title)}", "")
        for one in (*part.sheets, *part.folded):
            yield from _table(one, part.title)
    if report.samples:
        yield from ("", "## Outputs side by side", "")
        for sample in report.samples:
            yield from _sample(sample, report)
    yield from _making(report)


def _within(text: str) -> str:
    """Return a text for within a line: what could begin emphasis, code, a link, HTML or a cell is escaped, and so are
    the signs by which bare addresses become links; numbers stay readable as they stand."""
    line = " ".join(seen_line(" ".join(text.split())).split())
    return re.sub(r"[\\`*_{}\[\]<>#|~$&@]|:(?=//)|(?<=www)\.", r"\\\g<0>", line, flags=re.IGNORECASE)


def _text(text: str) -> str:
    """Return a text for a line of its own: also what would begin a list or a rule there is escaped."""
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", _within(several_lines(text, MOST_SIGNS)))


def _table(sheet: Sheet, heading: str) -> Iterator[str]:
    if sheet.title != heading:
        yield from (f"### {_within(sheet.title)}", "")
    yield _row([_within(one) for one in sheet.headers])
    yield _row(["---:" if place in sheet.numbers else "---" for place in range(len(sheet.headers))])
    for row in sheet.rows:
        yield _row([_within(cell.text) for cell in row])
    yield ""
    if sheet.told:
        yield from (_within(sheet.told), "")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _sample(sample: Sample, report: Report) -> Iterator[str]:
    given = "; ".join(f"{_within(name)}: {_within(one_line(value))}" for name, value in sample.given.items())
    yield from (f"### Row {sample.row}, seed {sample.seed}", "")
    if given:
        yield from (given, "")
    for one in sample.answers:
        scores = ", ".join(f"{_within(name)} {number(one.line.scores.get(name))}" for name in report.table.scores)
        yield f"{_text(one.arm)}{f' ({scores})' if scores else ''}, `studio show {one.line.run}`:"
        text = "\n".join(f"{name}: {value}" if len(one.outputs) > 1 else value for name, value in one.outputs.items())
        yield from ("", *_block(text or one.lacking), "")


def _making(report: Report) -> Iterator[str]:
    yield from ("", "## How it was made", "", "| | |", "|---|---|")
    for name, value in report.making.facts:
        yield _row([_within(name), _within(value)])
    yield from ("", _text(report.making.how), "", *_block(report.making.repeat, "sh"), "")
    yield from _block(report.making.experiment, "yaml")


def _block(text: str, language: str = "text") -> Iterator[str]:
    """Yield a block of code, whose fence is longer than any in it."""
    text = plain(whole(text))
    fence = "```"
    while fence in text:
        fence += "`"
    yield f"{fence}{language}"
    yield from text.split("\n")
    yield fence
