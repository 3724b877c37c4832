"""Generated source laid out in the style that people are used to: that of Ruff and Black, with lines of 120 columns."""

from __future__ import annotations

import ast
import io
import os
import re
import subprocess
import tokenize
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from studio.export.brackets import LINE, bracketed, long_lines
from studio.support.errors import EnvironmentProblem

_OPTIONS: Final = ("format", "--isolated", "--no-cache", "--line-length", str(LINE), "--target-version", "py311", "-")

_SECONDS: Final = 60.0
"""Longest wait for the formatter, which takes milliseconds where a machine has nothing else to do."""


def formatted(source: str) -> str:
    """Return the Python source laid out, with the meaning it had.

    Ruff does it, in a process of its own for some milliseconds; any thread may ask. What a person has set for Ruff, in
    a file or in the environment, changes nothing. Raises `ValueError` for source that is no Python: a fault of ours,
    since whatever people wrote comes in as literals; `EnvironmentProblem` if Ruff does not work on this machine.
    """
    laid_out = _laid_out(source)
    better = bracketed(laid_out)
    return _excused(laid_out if better == laid_out else _laid_out(better))


def formatted_parts(parts: Sequence[str]) -> list[str]:
    """Return several sources, each laid out by itself, for the price of one; raises as `formatted`."""
    if not parts:
        return []
    longest = max((len(dashes) for part in parts for dashes in re.findall("-+", part)), default=0)
    mark = f"# {'-' * (longest + 1)}"  # a line that none of them holds
    laid_out = formatted(f"\n{mark}\n".join(parts))
    return [f"{part.strip()}\n" for part in laid_out.split(f"\n{mark}\n")]


def _laid_out(source: str) -> str:
    """Return the source as Ruff lays it out."""
    program = _program()
    try:
        done = subprocess.run(
            [program, *_OPTIONS],
            input=source.encode(),
            capture_output=True,
            cwd=Path(program).parent,  # Ruff wants a folder that exists
            env={name: value for name, value in os.environ.items() if not name.startswith("RUFF_")},
            timeout=_SECONDS,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unusable(str(error)) from error
    if done.returncode == 0:
        return done.stdout.decode()
    try:
        ast.parse(source)
    except SyntaxError as error:
        raise ValueError(f"generated source does not parse: {error}") from error
    said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"exit code {done.returncode}"]
    raise _unusable(said[-1])


@lru_cache(maxsize=1)
def _program() -> str:
    """Return where Ruff's program is."""
    try:
        from ruff import find_ruff_bin

        found: str = find_ruff_bin()
    except (ImportError, FileNotFoundError) as error:
        raise _unusable(str(error).partition("\n")[0]) from error
    return found


def _unusable(why: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"Ruff, which lays out exported code, does not work here: {why.strip().rstrip('.:')}.",
        hint="Install it again: `pip install --force-reinstall ruff`.",
    )


def _excused(source: str) -> str:
    """Tell linters of the lines that cannot be shorter: the names of what a lambda takes stand on one."""
    if "lambda" not in source or not long_lines(source):
        return source
    heads = {
        name.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Lambda)
        for name in ast.walk(node.args)
        if isinstance(name, ast.arg) and (name.end_col_offset or 0) >= LINE
    }
    lines = list(io.StringIO(source))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        # Where a line ends inside of a text there is no such token.
        if token.type in (tokenize.NL, tokenize.NEWLINE) and token.start[0] in heads:
            lines[token.start[0] - 1] = f"{token.line.rstrip()}  # noqa: E501\n"
    return "".join(lines)
