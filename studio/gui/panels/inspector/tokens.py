"""How many tokens a text has: counted in a thread by the tokenizer that comes with the embedder, else estimated."""

from __future__ import annotations

import threading
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from studio.support.errors import StudioError

CHARACTERS = 4
"""Characters of a token, where no tokenizer is at hand."""
LONGEST = 2_000_000
"""Characters beyond which a count is an estimate."""


class TokenCounter(QObject):
    """Counts off the window's thread. `counted(text, tokens)`; only the last text asked for is answered."""

    counted = Signal(str, int)
    _done = Signal(str, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: str | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._done.connect(self._arrived, Qt.ConnectionType.QueuedConnection)

    def ask(self, text: str) -> int:
        """Return an estimate at once and have the text counted, if that can be done."""
        estimate = (len(text) + CHARACTERS - 1) // CHARACTERS
        if len(text) <= LONGEST and _Tokenizer.possible:
            with self._lock:
                self._wanted = text
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="tokens", daemon=True)
                    self._thread.start()
        return estimate

    def _work(self) -> None:
        while True:
            with self._lock:
                text, self._wanted = self._wanted, None
                if text is None:
                    self._thread = None
                    return
            count = _Tokenizer.count(text)
            if count is not None:
                try:
                    self._done.emit(text, count)
                except RuntimeError:  # the window has closed meanwhile
                    return

    def _arrived(self, text: str, count: int) -> None:
        if self._wanted is None:
            self.counted.emit(text, count)


class _Tokenizer:
    """The tokenizer of the embedding table, loaded once. Other models part texts a little otherwise."""

    possible = True
    _loaded: Any = None

    @classmethod
    def count(cls, text: str) -> int | None:
        """Return the number of tokens, None if there is no tokenizer here."""
        if cls._loaded is None:
            cls._loaded = cls._load()
            cls.possible = cls._loaded is not False
        return len(cls._loaded.encode(text, add_special_tokens=False).ids) if cls.possible else None

    @staticmethod
    def _load() -> Any:
        from studio.models.embedders import table_home

        try:
            from tokenizers import Tokenizer

            made = Tokenizer.from_file(str(table_home() / "tokenizers" / "l2_supercat_tokenizer_config.json"))
        except (StudioError, ImportError):
            return False
        except Exception:  # noqa: BLE001 - the library raises bare `Exception` for a file it cannot read
            return False
        made.no_padding()
        made.no_truncation()
        return made
