"""Colours of verdicts and classes: told apart with any kind of colour blindness, and by their marks in print.

The colours are those of Okabe & Ito (Color Universal Design, 2008), lighter on a dark ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VERDICTS: Final[Mapping[str, Mapping[str, str]]] = {
    "light": {"matters": "#0072b2", "poison": "#d55e00", "dead weight": "#7a838f", "undecided": "#9aa3ae"},
    "dark": {"matters": "#56b4e9", "poison": "#ff9a4d", "dead weight": "#98a2b0", "undecided": "#79838f"},
}
"""By theme: what modules are found to be."""

CLAIMS: Final[Mapping[str, str]] = {
    "better": "matters", "worse": "poison", "alike": "dead weight", "undecided": "undecided", "told": "undecided",
}  # fmt: skip
"""A claim about an arm has the colour of the verdict that is as good."""

MARKS: Final[Mapping[str, str]] = {"matters": "o", "poison": "D", "dead weight": "s", "undecided": "o"}
"""Marks of verdicts as matplotlib calls them; that of `undecided` is hollow."""

CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "light": ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#b8a800", "#7a838f"),
    "dark": ("#4aa3df", "#e6a93a", "#2fbf95", "#d795b8", "#f0813f", "#8accf2", "#d9cb4a", "#98a2b0"),
}
"""By theme: classes of behaviour in the order of their names; the last is for all that are left."""
