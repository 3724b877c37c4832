"""The examples that ship with the studio, as one looks through them: what each is for, how large it is, what it needs.

Nothing here is written down twice: the purpose stands in the graph, the group and the round in its page, all numbers
are counted in the graph and in its recorded run.
"""

from studio.gallery.entries import Entry, entries, entry_of
from studio.gallery.front import GROUPS
from studio.gallery.sketch import sketch

__all__ = ["GROUPS", "Entry", "entries", "entry_of", "sketch"]
