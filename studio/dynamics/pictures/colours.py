"""Colours of cells: symbols by hue *and* lightness, numbers by ramps, states of automata in one calm hue.

Colours are made in OKLCH (Ottosson 2020), in which equal steps look equal, and come as bytes of red, green, blue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy

from studio.dynamics.pictures.diagram import Colouring
from studio.support.resources import resource_root

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[numpy.uint8]
    Numbers = NDArray[numpy.float64]
    Reals = NDArray[numpy.floating]

STRIDE: Final = 0.7548776662466927
START: Final = 0.77
"""The hash of symbols: multiples of the inverse of the plastic number spread evenly over the circle of hues, however
many there are (Roberts 2018, as Knuth's multiples of the golden ratio do in The Art of Computer Programming 3, 6.4)."""

LEVELS: Final = 7
TURN: Final = 3
"""Steps of lightness, and how many of them a symbol is from the one before: what hues do not tell to everybody, light
and dark do. Start, stride, steps and turn were searched for, so that also with each of the three kinds of colour
blindness (as Machado, Oliveira & Fernandes 2009 simulate them) the first twelve symbols differ by 0.05 in OKLab."""

HELD: Final = 0.35
"""Opacity of a held cell."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """The colours of one theme: the ground, the grey of empty talk, what failed, what changed the world, marks."""

    name: str
    ground: tuple[int, int, int]
    roles: Mapping[str, str]
    """All roles of the theme, as `#rrggbb`."""

    @property
    def is_dark(self) -> bool:
        """Whether the ground is dark."""
        return sum(self.ground) < 384

    def role(self, name: str) -> tuple[int, int, int]:
        """Return a role's colour as bytes."""
        return _bytes_of(self.roles[name])


@lru_cache(maxsize=8)
def look(theme: str) -> Look:
    """Return the look of a theme (`light` or `dark`), from `assets/themes`."""
    import tomllib

    text = (resource_root("assets") / "themes" / f"{theme}.toml").read_text(encoding="utf-8")
    roles: dict[str, str] = tomllib.loads(text)
    return Look(theme, _bytes_of(roles["field"]), roles)


def _bytes_of(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def symbol_colours(symbols: NDArray[numpy.signedinteger], look: Look) -> Bytes:
    """Return the colour of each symbol, (…, 3): stable, whatever else is shown. Negative ones have no meaning here."""
    number = symbols.astype(numpy.int64)
    hue = (number * STRIDE + START) % 1.0
    step = (number * TURN) % LEVELS / (LEVELS - 1)
    low, high = (0.573, 0.818) if look.is_dark else (0.473, 0.718)
    return _from_oklch(low + (high - low) * step, numpy.full(hue.shape, 0.137), hue)


def _from_oklch(lightness: Reals, chroma: Reals, hue: Reals) -> Bytes:
    """OKLCH to sRGB; `hue` in turns. What a screen cannot show is cut off."""
    angle = hue * 2 * numpy.pi
    a, b = chroma * numpy.cos(angle), chroma * numpy.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = numpy.stack(
        (
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        ),
        axis=-1,
    )
    linear = numpy.clip(linear, 0.0, 1.0)
    srgb = numpy.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    made: Bytes = (srgb * 255 + 0.5).astype(numpy.uint8)
    return made


# -- numbers -----------------------------------------------------------------------------------------

RAMPS: Final[Mapping[Colouring, tuple[float, float]]] = {
    "novelty": (0.13, 0.24), "mass": (0.42, 0.36), "age": (0.72, 0.80), "goal": (0.0, 0.0),
}  # fmt: skip
"""Hue in turns at the low and at the high end of each number."""


@lru_cache(maxsize=16)
def ramp(colouring: Colouring, look: Look) -> Bytes:
    """Return 256 colours from low to high, (256, 3): lightness carries the number, from near the ground to strong."""
    low, high = RAMPS[colouring]
    part: Numbers = numpy.linspace(0.0, 1.0, 256)
    near, far = (0.30, 0.86) if look.is_dark else (0.93, 0.45)
    chroma: Numbers = 0.025 + 0.13 * part**0.8
    made: Bytes = _from_oklch(near + (far - near) * part, chroma, low + (high - low) * part)
    made.setflags(write=False)
    return made


def scale_of(colouring: Colouring, highest: float) -> Callable[[Numbers], Numbers]:
    """Return what takes numbers of a colouring to 0 … 1. Ages and masses span decades, so their logarithm is shown."""
    if colouring == "novelty":
        return _share
    top = float(numpy.log1p(max(1.0, highest)))
    return lambda values: _share(numpy.log1p(numpy.maximum(values, 0.0)) / top)


def _share(values: Numbers) -> Numbers:
    """Cut off what is below 0 or above 1."""
    share: Numbers = numpy.clip(values, 0.0, 1.0)
    return share


# -- automata ----------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def state_colours(states: int, look: Look) -> Bytes:
    """Return the colour of each state of an automaton, (states, 3): 0 is the ground, 1 is ink, others lie between in
    one calm hue (in Generations these are cells that die)."""
    made = numpy.empty((max(1, states), 3), numpy.uint8)
    made[0] = look.ground
    if states > 1:
        part = numpy.arange(states - 1) / max(1, states - 1)
        strong, weak = (0.78, 0.36) if look.is_dark else (0.36, 0.88)
        hue = 0.69 - 0.28 * part
        made[1:] = _from_oklch(strong + (weak - strong) * part, 0.045 + 0.05 * (part > 0) + 0.0 * part, hue)
    made.setflags(write=False)
    return made
