"""Which boundary stands between a box and the rest of the machine, and which one is asked for.

`bubblewrap` over `landlock` over `none`: the best that this system offers, found by trying it. Someone who wants to
be sure asks for one by name, or for any (`required`), and then nothing runs without it.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Final, Literal

from studio.sandbox import bubblewrap
from studio.support.errors import NodeError

Boundary = Literal["bubblewrap", "landlock", "none"]

ALL: Final[tuple[Boundary, ...]] = ("bubblewrap", "landlock", "none")
WISHES: Final = ("best", "required", "bubblewrap", "landlock", "none")
"""Values of the setting `sandbox.boundary`."""


def choose(wish: str) -> Boundary:
    """Return the boundary to use. Raises `NodeError` if what is asked for is not to be had here."""
    if wish == "none":
        return "none"
    if wish in ("bubblewrap", "landlock"):
        why = missing(wish)  # type: ignore[arg-type]
        if why:
            raise refusal(f"the setting `sandbox.boundary` asks for {wish}, and {why}")
        return wish  # type: ignore[return-value]
    found = best()
    if wish == "required" and found == "none":
        why = "; ".join(f"{name}: {missing(name)}" for name in ALL[:-1])
        raise refusal(f"the setting `sandbox.boundary` requires a boundary, and there is none here ({why})")
    return found


@lru_cache(maxsize=1)
def best() -> Boundary:
    """Return the best boundary of this system. Tries once, which takes some 10 ms."""
    return next(name for name in ALL if not missing(name))


def missing(name: Boundary) -> str:
    """Return why a boundary is not to be had here, as a clause; "" if it is."""
    if name == "none":
        return ""
    if sys.platform != "linux":
        return "it exists on Linux only"
    if name == "bubblewrap":
        return bubblewrap.missing()
    from studio.sandbox.inside import landlock

    return "" if landlock.version() else "this kernel has no Landlock"


def refusal(why: str) -> NodeError:
    """The error of code that must not run."""
    return NodeError(
        f"no code or command runs: {why}.",
        hint="Install bubblewrap, or change the setting `sandbox.boundary`; see `studio help sandbox`.",
        code="boundary",
    )
