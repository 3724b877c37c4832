"""How large, how deep and how many a document may be: what strangers write is read within bounds."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 20_000_000
"""Largest file that is read, in bytes."""
MAX_CHARACTERS: Final = 5_000_000
"""Longest text that a document may give, in characters."""
MAX_PAGES: Final = 2_000
"""Most pages of a PDF."""
MAX_ROWS: Final = 200_000
"""Most rows of a table."""
MAX_COLUMNS: Final = 1_000
"""Most columns of a table."""
MAX_DEPTH: Final = 64
"""How deep JSON may be nested."""
MAX_HTML_DEPTH: Final = 500
"""How deep the elements of a page may be nested."""
MAX_ENTRIES: Final = 100_000
"""Most entries of a folder and all those in it that are looked at."""
MAX_CHUNKS: Final = 200_000
"""Most chunks that are made at once."""
