"""Options of the command line → the same `Experiment` that a file makes; over a file, they take the place of its keys.

What is given here is the person's own: files are looked up from where the command is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from studio.batch.design.experiment_files import COMMAND_LINE, experiment_from_json
from studio.batch.design.score import KINDS, SCORE
from studio.batch.design.spec import Experiment
from studio.support.errors import UsageError
from studio.support.values import Json

_MERGED: Final = ("inputs", "limits", "budget")
"""What options add to, where a file says it; all else they replace."""


def experiment_of(options: Mapping[str, Json], over: Experiment | None = None) -> Experiment:
    """Return the experiment of keys as a file has them (`pairs`, `scores_of` … make them), over those of a file.

    None and empty values say nothing. Raises GraphError as a file does, with "command line" for a place.
    """
    given = {key: value for key, value in options.items() if value is not None and value not in ("", [], {}, ())}
    said: dict[str, Json] = {} if over is None else over.to_json()
    for key in _MERGED:
        if key in given and key in said:
            given[key] = {**said[key], **given[key]}
    if "graph" in given:
        said.pop("graphs", None)
    if "graphs" in given:
        said.pop("graph", None)
    if over is not None and "score" in given and "main_score" not in given:
        said.pop("main_score", None)
    own = {"graphs" if key == "graph" else key for key in given} | (set() if over is None else over.own)
    base = Path.cwd() if over is None else over.base
    file = "" if over is None else over.file
    return experiment_from_json({**said, **given}, file or COMMAND_LINE, base=base, own=frozenset(own), file=file)


def pairs(items: Sequence[str], option: str, form: str = "NAME=VALUE") -> dict[str, str]:
    """Read options such as `--vary node.param=a,b`: the first `=` divides. Raises UsageError."""
    found: dict[str, str] = {}
    for item in items:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"`{option} {item}` cannot be read.", hint=f"Write `{option} {form}`.")
        if name in found:
            raise UsageError(f"`{option} {name}` is given twice.", hint="Give all values at once, with commas.")
        found[name] = value
    return found


def amounts(items: Sequence[str], option: str) -> dict[str, float]:
    """Read options such as `--budget cost_usd=5`. Raises UsageError."""
    found: dict[str, float] = {}
    for name, text in pairs(items, option, "NAME=NUMBER").items():
        try:
            found[name] = float(text)
        except ValueError:
            raise UsageError(f"`{option} {name}={text}` is no number.", hint=f"Write `{option} {name}=5`.") from None
    return found


def scores_of(items: Sequence[str], judge: str = "", function: str = "") -> dict[str, Any]:
    """Read `--score "points / 10"` or, for several, `--score points="points / 10"`, and what else scores.

    A name is what stands before the first `=` if it is one: `a == b` has none.
    """
    found: dict[str, Any] = {}
    for item in items:
        name, equals, rest = item.partition("=")
        named = bool(equals) and name.isidentifier() and not rest.startswith("=")
        key, said = (name, rest) if named else (SCORE, item)
        if key in found:
            raise UsageError(f"The score `{key}` is given twice.", hint="Name each: `--score NAME=EXPRESSION`.")
        found[key] = {KINDS[0]: said}
    for kind, said in (("judge", judge), ("function", function)):
        if said:
            found[kind] = {kind: said}
    return found


def knockouts_of(items: Sequence[str], leave: Sequence[str] = ()) -> Json:
    """Read `--knockout node`, `--knockout a+b`, `--knockout all` and `--knockout pairs`; `leave` are nodes, or bodies
    with all that is in them, that `all` and `pairs` leave out. Raises UsageError."""
    if len(items) == 1 and items[0] in ("all", "pairs"):
        return {"of": items[0], "except": list(leave)} if leave else items[0]
    if any(item in ("all", "pairs") for item in items):
        raise UsageError("`--knockout all` goes with no other node.", hint="Name the nodes, or `all` of them.")
    if leave:
        raise UsageError("Nodes are left out of `--knockout all` and `pairs` only.", hint="Name those to switch off.")
    return list(items) or None


def seeds_of(text: str) -> Json:
    """Read `--seeds 5` or `--seeds 3,7,11`. Raises UsageError."""
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        raise UsageError(f"`--seeds {text}` is no number.", hint="Write `--seeds 5` or `--seeds 3,7,11`.") from None
    return numbers[0] if len(numbers) == 1 and "," not in text else numbers
