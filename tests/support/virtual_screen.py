"""A virtual X11 screen for tests of the real program, and what can be seen on it."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LIBRARIES: Final = {
    "xcb-cursor": "libxcb-cursor0", "xcb-icccm": "libxcb-icccm4", "xcb-keysyms": "libxcb-keysyms1",
    "xcb-shape": "libxcb-shape0", "xkbcommon-x11": "libxkbcommon-x11-0",
}  # fmt: skip
"""What Qt's X11 plugin loads, with the Debian package of each."""

_HEADER: Final = 25
"""Numbers in the header of an XWD file, four bytes each, big-endian."""


def missing() -> str:
    """Return why there can be no virtual screen here, as a sentence that names what to install; "" if there can."""
    lacking = [] if shutil.which("Xvfb") else ["xvfb"]
    lacking += [package for library, package in LIBRARIES.items() if ctypes.util.find_library(library) is None]
    return f"A window on X11 needs {', '.join(lacking)}." if lacking else ""


@dataclass(frozen=True, slots=True)
class Screen:
    """A running screen: `display` as in `DISPLAY`, and the file in which the server keeps what is shown."""

    display: str
    buffer: Path

    def picture(self) -> tuple[int, int, bytes]:
        """Return width, height and the pixels, four bytes each (blue, green, red, unused), row by row."""
        data = self.buffer.read_bytes()
        numbers = struct.unpack(f">{_HEADER}I", data[: 4 * _HEADER])
        size, width, height, line, colours = numbers[0], numbers[4], numbers[5], numbers[12], numbers[19]
        start = size + 12 * colours
        rows = (data[start + row * line : start + row * line + 4 * width] for row in range(height))
        return width, height, b"".join(rows)


@contextmanager
def virtual_screen(folder: Path, width: int = 1440, height: int = 900) -> Iterator[Screen]:
    """Run an X server that shows nothing to anybody, and end it."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp",
         "-fbdir", str(folder)],
        pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise OSError("The virtual screen did not come up.")
        yield Screen(f":{number}", folder / "Xvfb_screen0")
    finally:
        server.terminate()
        server.wait(10)
