"""Single keys from a terminal, by name (`left`, `home`, `enter`, `n`), with the terminal put back afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from studio.support.terminals import has_more

_NAMES = {
    b"\x1b[C": "right", b"\x1b[D": "left", b"\x1b[A": "up", b"\x1b[B": "down", b"\x1bOC": "right", b"\x1bOD": "left",
    b"\x1bOA": "up", b"\x1bOB": "down", b"\x1b[H": "home", b"\x1b[F": "end", b"\x1bOH": "home", b"\x1bOF": "end",
    b"\x1b[1~": "home", b"\x1b[4~": "end", b"\x1b[7~": "home", b"\x1b[8~": "end", b"\x1b[5~": "pageup",
    b"\x1b[6~": "pagedown", b"\r": "enter", b"\n": "enter", b"\x7f": "backspace", b"\x08": "backspace",
    b"\t": "tab", b"\x1b": "escape", b"\x03": "interrupt", b"\x04": "eof",
}  # fmt: skip


class Keys:
    """Reads keys from a terminal in raw mode."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._waiting = b""

    def read(self) -> str:
        """Wait for a key and return its name; a printable sign is its own name, unknown keys are "".

        `resize` comes when the window changed its size, `eof` when the terminal went away.
        """
        if not self._waiting:
            try:
                self._waiting = os.read(self._fd, 1024)
            except InterruptedError:
                return "resize"
            except OSError:
                return "eof"
            if not self._waiting:
                return "eof"
        return self._take()

    def _take(self) -> str:
        data = self._waiting
        if data[:1] == b"\x1b":
            if data == b"\x1b" and has_more(self._fd, 0.03):
                data = self._waiting = data + os.read(self._fd, 1024)
            for length in (4, 3):
                if data[:length] in _NAMES:
                    self._waiting = data[length:]
                    return _NAMES[data[:length]]
            if data[1:2] in (b"[", b"O"):  # a key we have no name for: drop it whole
                end = next((i for i in range(2, len(data)) if 0x40 <= data[i] <= 0x7E), len(data) - 1)
                self._waiting = data[end + 1 :]
                return ""
            self._waiting = data[1:]
            return "escape"
        if data[:1] in _NAMES:
            self._waiting = data[1:]
            return _NAMES[data[:1]]
        length = 1 if data[0] < 0x80 else 2 if data[0] < 0xE0 else 3 if data[0] < 0xF0 else 4
        sign, self._waiting = data[:length], data[length:]
        text = sign.decode("utf-8", errors="replace")
        return text if text.isprintable() else ""


@contextmanager
def raw_terminal(fd: int) -> Iterator[Keys]:
    """Put the terminal into raw mode and back. Raises ImportError where there are no such terminals (Windows)."""
    import termios
    import tty

    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd)
        yield Keys(fd)
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
