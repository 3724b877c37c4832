"""Cases → text, one case at a time: what others wrote around it stays as it was, to the letter.

A case is written with as little as repeats it: outputs that nothing compares stay out, and so do measurements and
unlikely choices that no output depends on (the caller plays the short form and falls back to the full one).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from studio.cases.case import Case, Recorded, blobs_in
from studio.cases.keeping import Keeper, Kept, marks_in, old_values, write_kept
from studio.cases.reading import FORMAT, CasesFile, read_cases
from studio.cases.words import answer_json, place_text, stood_for_json
from studio.graph.emit import Emitter
from studio.graph.names import name_problem
from studio.graph.tree import parse
from studio.graph.writing import save_text
from studio.support.errors import GraphError, UsageError
from studio.support.nearest import did_you_mean
from studio.support.values import Json
from studio.trace.log import MODEL_KINDS

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def case_lines(case: Case, keeper: Keeper, *, short: bool) -> list[str]:
    """Return the lines of a case as they stand in a file, bulky values put aside."""
    lines: list[str] = []
    out = Emitter(lines, {})
    out.open(2, case.name, "")
    if case.about:
        out.pair(4, "about", case.about, "")
    if case.node:
        out.pair(4, "node", case.node, "")
    if case.inputs:
        out.pair(4, "inputs", keeper.keep(dict(case.inputs)), "")
    if case.expect:
        out.open(4, "expect", "")
        for one in case.expect:
            out.item(6, one.text, "")
    if case.equal:
        out.pair(4, "equal", case.equal if case.equal is True else list(case.equal), "")
    return [*lines, *recorded_lines(case, keeper, short=short)]


def recorded_lines(case: Case, keeper: Keeper, *, short: bool) -> list[str]:
    """Return the lines of what was recorded."""
    lines: list[str] = []
    out = Emitter(lines, {})
    out.open(4, "recorded", "")
    for key, value in _recorded_json(case.recorded, case.equal_ports, short=short).items():
        if key in ("answers", "stores"):
            out.open(6, key, "")
            for one in value:
                _block(out, 8, keeper.keep(one))
        else:
            out.pair(6, key, keeper.keep(value), "")
    return lines


def _recorded_json(recorded: Recorded, ports: object, *, short: bool) -> dict[str, Json]:
    said: dict[str, Json] = {}
    if recorded.run:
        said["run"] = recorded.run
    if recorded.status != "ok":
        said["status"] = recorded.status
    if recorded.seed:
        said["seed"] = recorded.seed
    if recorded.clock:
        said["clock"] = recorded.clock
    if not recorded.ordered_races and any(one.kind == "race" for one in recorded.answers):
        said["races"] = "by arrival"
    for key, stood in (("models", recorded.models), ("embedders", recorded.embedders)):
        if stood:
            said[key] = {name: stood_for_json(facts) for name, facts in stood.items()}
    names = {one.name for one in recorded.answers if one.kind in MODEL_KINDS}
    if recorded.answers:
        said["answers"] = [answer_json(one, short=short, with_model=len(names) > 1) for one in recorded.answers]
    if recorded.stores:
        said["stores"] = [
            {"by": place_text(one.node, one.tick), **({"round": one.round} if one.round else {}), "store": one.store,
             "op": one.op, "result": one.result}
            for one in recorded.stores
        ]  # fmt: skip
    if recorded.lost:
        said["lost"] = {place_text(*place): why for place, why in recorded.lost.items()}
    outputs = {port: value for port, value in recorded.outputs.items() if port in ports}  # type: ignore[operator]
    if outputs:
        said["outputs"] = outputs
    return said


def _block(out: Emitter, indent: int, value: Mapping[str, Json]) -> None:
    """Write an entry of a list over several lines, one key each, so that a reviewer's diff shows which one changed."""
    first = True
    for key, inner in value.items():
        if first:
            out.lines.append(" " * indent + "-")
            out.lines[-1] += " "
        out.pair(indent + 2, key, inner, "", first=first)
        first = False


# -- into the file ------------------------------------------------------------------------------------


def first_text(case: Case, keeper: Keeper, *, short: bool) -> str:
    """Return the text of a tests file that holds one case."""
    return "\n".join([f"studio_tests: {FORMAT}", "cases:", *case_lines(case, keeper, short=short)]) + "\n"


