"""How drawings look: one set of rules for shapes, one of colours for light and one for dark."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from colorsys import hls_to_rgb
from functools import cache
from typing import Final, Literal

from studio.export.drawing.card import SMALL_SIZE, TITLE_SIZE
from studio.graph.frames import HUES as HUES_OF_FRAMES
from studio.graph.frames import Frame
from studio.support.resources import resource_root

Theme = Literal["auto", "light", "dark"]
"""Colours: as the reader's system is set, or one of the two."""

FRAME_SIZE = 15.0
"""Pixels of the titles of frames."""

FONT = "Inter,'Segoe UI','Helvetica Neue',Arial,'DejaVu Sans',sans-serif"

HUES = {
    "Flow": 212, "Models": 268, "Text": 152, "JSON": 128, "Lists": 176, "Logic": 192, "Stores": 34, "People": 330,
    "Documents": 72, "Files": 52, "Git": 94, "Code": 312, "Web and tools": 22, "Time and chance": 290, "Debug": 230,
}  # fmt: skip
"""Hue of a category in degrees, in the order of the palette; others get one from their name, and stand before the last.
Red is left for what is broken."""


Tone = tuple[float, float]
"""Saturation and lightness of a hue, each from 0 to 1."""

LIGHT_TONE: Final[Tone] = (0.58, 0.42)
DARK_TONE: Final[Tone] = (0.62, 0.74)


def hue_of(category: str) -> int:
    """Return the hue of a category in degrees."""
    if not category:
        return 0
    known = HUES.get(category)
    return known if known is not None else 20 + sum(map(ord, category)) * 47 % 320


def role_of(frame: Frame) -> str:
    """Return the colour role in which a frame is drawn: grey for one that is not known."""
    return frame.colour if frame.colour in HUES_OF_FRAMES else "grey"


def style_of(theme: Theme, hues: Iterable[int], frames: Collection[str] = ()) -> str:
    """Return the style sheet of a drawing that uses these hues, with frames in these roles."""
    base = _BASE.replace("FONT", FONT)
    light = _colours(colours("light")) + _heads(hues, LIGHT_TONE)
    dark = _colours(colours("dark")) + _heads(hues, DARK_TONE)
    if frames:
        base += _AREAS
        light += _areas(frames, colours("light"), 0.07, LIGHT_TONE)
        dark += _areas(frames, colours("dark"), 0.09, DARK_TONE)
    if theme == "auto":
        return f"{base}{light}@media (prefers-color-scheme:dark){{{dark}}}"
    return base + (dark if theme == "dark" else light)


_BASE = f"""
text{{font-family:FONT}}.heading{{font-size:15px;font-weight:600}}.about,.type,.face,.name{{font-size:{SMALL_SIZE:g}px}}
.title{{font-size:{TITLE_SIZE:g}px;font-weight:600}}.end{{text-anchor:end}}.implied{{font-style:italic}}
.wire{{fill:none;stroke-width:1.7}}.back{{stroke-dasharray:6 4}}.hold{{stroke-dasharray:2 3}}
.box{{stroke-width:1}}.band{{fill-opacity:.13}}.broken .box{{stroke-dasharray:4 3;stroke-width:1.4}}.out{{opacity:.45}}
.rule{{stroke-width:1}}.port{{stroke-width:1.6}}.badge path,.badge circle{{fill:none;stroke-width:1.5}}
.badge .fill{{stroke:none}}.key{{font-size:10px}}.pilltext{{font-size:10px;text-anchor:middle}}.pill{{stroke-width:1}}
"""


_AREAS = f".area{{stroke-width:1.6;stroke-opacity:.45}}.areaname{{font-size:{FRAME_SIZE:g}px;font-weight:600}}"


def _areas(roles: Iterable[str], c: Mapping[str, str], tint: float, tone: Tone) -> str:
    """How frames look: their colour thinly on the paper, and in their titles."""
    rules = [f".area{{fill-opacity:{tint:g}}}"]
    for role in sorted(roles):
        hue = HUES_OF_FRAMES[role]
        colour = c["frame"] if hue is None else _hex(hue, *tone)
        rules.append(f".area.a-{role}{{fill:{colour};stroke:{colour}}}")
        rules.append(f".areaname.a-{role}{{fill:{_mixed(c['ink'], colour, 0.35)}}}")
    return "".join(rules)


def _heads(hues: Iterable[int], tone: Tone) -> str:
    """The colours of the heads of nodes, in hex: not every reader of SVG knows `hsl()`."""
    return "".join(f".h{hue}{{fill:{_hex(hue, *tone)}}}" for hue in sorted(hues))


def _hex(hue: int, saturation: float, lightness: float) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in hls_to_rgb(hue / 360, lightness, saturation))


def _mixed(one: str, other: str, share: float) -> str:
    """Return a colour with so much of another in it; both as `#rrggbb`."""
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _colours(c: Mapping[str, str]) -> str:
    return (
        f".paper{{fill:{c['paper']}}}.panel{{fill:{c['panel']};stroke:{c['line']}}}"
        f".heading,.title{{fill:{c['ink']}}}.about,.face,.key,.broken .type{{fill:{c['soft']}}}"
        f".name{{fill:{c['text']}}}.implied{{fill:{c['soft']}}}.box{{fill:{c['card']};stroke:{c['edge']}}}.rule{{stroke:{c['line']}}}"
        f".broken .box{{stroke:{c['bad']}}}.wire{{stroke:{c['wire']}}}.tip{{fill:{c['wire']}}}"
        f".back{{stroke:{c['back']}}}.backtip{{fill:{c['back']}}}.port{{fill:{c['wire']};stroke:{c['card']}}}"
        f".free{{fill:{c['card']};stroke:{c['wire']}}}.badge path,.badge circle{{stroke:{c['soft']}}}"
        f".badge .fill{{fill:{c['soft']}}}.live path{{stroke:{c['back']}}}.live .fill{{fill:{c['back']}}}"
        f".pill{{fill:{c['card']};stroke:{c['back']}}}.pilltext{{fill:{c['text']}}}"
    )


@cache
def colours(theme: str) -> Mapping[str, str]:
    """Return the colour roles of a theme, as `assets/themes/THEME.toml` gives them."""
    return tomllib.loads((resource_root("assets") / "themes" / f"{theme}.toml").read_text(encoding="utf-8"))
