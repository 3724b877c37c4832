"""What was said, as sets of words: when two outputs say the same, how much one says, and what in it is new."""

from studio.dynamics.words.reader import Reader
from studio.dynamics.words.reading import Reading
from studio.dynamics.words.symbols import Embedder, SymbolBook

__all__ = ["Embedder", "Reader", "Reading", "SymbolBook"]