def add_case(path: Path, case: Case, *, short: bool, replace: bool = False) -> CasesFile:
    """Put a case at the end of a tests file (made if need be), or in the place of the one of its name.

    Returns the file as it reads now. Raises UsageError if the name is taken and `replace` is false, GraphError if the
    file cannot be read, EnvironmentProblem if it cannot be written; the file is then as it was.
    """
    found, text, keeper = added_text(path, case, short=short, replace=replace)
    return _save(found, text, keeper, changed=case.name)


def added_text(path: Path, case: Case, *, short: bool, replace: bool = False) -> tuple[CasesFile, str, Keeper]:
    """Return a tests file as it is, its text with a case put into it, and the bulky values of that; nothing is written.

    Raises as `add_case` does.
    """
    found = _existing(path)
    keeper = Keeper()
    lines = case_lines(case, keeper, short=short)
    if case.name in found.cases:
        if not replace:
            raise UsageError(
                f"There is a case `{case.name}` already.",
                where=str(found.cases[case.name].place),
                hint="Choose another name, or give --replace.",
            )
        text = _with_span(found.text, found.cases[case.name].place.line, 2, lines)
    elif not found.text.strip():
        text = first_text(case, keeper, short=short)
    else:
        text = _with_new(found, lines)
    return found, text, keeper


def remove_case(path: Path, name: str) -> CasesFile:
    """Take a case out of a tests file, with what only it left to the database; all others stay to the letter.

    Returns the file as it reads now. Raises UsageError if there is no such case, else as `add_case` does.
    """
    found = _existing(path)
    line = _case_of(found, name).place.line
    old = found.text.splitlines()
    end = _end_of(old, line - 1, 2)
    while end < len(old) and not old[end].strip():  # the empty lines between it and the next
        end += 1
    rest = old[: line - 1] + old[end:]
    while rest and not rest[-1].strip():
        rest.pop()
    return _save(found, "\n".join(rest) + "\n", Keeper(), changed=name)


def rename_case(path: Path, name: str, new: str) -> CasesFile:
    """Give a case of a tests file another name; everything else stays to the letter.

    Raises UsageError if there is no such case, the name is taken or cannot be one; else as `add_case` does.
    """
    found = _existing(path)
    line = _case_of(found, name).place.line
    if problem := name_problem(new):
        raise UsageError(f"`{new[:60]}` cannot name a case: {problem}.")
    if new in found.cases:
        raise UsageError(f"There is a case `{new}` already.", where=str(found.cases[new].place))
    old = found.text.splitlines()
    written = re.match(rf"(\s*)(['\"]?){re.escape(name)}\2(\s*:.*)", old[line - 1])
    if written is None:
        raise UsageError(
            f"The name `{name}` is written in a way that cannot be changed here.", where=f"{path}:{line}",
            hint="Change it in the file.",
        )  # fmt: skip
    named: list[str] = []
    Emitter(named, {}).open(0, new, "")  # `yes` and the like need quotes
    old[line - 1] = f"{written[1]}{named[0].removesuffix(':')}{written[3]}"
    return _save(found, "\n".join(old) + "\n", Keeper(), changed=name)


def _case_of(found: CasesFile, name: str) -> Case:
    case = found.cases.get(name)
    if case is None:
        raise UsageError(f"There is no case `{name}`.", where=str(found.path), hint=did_you_mean(name, found.cases))
    return case


def record_again(found: CasesFile, case: Case, *, short: bool) -> CasesFile:
    """Put what a case recorded anew in the place of what it had; all that people wrote stays.

    Raises UsageError if there is no such case any more; else as `add_case` does.
    """
    keeper = Keeper()
    lines = recorded_lines(case, keeper, short=short)
    known, tree = _case_of(found, case.name), found.trees[case.name]
    if "recorded" in tree.value:
        text = _with_span(found.text, tree.keys["recorded"].line + 1, 4, lines)
    else:
        text = _with_span(found.text, known.place.line, 2, lines, keep=True)
    return _save(found, text, keeper, changed=case.name)


def _existing(path: Path) -> CasesFile:
    from studio.cases.reading import read_tests

    return read_tests(path) if path.exists() else CasesFile(path)


