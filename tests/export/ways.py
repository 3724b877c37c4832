"""Which examples walk which way out of the studio in an everyday run; a thorough run walks all."""

from __future__ import annotations

from tests.support.everyday import EVERYDAY

BY_ALL_WAYS = frozenset({"chatbot", "repocoder"})
"""In the window, by `studio run`, as a script and alone: one that cannot leave, one of files, completions, bodies."""

STANDALONE = EVERYDAY - {"chat_router"}
"""As standalone scripts in the process of the tests."""

AS_SCRIPTS = EVERYDAY - BY_ALL_WAYS - {"lecun", "review_digest"}
"""As scripts in the process of the tests."""
