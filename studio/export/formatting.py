"""Generated source laid out in the style that people are used to: Black's, with lines of 120 columns."""

from __future__ import annotations

from typing import Final

LINE: Final = 120
"""Columns of a line, as in the rules of this repository."""


def formatted(source: str) -> str:
    """Return the Python source laid out, with the meaning it had.

    Black is loaded when this is first called. Raises `ValueError` for source that is no Python: a fault of ours, since
    whatever people wrote comes in as literals.
    """
    import black
    from black.mode import TargetVersion
    from black.parsing import InvalidInput

    mode = black.Mode(line_length=LINE, target_versions={TargetVersion.PY311})
    try:
        return black.format_str(source, mode=mode)
    except InvalidInput as error:
        raise ValueError(f"generated source does not parse: {error}") from error
