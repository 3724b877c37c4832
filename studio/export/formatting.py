"""Generated source laid out in the style that people are used to: Black's, with lines of 120 columns."""

from __future__ import annotations

import io
import tokenize
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
        laid_out = black.format_str(source, mode=mode)
        joined = _joined(laid_out)
        return laid_out if joined == laid_out else black.format_str(joined, mode=mode)
    except InvalidInput as error:
        raise ValueError(f"generated source does not parse: {error}") from error


def _joined(source: str) -> str:
    """Make one literal of those that stand side by side on a line: there is room for all of it, as other formatters see
    at once."""
    lines = source.splitlines(keepends=True)
    before: tokenize.TokenInfo | None = None
    cuts: list[tuple[int, int, int]] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        plain = token.type == tokenize.STRING and token.string[:1] == '"' and token.string[:3] != '"""'
        if plain and before is not None and before.end[0] == token.start[0]:
            cuts.append((token.start[0] - 1, before.end[1] - 1, token.start[1] + 1))
        before = token if plain else None
    for line, begin, end in reversed(cuts):
        lines[line] = lines[line][:begin] + lines[line][end:]
    return "".join(lines)
