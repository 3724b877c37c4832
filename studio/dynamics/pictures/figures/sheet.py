"""`Sheet`: a page on which figures are drawn, in pixels from its upper left corner; saved as PNG or SVG by matplotlib.

Equal drawings give equal bytes: no time, no version and no random names are written. Matplotlib is loaded when the
first sheet is made, without its global state.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from studio.support.errors import UsageError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from studio.dynamics.pictures.colours import Look

DPI: Final = 200
"""Pixels per inch: a page of 1400 pixels is as wide as a page of print."""

POINT: Final = DPI / 72
"""Pixels of one point."""

SMALL: Final = 6.5
PLAIN: Final = 7.5
TITLE: Final = 10.0
"""Sizes of texts in points."""

FONT: Final = "DejaVu Sans"
"""The font that matplotlib brings along, so that pictures are the same everywhere."""

LARGEST: Final = 12_000
"""Pixels of a side, at most."""

Align = Literal["left", "center", "right"]


class Sheet:
    """One page. Colours are roles of the look (`ink`, `soft`) or `#rrggbb`."""

    def __init__(self, width: float, height: float, look: Look) -> None:
        from matplotlib.figure import Figure

        self.width, self.height, self.look = round(width), round(height), look
        if max(self.width, self.height) > LARGEST:
            raise UsageError(
                f"The picture would be {self.width:,} x {self.height:,} pixels.",
                hint=f"Draw fewer columns or rows; a side has {LARGEST:,} pixels at most.",
            )
        self.figure = Figure(figsize=(self.width / DPI, self.height / DPI), dpi=DPI, facecolor=self.colour("field"))
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(self.height, 0)
        self.axes.set_axis_off()

    def colour(self, role: str) -> str:
        """Return the colour of a role."""
        return role if role.startswith("#") else self.look.roles[role]

    # -- drawing ------------------------------------------------------------------------------------

    def image(self, pixels: NDArray[numpy.uint8], x: float, y: float, *, width: float = 0, height: float = 0) -> None:
        """Lay a picture (height, width, 4) pixel by pixel, or stretched."""
        high, wide = pixels.shape[:2]
        if high and wide:
            extent = (x, x + (width or wide), y + (height or high), y)
            self.axes.imshow(pixels, extent=extent, interpolation="nearest", aspect="auto", origin="upper", zorder=1)
            self.axes.set_xlim(0, self.width)
            self.axes.set_ylim(self.height, 0)

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, *, alpha: float = 1.0, zorder: float = 2
    ) -> None:
        """Fill a rectangle."""
        from matplotlib.patches import Rectangle

        self.axes.add_patch(
            Rectangle((x, y), width, height, facecolor=self.colour(fill), alpha=alpha, linewidth=0, zorder=zorder)
        )

    def frame(self, x: float, y: float, width: float, height: float, role: str) -> None:
        """Draw a thin frame around a rectangle."""
        self.line([(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)], role, width=0.5)

    def line(
        self, points: Sequence[tuple[float, float]], role: str, *, width: float = 0.8, alpha: float = 1.0,
        dashed: bool = False, zorder: float = 3,
    ) -> None:  # fmt: skip
        """Draw a line through points, `width` in points of print."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        style = (0, (3, 2)) if dashed else "solid"
        self.axes.plot(
            xs, ys, color=self.colour(role), linewidth=width, alpha=alpha, linestyle=style, zorder=zorder,
            solid_capstyle="round", solid_joinstyle="round",
        )  # fmt: skip

    def curve(self, path: Sequence[tuple[float, float]], role: str, *, width: float = 0.8, alpha: float = 1.0) -> None:
        """Draw a cubic curve: its start, two points that pull it, and its end."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path as Line

        codes = [Line.MOVETO, Line.CURVE4, Line.CURVE4, Line.CURVE4]
        self.axes.add_patch(
            PathPatch(
                Line(list(path), codes), facecolor="none", edgecolor=self.colour(role), linewidth=width, alpha=alpha,
                zorder=3,
            )
        )  # fmt: skip

    def shape(self, points: Sequence[tuple[float, float]], fill: str, *, alpha: float = 1.0, zorder: float = 3) -> None:
        """Fill a shape."""
        from matplotlib.patches import Polygon

        self.axes.add_patch(
            Polygon(list(points), closed=True, facecolor=self.colour(fill), alpha=alpha, linewidth=0, zorder=zorder)
        )

    def text(
        self, x: float, y: float, text: str, *, role: str = "text", size: float = PLAIN, align: Align = "left",
        middle: bool = True, turned: float = 0.0, bold: bool = False,
    ) -> None:  # fmt: skip
        """Write a line; `x`, `y` is the middle of its side (or, without `middle`, its lower end)."""
        self.axes.text(
            x, y, _plain(text), color=self.colour(role), fontsize=size, horizontalalignment=align,
            verticalalignment="center_baseline" if middle else "baseline", rotation=turned, rotation_mode="anchor",
            fontweight="bold" if bold else "normal", fontfamily=FONT, zorder=5, parse_math=False,
        )  # fmt: skip

    # -- saving -------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write the page; the suffix of the path says how. Raises UsageError for another than `.png` and `.svg`."""
        import matplotlib

        kind = path.suffix.lower()
        if kind not in (".png", ".svg"):
            raise UsageError(
                f"Pictures are written as .png or .svg, not as {kind or 'a file without a suffix'}.",
                where=str(path), hint="Give the file another name.",
            )  # fmt: skip
        nothing: dict[str, Any] = {"Software": None} if kind == ".png" else {"Date": None, "Creator": None}
        with matplotlib.rc_context(
            {"svg.hashsalt": "studio", "svg.fonttype": "path", "svg.image_inline": True, "path.simplify": True}
        ):
            self.figure.savefig(path, format=kind[1:], dpi=DPI, metadata=nothing, facecolor=self.colour("field"))


def _plain(text: str) -> str:
    """One line, whatever it holds, of characters that can be drawn."""
    line = " ".join(text.split())
    return "".join(one if one.isprintable() else "�" for one in line)


def cut(text: str, most: int) -> str:
    """Return a text of so many characters at most."""
    return text if len(text) <= most else text[: most - 1] + "…"
