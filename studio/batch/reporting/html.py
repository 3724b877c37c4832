"""A report as one HTML page that needs nothing else: no script, nothing from elsewhere, readable in print.

Texts of models, data and graphs are shown as text: escaped, bounded, without signs that cannot be seen; nothing in them
becomes a link. The page forbids scripts and requests to whoever opens it, too (Content Security Policy).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from markupsafe import Markup

from studio.batch.analysing.table import Line
from studio.batch.reporting.figures import figures
from studio.batch.reporting.figures.colours import VERDICTS
from studio.batch.reporting.figures.paper import Picture, inline
from studio.batch.reporting.report import Report
from studio.batch.reporting.sections import sections
from studio.batch.reporting.wording import MEASURE_WORDS, number, one_line, several_lines, whole
from studio.dynamics.pictures.colours import look
from studio.support.keys import scrub
from studio.support.plain import plain

MOST_RUNS: Final = 4_000
"""Runs that are listed, the first of each variant."""

MOST_SIGNS: Final = 4_000
"""Signs of what an experiment says about itself."""

LARGEST_DRAWING: Final = 1_500_000
"""Bytes of the drawings of graphs in a page."""

Links = Literal["page", "window"]
"""Where runs are linked to: the list of runs on the page, or the studio's window (`studio:run/RUN`)."""

ROLES: Final = ("field", "panel", "ink", "text", "soft", "line", "edge", "wire", "accent")
"""Roles of colour that pages and figures use; those of figures are different from each other in the light theme."""


def html_page(report: Report, *, links: Links = "page") -> str:
    """Return the report as the text of a page."""
    listed = listed_runs(report)
    ids = {line.run for lines in listed.values() for line in lines}

    def address(run: str) -> str:
        return f"studio:run/{run}" if links == "window" else f"#run-{run}" if run in ids else ""

    found = report.found
    pictures = figures(report.table, found, address=address)
    numbers = {arm: place for place, arm in enumerate(report.table.arms, start=1)}
    page = _template().render(
        report=report,
        experiment=report.table.experiment,
        sections=sections(report, pictures),
        listed=listed,
        numbers=numbers,
        number=lambda value: number(_float(value)),
        short=one_line,
        text=lambda value: several_lines(value, MOST_SIGNS),
        window=links == "window",
        address=address,
        drawn=_drawn,
        embedded=_Embedding(),
        run=_Run(report).cells,
        run_heads=_Run(report).heads,
        left_out=len(report.table.lines) - len(ids),
        style=Markup(_style()),
    )
    return scrub(page)


def listed_runs(report: Report) -> dict[str, list[Line]]:
    """Return the runs that the page lists, by arm: all, or the first of each."""
    by_arm = report.table.by_arm
    most = max(10, MOST_RUNS // max(1, len(by_arm)))
    shown = {answer.line.run for sample in report.samples for answer in sample.answers}
    found = {
        arm: [line for place, line in enumerate(lines) if place < most or line.run in shown]
        for arm, lines in by_arm.items()
    }
    return dict(list(found.items())[: MOST_RUNS // 10])


class _Run:
    """What is told of a run in the list."""

    def __init__(self, report: Report) -> None:
        self.scores = report.table.scores
        self.cost = report.found.cost
        self.classes = any(line.dynamics for line in report.table.lines)
        self.heads = ["run", "row", "seed", "status", *(one_line(one, 40) for one in self.scores)]
        self.heads += [MEASURE_WORDS[self.cost], *(["class"] if self.classes else []), "why it failed"]

    def cells(self, line: Line) -> list[str]:
        values = [number(_float(line.scores.get(one))) for one in self.scores]
        told = [str(line.row), str(line.seed), one_line(line.status, 20), *values, number(line.measures.get(self.cost))]
        return [*told, *([one_line(line.dynamics, 40)] if self.classes else []), one_line(line.error, 120)]


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _drawn(picture: Picture) -> Markup:
    """Return a figure for within the page, in colours of the reader's theme."""
    svg = inline(picture.svg())
    roles = look("light").roles
    by_colour = {roles[name]: name for name in ROLES}
    for verdict, colour in VERDICTS["light"].items():
        by_colour[colour] = verdict.replace(" ", "-")

    def named(colour: re.Match[str]) -> str:
        name = by_colour.get(colour[0])
        return f"var(--{name})" if name else colour[0]

    svg = re.sub(r'style="[^"]*"', lambda style: re.sub("#[0-9a-f]{6}", named, style[0]), svg)
    # Matplotlib writes what it was given as escaped text.
    return Markup(svg)


class _Embedding:
    """Drawings of graphs as pictures of their own, so that their styles stay theirs; too large ones are left out."""

    def __init__(self) -> None:
        self.left = LARGEST_DRAWING

    def __call__(self, svg: str) -> str:
        data = svg.encode("utf-8", "replace")
        if len(data) * 4 // 3 > self.left:
            return ""
        self.left -= len(data) * 4 // 3
        return f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"


def _style() -> str:
    text = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables('dark')}}}}}"
    return f":root{{{_variables('light')}}}\n{dark}\n{text}"


def _variables(theme: Literal["light", "dark"]) -> str:
    roles: Mapping[str, str] = look(theme).roles
    own = {name.replace(" ", "-"): colour for name, colour in VERDICTS[theme].items()}
    return "".join(f"--{name}:{colour};" for name, colour in ({name: roles[name] for name in ROLES} | own).items())


def _harmless(value: object) -> object:
    """Take out of a text what cannot be seen and what would reverse the reading, wherever it came from."""
    return plain(whole(value)) if type(value) is str else value


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_harmless,
    )  # fmt: skip
    return environment.get_template("page.html.jinja")
