"""`Picture`: one figure of a report, drawn by matplotlib, as SVG or PNG; `Paper`: the axes it is drawn on.

Equal figures give equal bytes: no time, no version, no random names. Texts stay texts in SVG, as they may hold signs
that the font of matplotlib lacks, and a reader can search them.
"""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from studio.batch.reporting.wording import cut_middle, one_line
from studio.dynamics.pictures.colours import Look
from studio.dynamics.pictures.figures.sheet import FONT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI: Final = 96
WIDTH: Final = 900
"""Pixels of a figure's width at a scale of one."""

PLAIN: Final = 9.0
SMALL: Final = 8.0
"""Sizes of texts in points."""

WRAPPED: Final = 34
"""Signs in a line of an arm's name; it has two lines at most."""

ROW: Final = 36
"""Pixels from one arm to the next."""

TOP, BOTTOM = 30, 50
"""Pixels above and below what is drawn."""


@dataclass(frozen=True)
class Picture:
    """A figure. `name` is short and fit for a file, `title` a heading; `told` says how it is read and what is left
    out."""

    name: str
    title: str
    told: str
    figure: Figure

    def svg(self) -> str:
        """Return it as SVG."""
        return self._saved("svg").decode()

    def png(self, scale: float = 1.0) -> bytes:
        """Return it as PNG, `scale` pixels for a pixel."""
        return self._saved("png", dpi=DPI * scale)

    def _repr_svg_(self) -> str:
        return self.svg()

    def _saved(self, kind: str, **more: Any) -> bytes:
        import matplotlib

        nothing: Mapping[str, Any] = (
            {"Software": None} if kind == "png" else {"Date": None, "Creator": None, "Format": None, "Type": None}
        )
        held = io.BytesIO()
        with (
            matplotlib.rc_context({"svg.hashsalt": f"studio {self.name}", "svg.fonttype": "none"}),
            warnings.catch_warnings(),
        ):
            # A font without a sign that a name holds: the browser takes it from another.
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            self.figure.savefig(held, format=kind, metadata=dict(nothing), facecolor="auto", **more)
        return held.getvalue()


def inline(svg: str) -> str:
    """Return an SVG to stand within a page: without its head, without names that another figure has, too."""
    found = svg[svg.index("<svg") :]
    found = re.sub(r'<g id="[A-Za-z0-9_.]+">', "<g>", found)
    return re.sub(r"<metadata>.*?</metadata>\s*", "", found, flags=re.DOTALL)


class Paper:
    """A figure with rows from top to bottom (or, with `rows` 0, of a height in pixels), one for each name, and a scale
    below. Colours are those of a look: `ink`, `soft`, `line` and others by role, or `#rrggbb`."""

    def __init__(
        self, look: Look, names: Sequence[str] = (), *, height: int = 0, right: int = 24, left: int = 0, top: int = TOP
    ) -> None:
        from matplotlib.figure import Figure

        self.look = look
        self.labels = [_wrapped(name) for name in names]
        left = left or 30 + round(6.4 * max((len(line) for one in self.labels for line in one), default=0))
        self.height = height or top + BOTTOM + ROW * max(1, len(names))
        self.figure = Figure(figsize=(WIDTH / DPI, self.height / DPI), dpi=DPI, facecolor=self.colour("field"))
        self.axes: Axes = self.figure.add_axes(
            (left / WIDTH, BOTTOM / self.height, (WIDTH - left - right) / WIDTH, 1 - (BOTTOM + top) / self.height)
        )
        self._style(len(names))

    def colour(self, role: str) -> str:
        """Return the colour of a role."""
        return role if role.startswith("#") else self.look.roles[role]

    def _style(self, rows: int) -> None:
        axes = self.axes
        axes.set_facecolor(self.colour("field"))
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(self.colour("edge"))
        axes.tick_params(
            labelcolor=self.colour("soft"), color=self.colour("edge"), labelsize=SMALL, labelfontfamily=FONT, length=3,
            width=0.8,
        )  # fmt: skip
        axes.grid(axis="x", color=self.colour("line"), linewidth=0.8)
        axes.set_axisbelow(True)
        if rows:
            axes.set_ylim(rows - 0.5, -0.5)
            axes.set_yticks(range(rows))
            axes.set_yticklabels(
                ["\n".join(one) for one in self.labels], color=self.colour("text"), fontsize=PLAIN, fontfamily=FONT,
                parse_math=False,
            )  # fmt: skip
            axes.tick_params(axis="y", length=0, pad=8)

    def below(self, text: str) -> None:
        """Say what the scale is of."""
        self.axes.set_xlabel(
            one_line(text, 90), color=self.colour("soft"), fontsize=SMALL, fontfamily=FONT, parse_math=False, labelpad=6
        )

    def text(self, x: float, y: float, text: str, *, role: str = "text", size: float = SMALL, **more: Any) -> None:
        """Write at a place of the scale."""
        self.axes.text(
            x, y, text, color=self.colour(role), fontsize=size, fontfamily=FONT, parse_math=False, **more
        )  # fmt: skip


def _wrapped(name: str) -> list[str]:
    text = cut_middle(one_line(name), 2 * WRAPPED - 6)
    lines = textwrap.wrap(text, WRAPPED, break_on_hyphens=False) or [""]
    return lines if len(lines) < 3 else [lines[0], cut_middle(" ".join(lines[1:]), WRAPPED)]
