"""Edits of files written as text: search/replace blocks and unified diffs, applied exactly or not at all.

    outcome = apply_edits(reply, lambda name: texts.get(name))
    outcome.problems or outcome.files

Both kinds work on texts by name, whoever holds them; `outcome.files` has the new text of each file that changes (None:
deleted), and is empty if anything does not fit.  Nothing here guesses: a place is found exactly or reported.
"""

from studio.tools.patches.diffs import diff_of_files, diff_of_texts
from studio.tools.patches.outcome import Outcome, Read
from studio.tools.patches.search_replace import apply_edits
from studio.tools.patches.unified import apply_diff

__all__ = ["Outcome", "Read", "apply_diff", "apply_edits", "diff_of_files", "diff_of_texts"]
