"""Test results as JUnit XML, which every CI server reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as xml

from studio.cases.trying import Outcome
from studio.support.errors import EnvironmentProblem

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def write_junit(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the report. Raises EnvironmentProblem if the file cannot be written."""
    root = xml.Element("testsuites", {"name": "studio test", **_counts(outcomes)})
    for source in dict.fromkeys(one.source for one in outcomes):
        mine = [one for one in outcomes if one.source == source]
        suite = xml.SubElement(root, "testsuite", {"name": _clean(source), **_counts(mine)})
        for one in mine:
            facts = {"name": one.case.name, "classname": source, "time": f"{one.seconds:.3f}"}
            if one.case.place.file:
                facts |= {"file": one.case.place.file, "line": str(one.case.place.line)}
            case = xml.SubElement(suite, "testcase", {key: _clean(value) for key, value in facts.items()})
            for failure in one.failures:
                told = xml.SubElement(case, "failure", {"type": failure.what, "message": _clean(failure.message)})
                lines = [f"{failure.place}: {failure.message}" if failure.place.file else failure.message]
                lines += [f"{name} = {value}" for name, value in failure.values.items()]
                lines += [failure.hint] if failure.hint else []
                told.text = _clean("\n".join(lines))
    xml.indent(root)
    try:
        path.write_bytes(xml.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")
    except OSError as error:
        raise EnvironmentProblem(f"The report cannot be written: {error.strerror}.", where=str(path)) from None


def _counts(outcomes: Sequence[Outcome]) -> dict[str, str]:
    return {
        "tests": str(len(outcomes)),
        "failures": str(sum(not one.passed for one in outcomes)),
        "errors": "0",
        "time": f"{sum(one.seconds for one in outcomes):.3f}",
    }


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
