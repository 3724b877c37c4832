"""What one case of a node is worth: the share of what is expected of it that holds.

Called by workers, as a score function of the batches of an improvement (`bench` says how outputs and rows are named).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from studio.support.expressions import Expression, ExpressionError
from studio.support.values import encode

IN: Final = "in_"
OUT: Final = "out_"
"""What stands before the names of a node's ports where they are inputs and outputs of the graph around it alone."""

EXPECTED: Final = "expected"
"""The column of outputs that have to be equal, by port."""
EXPECT: Final = "expect"
"""The column of expressions that have to be true."""

FUNCTION: Final = "studio.batch.improving.scoring:share_kept"

ITS_FAULT: Final = ("check", "empty", "context_window")
"""Errors of a node that are its prompt's and its model's fault; all others say nothing about a prompt."""

KNOWN: Final = ("outputs", "inputs", "status", "error", "calls", "tokens", "cost_usd", "seconds")
"""What an expression may name beside the outputs."""


def share_kept(outputs: Mapping[str, Any], row: Mapping[str, Any], totals: Mapping[str, Any]) -> float:
    """Return the share of what is expected that holds, 0 to 1; of a case of which nothing is expected but the node's
    own checks, 1 if it kept them all at its first answer.

    Raises RuntimeError if the node failed for a reason that says nothing about its prompt: there is no score then.
    """
    if totals["status"] != "ok":
        raise RuntimeError(f"the run is {totals['status']}: {totals['error']}")
    given = {name.removeprefix(OUT): value for name, value in outputs.items()}
    error = given.pop("error", None)
    if error is not None:
        if error["code"] not in ITS_FAULT:
            raise RuntimeError(f"the node could not be asked: {error['message']}")
        return 0.0
    kept = [port in given and encode(given[port]) == encode(value) for port, value in row[EXPECTED].items()]
    kept += [_is_true(text, given, row, totals) for text in row[EXPECT]]
    return sum(kept) / len(kept) if kept else 1.0


def broken(outputs: Mapping[str, Any], row: Mapping[str, Any], totals: Mapping[str, Any]) -> list[str]:
    """Return what is expected and does not hold, a sentence each, for whoever is to mend the prompt."""
    given = {name.removeprefix(OUT): value for name, value in outputs.items()}
    error = given.pop("error", None)
    if error is not None:
        return [str(error["message"])]
    found = []
    for port, value in row[EXPECTED].items():
        if port not in given or encode(given[port]) != encode(value):
            found.append(f"`{port}` should have been {encode(value).decode()}.")
    return found + [f"`{text}` does not hold." for text in row[EXPECT] if not _is_true(text, given, row, totals)]


def _is_true(text: str, given: Mapping[str, Any], row: Mapping[str, Any], totals: Mapping[str, Any]) -> bool:
    inputs = {name.removeprefix(IN): value for name, value in row.items() if name.startswith(IN)}
    known = {name: totals.get(name) for name in KNOWN}
    values = {**inputs, **given, **known, "outputs": dict(given), "inputs": inputs}
    try:
        return Expression.parse(text).evaluate(values) is True
    except ExpressionError:
        return False  # a name without a value: the output is absent
