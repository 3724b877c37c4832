"""Applying edits of either kind to the files of a workspace, or to texts by name: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from studio.tools.patches.closed import place_problem
from studio.tools.patches.diffs import diff_of_texts
from studio.tools.patches.outcome import Outcome, Read
from studio.tools.patches.search_replace import apply_edits
from studio.tools.patches.texts import Dress, undressed
from studio.tools.patches.unified import apply_diff
from studio.tools.syntax import new_faults
from studio.tools.workspace import Workspace

Kind = Literal["search_replace", "unified_diff"]
_APPLY: Final[Mapping[Kind, Callable[[str, Read], Outcome]]] = {
    "search_replace": apply_edits,
    "unified_diff": apply_diff,
}


def apply_to_texts(
    kind: Kind, edits: str, texts: Mapping[str, str], closed: Mapping[str, str] | None = None
) -> tuple[Outcome, str]:
    """Return the outcome over texts by name, and its diff.

    Edits do not fit whose names cannot stand for a file, or stand for what is there and `closed`: why, by name.
    """
    dresses: dict[str, Dress] = {}
    outcome = _applied(kind, edits, texts.get, dresses)
    refused = {name: place_problem(name, texts, closed or {}) for name in outcome.files}
    if any(refused.values()):
        outcome = Outcome(problems=[f"`{name[:80]}` {why}." for name, why in refused.items() if why])
    before = {name: undressed(texts[name])[0] for name in outcome.files if name in texts}
    return _dressed(outcome, dresses), _diff(before, outcome)


def apply_to_workspace(kind: Kind, edits: str, workspace: Workspace, *, check: bool = False) -> tuple[Outcome, str]:
    """Change the files of a workspace by edits: all, or none if anything does not fit. Return outcome and diff.

    With `check`, edits that bring in faults of syntax do not fit either.  Raises `NodeError` for names that lead
    outside or files that may not be changed, and then nothing is changed.
    """
    dresses: dict[str, Dress] = {}
    before: dict[str, str] = {}

    def read(name: str) -> str | None:
        if not workspace.exists(name):
            return None
        before[name] = workspace.read(name).exact_text(keep_mark=True)
        return before[name]

    outcome = _applied(kind, edits, read, dresses)
    plain = {name: undressed(text)[0] for name, text in before.items()}
    if check:
        outcome = _checked(plain, outcome)
    dressed = _dressed(outcome, dresses)
    if dressed.files:
        workspace.change({name: None if text is None else text.encode() for name, text in dressed.files.items()})
    return dressed, _diff(plain, outcome)


def _checked(before: Mapping[str, str], outcome: Outcome) -> Outcome:
    faults = new_faults(before, {name: text for name, text in outcome.files.items() if text is not None})
    if not faults:
        return outcome
    told = "\n".join(fault.told for fault in faults)
    return Outcome(problems=[f"With these edits the code cannot be parsed any more, so none is applied:\n{told}"])


def _applied(kind: Kind, edits: str, read: Read, dresses: dict[str, Dress]) -> Outcome:
    def plain(name: str) -> str | None:
        text = read(name)
        if text is None:
            return None
        bare, dresses[name] = undressed(text)
        return bare

    return _APPLY[kind](edits, plain)


def _dressed(outcome: Outcome, dresses: Mapping[str, Dress]) -> Outcome:
    bare = Dress()
    files = {
        name: None if text is None else dresses.get(name, bare).put_on(text) for name, text in outcome.files.items()
    }
    return Outcome(files, outcome.problems)


def _diff(before: Mapping[str, str], outcome: Outcome) -> str:
    return "".join(diff_of_texts(before.get(name), text, name) for name, text in sorted(outcome.files.items()))
