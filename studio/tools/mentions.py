"""Which of some names a text mentions, and where: file names, names of functions, names of tests."""

from __future__ import annotations

import re
from collections.abc import Iterable


def mentioned(text: str, names: Iterable[str]) -> list[str]:
    """Return the names that the text mentions, in the order of their first mention, each once.

    A name counts where it stands whole: `calc.py` is not mentioned by `test_calc.py`, `src/calc.py` or `calc.pyc`, and
    `add` is not by `Cart.add` or `add_vat`; a dot that ends a sentence does not belong to a name.
    """
    found: list[tuple[int, int, str]] = []
    for number, name in enumerate(dict.fromkeys(names)):
        place = place_of(text, name)
        if place is not None:
            found.append((place, number, name))
    return [name for _, _, name in sorted(found)]


def place_of(text: str, name: str) -> int | None:
    """Return where a name first stands whole in a text, None if it does not."""
    if not name or name not in text:
        return None
    whole = re.compile(rf"(?<![\w/.-])(?:\./)?{re.escape(name)}(?![\w/]|[.-]\w|::)")
    matched = whole.search(text)
    return None if matched is None else matched.start()