def _with_new(found: CasesFile, lines: list[str]) -> str:
    """The text with a case behind the last one; where there is none yet, behind `cases:`."""
    old = found.text.splitlines()
    at = next((i for i, line in enumerate(old) if re.match(r"cases:\s*(\{\}|~|null)?\s*(#.*)?$", line)), None)
    if at is None:
        raise UsageError(
            "A case can only be added to a file in which `cases:` stands on a line of its own.",
            where=str(found.path),
            hint="Write the cases below it, each by its name, indented by two.",
        )
    if not found.cases:
        comment = old[at].partition("#")
        old[at] = "cases:" + (f"  #{comment[2]}" if comment[1] else "")
        return "\n".join([*old[: at + 1], *lines, *old[at + 1 :]]) + "\n"
    end = _end_of(old, at, 0)
    return "\n".join([*old[:end], "", *lines, *old[end:]]) + "\n"


def _with_span(text: str, line: int, indent: int, lines: list[str], *, keep: bool = False) -> str:
    """The text with the block that begins on a line (from 1) replaced; `keep` puts the lines behind it instead."""
    old = text.splitlines()
    end = _end_of(old, line - 1, indent)
    return "\n".join([*old[: end if keep else line - 1], *lines, *old[end:]]) + "\n"


def _end_of(lines: list[str], start: int, indent: int) -> int:
    """The line behind a block: all that is indented deeper than its key, without what only stands before the next."""
    end = start + 1
    for at in range(start + 1, len(lines)):
        if lines[at].strip():
            if len(lines[at]) - len(lines[at].lstrip(" ")) > indent:
                end = at + 1
            elif not lines[at].lstrip().startswith("#"):  # a comment ends no block, wherever it stands
                break
    return end


def _save(found: CasesFile, text: str, keeper: Keeper, *, changed: str) -> CasesFile:
    """Write text and database, after making sure that every other case still says what it said."""
    before_it, breaks = _as_it_stands(found)
    before, after = set(marks_in_text(found.text)), set(marks_in_text(text))
    values = {**old_values(found.db, before | after), **keeper.values}
    made = read_cases(text, found.path, Kept(found.db, values))
    for name, case in found.cases.items():
        if name != changed and (name not in made.cases or _meaning(made.cases[name]) != _meaning(case)):
            raise GraphError(
                f"The case `{changed}` cannot be written without changing `{name}`.",
                where=str(found.path),
                hint="Indent cases by two and their keys by four.",
            )
    # The database first holds what the old text needs and what the new one does: at no moment is anything missing.
    write_kept(found.db, values)
    save_text(before_it + text.replace("\n", breaks), found.path, "tests file")
    if before - after:
        write_kept(found.db, {digest: data for digest, data in values.items() if digest in after})
    return made


def _as_it_stands(found: CasesFile) -> tuple[str, str]:
    """Return the mark before a file's text, if it has one, and its line breaks: both stay.

    Raises UsageError if these are of several kinds, or if another program has written the file since it was read.
    """
    if not found.path.exists() and not found.text:
        return "", "\n"
    try:
        raw = found.path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        raw = ""
    mark = "\ufeff" if raw.startswith("\ufeff") else ""
    raw = raw.removeprefix("\ufeff")
    breaks = "\r\n" if "\r\n" in raw else "\n"
    if set(_BREAK.findall(raw)) - {breaks}:
        raise UsageError(
            "The file has line breaks of several kinds and cannot be edited here.",
            where=str(found.path),
            hint="Save it with Unix line breaks.",
        )
    if raw.replace(breaks, "\n") != found.text:
        raise UsageError(
            "The file was changed by another program just now.", where=str(found.path), hint="Nothing was written."
        )
    return mark, breaks


def marks_in_text(text: str) -> list[str]:
    """Return the hashes of all bulky values that a text refers to."""
    return list(marks_in(parse(text, "<text>").root.plain())) if text.strip() else []


def _meaning(case: Case) -> tuple[object, ...]:
    expect = [one.text for one in case.expect]
    return (case.name, case.node, dict(case.inputs), expect, case.equal, case.about, case.recorded)


def require_no_blobs(case: Case) -> None:
    """Raise UsageError for a case that holds images, sounds or files: their bytes have no place in a tests file yet."""
    parts = [dict(case.inputs), [(one.request, one.response) for one in case.recorded.answers]]
    if next(blobs_in(parts), None) is not None:
        raise UsageError(
            f"The case `{case.name}` holds an image, a sound or a file, which a tests file cannot keep.",
            hint=f"Keep the run instead: `studio test {case.recorded.run}` plays it from the database.",
        )
