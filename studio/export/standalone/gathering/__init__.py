"""What a script takes along of ours: definitions gathered with all that they use, node types as plain functions."""

from studio.export.standalone.gathering.gather import Definition, Gathered, gather
from studio.export.standalone.gathering.refusing import NeedsPlainFunction, NotStandalone
from studio.export.standalone.gathering.sources import Imported

__all__ = ["Definition", "Gathered", "Imported", "NeedsPlainFunction", "NotStandalone", "gather"]
