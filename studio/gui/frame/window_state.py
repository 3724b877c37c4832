"""What the window remembers from one time to the next: its place and size, its panels, the last folder.

One small file beside the settings. Nothing depends on it: what cannot be read counts as not remembered.
"""

from __future__ import annotations

import base64
import binascii
import logging
import tomllib
from pathlib import Path
from typing import Any

from studio.settings.folders import config_folder
from studio.settings.toml_text import dumps

FILE_NAME = "window.toml"
LARGEST = 1_000_000
"""Bytes of a file that is looked at; ours has a few thousand."""

_log = logging.getLogger(__name__)


class WindowState:
    """Texts by key. `save` never raises: a full disk must not keep a window from closing."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or config_folder() / FILE_NAME
        self._table: dict[str, Any] = {}
        try:
            if self.path.stat().st_size <= LARGEST:
                self._table = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            pass
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            _log.warning("%s is not readable and is written anew: %s", self.path, error)

    def text(self, key: str, default: str = "") -> str:
        """Return what is remembered under a key."""
        value = self._table.get(key)
        return value if isinstance(value, str) else default

    def data(self, key: str) -> bytes:
        """Return the bytes remembered under a key, b"" if there are none."""
        try:
            return base64.b64decode(self.text(key), validate=True)
        except (binascii.Error, ValueError):
            return b""

    def put(self, key: str, value: str | bytes) -> None:
        """Remember something; `save` writes it."""
        self._table[key] = value if isinstance(value, str) else base64.b64encode(value).decode("ascii")

    def drop(self, *keys: str) -> None:
        """Forget something."""
        for key in keys:
            self._table.pop(key, None)

    def save(self) -> bool:
        """Write the file; returns whether that went well."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_name(f".{self.path.name}.new")
            temporary.write_text(dumps(self._table), encoding="utf-8")
            temporary.replace(self.path)
        except (OSError, TypeError) as error:
            _log.warning("%s cannot be written: %s", self.path, error)
            return False
        return True
