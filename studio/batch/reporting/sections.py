"""The order in which a report tells: modules, scores, differences, cost, behaviour, failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.batch.reporting import tables
from studio.batch.reporting.figures.paper import Picture
from studio.batch.reporting.report import Report
from studio.batch.reporting.tables import Sheet
from studio.batch.reporting.wording import one_line


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report. `drawing` is a graph as SVG, "" if there is none; `folded` tables are for those who want
    more."""

    title: str
    pictures: tuple[Picture, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    folded: tuple[Sheet, ...] = ()
    drawing: str = ""


def sections(report: Report, pictures: tuple[Picture, ...] = ()) -> list[Section]:
    """Return the parts of a report that have something to tell, with the figures given."""
    by_name = {one.name: one for one in pictures}
    made = [*_modules(report, by_name)]
    made.append(Section("Scores", _some(by_name, "scores"), (tables.arms_table(report),)))
    differences, measures = tables.differences_table(report), tables.measures_table(report)
    made.append(Section("Differences", _some(by_name, "differences"), _only(differences), _only(measures)))
    if report.grouping is not None:
        by = one_line(report.grouping.by, 60)
        made.append(Section(f"By {by}", (), (tables.groups_table(report.grouping, report.found),)))
    made.append(Section("Cost and quality", _some(by_name, "front")))
    made.append(Section("Behaviour", _some(by_name, "classes"), (), _only(tables.classes_table(report))))
    made.append(Section("Failures", (), _only(tables.failures_table(report))))
    return [one for one in made if one.pictures or one.sheets or one.folded]


def _modules(report: Report, by_name: Mapping[str, Picture]) -> list[Section]:
    found = report.found
    made = []
    for number, (graph, modules) in enumerate(found.modules.items(), start=1):
        sheets: tuple[Sheet, ...] = (tables.modules_table(modules, graph, report),)
        if graph in found.pairs:
            sheets += (tables.pairs_table(found.pairs[graph]),)
        title = f"Modules of {one_line(graph, 60)}" if len(found.modules) > 1 else "Modules"
        drawing = report.drawings.get(graph, "")
        made.append(Section(title, _some(by_name, f"modules-{number}"), sheets, (), drawing))
    return made


def _some(by_name: Mapping[str, Picture], name: str) -> tuple[Picture, ...]:
    return (by_name[name],) if name in by_name else ()


def _only(sheet: Sheet | None) -> tuple[Sheet, ...]:
    return () if sheet is None else (sheet,)
