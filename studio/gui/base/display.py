"""Whether a window can come up here, asked before Qt is: it would end the process without a word that helps.

Imports no Qt.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import socket
import sys
from typing import Final

from studio.support.errors import EnvironmentProblem

INSTALL: Final = "Install it with `pip install 'ganglia-studio[gui]'`; all other commands work without."
PACKAGES: Final = "apt-get install libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0"
_LOCAL: Final = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")


def check_window() -> None:
    """Raise EnvironmentProblem, with what to do, if no window can be shown."""
    for module, name in (("PySide6", "PySide6"), ("NodeGraphQt", "NodeGraphQt")):
        if importlib.util.find_spec(module) is None:
            raise EnvironmentProblem(f"The window needs {name}, which is not installed.", hint=INSTALL)
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        missing = re.search(r"lib[\w.+-]+\.so[\w.]*", str(error))
        what = f"the system library {missing[0]}" if missing else f"something that is missing ({error})"
        raise EnvironmentProblem(
            f"The window cannot be loaded: Qt needs {what}.",
            hint="On Debian or Ubuntu: apt-get install libegl1 libgl1 libfontconfig1 libxkbcommon0 libdbus-1-3.",
        ) from None
    if sys.platform.startswith("linux") and not os.environ.get("QT_QPA_PLATFORM"):
        _check_linux()


def _check_linux() -> None:
    if os.environ.get("WAYLAND_DISPLAY"):
        return
    display = os.environ.get("DISPLAY", "")
    if not display:
        raise EnvironmentProblem(
            "There is no screen to show the window on: neither DISPLAY nor WAYLAND_DISPLAY is set.",
            hint="Start it on a desktop, through `ssh -X`, or with `xvfb-run`; all other commands work without.",
        )
    if not _answers(display):
        raise EnvironmentProblem(
            f"The screen {display} (DISPLAY) does not answer.", hint="Correct DISPLAY, or start its server first."
        )
    try:
        ctypes.CDLL("libxcb-cursor.so.0")
    except OSError:
        raise EnvironmentProblem(
            "The window cannot be loaded: Qt needs the system library libxcb-cursor.so.0.",
            hint=f"On Debian or Ubuntu: {PACKAGES}.",
        ) from None


def _answers(display: str) -> bool:
    """False if nobody listens at a screen of this machine; others are left to Qt."""
    local = _LOCAL.fullmatch(display)
    if local is None:
        return True
    path = f"/tmp/.X11-unix/X{local[1]}"
    for address in (path, f"\0{path}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(2)
            try:
                door.connect(address)
            except OSError:
                continue  # servers listen at one of the two, or at both
            return True
    return False
