"""What is remembered of each graph file between sessions: inputs last used, options, the chat's ends, the last run, and
whether its runs are held at alarms.

One small JSON file in the data folder. Losing it loses comfort only, so what cannot be read or written is logged.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any, Final

_log = logging.getLogger(__name__)

FILES: Final = 200
"""Graph files that are remembered, the latest used."""

LONGEST: Final = 100_000
"""Signs of a text that are remembered; longer ones are not."""


class Remembered:
    """Facts by graph file, each a JSON object. `of` gives a copy, `note` changes some keys and writes the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._all: dict[str, dict[str, Any]] | None = None
        self._stamp: tuple[int, int] | None = None

    def of(self, file: Path | None) -> dict[str, Any]:
        """Return what is known of a graph file; nothing for a graph that has no file."""
        return dict(self._read().get(_key(file), {})) if file is not None else {}

    def note(self, file: Path | None, **facts: Any) -> None:
        """Remember facts of a graph file."""
        if file is None:
            return
        known = self._read()
        entry = {**known.pop(_key(file), {}), **facts}
        known[_key(file)] = entry  # the latest used stands last
        while len(known) > FILES:
            del known[next(iter(known))]
        self._write(known)

    def _read(self) -> dict[str, dict[str, Any]]:
        stamp = _stamp(self.path)
        if self._all is None or stamp != self._stamp:  # another window may have written since
            self._stamp = stamp
            try:
                found = json.loads(self.path.read_text(encoding="utf-8"))
                self._all = {key: entry for key, entry in found.items() if isinstance(entry, dict)}
            except FileNotFoundError:
                self._all = {}
            except (OSError, ValueError, AttributeError) as error:
                _log.warning("what was remembered of runs cannot be read: %s", error)
                self._all = {}
        return self._all

    def _write(self, known: dict[str, dict[str, Any]]) -> None:
        beside = self.path.with_suffix(f".{os.getpid()}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(known), encoding="utf-8")  # in ASCII: texts may hold halves of characters
            os.replace(beside, self.path)  # noqa: PTH105 - the name says that it replaces on every system
            self._stamp = _stamp(self.path)
        except OSError as error:
            _log.warning("what is remembered of runs cannot be written: %s", error)


def short_texts(texts: dict[str, str]) -> dict[str, str]:
    """Return the texts that may be remembered: no long ones, and none in which one of the person's keys stands."""
    from studio.support.keys import scrub

    return {name: text for name, text in texts.items() if len(text) <= LONGEST and scrub(text) == text}


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_ino


def _key(file: Path) -> str:
    return str(file.absolute())
